//! Turns the YAML under `benchmarks/` and `cfg/` into JSON at build time, so that the binary starts without parsing YAML.
//! Only the notation changes; what the data means is checked by the loader, which reads both.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let target = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?);
    let profiles = yaml_files("benchmarks/profiles")?;
    fs::write(target.join("profiles.rs"), table(profiles.iter().map(|(path, value)| (path.as_str(), value))))?;
    // Rule by rule, for a run needs only those of its benchmark.
    let mut rules = Vec::new();
    for (path, file) in yaml_files("benchmarks/catalog")? {
        let Value::Array(here) = file else {
            return Err(wrong(&path, "is no list of rules"));
        };
        rules.extend(here.into_iter().map(rule_source));
    }
    fs::write(target.join("rules.rs"), format!("&[\n{}]", rules.concat()))?;
    println!("cargo::rerun-if-changed=cfg");
    let config = "cfg/config.yaml";
    fs::write(target.join("config.rs"), entry(config, &read(Path::new(config))?))
}

/// A Rust expression: the name and the JSON of each.
fn table<'v>(entries: impl Iterator<Item = (&'v str, &'v Value)>) -> String {
    let lines: Vec<String> = entries.map(|(name, value)| format!("    {},\n", entry(name, value))).collect();
    format!("&[\n{}]", lines.concat())
}

fn entry(name: &str, value: &Value) -> String {
    format!("({name:?}, {:?})", value.to_string())
}

/// A rule as a Rust expression. Its texts are apart from its JSON; `src/benchmark/split_texts.rs` says why.
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
    format!("    RuleSource {{ id: {id:?}, json: {json:?}, texts: {texts} }},\n")
}

/// The YAML files of a folder, in the order of their names.
#[expect(clippy::disallowed_methods, reason = "the build reads the definitions, no machine under audit")]
fn yaml_files(folder: &str) -> io::Result<Vec<(String, Value)>> {
    println!("cargo::rerun-if-changed={folder}");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "yaml"));
    files.sort();
    files.iter().map(|file| Ok((file.display().to_string(), read(file)?))).collect()
}

#[expect(clippy::disallowed_methods, reason = "the build reads the definitions, no machine under audit")]
fn read(file: &Path) -> io::Result<Value> {
    serde_saphyr::from_str(&fs::read_to_string(file)?).map_err(|e| wrong(&file.display().to_string(), &e.to_string()))
}

fn wrong(file: &str, what: &str) -> io::Error {
    io::Error::other(format!("{file}: {what}"))
}
