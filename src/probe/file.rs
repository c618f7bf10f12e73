//! The file probe: mode, owner and group of paths, globs and trees.

use super::batch::Batch;
use super::collect::Collect;
use super::context::{CollectContext, TreeFindings, shown};
use super::file_ref::FileRef;
use super::locate::{directories_of_additions, is_directory, locate, mounted_from, named_files};
use super::tree_query::{NamePattern, Tree, TreeQuery};
use super::tree_summary::{TreeSummary, group};
use super::way::{Way, way_to};
use super::writer::Writer;
use crate::model::{Evidence, EvidenceKind, FileGroup, Observation, Observed};
use crate::source::node::{HostPath, SourceError, Stat, Walked};
use crate::yaml::OneOrMany;
use serde::Deserialize;
use std::path::{Path, PathBuf};

const ATTRIBUTE: &str = "permissions and owner";
const SOURCE: &str = "file system";

/// Files whose mode and owner are read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawFile"))]
#[serde(try_from = "RawFile")]
pub struct FileProbe {
    /// Every one that exists is read.
    pub(crate) at: Vec<FileRef>,
    /// Whether the whole tree below each of them is read.
    tree: Option<Tree>,
    /// In a tree: which names are read; empty for all.
    names: Vec<NamePattern>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawFile {
    at: OneOrMany<FileRef>,
    tree: Option<Tree>,
    #[serde(default)]
    names: Vec<NamePattern>,
}

impl TryFrom<RawFile> for FileProbe {
    type Error = String;

    fn try_from(raw: RawFile) -> Result<Self, String> {
        let OneOrMany(at) = raw.at;
        if at.is_empty() {
            return Err("`at` must not be empty".to_owned());
        }
        if raw.tree.is_none() && !raw.names.is_empty() {
            return Err("`names` needs `tree`, such as `tree: files`".to_owned());
        }
        Ok(Self { at, tree: raw.tree, names: raw.names })
    }
}

impl Collect for FileProbe {
    fn describe(&self) -> String {
        let what = match self.tree {
            None => "permissions and owner of".to_owned(),
            Some(Tree::Everything) => "permissions and owner of everything below".to_owned(),
            Some(Tree::Files) if self.names.is_empty() => "permissions and owner of the files below".to_owned(),
            Some(Tree::Files) => format!("permissions and owner of {} below", self.describe_names()),
        };
        let at: Vec<String> = self.at.iter().map(FileRef::describe).collect();
        format!("{what} {}", at.join(", "))
    }

    /// `kubelet.config`; `files(/etc/kubernetes/pki)[*.key]` for a tree.
    fn key(&self) -> String {
        let paths: Vec<String> = self.at.iter().map(FileRef::key).collect();
        let paths = paths.join(",");
        let names = if self.names.is_empty() { String::new() } else { format!("[{}]", self.describe_names()) };
        match self.tree {
            None => paths,
            Some(Tree::Files) => format!("files({paths}){names}"),
            Some(Tree::Everything) => format!("everything({paths}){names}"),
        }
    }

    /// An expectation of files is a sentence by itself: `permissions are 600 or stricter`.
    fn label(&self) -> String {
        String::new()
    }

    fn evidence_kind(&self) -> EvidenceKind {
        EvidenceKind::Files
    }

    fn add_to(&self, batch: &mut Batch) {
        batch.add_files(&self.at);
        if let Some(query) = self.query() {
            batch.add_tree(query);
        }
    }

