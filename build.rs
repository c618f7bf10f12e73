//! Writes the definitions under `benchmarks/` and `cfg/` as JSON into Rust constants, so that the program starts without parsing
//! YAML. The loader checks what they mean.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let target = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?);
    let profiles = yaml_files("benchmarks/profiles")?;
    let profiles: Vec<String> = profiles.iter().map(|(path, profile)| path_and_json(path, profile)).collect();
    write_array(&target.join("profiles.rs"), &profiles)?;
    let mut rules = Vec::new();
    for (path, catalog) in yaml_files("benchmarks/catalog")? {
        let Value::Array(catalog) = catalog else {
            return Err(error(&path, "expected a list of rules"));
        };
        rules.extend(catalog.into_iter().map(rule_source));
    }
    write_array(&target.join("rules.rs"), &rules)?;
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

/// Path and content of the YAML files of a folder, in the order of their names.
#[expect(clippy::disallowed_methods, reason = "the build reads definitions, not the node under audit")]
fn yaml_files(folder: &str) -> io::Result<Vec<(String, Value)>> {
    println!("cargo::rerun-if-changed={folder}");
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files.iter().map(|file| Ok((file.display().to_string(), read(file)?))).collect()
}

#[expect(clippy::disallowed_methods, reason = "the build reads definitions, not the node under audit")]
fn read(file: &Path) -> io::Result<Value> {
    serde_saphyr::from_str(&fs::read_to_string(file)?).map_err(|e| error(&file.display().to_string(), &e.to_string()))
}

fn error(file: &str, message: &str) -> io::Error {
    io::Error::other(format!("{file}: {message}"))
}
