//! Kubeconfig files: which there are, and how several become one.

use super::fields::Fields;
use super::options::ConnectOptions;
use crate::text::quote;
use crate::yaml::{Content, Diagnostic, Position, TextFile, YamlNode};
use std::cell::RefCell;
use std::path::PathBuf;

/// A list in a kubeconfig.
#[derive(Debug, Clone, Copy)]
pub(super) enum Section {
    Clusters,
    Contexts,
    Users,
}

impl Section {
    const ALL: [Self; 3] = [Self::Clusters, Self::Contexts, Self::Users];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Contexts => "contexts",
            Self::Users => "users",
        }
    }

    /// The key in each item.
    const fn item_key(self) -> &'static str {
        match self {
            Self::Clusters => "cluster",
            Self::Contexts => "context",
            Self::Users => "user",
        }
    }
}

/// The files that the options name: the flag, else `KUBECONFIG`. `None`: neither is set.
pub(super) fn named_files(options: &ConnectOptions) -> Option<Vec<PathBuf>> {
    if let Some(file) = &options.kubeconfig {
        return Some(vec![file.clone()]);
    }
    let list = options.environment.get("KUBECONFIG")?;
    let named: Vec<PathBuf> = std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect();
    // A missing file of the list is skipped, as kubectl does.
    let present: Vec<PathBuf> = named.iter().filter(|path| TextFile::is_present(path)).cloned().collect();
    Some(if present.is_empty() { named } else { present })
}

/// `~/.kube/config`.
pub(super) fn default_file(options: &ConnectOptions) -> PathBuf {
    let home = options.environment.get("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
    home.join(".kube/config")
}

/// One or more kubeconfig files. The first that defines a name wins.
pub(super) struct Kubeconfig {
    files: Vec<(TextFile, YamlNode)>,
    /// Whether all files could be read. Otherwise a name that is not found may be in another one.
    is_complete: bool,
    /// What is wrong in them.
    problems: RefCell<Vec<Diagnostic>>,
}

impl Kubeconfig {
    pub(super) fn read(paths: &[PathBuf]) -> Self {
        let mut kubeconfig = Self { files: Vec::new(), is_complete: true, problems: RefCell::default() };
        for path in paths {
            if let Err(problem) = TextFile::read(path).and_then(|file| kubeconfig.add(file)) {
                kubeconfig.problems.get_mut().push(problem);
                kubeconfig.is_complete = false;
            }
        }
        kubeconfig
    }

    /// The kubeconfig of a text.
    #[cfg(any(test, feature = "internals"))]
    pub(super) fn of_text(text: String) -> Self {
        let mut kubeconfig = Self::read(&[]);
        if let Err(problem) = kubeconfig.add(TextFile::new("kubeconfig", text)) {
            kubeconfig.problems.get_mut().push(problem);
        }
        kubeconfig
    }

    fn add(&mut self, file: TextFile) -> Result<(), Diagnostic> {
        let root = file.tree(self.problems.get_mut())?;
        if !matches!(root.content, Content::Mapping(_)) {
            return Err(file.error(root.position, "not a kubeconfig: it is not a mapping"));
        }
        for (key, expected) in [("kind", "Config"), ("apiVersion", "v1")] {
            if let Some(node) = root.get(key).filter(|node| node.text().is_none_or(|t| !t.is_empty() && t != expected))
            {
                let message = format!("{key}: not a kubeconfig; it must be {}", quote(expected));
                self.problems.get_mut().push(file.error(node.position, message));
            }
        }
        for section in Section::ALL {
            self.check_names(&file, &root, section);
        }
        self.files.push((file, root));
        Ok(())
    }

    /// Each item of a list needs a name of its own.
    fn check_names(&mut self, file: &TextFile, root: &YamlNode, section: Section) {
        let Some(list) = root.get(section.key()) else { return };
        let mut names: Vec<&str> = Vec::new();
        for (index, item) in items(list).iter().enumerate() {
            let message = match item.get("name").and_then(YamlNode::text) {
                None | Some("") => format!("{}[{index}].name: missing", section.key()),
                Some(name) if names.contains(&name) => {
                    format!("{}[{index}].name: {} is defined twice", section.key(), quote(name))
                }
                Some(name) => {
                    names.push(name);
                    continue;
                }
            };
            self.problems.get_mut().push(file.error(item.position, message));
        }
        if !list.is_sequence() && list.text().is_none_or(|text| !matches!(text, "" | "~" | "null")) {
            self.problems.get_mut().push(file.error(list.position, format!("{}: not a list", section.key())));
        }
    }

    /// What was found so far.
    pub(super) fn into_problems(self) -> Vec<Diagnostic> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems.dedup();
        problems
    }

    pub(super) fn has_problems(&self) -> bool {
        !self.problems.borrow().is_empty()
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Reports what is wrong in the first file as a whole.
    pub(super) fn problem(&self, message: String) {
        if let Some((file, _)) = self.files.first() {
            self.problems.borrow_mut().push(file.error(Position::START, message));
        }
    }

    /// The context that the files choose, and where.
    pub(super) fn current_context(&self) -> Option<(&str, Fields<'_>)> {
        self.files.iter().find_map(|(file, root)| {
            let name = root.get("current-context")?.text().filter(|name| !name.is_empty())?;
            Some((name, Fields::new(file, root, String::new(), &self.problems)))
        })
    }

    /// The first item of this name.
    pub(super) fn item(&self, section: Section, name: &str) -> Option<Fields<'_>> {
        self.files.iter().find_map(|(file, root)| {
            let item = items(root.get(section.key())?).iter().find(|item| name_of(item) == Some(name))?;
            let path = format!("{}[{name}].{}", section.key(), section.item_key());
            let node = item.get(section.item_key()).unwrap_or(item);
            Some(Fields::new(file, node, path, &self.problems))
        })
    }

    /// The names in a list of all files.
    pub(super) fn names(&self, section: Section) -> Vec<&str> {
        let lists = self.files.iter().filter_map(|(_, root)| root.get(section.key()));
        lists.flat_map(items).filter_map(name_of).collect()
    }
}

fn name_of(item: &YamlNode) -> Option<&str> {
    item.get("name").and_then(YamlNode::text)
}

fn items(list: &YamlNode) -> &[YamlNode] {
    match &list.content {
        Content::Sequence(items) => items,
        Content::Scalar { .. } | Content::Mapping(_) | Content::Placeholder(_) => &[],
    }
}
