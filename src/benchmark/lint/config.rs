//! Checks `config.yaml`.

use super::file::{CONFIG_KEYS, LintedFile};
use crate::node::Config;
use crate::text::{quote, suggestions};
use crate::yaml::{Content, Diagnostic, Level, recovery};

/// Checks a configuration. `benchmarks` are the ids of all benchmarks; a version that is mapped to another one has this level.
pub(super) fn lint(file: &mut LintedFile, benchmarks: &[&str], level: Level) {
    let recovered = recovery::read::<Config>(&file.file, &file.root);
    file.report(recovered.errors);
    // The configuration of kube-bench has keys that have no effect here; a mistyped key looks the same.
    file.report(recovered.ignored);
    let Some(config) = recovered.value else {
        return;
    };
    let unknown =
        |id: &str| format!("there is no benchmark {}{}", quote(id), suggestions(id, benchmarks.iter().copied()));
    for (version, id) in config.mapped_versions().filter(|(_, id)| !benchmarks.contains(id)) {
        let node = file.root.follow(&["version_mapping".to_owned(), version.to_owned()]);
        file.report([Diagnostic::new(&file.file.name, node.position, level, unknown(id))]);
    }
    for id in config.mapped_benchmarks().filter(|id| !benchmarks.contains(id)) {
        let key = file.root.get("target_mapping").and_then(|mapping| mapping.key(id));
        file.warning(key.unwrap_or(&file.root).position, unknown(id));
    }
    lint_components(file);
}

/// Warns about entries of components that are not listed, or not mappings: they are never looked for.
fn lint_components(file: &mut LintedFile) {
    let mut warnings = Vec::new();
    for target in CONFIG_KEYS.iter().filter_map(|key| file.root.get(key)) {
        let Some(components) = target.get("components") else {
            continue;
        };
        let mut listed = Vec::new();
        components.scalars(&mut listed);
        for (key, value) in target.entries() {
            let name = key.text().unwrap_or_default();
            if name == "components" {
                continue;
            }
            if matches!(value.content, Content::Scalar { .. }) {
                let message = format!("component {} is not a mapping and is ignored", quote(name));
                warnings.push((key.position, message));
            } else if !listed.contains(&name) {
                let similar = suggestions(name, listed.iter().copied().chain(["components"]));
                let message = format!("component {} is not listed under `components`{similar}", quote(name));
                warnings.push((key.position, message));
            }
        }
    }
    warnings.into_iter().for_each(|(position, message)| file.warning(position, message));
}
