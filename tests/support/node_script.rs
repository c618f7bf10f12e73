//! Prints a described node as shell commands that make it: `folder`, `file` and `process`, which the caller defines.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool of the tests")]

use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: node_script DESCRIPTION.json")?;
    let description: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let things = |kind: &str| description[kind].as_array().cloned().unwrap_or_default();
    for (name, id) in description["accounts"].as_object().into_iter().flatten() {
        println!("account {} {}", quote(name), quote(&id.to_string()));
    }
    for folder in things("dirs") {
        println!("folder {}", stat_of(&folder));
    }
    for file in things("files") {
        println!("file {} {}", stat_of(&file), quote(file["content"].as_str().unwrap_or_default()));
    }
    for process in things("processes") {
        let argv: Vec<String> =
            process["argv"].as_array().into_iter().flatten().filter_map(Value::as_str).map(quote).collect();
        println!("process {}", argv.join(" "));
    }
    Ok(())
}

/// Mode, owner, group and path.
fn stat_of(thing: &Value) -> String {
    ["mode", "owner", "group", "path"].map(|key| quote(thing[key].as_str().unwrap_or_default())).join(" ")
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
