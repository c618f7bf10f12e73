//! One document of a cluster: a list of objects, a single object, or the answer of a server that refuses.

use super::item::{Item, ItemError, TypeMeta};
use crate::source::cluster::kind::{ObjectKind, group_and_version};
use crate::source::cluster::lists::ObjectLists;
use crate::source::cluster::recorded::{self, Recorded};
use crate::text::{quote, sanitize};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Where a document comes from.
#[derive(Debug, Clone)]
pub(in crate::source::cluster) struct Origin {
    /// The file or URL, for messages.
    pub(in crate::source::cluster) name: String,
    /// The kind that a list without items is of: by the name of the file, or by the request.
    pub(in crate::source::cluster) kind: Option<ObjectKind>,
    /// Whether it may be one page of a list, after which the caller reads the next.
    pub(in crate::source::cluster) is_page: bool,
}

/// What is around the items of a list.
#[derive(Debug, Default, Deserialize)]
pub(in crate::source::cluster) struct ListMeta {
    /// The mark of the next page.
    #[serde(default, rename = "continue")]
    pub(in crate::source::cluster) continue_token: Option<String>,
    /// The moment that the list shows.
    #[cfg(feature = "cluster")]
    #[serde(default, rename = "resourceVersion")]
    pub(in crate::source::cluster) resource_version: Option<String>,
}

/// A document that is being read: its items are added to the lists one by one.
pub(in crate::source::cluster) struct Document<'a> {
    lists: &'a mut ObjectLists,
    origin: &'a Origin,
    /// Kind and group of the items of a typed list, such as `PodList`.
    items_of: Option<(String, String)>,
    /// The kinds of its items that are read.
    seen: BTreeSet<ObjectKind>,
    /// The kinds of the documents before it in the same text.
    earlier: BTreeSet<ObjectKind>,
    /// Items so far, for messages.
    count: usize,
    /// Items without a kind, until the kind of the list is known.
    pending: Vec<Vec<u8>>,
    is_metadata_only: bool,
}

impl<'a> Document<'a> {
    pub(in crate::source::cluster) fn new(lists: &'a mut ObjectLists, origin: &'a Origin) -> Self {
        Self {
            lists,
            origin,
            items_of: None,
            seen: BTreeSet::new(),
            earlier: BTreeSet::new(),
            count: 0,
            pending: Vec::new(),
            is_metadata_only: false,
        }
    }

    /// The same after other documents of the text, whose objects are of these kinds.
    pub(super) fn after(self, kinds: &BTreeSet<ObjectKind>) -> Self {
        Self { earlier: kinds.clone(), ..self }
    }

    /// The kinds of its items that are read.
    pub(super) const fn seen(&self) -> &BTreeSet<ObjectKind> {
        &self.seen
    }

    /// The kind and version of the list itself, as soon as both are known.
    fn set_type(&mut self, kind: &str, api_version: &str) {
        match kind.strip_suffix("List") {
            Some("PartialObjectMetadata") => self.is_metadata_only = true,
            Some(item) if !item.is_empty() => self.items_of = Some((item.to_owned(), api_version.to_owned())),
            Some(_) | None => {}
        }
    }

    /// Adds an element of `items`, and returns how many bytes of the text it takes.
    pub(super) fn add(&mut self, item: Item<'_>) -> Result<usize, ItemError> {
        let number = self.count + 1;
        let found = item.type_meta().map_err(|error| at_item(number, error))?;
        let length = match self.type_of(found) {
            Some((kind, api_version)) => self.add_typed(&kind, &api_version, item, number)?,
            None => {
                let length = item.length().map_err(|error| at_item(number, error))?;
                self.pending.push(item.0.get(..length).unwrap_or_default().to_vec());
                length
            }
        };
        self.count = number;
        Ok(length)
    }

    /// Kind and version of an item: its own, else those of the list.
    fn type_of(&self, found: TypeMeta) -> Option<(String, String)> {
        match (found.kind, &self.items_of) {
            (Some(kind), of_list) => {
                let version = found.api_version.or_else(|| of_list.as_ref().map(|(_, version)| version.clone()));
                Some((kind, version.unwrap_or_default()))
            }
            (None, of_list) => of_list.clone(),
        }
    }

