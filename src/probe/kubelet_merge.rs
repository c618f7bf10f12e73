//! One setting of the kubelet out of its configuration file and its drop-ins, merged as each version of the kubelet merges them
//! (`mergeKubeletConfigurations` in cmd/kubelet/app/server.go).

use super::path::{Name, any_case};
use crate::model::{KubernetesVersions, Value, ValueKind};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;

/// How a version of the kubelet merges drop-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MergeStyle {
    /// 1.28: each drop-in gets the defaults, and what is not zero in it then replaces what was there. Some distributions build
    /// 1.28 with the merge of 1.29.
    NonZero,
    /// 1.29 to 1.31: the drop-ins are merged as JSON merge patches, and the result is read into the configuration that the file
    /// gave, with its defaults.
    OntoFile,
    /// Since 1.32: the file and its defaults are the document that the drop-ins patch. The defaults are set again afterwards.
    WithFile,
}

/// A setting of the kubelet's configuration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'s> {
    /// The names that lead to it. Of a map the last one is the key.
    pub(super) names: &'s [Name<'s>],
    pub(super) kind: ValueKind,
    /// Its default in a kubelet without a configuration file, and with one.
    pub(super) default_with_flags: Option<&'s Value>,
    pub(super) default_with_file: Option<&'s Value>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File,
    /// A drop-in, by its number.
    DropIn(usize),
}

/// The result of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Merged {
    Value(Value, Origin),
    /// The default, which depends on whether there is a configuration file.
    Default {
        with_file: bool,
    },
    /// An empty value, which no default replaces.
    Empty,
}

/// A value with the wrong type, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrongType {
    pub(super) origin: Origin,
    pub(super) reason: String,
}

/// Fields that the kubelet leaves out of the document that drop-ins patch if they are empty: those that are no pointers.
const OMITTED_IF_EMPTY: [&str; 11] = [
    "readOnlyPort",
    "staticPodPath",
    "staticPodURL",
    "tlsCertFile",
    "tlsPrivateKeyFile",
    "tlsCipherSuites",
    "tlsMinVersion",
    "rotateCertificates",
    "serverTLSBootstrap",
    "protectKernelDefaults",
    "clientCAFile",
];

/// The names that lead to a setting, each of which may be another one in a document, and what is there.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Object(BTreeMap<String, Self>),
    Leaf(Json, Origin),
}

impl MergeStyle {
    /// Those of the versions that the kubelet may have. None of them has `--config-dir` before 1.28.
    fn of_versions(versions: KubernetesVersions) -> impl Iterator<Item = Self> {
        let styles = [(Self::NonZero, 28, 29), (Self::OntoFile, 28, 32), (Self::WithFile, 32, u32::MAX)];
        let is_possible = move |from, before| versions.may_be_from(from) && versions.may_be_before(before);
        styles.into_iter().filter(move |(_, from, before)| is_possible(*from, *before)).map(|(style, ..)| style)
    }

    /// The setting without drop-ins. A kubelet without a configuration file has the defaults of its flags.
    fn of_file(setting: Setting<'_>, file: Option<&Json>) -> Result<Merged, WrongType> {
        let value = file.map(|file| setting.exactly(file, Origin::File)).transpose()?.flatten();
        Ok(value.map_or(Merged::Default { with_file: file.is_some() }, |value| Merged::Value(value, Origin::File)))
    }

    fn merge(self, setting: Setting<'_>, file: Option<&Json>, drop_ins: &[&Json]) -> Result<Merged, WrongType> {
        let base = Self::of_file(setting, file)?;
        match self {
            Self::NonZero => non_zero(setting, base, drop_ins),
            Self::OntoFile => onto_file(setting, base, drop_ins),
            Self::WithFile => with_file(setting, base, drop_ins),
        }
    }
}

/// The setting in effect: one result, or several where the versions of the kubelet come to different ones. Without drop-ins, and
/// before they were known, it is that of the file.
pub(super) fn merge(
    setting: Setting<'_>,
    versions: KubernetesVersions,
    file: Option<&Json>,
    drop_ins: &[&Json],
) -> Result<Vec<Merged>, WrongType> {
    let mut results: Vec<Merged> = Vec::new();
    let styles = MergeStyle::of_versions(versions).map(Some);
    let styles: Vec<Option<MergeStyle>> = if drop_ins.is_empty() { vec![None] } else { styles.collect() };
    for style in if styles.is_empty() { vec![None] } else { styles } {
        let result = match style {
            Some(style) => style.merge(setting, file, drop_ins)?,
            None => MergeStyle::of_file(setting, file)?,
        };
        if !results.iter().any(|other| setting.value_of(other) == setting.value_of(&result)) {
            results.push(result);
        }
    }
    Ok(results)
}

