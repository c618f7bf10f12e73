//! Proofs of rules on a file's permissions or owner.

use super::super::case::{Case, Proves, State};
use super::super::machine::Difference;
use super::{Tables, difference};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// `modes: …` or `owners: …`: a file whose permissions or owner are judged.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FileEntry {
    of: String,
    /// The limits or owners of the tables that the rule is used with.
    within: Vec<String>,
    /// Whether the rule has the limit as a parameter of this name.
    param: Option<String>,
    /// The verdict where the file is not there, or nothing of those that the rule means.
    absent: State,
    #[serde(default)]
    absent_without: Vec<String>,
    #[serde(default)]
    host: Difference,
}

impl Tables {
    pub(super) fn modes(&self, entry: &FileEntry) -> Result<Vec<Case>, String> {
        let mut cases = seen_or_not(entry);
        for limit in &entry.within {
            let table = self.modes.get(limit).ok_or_else(|| format!("no table for {limit}"))?;
            let verdicts = table.met.iter().map(|m| (m, State::Met));
            for (mode, is) in verdicts.chain(table.not_met.iter().map(|m| (m, State::NotMet))) {
                let file = json!({ "path": entry.of, "mode": mode });
                let mut made = vec![Case::new(format!("mode {mode}"), difference(json!({ "files": [file] })), is)];
                made.extend(through_link(entry, &json!({ "mode": mode }), is, &format!("mode {mode}")));
                cases.extend(made.into_iter().map(|case| entry.limit(case, limit)));
            }
        }
        Ok(cases.into_iter().map(|c| entry.finish(c)).collect())
    }

    pub(super) fn owners(&self, entry: &FileEntry) -> Result<Vec<Case>, String> {
        let mut cases = seen_or_not(entry);
        for owner in &entry.within {
            let table = self.owners.get(owner).ok_or_else(|| format!("no table for {owner}"))?;
            let verdicts = table.met.iter().map(|m| (m, State::Met));
            for (row, is) in verdicts.chain(table.not_met.iter().map(|m| (m, State::NotMet))) {
                let mut file = json!({ "path": entry.of });
                file.as_object_mut().into_iter().for_each(|f| f.extend(row.file.clone()));
                let host = difference(json!({ "files": [file], "accounts": row.accounts }));
                cases.push(entry.limit(Case::new(format!("owner: {}", row.name), host, is), owner));
            }
        }
        Ok(cases.into_iter().map(|c| entry.finish(c)).collect())
    }
}

/// What does not depend on the limit: a file that is hidden, not mounted, not there.
fn seen_or_not(entry: &FileEntry) -> Vec<Case> {
    let folder = entry.of.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let hidden = |name: &str, path: &str, error: &str| {
        let host = difference(json!({ "files": [{ "path": path, "error": error }] }));
        Case::new(name, host, State::Undetermined).proving(Proves::Unreadable)
    };
    let gone = if entry.absent_without.is_empty() { vec![entry.of.clone()] } else { entry.absent_without.clone() };
    vec![
        hidden("the folder may not be entered", folder, "hidden"),
        hidden("it may not be looked at", &entry.of, "hidden"),
        hidden("it is not mounted", &entry.of, "not-mounted"),
        Case::new("it is not there", difference(json!({ "remove": gone })), entry.absent).proving(Proves::Absent),
    ]
}

/// The same file behind a link: what the link leads to is judged.
fn through_link(entry: &FileEntry, file: &Json, is: State, name: &str) -> Option<Case> {
    let kind = if entry.of == "/var/lib/etcd" { "directory" } else { "file" };
    let mut target = json!({ "path": "/elsewhere/it", "kind": kind });
    target.as_object_mut()?.extend(file.as_object()?.clone());
    let link = json!({ "path": entry.of, "target": "/elsewhere/it" });
    // In a process's own root the link stays there.
    let inside = entry.of.starts_with("/pods/proxy").then(|| json!("/pods/proxy/elsewhere/it"));
    target["path"] = inside.unwrap_or(target["path"].clone());
    let host = difference(json!({ "remove": [entry.of], "files": [target, link] }));
    Some(Case::new(format!("{name}, behind a link"), host, is))
}

impl FileEntry {
    fn limit(&self, mut case: Case, limit: &str) -> Case {
        if let Some(param) = &self.param {
            case.with.insert(param.clone(), json!(limit));
        }
        case
    }

    fn finish(&self, case: Case) -> Case {
        Case { host: self.host.clone().and(case.host), ..case }
    }
}