    fn collect(&self, context: &CollectContext<'_>) -> Evidence {
        let (existing, absent): (Vec<_>, Vec<_>) =
            self.at.iter().flat_map(|at| locate(context, at)).partition(Result::is_ok);
        let mut existing: Vec<HostPath> = existing.into_iter().flatten().collect();
        existing.sort();
        existing.dedup();
        let mut observations = Vec::new();
        for place in &existing {
            observations.extend(match self.query() {
                None => stat(context, place),
                Some(query) => walk(context, place, &query),
            });
        }
        let names: Vec<&str> = self.names.iter().map(NamePattern::as_str).collect();
        for file in self.at.iter().flat_map(|at| named_files(context, at, &names)) {
            // One with such a name is in its tree.
            let is_known = self.is_named(&file.path) && existing.iter().any(|place| file.is_at_or_below(place));
            if !is_known && !is_directory(context, &file) {
                observations.extend(stat(context, &file));
            }
        }
        let directories = self.at.iter().flat_map(|at| directories_of_additions(context, at));
        observations.extend(directories.filter_map(|directory| open_to_additions(context, &directory)));
        // Of several places some may be missing; that all of them are is for the rule to judge.
        let nothing_found = observations.is_empty();
        let absent = absent.into_iter().filter_map(Result::err);
        let absent = absent.filter(|observed| nothing_found || !matches!(observed, Observed::Missing(_)));
        observations.extend(absent.map(|observed| observation("file", observed)));
        if observations.is_empty() {
            let below: Vec<String> = existing.iter().map(|place| shown(&place.path)).collect();
            let names = if self.names.is_empty() { "file".to_owned() } else { self.describe_names() };
            let missing = if below.is_empty() {
                format!("no process uses such files, and {} has no usual place of them", context.node.platform().title)
            } else {
                format!("no {names} is below {}", below.join(", "))
            };
            observations.push(observation("file", Observed::Missing(missing)));
        }
        Evidence { observations }
    }
}

impl FileProbe {
    fn query(&self) -> Option<TreeQuery> {
        self.tree.map(|tree| TreeQuery { tree, names: self.names.clone() })
    }

    fn is_named(&self, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        self.names.iter().filter_map(NamePattern::glob).any(|glob| glob.is_match(&name))
    }