fn non_zero(setting: Setting<'_>, base: Merged, drop_ins: &[&Json]) -> Result<Merged, WrongType> {
    let mut merged = base;
    for (number, drop_in) in drop_ins.iter().enumerate() {
        let origin = Origin::DropIn(number);
        match setting.exactly(drop_in, origin)? {
            Some(value) if setting.is_map() || !is_zero(&value) => merged = Merged::Value(value, origin),
            None if setting.default_with_file.is_some_and(|default| !is_zero(default)) && !setting.is_map() => {
                merged = Merged::Default { with_file: true };
            }
            Some(_) | None => {}
        }
    }
    Ok(merged)
}

fn onto_file(setting: Setting<'_>, base: Merged, drop_ins: &[&Json]) -> Result<Merged, WrongType> {
    // The names of the fields in Go, in which the kubelet writes its configuration here.
    let names = setting.names.iter().map(|name| match name {
        Name::Field(name) => field_name(name),
        Name::Key(key) => (*key).to_owned(),
    });
    let is_written = !setting.is_map() || matches!(base, Merged::Value(..));
    let leaf = Tree::Leaf(if is_written { Json::Bool(true) } else { Json::Null }, base.origin());
    let document = names.rev().fold(leaf, |inner, name| Tree::Object(BTreeMap::from([(name, inner)])));
    let found = decode(&patched(setting, document, drop_ins), setting.names)?;
    let Some((json, origin @ Origin::DropIn(_))) = found else {
        return Ok(base);
    };
    let value = setting.read(&json, origin)?;
    Ok(value.map_or(Merged::Empty, |value| Merged::Value(value, origin)))
}

fn with_file(setting: Setting<'_>, base: Merged, drop_ins: &[&Json]) -> Result<Merged, WrongType> {
    let value = match &base {
        Merged::Value(value, _) => Some(value),
        // The defaults of a map are not in the configuration.
        Merged::Default { .. } if setting.is_map() => None,
        Merged::Default { with_file: true } => setting.default_with_file,
        Merged::Default { with_file: false } => setting.default_with_flags,
        Merged::Empty => None,
    };
    let is_written = value.is_some_and(|value| !is_zero(value) || !setting.is_omitted_if_empty());
    let written = setting.names.iter().rev().fold(None, |inner: Option<Tree>, name| {
        let (Name::Field(name) | Name::Key(name)) = name;
        let inner = match inner {
            None if !is_written => return Some(Tree::Object(BTreeMap::new())),
            None => Tree::Leaf(Json::Bool(true), base.origin()),
            Some(inner) => inner,
        };
        Some(Tree::Object(BTreeMap::from([((*name).to_owned(), inner)])))
    });
    let document = written.unwrap_or_else(|| Tree::Object(BTreeMap::new()));
    Ok(match decode(&patched(setting, document, drop_ins), setting.names)? {
        Some((json, origin @ Origin::DropIn(_))) => {
            let value = setting.read(&json, origin)?.filter(|value| *value != Value::Duration(Duration::ZERO));
            value.map_or(Merged::Default { with_file: true }, |value| Merged::Value(value, origin))
        }
        Some((_, Origin::Default | Origin::File)) => base,
        // What is empty here is so without the drop-ins as well, unless one of them removed it.
        None if is_written => Merged::Default { with_file: true },
        None => match base {
            Merged::Value(..) => base,
            Merged::Default { .. } | Merged::Empty => Merged::Default { with_file: true },
        },
    })
}

/// The document with the drop-ins merged into it, the first one first.
fn patched(setting: Setting<'_>, document: Tree, drop_ins: &[&Json]) -> Tree {
    let mut merged = match document {
        Tree::Object(entries) => entries,
        Tree::Leaf(..) => BTreeMap::new(),
    };
    for (number, drop_in) in drop_ins.iter().enumerate() {
        if let Tree::Object(patch) = project(drop_in, setting.names, Origin::DropIn(number)) {
            merge_patch(&mut merged, patch);
        }
    }
    Tree::Object(merged)
}

