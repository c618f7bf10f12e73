//! Dockerfiles.

use super::texts;
use crate::dockerfile::Dockerfile;
use crate::policy::{BuildFinding, BuildTest};
use crate::yaml::Position;
use std::collections::BTreeMap;

/// The value of a build argument and a Dockerfile, separated by a zero byte. An error and every finding are in the file, each test
/// has between one and 200 findings, and they have no control characters.
pub fn dockerfile(data: &[u8]) {
    let [value, text] = texts(data);
    let build_args = BTreeMap::from([("A".to_owned(), value.into_owned())]);
    let file = match Dockerfile::parse(&text, &build_args) {
        Ok(file) => file,
        Err(error) => return is_inside(&text, error.position),
    };
    for (name, test) in BuildTest::ALL {
        let findings = test.examine(&file);
        assert!((1..=200).contains(&findings.len()), "{name}: {} findings", findings.len());
        for finding in &findings {
            if let Some(position) = finding.position {
                is_inside(&text, position);
            }
            assert!(!shown(finding).any(|text| text.contains(char::is_control)), "{name}: {finding:?}");
        }
        assert_eq!(findings, test.examine(&file), "{name}");
    }
}

fn is_inside(text: &str, position: Position) {
    let line = text.split('\n').nth(position.line - 1).unwrap_or_else(|| panic!("{position:?} in {text:?}"));
    assert!((1..=line.chars().count() + 1).contains(&position.column), "{position:?} in {text:?}");
}

fn shown(finding: &BuildFinding) -> impl Iterator<Item = &String> {
    let evidence = finding.evidence.iter().flat_map(|(name, value)| [name, value]);
    [&finding.subject, &finding.reason].into_iter().chain(evidence)
}
