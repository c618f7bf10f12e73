//! Writes the definitions under `benchmarks/` and `cfg/` as JSON into Rust constants, so that the program starts without parsing
//! YAML, and the flags of components in `flags/` as tables. The loader checks what definitions mean.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let target = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?);
    let profiles = yaml_files("benchmarks/profiles")?;
    let profiles: BTreeMap<&str, String> =
        profiles.iter().map(|(path, profile)| profile_source(path, profile)).collect();
    write_array(&target.join("profiles.rs"), &profiles.into_values().collect::<Vec<_>>())?;
    let mut rules = Vec::new();
    for (path, catalog) in yaml_files("benchmarks/catalog")? {
        let Value::Array(catalog) = catalog else {
            return Err(error(&path, "expected a list of rules"));
        };
        rules.extend(catalog);
    }
    // Sorted, so that the program finds one without a table.
    rules.sort_by(|one, next| one["id"].as_str().cmp(&next["id"].as_str()));
    let rules: Vec<String> = rules.into_iter().map(rule_source).collect();
    write_array(&target.join("rules.rs"), &rules)?;
    let platforms = yaml_files("benchmarks/platforms")?;
    let platforms: Vec<String> = platforms.iter().map(|(path, platform)| platform_source(path, platform)).collect();
    write_array(&target.join("platforms.rs"), &platforms)?;
    write_flags(&target)?;
    println!("cargo::rerun-if-changed=cfg");
    let config = "cfg/config.yaml";
    fs::write(target.join("config.rs"), path_and_json(config, &read(Path::new(config))?))
}

/// Writes a Rust array of these expressions.
fn write_array(file: &Path, items: &[String]) -> io::Result<()> {
    fs::write(file, format!("&[\n    {},\n]", items.join(",\n    ")))
}

/// A Rust tuple of the path and the JSON text.
fn path_and_json(path: &str, value: &Value) -> String {
    format!("({path:?}, {:?})", value.to_string())
}

/// The id of a profile and a `ProfileSource` expression.
fn profile_source<'p>(path: &str, profile: &'p Value) -> (&'p str, String) {
    let id = profile["id"].as_str().unwrap_or_default();
    (id, format!("ProfileSource {{ id: {id:?}, path: {path:?}, json: {:?} }}", profile.to_string()))
}

/// A `RuleSource` expression. `src/benchmark/split_texts.rs` says why the texts are apart from the JSON.
fn rule_source(mut rule: Value) -> String {
    let mut text = |key: &str| match rule.get_mut(key) {
        Some(Value::String(text)) => Some(std::mem::take(text)),
        _ => None,
    };
    let [title, rationale, remediation] =
        ["title", "rationale", "remediation"].map(|key| text(key).unwrap_or_default());
    let [impact, steps] = ["impact", "steps"].map(text);
    let texts = format!(
        "RuleTexts {{ title: {title:?}, rationale: {rationale:?}, impact: {impact:?}, steps: {steps:?}, \
         remediation: {remediation:?} }}"
    );
    let (id, json) = (rule["id"].as_str().unwrap_or_default(), rule.to_string());
    format!("RuleSource {{ id: {id:?}, json: {json:?}, texts: {texts} }}")
}

/// A `PlatformSource` expression. `src/node/platform/embedded.rs` says why its signs are apart.
fn platform_source(path: &str, platform: &Value) -> String {
    let mut signs = platform.clone();
    if let Value::Object(entries) = &mut signs {
        entries.retain(|key, _| matches!(key.as_str(), "id" | "title" | "like" | "detect" | "gives-way" | "programs"));
    }
    let (signs, json) = (signs.to_string(), platform.to_string());
    format!("PlatformSource {{ path: {path:?}, signs: {signs:?}, json: {json:?} }}")
}

/// Writes the flags of etcd, and those of all components of Kubernetes, as sorted arrays of name and kind.
fn write_flags(target: &Path) -> io::Result<()> {
    let (mut kubernetes, mut etcd) = (BTreeMap::new(), BTreeMap::new());
    for (path, file) in yaml_files("flags")? {
        let flags = if path.ends_with("/etcd.yaml") { &mut etcd } else { &mut kubernetes };
        for (key, kind) in [("booleans", "Boolean"), ("values", "TakesValue")] {
            for flag in file[key].as_array().ok_or_else(|| error(&path, &format!("expected a list `{key}`")))? {
                let name = flag.as_str().or_else(|| flag["flag"].as_str());
                let name = name.ok_or_else(|| error(&path, &format!("{flag} has no name")))?;
                let known = flags.entry(name.to_owned()).or_insert(kind);
                // Boolean in some versions or components only.
                if *known != kind {
                    *known = "Unknown";
                }
            }
        }
    }
    for (name, flags) in [("kubernetes", kubernetes), ("etcd", etcd)] {
        let items: Vec<String> =
            flags.into_iter().map(|(flag, kind)| format!("({flag:?}, FlagKind::{kind})")).collect();
        write_array(&target.join(format!("{name}_flags.rs")), &items)?;
    }
    Ok(())
}

/// Path and content of the YAML files below a folder, in the order of their paths.
fn yaml_files(folder: &str) -> io::Result<Vec<(String, Value)>> {
    println!("cargo::rerun-if-changed={folder}");
    let mut files = Vec::new();
    find_yaml(Path::new(folder), &mut files)?;
    files.sort();
    files.iter().map(|file| Ok((file.display().to_string(), read(file)?))).collect()
}

#[expect(clippy::disallowed_methods, reason = "the build reads definitions, not the node under audit")]
fn find_yaml(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_yaml(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the build reads definitions, not the node under audit")]
fn read(file: &Path) -> io::Result<Value> {
    serde_saphyr::from_str(&fs::read_to_string(file)?).map_err(|e| error(&file.display().to_string(), &e.to_string()))
}

fn error(file: &str, message: &str) -> io::Error {
    io::Error::other(format!("{file}: {message}"))
}
