//! Proofs of rules on a flag of a process.

use super::super::case::{Case, Proves, State};
use super::super::machine::Difference;
use super::{Also, FlagTable, Tables, difference};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// `flag: …`: a flag that a table is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FlagEntry {
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
    /// Where the component does not run: by default, only the control plane's rules apply all the same.
    absent: Option<State>,
    #[serde(default)]
    breaks: Vec<usize>,
    #[serde(default)]
    host: Difference,
}

impl Tables {
    pub(super) fn flag(&self, entry: &FlagEntry) -> Result<Vec<Case>, String> {
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
        let usual = match self.of.as_str() {
            "etcd" | "kubelet" | "kube-proxy" => State::NotApplicable,
            _ => State::NotMet,
        };
        let absent = |name, host| Case::new(name, host, self.absent.unwrap_or(usual)).proving(Proves::Absent);
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
