//! The configuration file with which K3s starts etcd inside its process.

use super::LeftOut;
use serde_json::{Map, Value as Json, json};

const DIRECTORY: &str = "/var/lib/rancher/k3s/server/db/etcd";

/// Adds the file with what the flags of etcd say, or that which they name.
pub(super) fn add(host: &mut Json, words: &[String]) -> Result<(), LeftOut> {
    // etcd knows no underscores in the names of flags.
    let flags: Vec<(&str, &str)> = words.iter().filter_map(|word| word.strip_prefix("--")?.split_once('=')).collect();
    if flags.len() < words.len() {
        return Err("a configuration file has no flags of another form");
    }
    let files = host["files"].as_array_mut().expect("files");
    let directory = files.iter().find(|file| file["path"] == json!(DIRECTORY));
    let directory = directory.ok_or("the file is in the directory of the data, which is not there")?;
    let path = format!("{}/config", directory["target"].as_str().unwrap_or(DIRECTORY));
    if let Some((_, named)) = flags.iter().rev().find(|(name, _)| *name == "config-file") {
        let file = files.iter_mut().find(|file| file["path"] == json!(named));
        file.ok_or("K3s starts etcd only with a file that is there")?["path"] = json!(path);
        return Ok(());
    }
    let document = document(&flags)?;
    files.push(json!({ "path": path, "mode": "600", "content": document.to_string() }));
    Ok(())
}

fn document(flags: &[(&str, &str)]) -> Result<Json, LeftOut> {
    let mut document = Map::new();
    for (name, value) in flags {
        let (section, key) = match name.strip_prefix("peer-") {
            Some(key) if is_of_section(key) => (Some("peer-transport-security"), key),
            None if is_of_section(name) => (Some("client-transport-security"), *name),
            Some(_) | None if KEYS.contains(name) => (None, *name),
            Some(_) | None => return Err("a configuration file has no key for any other flag"),
        };
        let value = match (key, *value) {
            ("client-cert-auth" | "auto-tls", "true") => json!(true),
            ("client-cert-auth" | "auto-tls", "false") => json!(false),
            ("client-cert-auth" | "auto-tls", _) => {
                return Err("a configuration file has no other words for true and false");
            }
            (_, text) => json!(text),
        };
        let place = match section {
            Some(section) => document.entry(section).or_insert(json!({})).as_object_mut().expect("a section"),
            None => &mut document,
        };
        if place.insert(key.to_owned(), value).is_some() {
            return Err("a configuration file has a key once");
        }
    }
    Ok(Json::Object(document))
}

/// The other flags of etcd that proofs give.
const KEYS: [&str; 8] = [
    "name",
    "data-dir",
    "listen-client-urls",
    "listen-peer-urls",
    "listen-client-http-urls",
    "initial-cluster",
    "cipher-suites",
    "tls-min-version",
];

fn is_of_section(key: &str) -> bool {
    ["cert-file", "key-file", "client-cert-auth", "trusted-ca-file", "auto-tls"].contains(&key)
}
