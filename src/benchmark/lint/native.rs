//! What is wrong in files of the native dialect: rules, profiles, the configuration. Says what; `yaml::shape` and the
//! types know why.

use super::{File, Kind, Level};
use crate::benchmark::Library;
use crate::benchmark::catalog::{ProfileDiagnostic, RawProfile};
use crate::benchmark::raw::{Params, RawRule};
use crate::node::Config;
use crate::text::suggestions;
use crate::yaml::shape;
use crate::yaml::tree::{Content, Mark, YamlNode};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Keys that stand at the top of a configuration.
pub(super) const CONFIG_KEYS: &[&str] =
    &["master", "node", "etcd", "controlplane", "policies", "managedservices", "version_mapping", "target_mapping"];

/// Where something was defined first, by folder and name: a folder's file may replace another folder's, not its own.
type FirstDefinitions = BTreeMap<(PathBuf, String), (String, usize)>;

/// Looks through all files together: rules first, since profiles are held against them.
pub(super) fn lint(mut library: Library, files: &mut [(Kind, File)], foreign_benchmarks: &[&str]) {
    // What stands in for a rule that a check does not name: that it is missing is told with the check.
    library.put_rule("", None);
    let mut seen = FirstDefinitions::new();
    let mut rules = Vec::new();
    for (index, (_, file)) in of_kind(files, Kind::Catalogue) {
        for (id, mark) in catalogue(file, &mut library, &mut seen) {
            rules.push((index, id, mark));
        }
    }
    let mut profiles = Vec::new();
    seen.clear();
    for (index, (_, file)) in of_kind(files, Kind::Profile) {
        profiles.extend(profile(file, &mut library, &mut seen).map(|id| (index, id)));
    }
    resolve(files, &library, &profiles);
    if !profiles.is_empty() {
        let used: BTreeSet<&str> = library.used_rules();
        for (index, id, mark) in rules.into_iter().filter(|(_, id, _)| !used.contains(id.as_str())) {
            files[index].1.tell_at(Level::Warning, mark, format!("no benchmark uses the rule `{id}`"));
        }
    }
    for (_, (_, file)) in of_kind(files, Kind::Config) {
        config(file, &library, foreign_benchmarks);
    }
}

fn of_kind(files: &mut [(Kind, File)], kind: Kind) -> impl Iterator<Item = (usize, &mut (Kind, File))> {
    files.iter_mut().enumerate().filter(move |(_, (k, _))| *k == kind)
}

/// Reads the rules of a file into the library; gives the name of each sound one, and its place.
fn catalogue(file: &mut File, library: &mut Library, seen: &mut FirstDefinitions) -> Vec<(String, Mark)> {
    let Content::Sequence(items) = file.root.content.clone() else {
        return Vec::new();
    };
    let mut named = Vec::new();
    for item in &items {
        let shaped = shape::read::<RawRule>(item);
        let whole = shaped.faults.is_empty();
        shaped.faults.into_iter().for_each(|fault| file.tell(Level::Error, fault));
        let faults = rule(file, item, shaped.value.as_ref(), whole);
        let Some(id) = item.get("id").filter(|id| id.text().is_some()) else {
            continue;
        };
        let name = id.text().unwrap_or_default().to_owned();
        unique(file, seen, &name, id.mark, "rule");
        let sound = shaped.value.filter(|_| whole && faults == 0);
        if sound.is_some() {
            named.push((name.clone(), id.mark));
        }
        library.put_rule(&name, sound);
    }
    named
}

/// Tells what is wrong in the meaning of a rule; how many faults that are. Of a rule whose shape is wrong already, only its
/// texts are looked at: the rest would be told twice.
fn rule(file: &mut File, item: &YamlNode, rule: Option<&RawRule>, whole: bool) -> usize {
    let Some(rule) = rule else {
        return 0;
    };
    let faults = rule.build(&Params::new()).err().unwrap_or_default();
    let mut told = 0;
    for fault in faults.iter().filter(|f| whole || f.offset.is_some()) {
        let node = item.follow(&fault.path);
        let mark = fault.offset.map_or(node.mark, |offset| node.mark_of(offset, &file.source.text));
        file.tell_at(Level::Error, mark, fault.message.clone());
        told += 1;
    }
    if whole {
        unused_params(file, item);
    }
    told
}

fn unused_params(file: &mut File, item: &YamlNode) {
    let mut texts = Vec::new();
    for (_, value) in item.entries().iter().filter(|(key, _)| key.text() != Some("params")) {
        value.scalars(&mut texts);
    }
    let params = item.get("params").map(YamlNode::entries).unwrap_or_default();
    let mut unused = Vec::new();
    for (key, _) in params {
        let name = key.text().unwrap_or_default();
        if !texts.iter().any(|text| text.contains(&format!("{{{name}}}"))) {
            unused.push((key.mark, format!("the rule uses its parameter `{name}` nowhere")));
        }
    }
    unused.into_iter().for_each(|(mark, message)| file.tell_at(Level::Warning, mark, message));
}