    fn describe_names(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(NamePattern::as_str).collect();
        names.join(", ")
    }
}

fn observation(subject: &str, observed: Observed) -> Observation {
    Observation {
        subject: subject.to_owned(),
        process: None,
        attribute: ATTRIBUTE.to_owned(),
        observed,
        source: SOURCE.to_owned(),
    }
}

/// A file, and beside it what the way to it means.
fn stat(context: &CollectContext<'_>, place: &HostPath) -> Vec<Observation> {
    const BY_GROUP_OR_OTHERS: u32 = 0o077;
    let path = shown(&place.path);
    let stat = match context.stat(place) {
        Ok(stat) => stat,
        Err(error) => return vec![observation(&path, context.observed_error(place, &error))],
    };
    let mut way = way_to(context, place, &stat);
    // Of a file in a container, those on the node that lead to what is mounted there count as well.
    if let Some(on_node) = mounted_from(context, place) {
        way = way.or(way_to(context, &on_node, &stat));
    }
    let Way { replaceable, closed, unknown } = way;
    let group = group(context.source.accounts(), &stat, &path, 1, vec![path.clone()]);
    let mut observations = vec![observation(&path, Observed::Files(Box::new(FileGroup { replaceable, ..group })))];
    if let Some(reason) = closed.filter(|_| stat.mode.is_some_and(|mode| mode & BY_GROUP_OR_OTHERS != 0)) {
        observations.push(observation(&path, Observed::Remark(format!("{path}: {reason}"))));
    }
    observations.extend(unknown.map(|reason| observation(&path, Observed::Unknown(reason))));
    observations
}

/// A directory to which somebody else can add a file that takes effect, itself or by way of one that leads to it.
fn open_to_additions(context: &CollectContext<'_>, directory: &HostPath) -> Option<Observation> {
    let name = shown(&directory.path);
    let stat = match context.stat(directory) {
        Ok(stat) => stat,
        Err(SourceError::NotFound | SourceError::NotDirectory | SourceError::NotMounted(_)) => return None,
        Err(error) => return Some(observation(&name, context.observed_error(directory, &error))),
    };
    let accounts = context.source.accounts();
    let replaceable = match Writer::of_additions(&stat) {
        Some(writer) => writer.adding_to(&name, &stat, accounts),
        None => match way_to(context, directory, &stat) {
            Way { replaceable: Some(replaceable), .. } => replaceable,
            Way { unknown, .. } => return unknown.map(|reason| observation(&name, Observed::Unknown(reason))),
        },
    };
    let group = group(accounts, &stat, &name, 1, vec![name.clone()]);
    Some(observation(&name, Observed::Files(Box::new(FileGroup { replaceable: Some(replaceable), ..group }))))
}

/// The files of a tree, grouped by mode and owner. One walk answers every query of any rule for this tree.
fn walk(context: &CollectContext<'_>, place: &HostPath, query: &TreeQuery) -> Vec<Observation> {
    if query.tree == Tree::Files && !is_directory(context, place) {
        let mut summary = TreeSummary::new(query);
        summary.add(&place.path, &context.stat(place).into());
        return if summary.is_empty() { Vec::new() } else { stat(context, place) };
    }
    if let Some(known) = context.known_tree(place, query) {
        return known;
    }
    let mut summaries: Vec<(TreeQuery, TreeSummary)> =
        context.tree_queries().iter().map(|query| (query.clone(), TreeSummary::new(query))).collect();
    if !summaries.iter().any(|(known, _)| known == query) {
        summaries.push((query.clone(), TreeSummary::new(query)));
    }
    let (walked, links) = walk_with_links(context, place, &mut |path, found| {
        summaries.iter_mut().for_each(|(_, summary)| summary.add(path, found));
    });
    let (top, accounts) = (shown(&place.path), context.source.accounts());
    let way = |path: &Path, stat: &Stat| way_to(context, &place.with_path(path), stat);
    let findings: TreeFindings = summaries
        .into_iter()
        .map(|(query, mut summary)| {
            // What anyone can replace as a whole: the tree, and the directories to which its links lead.
            for directory in std::iter::once(&place.path).chain(&links) {
                if let Ok(stat) = context.stat(&place.with_path(directory)) {
                    summary.add_place(directory, stat);
                }
            }
            let results = summary.results(&top, walked.as_ref().err(), accounts, &way);
            (query, results.into_iter().map(|(subject, observed)| observation(&subject, observed)).collect())
        })
        .collect();
    let own = findings.iter().find(|(known, _)| known == query).map(|(_, own)| own.clone()).unwrap_or_default();
    context.remember_tree(place, findings);
    own
}

/// Visits a tree and the directories to which its links lead, which it returns: what lies there is used as well.
fn walk_with_links(
    context: &CollectContext<'_>,
    top: &HostPath,
    visit: &mut dyn FnMut(&Path, &Walked),
) -> (Result<(), SourceError>, Vec<PathBuf>) {
    /// Links that are followed in one tree. They can form a cycle.
    const MAX_LINKS: usize = 50;
    let mut links: Vec<PathBuf> = Vec::new();
    let mut walk = |top: &HostPath, links: &mut Vec<PathBuf>| {
        context.files.walk(top, &mut |path, found| match found.stat {
            Err(SourceError::LinkToDirectory) if links.len() < MAX_LINKS => links.push(path.to_owned()),
            Ok(_) | Err(_) => visit(path, &found),
        })
    };
    let mut walked = walk(top, &mut links);
    let mut next = 0;
    while let Some(link) = links.get(next).cloned() {
        next += 1;
        walked = walked.and(walk(&top.with_path(link), &mut links));
    }
    (walked, links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_what_it_reads() {
        let cases = [
            ("{ at: kubelet.config }", "permissions and owner of kubelet.config"),
            ("{ at: [/a, /b*] }", "permissions and owner of /a, /b*"),
            ("{ at: /a, tree: everything }", "permissions and owner of everything below /a"),
            ("{ at: /a, tree: files }", "permissions and owner of the files below /a"),
            ("{ at: /a, tree: files, names: ['*.crt', '*.pem'] }", "permissions and owner of *.crt, *.pem below /a"),
        ];
        for (yaml, description) in cases {
            let probe: FileProbe = serde_saphyr::from_str(yaml).expect(yaml);
            assert_eq!(probe.describe(), description, "{yaml}");
        }
    }

    #[test]
    fn refuses_invalid_patterns() {
        let error =
            serde_saphyr::from_str::<FileProbe>("{ at: /a, tree: files, names: ['[a'] }").expect_err("a pattern");
        assert!(error.to_string().contains("`[a`"), "{error}");
    }
}
