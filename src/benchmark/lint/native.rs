//! Checks rules and profiles: each by itself, and the profiles against all rules.

use super::file::{FileKind, LintedFile};
use crate::benchmark::load::DefinedIds;
use crate::benchmark::profile::RawProfile;
use crate::benchmark::raw::{Params, RawRule};
use crate::benchmark::{Library, catalog_file};
use crate::model::FlagKind;
use crate::text::{quote, suggestions};
use crate::yaml::{Position, YamlNode, recovery};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The ids that each folder defines: a file may replace a definition of another folder, but not of its own.
type IdsByFolder = BTreeMap<PathBuf, DefinedIds>;

/// A valid rule of a checked file.
struct ValidRule {
    file: usize,
    id: String,
    position: Position,
}

/// Checks all rules, then all profiles. Returns the library with those that are valid.
pub(super) fn lint(mut library: Library, files: &mut [LintedFile]) -> Library {
    // The placeholder of a missing `rule`, which is reported as a missing key.
    library.put_rule("", None);
    let mut defined = IdsByFolder::new();
    let mut rules = Vec::new();
    for (index, file) in of_kind(files, FileKind::Catalog) {
        let valid = lint_catalog(file, &mut library, &mut defined);
        rules.extend(valid.into_iter().map(|(id, position)| ValidRule { file: index, id, position }));
    }
    let mut defined = IdsByFolder::new();
    let mut profiles = Vec::new();
    for (index, file) in of_kind(files, FileKind::Profile) {
        profiles.extend(lint_profile(file, &mut library, &mut defined).map(|id| (index, id)));
    }
    resolve(files, &library, &profiles);
    if !profiles.is_empty() {
        let used: BTreeSet<&str> = library.used_rules();
        for rule in rules.iter().filter(|rule| !used.contains(rule.id.as_str())) {
            files[rule.file].warning(rule.position, format!("no benchmark uses rule {}", quote(&rule.id)));
        }
    }
    library
}

fn of_kind(files: &mut [LintedFile], kind: FileKind) -> impl Iterator<Item = (usize, &mut LintedFile)> {
    files.iter_mut().enumerate().filter(move |(_, file)| file.kind == kind)
}

/// Adds the rules of a file to the library; returns id and position of each valid one.
fn lint_catalog(file: &mut LintedFile, library: &mut Library, defined: &mut IdsByFolder) -> Vec<(String, Position)> {
    let mut errors = Vec::new();
    let entries = catalog_file::read(&file.file, &file.root, &mut errors);
    file.report(errors);
    let mut valid = Vec::new();
    for entry in entries {
        for (position, parameter) in &entry.unused_parameters {
            file.warning(*position, format!("the rule does not use its parameter {}", quote(parameter)));
        }
        for flag in entry.rule.as_ref().map(unknown_switches).unwrap_or_default() {
            file.warning(entry.position, flag);
        }
        define(file, defined, "rule", &entry.id, entry.position);
        library.put_rule(&entry.id, entry.rule.clone());
        valid.extend(entry.rule.map(|_| (entry.id, entry.position)));
    }
    valid
}

/// Boolean flags that the component has in no version: a typing error, which would look like a flag that is not set.
fn unknown_switches(rule: &RawRule) -> Vec<String> {
    let Ok(rule) = rule.build(&Params::new()) else { return Vec::new() };
    let tests = rule.assertion.tests();
    let switches = tests.iter().filter_map(|test| test.probe.switch());
    let unknown = switches.filter(|(component, flag)| component.flag_kind(flag) != FlagKind::Boolean);
    let mut warnings: Vec<String> = unknown
        .map(|(component, flag)| {
            let near = suggestions(flag, component.switches());
            format!("{} has no boolean flag {}{near}", component.program(), quote(&format!("--{flag}")))
        })
        .collect();
    warnings.dedup();
    warnings
}

/// Adds the profile of a file to the library; returns its id.
fn lint_profile(file: &mut LintedFile, library: &mut Library, defined: &mut IdsByFolder) -> Option<String> {
    let recovered = recovery::read::<RawProfile>(&file.file, &file.root);
    file.report(recovered.errors);
    let profile = recovered.value?;
    let (id, position) = (profile.id.clone(), file.root.get("id")?.position);
    define(file, defined, "benchmark", &id, position);
    let stem = Path::new(&file.file.name).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if stem != id {
        let new = quote(&format!("{id}.yaml"));
        let message = format!("the file name {} differs from the id; rename the file to {new}", quote(stem));
        file.warning(position, message);
    }
    library.put_profile(file.file.clone(), profile);
    Some(id)
}

/// Reports a second definition in the same folder.
fn define(file: &mut LintedFile, defined: &mut IdsByFolder, what: &'static str, id: &str, position: Position) {
    let folder = Path::new(&file.file.name).parent().unwrap_or(Path::new("")).to_path_buf();
    let ids = defined.entry(folder).or_insert(DefinedIds::new(what));
    let duplicate = ids.add(&file.file, id, position).err();
    file.report(duplicate);
}

/// Puts each profile together and reports what does not fit. Errors in files that are not checked are left out.
fn resolve(files: &mut [LintedFile], library: &Library, profiles: &[(usize, String)]) {
    for (index, id) in profiles {
        let mut errors = Vec::new();
        let benchmark = library.resolve(id, &mut errors);
        for error in errors {
            if let Some((owner, _)) = profiles.iter().rev().find(|(_, id)| *id == error.profile) {
                let file = &mut files[*owner];
                file.error(error.position(&file.root), error.message);
            }
        }
        let file = &mut files[*index];
        let groups = file.root.get("groups").cloned();
        let all = benchmark.iter().flat_map(|b| &b.sections).flat_map(|section| &section.groups);
        for group in all.filter(|group| group.checks.is_empty()) {
            let key: Option<&YamlNode> = groups.as_ref().and_then(|groups| groups.key(group.id.as_str()));
            if let Some(key) = key {
                file.warning(key.position, format!("group {} has no checks", quote(group.id.as_str())));
            }
        }
    }
}
