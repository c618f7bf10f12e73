//! OpenShift: arguments of components are in a document that an argument of their process names.

use super::{LeftOut, Platform, flag_and_value, is_of_base, program_of, words_of};
use crate::proofs::machine::set;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// Where a program has its arguments.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct DocumentOf {
    /// The command line of its process.
    argv: Vec<String>,
    path: String,
    /// The mapping with the arguments, as a JSON pointer.
    arguments: String,
    /// Flags that have a key of their own, as JSON pointers.
    #[serde(default)]
    keys: IndexMap<String, String>,
}

impl Platform {
    /// Puts the arguments of processes into the documents.
    pub(super) fn move_to_documents(&self, host: &mut Json) -> Result<(), LeftOut> {
        let mut documents: IndexMap<&str, Json> = IndexMap::new();
        let processes = host["processes"].as_array_mut().expect("processes");
        let is_moved = |process: &&Json| is_of_base(process) && self.documents.contains_key(program_of(process));
        if self.documents.len() != processes.iter().filter(is_moved).count() {
            return Err("one process runs several components");
        }
        for process in processes.iter_mut().filter(|process| is_of_base(process)) {
            if let Some(of) = self.documents.get(program_of(process)) {
                of.add(&words_of(process), documents.entry(&of.path).or_insert(json!({})))?;
                process["argv"] = json!(of.argv);
            }
        }
        // One process of two components.
        processes.dedup_by(|one, other| one["argv"] == other["argv"]);
        let files = host["files"].as_array_mut().expect("files");
        for (path, document) in documents {
            files.push(json!({ "path": path, "mode": "600", "content": document.to_string() }));
        }
        Ok(())
    }
}

impl DocumentOf {
    fn add(&self, words: &[String], document: &mut Json) -> Result<(), LeftOut> {
        let flags: Vec<(String, &str)> = words.iter().filter_map(|word| flag_and_value(word)).collect();
        if flags.len() < words.len() {
            return Err("a document has arguments with names and values alone");
        }
        let mut arguments: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (word, (_, value)) in words.iter().zip(&flags) {
            let name = word.strip_prefix("--").and_then(|word| word.split('=').next()).expect("a name");
            arguments.entry(name).or_default().push(value);
        }
        for name in arguments.keys() {
            if name.contains('_') && arguments.contains_key(name.replace('_', "-").as_str()) {
                return Err("a mapping has no order");
            }
        }
        for (name, values) in arguments {
            match (self.keys.get(name), values.as_slice()) {
                (Some(key), [value]) if name == "tls-cipher-suites" => {
                    set(document, key, &json!(value.split(',').collect::<Vec<_>>())).expect("a key");
                }
                (Some(key), [value]) => set(document, key, &json!(value)).expect("a key"),
                (_, values) => set(document, &format!("{}/{name}", self.arguments), &json!(values)).expect("a list"),
            }
        }
        Ok(())
    }
}
