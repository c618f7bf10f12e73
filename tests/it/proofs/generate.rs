//! Proofs of rules of one shape, from the tables of `testdata/proofs/tables.yaml`: there stand the verdicts, written by hand;
//! here a table's row only becomes a machine.

use super::case::{Case, Proves, State};
use super::machine::Difference;
use super::yaml;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// The tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tables {
    modes: IndexMap<String, Modes>,
    owners: IndexMap<String, Owners>,
    flags: IndexMap<String, FlagTable>,
    documents: IndexMap<String, Vec<DocumentRow>>,
    variables: Vec<DocumentRow>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Modes {
    met: Vec<String>,
    not_met: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Owners {
    met: Vec<OwnerRow>,
    not_met: Vec<OwnerRow>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnerRow {
    name: String,
    file: Map<String, Json>,
    #[serde(default)]
    accounts: Map<String, Json>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FlagTable {
    good: Vec<String>,
    bad: Vec<String>,
    met: Vec<Vec<String>>,
    not_met: Vec<Vec<String>>,
    unset: Vec<Vec<String>>,
    undetermined: Vec<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct DocumentRow {
    name: String,
    file: Option<String>,
    #[serde(default)]
    drop_ins: IndexMap<String, String>,
    flags: Option<String>,
    variable: Option<String>,
    /// Fields of the file that make it unreadable.
    #[serde(default)]
    broken: Map<String, Json>,
    /// Whether the environment may not be read.
    #[serde(default)]
    denied: bool,
    is: RowState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RowState {
    Met,
    NotMet,
    Undetermined,
    /// As the rule says of a setting that nothing sets.
    Unset,
    /// The same, of a component that was given no file.
    UnsetWithoutFile,
}

/// `modes: …` or `owners: …`: a file whose permissions or owner are judged.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FileEntry {
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

/// `flag: …`: a flag that a table is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FlagEntry {
    of: String,
    name: String,
    table: String,
    #[serde(default)]
    good: String,
    #[serde(default)]
    bad: String,
    #[serde(default)]
    also: Also<String>,
    unset: State,
    #[serde(default = "not_met")]
    absent: State,
    #[serde(default)]
    breaks: Vec<usize>,
    #[serde(default)]
    host: Difference,
}

/// `document: …`: a setting in a component's configuration file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct DocumentEntry {
    of: String,
    /// The flag that names the file.
    #[serde(default = "config")]
    named_by: String,
    path: String,
    good: Json,
    bad: Json,
    #[serde(default)]
    also: Also<Json>,
    unset: State,
    unset_without_file: State,
    /// Words of a command line that are good and bad.
    good_flags: Vec<String>,
    bad_flags: Vec<String>,
    variable: Option<String>,
    #[serde(default)]
    breaks: Vec<usize>,
    #[serde(default)]
    host: Difference,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Also<T> {
    met: Vec<T>,
    not_met: Vec<T>,
    unset: Vec<T>,
    undetermined: Vec<T>,
}

impl<T> Default for Also<T> {
    fn default() -> Self {
        Self { met: Vec::new(), not_met: Vec::new(), unset: Vec::new(), undetermined: Vec::new() }
    }
}

const fn not_met() -> State {
    State::NotMet
}

fn config() -> String {
    "config".to_owned()
}

fn difference(json: Json) -> Difference {
    serde_json::from_value(json).expect("a difference")
}

impl Tables {
    pub(crate) fn read() -> Self {
        serde_json::from_value(yaml("testdata/proofs/tables.yaml")).unwrap_or_else(|e| panic!("tables: {e}"))
    }

    /// The proofs of one entry: those of a table, or the one that is written out.
    pub(crate) fn cases(&self, entry: Json) -> Result<Vec<Case>, String> {
        let error = |e: serde_json::Error| format!("{e}: {entry}");
        let map = entry.as_object().ok_or("an entry is a mapping")?;
        match (map.len(), map.iter().next()) {
            (1, Some((key, inner))) if key == "modes" => {
                self.modes(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "owners" => {
                self.owners(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "flag" => {
                self.flag(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "document" => {
                self.document(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "audit" => {
                Ok(serde_json::from_value::<AuditEntry>(inner.clone()).map_err(error)?.cases())
            }
            _ => Ok(vec![serde_json::from_value(entry.clone()).map_err(error)?]),
        }
    }

    fn modes(&self, entry: &FileEntry) -> Result<Vec<Case>, String> {
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

    fn owners(&self, entry: &FileEntry) -> Result<Vec<Case>, String> {
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

    fn flag(&self, entry: &FlagEntry) -> Result<Vec<Case>, String> {
        let table = self.flags.get(&entry.table).ok_or_else(|| format!("no table {}", entry.table))?;
        let mut cases = Vec::new();
        for (rows, is) in [(&table.met, State::Met), (&table.not_met, State::NotMet), (&table.unset, entry.unset)] {
            cases.extend(rows.iter().map(|words| entry.row(words, is)));
        }
        for (values, is) in
            [(&entry.also.met, State::Met), (&entry.also.not_met, State::NotMet), (&entry.also.unset, entry.unset)]
        {
            cases.extend(values.iter().map(|v| entry.row(&[format!("--FLAG={v}")], is)));
        }
        let malformed = entry.also.undetermined.iter().map(|v| vec![format!("--FLAG={v}")]);
        for words in table.undetermined.iter().cloned().chain(malformed) {
            cases.push(entry.row(&words, State::Undetermined).proving(Proves::Unreadable));
        }
        cases.extend(entry.several(table));
        cases.iter_mut().filter(|c| c.is == State::NotMet).for_each(|c| c.breaks.clone_from(&entry.breaks));
        Ok(cases)
    }

    fn document(&self, entry: &DocumentEntry) -> Result<Vec<Case>, String> {
        let kind = if entry.of == "kubelet" { "kubelet" } else { "alone" };
        let rows = self.documents.get(kind).ok_or("no table of documents")?;
        let of_variable = self.variables.iter().filter(|_| entry.variable.is_some());
        let mut cases: Vec<Case> = rows.iter().chain(of_variable).map(|row| entry.row(row)).collect();
        let value = |value: &Json, is: State| {
            let host = entry.machine(Some(&entry.holding(value)), &[], None);
            Case::new(format!("in the file: {value}"), host, is)
        };
        let also = &entry.also;
        for (values, is) in [(&also.met, State::Met), (&also.not_met, State::NotMet), (&also.unset, entry.unset)] {
            cases.extend(values.iter().map(|v| value(v, is)));
        }
        cases.extend(also.undetermined.iter().map(|v| value(v, State::Undetermined).proving(Proves::Unreadable)));
        cases.iter_mut().filter(|c| c.is == State::NotMet).for_each(|c| c.breaks.clone_from(&entry.breaks));
        Ok(cases)
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

impl FlagEntry {
    fn words(&self, words: &[String]) -> Vec<String> {
        let underscored = self.name.replace('-', "_");
        let put = |w: &String| w.replace("FLAG", &self.name).replace("FL_AG", &underscored);
        words.iter().map(put).map(|w| w.replace("GOOD", &self.good).replace("BAD", &self.bad)).collect()
    }

    /// The machine with a command line. The flag itself is always taken out first.
    fn machine(&self, words: &[String]) -> Difference {
        let change = json!({ "flags": self.words(words), "without": [self.name] });
        self.host.clone().and(difference(json!({ "run": { self.of.clone(): change } })))
    }

    fn row(&self, words: &[String], is: State) -> Case {
        // etcd knows no underscores: such a flag is another one.
        let other = self.of == "etcd" && words.iter().any(|w| w.contains("FL_AG"));
        if other && words.len() > 1 {
            return self.row(&words[..1], self.is_of_first(words));
        }
        let is = if other { self.unset } else { is };
        Case::new(format!("flags {}", self.words(words).join(" ")), self.machine(words), is)
    }

    /// The tables' rows with an underscored second word begin with a good one, but for those of two equal meanings.
    fn is_of_first(&self, words: &[String]) -> State {
        match words[0].as_str() {
            "--FLAG=false" if self.table == "must-be-true" => State::NotMet,
            _ => State::Met,
        }
    }

    /// Several processes, none, and those of other users.
    fn several(&self, table: &FlagTable) -> Vec<Case> {
        let argv = |words: &[String]| {
            let mut argv = vec![self.of.clone()];
            argv.extend(self.words(words));
            argv
        };
        let with = |base: &[String], extra: Json, stopped: bool| {
            let rest = difference(json!({ "beside": extra, "stopped": if stopped { vec![&self.of] } else { vec![] } }));
            self.machine(base).and(rest)
        };
        let (good, bad) = (&table.good, &table.bad);
        let user = |words: &[String]| json!([{ "argv": argv(words), "user": "alice", "pid": 900 }]);
        let root = |words: &[String]| json!([{ "argv": argv(words), "pid": 900, "cwd": "/" }]);
        let shell = json!([{ "argv": ["/bin/sh", "-c", argv(good).join(" ")], "pid": 900 }]);
        let pod = "/kubepods.slice/kubepods-pod0a1b2c3d_0a1b_0a1b_0a1b_0a1b2c3d4e5f.slice/x";
        let in_pod = json!([{ "argv": argv(good), "user": "alice", "pid": 900, "cgroup": pod }]);
        let is_bad = if bad.is_empty() { self.unset } else { State::NotMet };
        let absent = |name, host| Case::new(name, host, self.absent).proving(Proves::Absent);
        let mut blind = self.machine(good);
        blind.blind = true;
        vec![
            Case::new("a user's good process beside root's bad one", with(bad, user(good), false), is_bad),
            Case::new("a pod's good process beside root's bad one", with(bad, in_pod, false), is_bad),
            Case::new("another program's good words beside root's bad ones", with(bad, shell.clone(), false), is_bad),
            Case::new("a second process of root's that is bad", with(good, root(bad), false), is_bad),
            absent("it does not run", with(good, json!([]), true)),
            absent("only another program has its name in its words", with(good, shell, true)),
            // Something bears its name, so that it is not known to be elsewhere.
            Case::new("only a user's process bears its name", with(good, user(good), true), State::NotMet),
            Case::new("the processes cannot be seen", blind, State::Undetermined).proving(Proves::Unreadable),
        ]
    }
}

impl DocumentEntry {
    fn file(&self) -> &'static str {
        match self.of.as_str() {
            "kubelet" => "/var/lib/kubelet/config.yaml",
            _ => "/etc/component/config.yaml",
        }
    }

    /// A document that holds a value at the setting's path.
    fn holding(&self, value: &Json) -> Json {
        self.path.rsplit('.').fold(value.clone(), |inner, key| json!({ key: inner }))
    }

    fn value(&self, word: &str) -> Json {
        match word {
            "GOOD" => self.holding(&self.good),
            "BAD" => self.holding(&self.bad),
            "NOTHING" => self.holding(&Json::Null),
            "UNSET" => json!({ "someOtherKey": 1 }),
            other => panic!("{other} is no value"),
        }
    }

    fn row(&self, row: &DocumentRow) -> Case {
        let document = row.file.as_deref().map(|word| self.value(word));
        let flags = match row.flags.as_deref() {
            Some("GOOD") => &self.good_flags[..],
            Some("BAD") => &self.bad_flags,
            _ => &[],
        };
        let variable = row.variable.as_ref().map(|word| match word.as_str() {
            "GOOD" => text_of(&self.good),
            "BAD" => text_of(&self.bad),
            other => other.to_owned(),
        });
        let mut host = self.machine(document.as_ref(), flags, variable.map(|v| (v, row.denied)));
        host = host.and(self.drop_ins(&row.drop_ins)).and(self.broken(&row.broken));
        let (is, proves) = match row.is {
            RowState::Met => (State::Met, None),
            RowState::NotMet => (State::NotMet, None),
            RowState::Unset => (self.unset, None),
            RowState::UnsetWithoutFile => (self.unset_without_file, None),
            RowState::Undetermined => (State::Undetermined, Some(Proves::Unreadable)),
        };
        Case { proves, ..Case::new(row.name.clone(), host, is) }
    }

    /// The machine with a document, a command line and a variable.
    fn machine(&self, document: Option<&Json>, flags: &[String], variable: Option<(String, bool)>) -> Difference {
        let mut words = flags.to_vec();
        let mut files = Vec::new();
        if let Some(document) = document {
            words.push(format!("--{}={}", self.named_by, self.file()));
            // As text, so that a null stays in it.
            files.push(json!({ "path": self.file(), "content": document.to_string() }));
        }
        let mut change = json!({ "flags": words, "without": [self.named_by] });
        if let (Some(name), Some((value, denied))) = (&self.variable, variable) {
            change["env"] = json!({ name: value });
            if denied {
                change["env_error"] = json!("denied");
            }
        }
        self.host.clone().and(difference(json!({ "run": { self.of.clone(): change }, "files": files })))
    }

    fn drop_ins(&self, drop_ins: &IndexMap<String, String>) -> Difference {
        const FOLDER: &str = "/etc/kubernetes/kubelet.conf.d";
        if drop_ins.is_empty() {
            return Difference::default();
        }
        let file = |(name, word): (&String, &String)| {
            let path = format!("{FOLDER}/{name}");
            match word.as_str() {
                "MALFORMED" => json!({ "path": path, "content": "kind: [" }),
                "UNREADABLE" => json!({ "path": path, "error": "denied" }),
                word => json!({ "path": path, "content": self.value(word).to_string() }),
            }
        };
        let files: Vec<Json> = drop_ins.iter().map(file).collect();
        let run = json!({ self.of.clone(): [format!("--config-dir={FOLDER}")] });
        difference(json!({ "run": run, "files": files }))
    }

    fn broken(&self, broken: &Map<String, Json>) -> Difference {
        if broken.is_empty() {
            return Difference::default();
        }
        if broken.contains_key("absent") {
            let run = json!({ self.of.clone(): [format!("--{}=/not/there.yaml", self.named_by)] });
            return difference(json!({ "run": run }));
        }
        let mut file = json!({ "path": self.file() });
        file.as_object_mut().into_iter().for_each(|f| f.extend(broken.clone()));
        difference(json!({ "files": [file] }))
    }
}

fn text_of(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// `audit: …`: requests that an audit policy must record; each verb is a part of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditEntry {
    group: String,
    resource: String,
    verbs: Vec<String>,
    /// The number of the first verb's part.
    from: usize,
    /// The verdict where what is sent and answered is recorded as well.
    bodies: State,
}

impl AuditEntry {
    /// A policy that records one request in another way than all the rest.
    fn cases(&self) -> Vec<Case> {
        let levels = [
            ("None", State::NotMet),
            ("Metadata", State::Met),
            ("Request", self.bodies),
            ("RequestResponse", self.bodies),
        ];
        let mut cases = Vec::new();
        for (index, verb) in self.verbs.iter().enumerate() {
            for (level, is) in levels {
                let resources = json!([{ "group": self.group, "resources": [self.resource] }]);
                let rules =
                    json!([{ "level": level, "verbs": [verb], "resources": resources }, { "level": "Metadata" }]);
                const POLICY: &str = "/etc/kubernetes/audit.yaml";
                let run = json!({ "kube-apiserver": [format!("--audit-policy-file={POLICY}")] });
                let host = difference(json!({ "run": run, "merge": { POLICY: { "rules": rules } } }));
                let breaks = if is == State::NotMet { vec![self.from + index] } else { Vec::new() };
                cases.push(Case { breaks, ..Case::new(format!("{verb} {} at {level}", self.resource), host, is) });
            }
        }
        cases
    }
}