impl Setting<'_> {
    /// The value that a result comes to.
    fn value_of<'v>(&'v self, merged: &'v Merged) -> Option<&'v Value> {
        match merged {
            Merged::Value(value, _) => Some(value),
            Merged::Default { with_file: true } => self.default_with_file,
            Merged::Default { with_file: false } => self.default_with_flags,
            Merged::Empty => None,
        }
    }

    fn is_map(&self) -> bool {
        matches!(self.names.last(), Some(Name::Key(_)))
    }

    fn is_omitted_if_empty(&self) -> bool {
        matches!(self.names.last(), Some(Name::Field(name)) if OMITTED_IF_EMPTY.contains(name))
    }

    /// The value in a document whose names are read as they are spelt. Empty values and durations of zero are none.
    fn exactly(&self, document: &Json, origin: Origin) -> Result<Option<Value>, WrongType> {
        let mut json = document;
        for name in self.names {
            let (Name::Field(name) | Name::Key(name)) = name;
            json = match json {
                Json::Object(entries) => match entries.get(*name) {
                    Some(inner) => inner,
                    None => return Ok(None),
                },
                Json::Null => return Ok(None),
                Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                    return Err(not_a_mapping(name, origin));
                }
            };
        }
        Ok(self.read(json, origin)?.filter(|value| *value != Value::Duration(Duration::ZERO)))
    }

    fn read(&self, json: &Json, origin: Origin) -> Result<Option<Value>, WrongType> {
        self.kind.of_json(json, &[]).map_err(|reason| WrongType { origin, reason })
    }
}

impl Merged {
    fn origin(&self) -> Origin {
        match self {
            Self::Value(_, origin) => *origin,
            Self::Default { .. } | Self::Empty => Origin::Default,
        }
    }
}

fn not_a_mapping(name: &str, origin: Origin) -> WrongType {
    WrongType { origin, reason: format!("what should contain {name} is not a mapping") }
}

/// The part of a document that leads to a setting.
fn project(document: &Json, names: &[Name<'_>], origin: Origin) -> Tree {
    match (document, names.split_first()) {
        (Json::Object(entries), Some((name, rest))) => {
            let below = entries.iter().filter(|(key, _)| name.matches(key));
            Tree::Object(below.map(|(key, inner)| (key.clone(), project(inner, rest, origin))).collect())
        }
        (other, _) => Tree::Leaf(other.clone(), origin),
    }
}

/// Merges as RFC 7396 says: null removes, mappings are merged, everything else replaces.
fn merge_patch(target: &mut BTreeMap<String, Tree>, patch: BTreeMap<String, Tree>) {
    for (key, value) in patch {
        match value {
            Tree::Leaf(Json::Null, _) => {
                target.remove(&key);
            }
            Tree::Leaf(..) => {
                target.insert(key, value);
            }
            Tree::Object(inner) => {
                let entry = target.entry(key).or_insert_with(|| Tree::Object(BTreeMap::new()));
                if let Tree::Leaf(..) = entry {
                    *entry = Tree::Object(BTreeMap::new());
                }
                if let Tree::Object(existing) = entry {
                    merge_patch(existing, inner);
                }
            }
        }
    }
}

/// The value that encoding/json of Go reads: it takes the names of fields in any case, and of several the last one. The names of
/// a merged document are in the order of their bytes, as in the map.
fn decode(tree: &Tree, names: &[Name<'_>]) -> Result<Option<(Json, Origin)>, WrongType> {
    match (tree, names.split_first()) {
        (Tree::Object(entries), Some((name, rest))) => {
            let mut found = None;
            for (_, inner) in entries.iter().filter(|(key, _)| name.matches(key)) {
                found = decode(inner, rest)?.or(found);
            }
            Ok(found)
        }
        (Tree::Object(_), None) | (Tree::Leaf(Json::Null, _), _) => Ok(None),
        (Tree::Leaf(json, origin), None) => Ok(Some((json.clone(), *origin))),
        (Tree::Leaf(_, origin), Some((Name::Field(name) | Name::Key(name), _))) => Err(not_a_mapping(name, *origin)),
    }
}

/// The value in a document whose reader takes names in any case, as encoding/json of Go does.
pub(super) fn in_any_case(document: &Json, names: &[Name<'_>]) -> Result<Option<Json>, String> {
    let found = decode(&project(document, names, Origin::File), names).map_err(|error| error.reason)?;
    Ok(found.map(|(json, _)| json))
}

impl Name<'_> {
    fn matches(&self, key: &str) -> bool {
        match self {
            Name::Field(name) => any_case(name, key),
            Name::Key(name) => *name == key,
        }
    }
}

/// The name of a field of the kubelet's configuration in Go.
fn field_name(name: &str) -> String {
    match name.strip_prefix("tls") {
        Some(rest) => format!("TLS{rest}"),
        None => {
            let mut letters = name.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
        }
    }
}

/// What Go calls the zero value of a type.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::Number(number) => *number == 0,
        Value::Duration(duration) => duration.is_zero(),
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
    }
}

#[cfg(test)]
mod tests;
