//! The file probe: mode, owner and group of paths, globs and trees.

use super::batch::Batch;
use super::collect::Collect;
use super::context::{CollectContext, TreeFindings, shown};
use super::file_ref::FileRef;
use super::locate::{is_directory, locate};
use super::observed_error::observed_error;
use super::tree_query::{NamePattern, Tree, TreeQuery};
use super::tree_summary::{TreeSummary, group};
use crate::model::{Evidence, EvidenceKind, Observation, Observed};
use crate::source::node::HostPath;
use crate::yaml::OneOrMany;
use serde::Deserialize;
use std::path::Path;

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
            match self.query() {
                None => observations.push(stat(context, place)),
                Some(query) => observations.extend(walk(context, place, &query)),
            }
        }
        // Of several places some may be missing; that all of them are is for the rule to judge.
        let nothing_found = observations.is_empty();
        let absent = absent.into_iter().filter_map(Result::err);
        let absent = absent.filter(|observed| nothing_found || !matches!(observed, Observed::Missing(_)));
        observations.extend(absent.map(|observed| observation("file", observed)));
        if observations.is_empty() {
            let below: Vec<String> = existing.iter().map(|place| shown(&place.path)).collect();
            let names = if self.names.is_empty() { "file".to_owned() } else { self.describe_names() };
            let missing = Observed::Missing(format!("no {names} is below {}", below.join(", ")));
            observations.push(observation("file", missing));
        }
        Evidence { observations }
    }
}

impl FileProbe {
    fn query(&self) -> Option<TreeQuery> {
        self.tree.map(|tree| TreeQuery { tree, names: self.names.clone() })
    }

    fn describe_names(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(NamePattern::as_str).collect();
        names.join(", ")
    }
}

fn observation(subject: &str, observed: Observed) -> Observation {
    Observation { subject: subject.to_owned(), attribute: ATTRIBUTE.to_owned(), observed, source: SOURCE.to_owned() }
}

fn stat(context: &CollectContext<'_>, place: &HostPath) -> Observation {
    let path = shown(&place.path);
    let observed = match context.stat(place) {
        Ok(stat) => Observed::Files(group(context.source.accounts(), &stat, 1, vec![path.clone()])),
        Err(error) => observed_error(&path, &error),
    };
    observation(&path, observed)
}

/// The files of a tree, grouped by mode and owner. One walk answers every query of any rule for this tree.
fn walk(context: &CollectContext<'_>, place: &HostPath, query: &TreeQuery) -> Vec<Observation> {
    if query.tree == Tree::Files && !is_directory(context, place) {
        return vec![stat(context, place)];
    }
    if let Some(known) = context.known_tree(place, query) {
        return known;
    }
    let mut summaries: Vec<(TreeQuery, TreeSummary)> =
        context.tree_queries().iter().map(|query| (query.clone(), TreeSummary::new(query))).collect();
    if !summaries.iter().any(|(known, _)| known == query) {
        summaries.push((query.clone(), TreeSummary::new(query)));
    }
    let walked = context.files.walk(place, &mut |path: &Path, stat| {
        summaries.iter_mut().for_each(|(_, summary)| summary.add(path, &stat));
    });
    let (top, accounts) = (shown(&place.path), context.source.accounts());
    let findings: TreeFindings = summaries
        .into_iter()
        .map(|(query, summary)| {
            let results = summary.results(&top, walked.as_ref().err(), accounts);
            (query, results.into_iter().map(|(subject, observed)| observation(&subject, observed)).collect())
        })
        .collect();
    let own = findings.iter().find(|(known, _)| known == query).map(|(_, own)| own.clone()).unwrap_or_default();
    context.remember_tree(place, findings);
    own
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