    fn add_typed(
        &mut self,
        kind_name: &str,
        api_version: &str,
        item: Item<'_>,
        number: usize,
    ) -> Result<usize, ItemError> {
        let (group, version) = group_and_version(api_version);
        if kind_name == "PartialObjectMetadata" && self.origin.kind == Some(ObjectKind::Secret) {
            // That it exists is all that is read of a Secret.
            return self.add_known(ObjectKind::Secret, item, number);
        }
        let Some(kind) = ObjectKind::by_type(kind_name, group) else {
            let length = item.length().map_err(|error| at_item(number, error))?;
            self.lists.note_other_kind(kind_name, api_version);
            return Ok(length);
        };
        if !kind.versions().contains(&version) {
            let length = item.length().map_err(|error| at_item(number, error))?;
            self.lists.note_unknown_version(kind, api_version, &self.origin.name);
            return Ok(length);
        }
        self.add_known(kind, item, number)
    }

    fn add_known(&mut self, kind: ObjectKind, item: Item<'_>, number: usize) -> Result<usize, ItemError> {
        self.seen.insert(kind);
        if self.is_metadata_only && kind != ObjectKind::Secret {
            self.lists.break_list(kind, format!("{}: metadata without the objects", self.origin.name));
            return item.length();
        }
        match self.lists.add(kind, item) {
            Err(ItemError::Wrong(reason)) => {
                // Of an object whose text itself is wrong the end is not known.
                let length = item.length().map_err(|error| at_item(number, error))?;
                let reason = format!("{}: item {number} ({}): {reason}", self.origin.name, item.title());
                self.lists.break_list(kind, sanitize::into_line(reason));
                Ok(length)
            }
            other => other,
        }
    }

    /// Ends a list. Returns what is around its items.
    pub(super) fn end_list(
        &mut self,
        kind: Option<&str>,
        api_version: Option<&str>,
        mut meta: ListMeta,
    ) -> Result<ListMeta, String> {
        self.set_type(kind.unwrap_or_default(), api_version.unwrap_or_default());
        for (index, text) in std::mem::take(&mut self.pending).iter().enumerate() {
            let (kind, api_version) = match (&self.items_of, self.origin.kind) {
                (Some(of_list), _) => of_list.clone(),
                (None, Some(kind)) => {
                    let version = kind.versions().first().copied().unwrap_or_default();
                    let api_version = if kind.group().is_empty() {
                        version.to_owned()
                    } else {
                        format!("{}/{version}", kind.group())
                    };
                    (kind.id().to_owned(), api_version)
                }
                (None, None) => return Err("its items have no kind, and neither has the list".to_owned()),
            };
            self.add_typed(&kind, &api_version, Item(text), index + 1).map_err(in_words)?;
        }
        if self.count == 0 {
            self.end_empty();
        }
        if self.is_metadata_only
            && let Some(kind) = self.origin.kind.filter(|kind| *kind != ObjectKind::Secret)
        {
            self.lists.break_list(kind, format!("{}: metadata without the objects", self.origin.name));
        }
        meta.continue_token = meta.continue_token.filter(|token| !token.is_empty());
        if meta.continue_token.is_some() && !self.origin.is_page {
            return Err("a page of a list: `metadata.continue` says that more follow; save the whole list".to_owned());
        }
        self.seen.iter().for_each(|kind| self.lists.complete(*kind));
        Ok(meta)
    }

    /// Without items, the kind is that of the list, else that of the file's name.
    fn end_empty(&mut self) {
        let of_list = self.items_of.as_ref().and_then(|(kind, api_version)| {
            let (group, version) = group_and_version(api_version);
            ObjectKind::by_type(kind, group).filter(|kind| kind.versions().contains(&version))
        });
        match (of_list, &self.items_of, self.origin.kind) {
            (Some(kind), _, _) | (None, None, Some(kind)) => {
                self.seen.insert(kind);
            }
            (None, Some((kind, api_version)), _) => self.lists.note_other_kind(kind, api_version),
            (None, None, None) => self.lists.notices.push(format!(
                "{}: an empty list that does not say of which kind says nothing; name the file after the kind: Pod.json",
                self.origin.name
            )),
        }
    }

