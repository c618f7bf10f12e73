//! A document that holds the arguments of a component, as the programs of OpenShift take one.

use crate::node::detected::Instance;
use crate::node::platform::DocumentPart;
use crate::source::node::{HostPath, NodeSource};
use crate::yaml::TextFile;
use serde_json::Value as Json;

/// The document of a process and the arguments in it; nothing if no flag of the process names one.
pub(in crate::node) fn document(
    source: &dyn NodeSource,
    instance: &Instance,
    part: &DocumentPart,
) -> Option<(HostPath, Result<Vec<String>, String>)> {
    let path = named(&instance.process.argv, &part.flag)?;
    let file =
        if instance.in_container() { HostPath::of_process(instance.process.pid, &path) } else { HostPath::host(&path) };
    let words = read(source, &file, &path)
        .and_then(|json| arguments(&json, part).map_err(|reason| format!("{path} is malformed: {reason}")));
    Some((file, words))
}

fn named(argv: &[String], flag: &str) -> Option<String> {
    let name = format!("--{flag}");
    let mut words = argv.iter();
    let mut found = None;
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some((known, value)) if known == name => found = Some(value.to_owned()),
            None if *word == name => found = words.next().cloned(),
            Some(_) | None => {}
        }
    }
    found.filter(|path| path.starts_with('/'))
}

fn read(source: &dyn NodeSource, file: &HostPath, path: &str) -> Result<Json, String> {
    let bytes = source.read(file).map_err(|error| format!("{path} {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{path} is malformed: it is not UTF-8 text"))?;
    TextFile::new(path, text)
        .parse_data()
        .map_err(|error| format!("{path} is malformed: line {}: {}", error.line, error.message))
}

fn arguments(json: &Json, part: &DocumentPart) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    for (flag, key) in &part.keys {
        if let Some(value) = at(json, key) {
            let values = texts(value).ok_or_else(|| format!("{key} is no text"))?;
            if !values.is_empty() {
                words.push(format!("--{flag}={}", values.join(",")));
            }
        }
    }
    match at(json, &part.arguments) {
        None | Some(Json::Null) => {}
        Some(Json::Object(flags)) => {
            for (flag, value) in flags {
                let values = texts(value).ok_or_else(|| format!("{}.{flag} is no list of texts", part.arguments))?;
                words.extend(values.into_iter().map(|value| format!("--{flag}={value}")));
            }
        }
        Some(_) => return Err(format!("{} is no mapping", part.arguments)),
    }
    Ok(words)
}

fn at<'j>(json: &'j Json, key: &str) -> Option<&'j Json> {
    key.split('.').try_fold(json, |json, name| json.get(name))
}

/// The texts of a scalar or a list.
fn texts(value: &Json) -> Option<Vec<String>> {
    let text = |value: &Json| match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    };
    match value {
        Json::Array(values) => values.iter().map(text).collect(),
        Json::Null => Some(Vec::new()),
        other => text(other).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_values_are_repeated_flags() {
        let part: DocumentPart = serde_saphyr::from_str(
            "{ flag: openshift-config, arguments: apiServerArguments, keys: { client-ca-file: servingInfo.clientCA } }",
        )
        .expect("a part");
        let json = serde_json::json!({
            "servingInfo": { "clientCA": "/ca.crt" },
            "apiServerArguments": { "anonymous-auth": ["false"], "enable-admission-plugins": ["A", "B"], "x": 3 },
        });
        assert_eq!(
            arguments(&json, &part).expect("arguments"),
            [
                "--client-ca-file=/ca.crt",
                "--anonymous-auth=false",
                "--enable-admission-plugins=A",
                "--enable-admission-plugins=B",
                "--x=3"
            ]
        );
        assert!(arguments(&serde_json::json!({ "apiServerArguments": ["x"] }), &part).is_err());
        assert!(arguments(&serde_json::json!({ "apiServerArguments": { "x": [{}] } }), &part).is_err());
        assert_eq!(arguments(&serde_json::json!({}), &part).expect("none"), Vec::<String>::new());
    }
}