/// Tells of a name that the same folder gives twice.
fn unique(file: &mut File, seen: &mut FirstDefinitions, name: &str, mark: Mark, what: &str) {
    let folder = Path::new(&file.source.file).parent().unwrap_or(Path::new("")).to_path_buf();
    let here = (file.source.file.clone(), mark.line);
    match seen.get(&(folder.clone(), name.to_owned())) {
        Some((first, line)) => {
            let message = format!("{what} `{name}` is defined twice: at {first}:{line} already");
            file.tell_at(Level::Error, mark, message);
        }
        None => drop(seen.insert((folder, name.to_owned()), here)),
    }
}

/// Reads a profile into the library; gives its id.
fn profile(file: &mut File, library: &mut Library, seen: &mut FirstDefinitions) -> Option<String> {
    let shaped = shape::read::<RawProfile>(&file.root);
    shaped.faults.into_iter().for_each(|fault| file.tell(Level::Error, fault));
    let profile = shaped.value?;
    let (id, mark) = (profile.id.clone(), file.root.get("id")?.mark);
    unique(file, seen, &id, mark, "benchmark");
    let stem = Path::new(&file.source.file).file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    if stem != id {
        let message = format!("the file is called `{stem}` and defines `{id}`; call it {id}.yaml");
        file.tell_at(Level::Warning, mark, message);
    }
    library.put_profile(file.source.clone(), profile);
    Some(id)
}

/// Puts each profile together with what it extends, and tells what does not fit. A fault of a file that is not looked at is
/// not told.
fn resolve(files: &mut [(Kind, File)], library: &Library, profiles: &[(usize, String)]) {
    for (index, id) in profiles {
        let mut faults: Vec<ProfileDiagnostic> = Vec::new();
        let benchmark = library.resolve(id, &mut faults);
        for fault in faults {
            let Some((owner, _)) = profiles.iter().rev().find(|(_, id)| *id == fault.profile) else {
                continue;
            };
            let file = &mut files[*owner].1;
            let (node, key) = place(&file.root, &fault.path);
            // A whole check is named by its key, anything else by itself.
            let mark = if fault.path.len() == 2 { key } else { node };
            file.tell_at(Level::Error, mark, fault.message);
        }
        let file = &mut files[*index].1;
        let groups = file.root.get("groups").cloned();
        let all = benchmark.iter().flat_map(|b| &b.sections).flat_map(|s| &s.groups);
        for group in all.filter(|g| g.checks.is_empty()) {
            if let Some(key) = groups.as_ref().and_then(|g| g.key(group.id.as_str())) {
                file.tell_at(Level::Warning, key.mark, format!("no check is in group `{}`", group.id));
            }
        }
    }
}

/// Where the node at a path stands, and where its key does.
fn place(root: &YamlNode, path: &[String]) -> (Mark, Mark) {
    let node = root.follow(path);
    let key = path.split_last().and_then(|(last, front)| root.follow(front).key(last));
    (node.mark, key.map_or(node.mark, |k| k.mark))
}

fn config(file: &mut File, library: &Library, foreign_benchmarks: &[&str]) {
    let shaped = shape::read::<Config>(&file.root);
    shaped.faults.into_iter().for_each(|fault| file.tell(Level::Error, fault));
    // kube-bench's own file has keys that nothing here needs; a mistyped one looks the same.
    shaped.ignored.into_iter().for_each(|fault| file.tell(Level::Warning, fault));
    let Some(config) = shaped.value else {
        return;
    };
    let known = [library.benchmarks().as_slice(), foreign_benchmarks].concat();
    let unknown = |id: &str| format!("there is no benchmark `{id}`{}", suggestions(id, known.iter().copied()));
    for (version, id) in config.mapped_versions().filter(|(_, id)| !known.contains(id)) {
        let (node, _) = place(&file.root, &["version_mapping".to_owned(), version.to_owned()]);
        file.tell_at(Level::Error, node, unknown(id));
    }
    for id in config.mapped_benchmarks().filter(|id| !known.contains(id)) {
        let (_, key) = place(&file.root, &["target_mapping".to_owned(), id.to_owned()]);
        file.tell_at(Level::Warning, key, unknown(id));
    }
    components(file);
}

/// A component that is listed and has no entry is never found; one with an entry that is not listed is never looked for.
fn components(file: &mut File) {
    let mut told = Vec::new();
    for target in CONFIG_KEYS.iter().filter_map(|key| file.root.get(key)) {
        let Some(Content::Sequence(listed)) = target.get("components").map(|c| &c.content) else {
            continue;
        };
        let listed: Vec<&str> = listed.iter().filter_map(YamlNode::text).collect();
        for (key, _) in target.entries() {
            let name = key.text().unwrap_or_default();
            if name != "components" && !listed.contains(&name) {
                let near = suggestions(name, listed.iter().copied().chain(["components"]));
                told.push((key.mark, format!("component `{name}` is not listed under `components`{near}")));
            }
        }
    }
    told.into_iter().for_each(|(mark, message)| file.tell_at(Level::Warning, mark, message));
}