    /// Ends a document that is one object.
    pub(super) fn end_object(&mut self, item: Item<'_>) -> Result<(), String> {
        self.count = 1;
        match self.type_of(item.type_meta().map_err(in_words)?) {
            Some((kind, _)) if kind == "Status" => self.end_status(item),
            Some((kind, api_version)) if kind == recorded::KIND && api_version == recorded::API_VERSION => {
                let (found, _): (Recorded, usize) = item.decode().map_err(in_words)?;
                self.lists.other_policy_groups.clone_from(&found.other_policy_groups);
                self.lists.recorded = Some(found);
                Ok(())
            }
            Some((kind, api_version)) => {
                self.add_typed(&kind, &api_version, item, 1).map_err(in_words)?;
                self.seen.iter().for_each(|kind| self.lists.complete(*kind));
                Ok(())
            }
            None => Err("it has no `kind`: not an object of Kubernetes".to_owned()),
        }
    }

    /// The answer of a server that does not show a list.
    fn end_status(&mut self, item: Item<'_>) -> Result<(), String> {
        #[derive(Default, Deserialize)]
        struct Details {
            #[serde(default)]
            kind: Option<String>,
            #[serde(default)]
            group: Option<String>,
        }
        #[derive(Deserialize)]
        struct Status {
            #[serde(default)]
            code: Option<u16>,
            #[serde(default)]
            message: Option<String>,
            #[serde(default)]
            details: Option<Details>,
        }
        let (status, _): (Status, usize) = item.decode().map_err(in_words)?;
        let named = status.details.and_then(|details| {
            let (plural, group) = (details.kind?, details.group.unwrap_or_default());
            let with_group = ObjectKind::by_file_stem(&format!("{plural}.{group}"));
            with_group.or_else(|| ObjectKind::by_file_stem(&plural))
        });
        let message = status.message.unwrap_or_default();
        let Some(kind) = self.origin.kind.or(named) else {
            return Err(format!("an answer of the server in place of a list: {}", quote(&message)));
        };
        let reason = sanitize::into_line(format!("{}: {message}", self.origin.name));
        self.lists.status = Some((status.code.unwrap_or(500), message));
        match status.code {
            Some(401 | 403) => self.lists.refuse(kind, reason),
            Some(404) => self.lists.unknown(kind, reason),
            Some(_) | None => self.lists.break_list(kind, reason),
        }
        Ok(())
    }

    /// Nothing of the kinds in this document can be judged: what is missing is not known.
    pub(in crate::source::cluster) fn fail(&mut self, reason: &str) {
        let reason = sanitize::into_line(format!("{}: {reason}", self.origin.name));
        let of_list = self.items_of.as_ref().and_then(|(kind, api_version)| {
            ObjectKind::by_type(kind, group_and_version(api_version).0).or_else(|| ObjectKind::by_id(kind))
        });
        let of_list = of_list.or(self.origin.kind);
        // What follows in a text that is cut off may be of the kinds that came before.
        let kinds: BTreeSet<ObjectKind> = self.seen.iter().chain(&self.earlier).copied().chain(of_list).collect();
        if kinds.is_empty() {
            self.lists.notices.push(format!("{reason}; nothing of it is judged"));
        }
        kinds.into_iter().for_each(|kind| self.lists.break_list(kind, reason.clone()));
    }

    /// What is known of a list before its items.
    pub(super) fn start_items(&mut self, kind: Option<&str>, api_version: Option<&str>) {
        if let (Some(kind), Some(api_version)) = (kind, api_version) {
            self.set_type(kind, api_version);
        }
    }
}

/// An error with the number of the item.
fn at_item(number: usize, error: ItemError) -> ItemError {
    match error {
        ItemError::Incomplete => ItemError::Incomplete,
        ItemError::Wrong(reason) => ItemError::Wrong(format!("item {number}: {reason}")),
    }
}

/// An error of an item as a text.
pub(super) fn in_words(error: ItemError) -> String {
    match error {
        ItemError::Incomplete => "it ends in the middle of a value: a part is missing".to_owned(),
        ItemError::Wrong(reason) => reason,
    }
}
