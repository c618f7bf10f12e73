//! Proofs on other platforms: the machine of a proof with its components, settings and files where the platform has them.

mod arguments_files;
mod documents;
mod etcd_file;
mod journal;
mod left_out;
mod paths;
mod places;

use super::case::{Case, State};
use super::machine::{Machine, described};
use super::subject::Subject;
use super::yaml;
use indexmap::IndexMap;
use nodeproof::internals::source::node::base_name;
use paths::Places;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// Why the statement of a proof cannot be made on a platform.
type LeftOut = &'static str;

/// Where the components of a platform have their arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Settings {
    #[default]
    Processes,
    Journal,
    ArgumentsFiles,
    Documents,
}

/// A platform of `testdata/proofs/platforms.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Platform {
    settings: Settings,
    paths: IndexMap<String, String>,
    paths_of: IndexMap<String, IndexMap<String, String>>,
    drop_in: Option<String>,
    processes: Vec<Json>,
    files: Vec<Json>,
    keys: IndexMap<String, Map<String, Json>>,
    flags: IndexMap<String, Vec<String>>,
    without: Vec<String>,
    stopped: Vec<String>,
    documents: IndexMap<String, documents::DocumentOf>,
    not_applicable: Vec<String>,
    not_applicable_if_root_owns: IndexMap<String, String>,
    /// The platform's page, `benchmarks/platforms/ID.yaml`.
    #[serde(skip)]
    page: Json,
}

/// A process of the base, by its number: others are what a proof has beside them.
pub(super) const BASE_PIDS: std::ops::RangeInclusive<u64> = 101..=106;

impl Platform {
    pub(crate) fn read(id: &str) -> Self {
        let platforms = yaml("testdata/proofs/platforms.yaml");
        // Nothing is said of one on which no rule reads something else.
        let platform = platforms.get(id).cloned().unwrap_or(json!({}));
        let platform: Self = serde_json::from_value(platform).unwrap_or_else(|e| panic!("{id}: {e}"));
        Self { page: yaml(&format!("benchmarks/platforms/{id}.yaml")), ..platform }
    }

    pub(crate) fn title(&self) -> &str {
        self.page["title"].as_str().expect("a title")
    }

    /// Whether the platform's page says that a rule does not apply.
    pub(crate) fn excuses(&self, rule: &str) -> bool {
        self.not_applicable.iter().any(|start| rule.starts_with(start))
    }

    /// The verdicts that a rule must have proofs for.
    pub(crate) fn needed(&self, subject: &Subject) -> &'static [State] {
        if self.excuses(&subject.rule) {
            &[State::NotApplicable]
        } else if self.not_applicable_if_root_owns.contains_key(&subject.rule) {
            &[State::NotApplicable, State::NotMet]
        } else {
            &[State::Met, State::NotMet]
        }
    }

    /// The machine of a proof on this platform, and the verdict that it must get there.
    pub(crate) fn moved(&self, subject: &Subject, case: &Case) -> Result<(Machine, State), LeftOut> {
        let mut host = described(&case.host).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        self.check_statement(case, subject)?;
        self.remove_what_is_elsewhere(&mut host, case)?;
        let mut pairs = self.pairs(&subject.rule);
        if places::is_about(subject, "kubelet.config") {
            self.use_drop_in(&mut host, case, &mut pairs)?;
        }
        let places = Places::new(pairs);
        let gone = Places::gone(&host, &case.host.remove);
        places.move_files(&mut host)?;
        if places.are_back(&host, &gone) {
            return Err("the platform has other files in the directory that is not there");
        }
        self.add_flags(&mut host);
        match self.settings {
            Settings::Processes => self.add_keys(&mut host),
            Settings::Journal => journal::move_settings(&mut host)?,
            Settings::ArgumentsFiles => arguments_files::move_settings(&mut host)?,
            Settings::Documents => self.move_to_documents(&mut host)?,
        }
        for (key, added) in [("processes", &self.processes), ("files", &self.files)] {
            let all = host[key].as_array_mut().expect("a list");
            let known = |one: &Json| key == "files" && all.iter().any(|other| other["path"] == one["path"]);
            let new: Vec<Json> = added.iter().filter(|one| !known(one)).cloned().collect();
            all.extend(new);
        }
        let is = self.verdict(subject, case, &host);
        Ok((Machine::of(&host, &case.host).expect("a machine"), is))
    }

    /// The verdict of the proof, but where the platform's page says that the rule does not apply.
    fn verdict(&self, subject: &Subject, case: &Case, host: &Json) -> State {
        let root_owns = |path: &String| {
            let of_root = |key: &str, file: &Json| {
                file.get(key).is_none_or(|owner| *owner == json!(0) || *owner == json!("root"))
            };
            let file = host["files"].as_array().into_iter().flatten().find(|file| file["path"] == json!(path));
            file.is_some_and(|file| of_root("owner", file) && of_root("group", file) && file.get("error").is_none())
        };
        // Where no process can be seen, the platform is not known.
        if case.host.blind {
            return case.is;
        }
        if self.contains_components() && stops_all(subject, case) {
            return State::NotApplicable;
        }
        let excused = self.not_applicable_if_root_owns.get(&subject.rule).is_some_and(root_owns);
        if excused || self.excuses(&subject.rule) { State::NotApplicable } else { case.is }
    }

    fn contains_components(&self) -> bool {
        matches!(self.settings, Settings::Journal | Settings::ArgumentsFiles)
    }

    /// Whether the arguments of a program are elsewhere than in a process of its own.
    fn is_moved(&self, program: &str) -> bool {
        self.contains_components() || self.documents.contains_key(program)
    }

    fn remove_what_is_elsewhere(&self, host: &mut Json, case: &Case) -> Result<(), LeftOut> {
        let is_without = |file: &Map<String, Json>| self.without.iter().any(|path| file["path"] == json!(path));
        if case.host.files.iter().any(is_without) {
            return Err("the platform has no such file");
        }
        let processes = host["processes"].as_array_mut().expect("processes");
        processes.retain(|process| !self.stopped.iter().any(|program| program == program_of(process)));
        let files = host["files"].as_array_mut().expect("files");
        files.retain(|file| !file.as_object().is_some_and(is_without));
        Ok(())
    }

    /// The places that are others.
    fn pairs(&self, rule: &str) -> Vec<(String, String)> {
        let of_rule = self.paths_of.iter().filter(|(start, _)| rule.starts_with(*start)).flat_map(|(_, paths)| paths);
        let mut pairs: IndexMap<String, String> = self.paths.clone();
        pairs.extend(of_rule.map(|(from, to)| (from.clone(), to.clone())));
        pairs.into_iter().collect()
    }

    /// Puts the kubelet's configuration file of the base where the platform has its own: among the drop-ins.
    fn use_drop_in(&self, host: &mut Json, case: &Case, pairs: &mut Vec<(String, String)>) -> Result<(), LeftOut> {
        const FILE: &str = "/var/lib/kubelet/config.yaml";
        let Some(drop_in) = &self.drop_in else { return Ok(()) };
        // Before 1.28 the kubelet has no drop-ins.
        if case.host.kubernetes.is_some() {
            return Ok(());
        }
        let there = host["files"].as_array().into_iter().flatten().any(|file| file["path"] == json!(FILE));
        let given = json!(format!("--config={FILE}"));
        let processes = host["processes"].as_array_mut().expect("processes");
        for kubelet in processes.iter_mut().filter(|process| program_of(process) == "kubelet") {
            let argv = kubelet["argv"].as_array_mut().expect("argv");
            let is_about_files = |word: &&Json| word.as_str().is_some_and(|word| word.starts_with("--config"));
            if argv.iter().filter(is_about_files).count() != 1 || !argv.contains(&given) {
                return Ok(());
            }
            if !there {
                return Err("a kubelet without the file has a directory without drop-ins, which is no error");
            }
            let folder = Path::new(drop_in).parent().expect("a directory").display();
            argv.iter_mut()
                .filter(|word| **word == given)
                .for_each(|word| *word = json!(format!("--config-dir={folder}")));
        }
        pairs.push((FILE.to_owned(), drop_in.clone()));
        Ok(())
    }

    /// Gives each component what it is given on this platform.
    fn add_flags(&self, host: &mut Json) {
        let processes = host["processes"].as_array_mut().expect("processes");
        for process in processes.iter_mut().filter(|process| is_of_base(process)) {
            let flags = self.flags.get(program_of(process)).cloned().unwrap_or_default();
            let argv = process["argv"].as_array_mut().expect("argv");
            for flag in flags {
                let name = flag.split('=').next().expect("a name");
                if !argv.iter().any(|word| word.as_str().is_some_and(|word| word.split('=').next() == Some(name))) {
                    argv.insert(1, json!(flag));
                }
            }
        }
    }

    fn add_keys(&self, host: &mut Json) {
        let processes = host["processes"].as_array_mut().expect("processes");
        for process in processes.iter_mut().filter(|process| is_of_base(process)) {
            let keys = self.keys.get(program_of(process)).cloned().unwrap_or_default();
            let process = process.as_object_mut().expect("a process");
            for (key, value) in keys {
                process.entry(key).or_insert(value);
            }
        }
    }
}

/// Whether no component runs that a rule is about.
fn stops_all(subject: &Subject, case: &Case) -> bool {
    let is_stopped = |component: &String| case.host.stopped.iter().any(|program| program.ends_with(component.as_str()));
    let components = places::components(subject);
    !components.is_empty() && components.iter().all(is_stopped) && !has_own(case)
}

/// Whether a proof has a process of root besides that is a component under another name.
fn has_own(case: &Case) -> bool {
    let is_own = |process: &Json| process.get("user").is_none() && process["argv"][0] != "/bin/sh";
    case.host.beside.iter().any(is_own)
}

pub(super) fn program_of(process: &Json) -> &str {
    base_name(process["argv"][0].as_str().unwrap_or_default())
}

pub(super) fn is_of_base(process: &Json) -> bool {
    process["pid"].as_u64().is_some_and(|pid| BASE_PIDS.contains(&pid))
}

/// Takes the processes of the base out of a host.
pub(super) fn take_processes(host: &mut Json) -> Vec<Json> {
    let processes = host["processes"].as_array_mut().expect("processes");
    let (own, others) = std::mem::take(processes).into_iter().partition(is_of_base);
    *processes = others;
    own
}

/// The words of a command line without the program.
pub(super) fn words_of(process: &Json) -> Vec<String> {
    let words = process["argv"].as_array().into_iter().flatten().skip(1);
    words.map(|word| word.as_str().expect("a word").to_owned()).collect()
}

/// The name of a flag that is given as `--name=value`, with dashes for underscores, and its value.
pub(super) fn flag_and_value(word: &str) -> Option<(String, &str)> {
    let (name, value) = word.strip_prefix("--")?.split_once('=')?;
    Some((name.replace('_', "-"), value))
}
