//! Scans inputs: each document becomes a report, and all of them decide the exit code.

use super::input::{decoded, parts};
use super::report::{DocumentReport, json};
use super::rule::Rule;
use super::rules::{RULES, rule};
use super::table;
use crate::text::{quote, sanitize};

/// Documents of one scan. Each takes some kilobytes of a report.
const MAX_DOCUMENTS: usize = 50_000;
/// The exit code if a document has no score above 0.
const BAD: u8 = 2;
/// The exit code if an input or a document cannot be read.
const FAILED: u8 = 1;

/// How a scan is done.
pub(crate) struct ScanOptions {
    rules: Vec<&'static Rule>,
    /// The form of the output.
    pub(crate) format: ScanFormat,
    /// The exit code if a document has no score above 0.
    pub(crate) bad_exit_code: u8,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanFormat {
    /// kubesec's JSON.
    Json,
    /// A text for people.
    Table,
}

/// What a scan prints.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScanOutput {
    /// The reports; without any report, the first error.
    pub(crate) stdout: Vec<u8>,
    /// One line for each input or document that cannot be read, if there are reports too.
    pub(crate) errors: Vec<String>,
    /// kubesec's exit code.
    pub(crate) exit_code: u8,
}

impl ScanOptions {
    /// A scan by the rules with these ids, each as often as it is named; by all rules without any id. Fails with a message for
    /// an unknown id.
    pub(crate) fn of_rules(ids: &[String]) -> Result<Self, String> {
        let named = ids.iter().map(|id| rule(id).ok_or_else(|| format!("Unknown rule {}", quote(id))));
        let named = named.collect::<Result<Vec<_>, _>>()?;
        let rules = if named.is_empty() { RULES.iter().collect() } else { named };
        Ok(Self { rules, format: ScanFormat::Json, bad_exit_code: BAD })
    }
}

impl ScanOutput {
    /// The output without any report.
    pub(crate) fn failed(error: &str) -> Self {
        Self { stdout: format!("{}\n", sanitize::message(error)).into_bytes(), errors: Vec::new(), exit_code: FAILED }
    }
}

/// Scans inputs, each with the name that the reports have.
pub(crate) fn scan(inputs: &[(String, Vec<u8>)], options: &ScanOptions) -> ScanOutput {
    let mut found = Found { reports: Vec::new(), readable: 0, errors: Vec::new() };
    for (name, bytes) in inputs {
        found.add_input(name, bytes, options);
    }
    match found.errors.first() {
        Some(error) if found.readable == 0 => ScanOutput::failed(error),
        None if found.reports.is_empty() => ScanOutput::failed("No input"),
        Some(_) | None => found.into_output(options),
    }
}

struct Found {
    reports: Vec<DocumentReport>,
    /// Documents that were read.
    readable: usize,
    errors: Vec<String>,
}

impl Found {
    fn add_input(&mut self, name: &str, bytes: &[u8], options: &ScanOptions) {
        let bytes = decoded(bytes);
        let parts = parts(&bytes);
        if parts.is_empty() {
            self.errors.push(format!("Empty input: {name} has no document"));
        }
        for part in parts {
            match part.documents() {
                Ok(documents) => {
                    self.readable += documents.len();
                    let reports = documents.iter().map(|d| DocumentReport::of_document(d, name, &options.rules));
                    self.reports.extend(reports);
                }
                Err(error) => {
                    self.reports.push(DocumentReport::invalid(name, format!("Not readable: {error}")));
                    self.errors.push(format!("Invalid document in {name}: {error}"));
                }
            }
            if self.reports.len() > MAX_DOCUMENTS {
                self.errors.push(format!("Too many documents: only {MAX_DOCUMENTS} are scanned; split {name}"));
                return self.reports.truncate(MAX_DOCUMENTS);
            }
        }
    }

    fn into_output(self, options: &ScanOptions) -> ScanOutput {
        let exit_code = match () {
            () if !self.errors.is_empty() => FAILED,
            () if self.reports.iter().any(|report| report.score <= 0) => options.bad_exit_code,
            () => 0,
        };
        let stdout = match options.format {
            ScanFormat::Json => json(&self.reports),
            ScanFormat::Table => table::reports(&self.reports),
        };
        let errors = self.errors.iter().map(|error| sanitize::message(error)).collect();
        ScanOutput { stdout: stdout.into_bytes(), errors, exit_code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_oneof, proptest};
    use proptest::strategy::{Just, Strategy};
    use serde_json::Value as Json;

    const GOOD: &str = "apiVersion: v1\nkind: Pod\nspec: {hostUsers: false, containers: []}\n";
    const BAD_POD: &str = "apiVersion: v1\nkind: Pod\nspec: {hostPID: true, containers: []}\n";

    fn scanned(inputs: &[&str]) -> ScanOutput {
        let inputs: Vec<_> = inputs
            .iter()
            .enumerate()
            .map(|(index, text)| (format!("{index}.yaml"), text.as_bytes().to_vec()))
            .collect();
        scan(&inputs, &ScanOptions::of_rules(&[]).expect("all rules"))
    }

    fn scores(output: &ScanOutput) -> Vec<i64> {
        let reports: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        reports.as_array().expect("a list").iter().filter_map(|report| report["score"].as_i64()).collect()
    }

    #[test]
    fn the_worst_document_decides_the_exit_code() {
        let good = scanned(&[GOOD]);
        assert_eq!((scores(&good), good.exit_code), (vec![1], 0));
        for (other, score) in [(BAD_POD, -9), ("# comment\n", 0), ("kind: Pod\n", 0)] {
            let output = scanned(&[GOOD, other]);
            assert_eq!((scores(&output), output.exit_code), (vec![1, score], 2), "{other}");
        }
    }

    #[test]
    fn without_a_report_the_output_is_a_line_of_text() {
        let cases = [
            ("key: [unclosed\n", "Invalid document in 0.yaml: line 1, column 6: syntax error: unclosed `[`\n"),
            (" \n", "Empty input: 0.yaml has no document\n"),
            ("---\n---\n", "Empty input: 0.yaml has no document\n"),
        ];
        for (text, expected) in cases {
            let output = scanned(&[text]);
            assert_eq!((String::from_utf8_lossy(&output.stdout).as_ref(), output.exit_code), (expected, 1), "{text}");
            assert_eq!(output.errors, [] as [&str; 0]);
        }
        assert_eq!(scanned(&[]).exit_code, 1);
    }

    /// kubesec prints nothing but the error here.
    #[test]
    fn a_broken_document_loses_no_other_and_is_still_an_error() {
        let output = scanned(&[&format!("{GOOD}---\nkey: [unclosed\n---\n{BAD_POD}")]);
        assert_eq!((scores(&output), output.exit_code), (vec![1, 0, -9], 1));
        let line = "Invalid document in 0.yaml: line 5, column 6: syntax error: unclosed `[`";
        assert_eq!(output.errors, [line]);
    }

    #[test]
    fn documents_are_counted() {
        let output = scanned(&[&"a\n---\n".repeat(MAX_DOCUMENTS + 1)]);
        assert_eq!((scores(&output).len(), output.exit_code), (MAX_DOCUMENTS, 1));
        assert_eq!(output.errors, ["Too many documents: only 50000 are scanned; split 0.yaml"]);
    }

    #[test]
    fn unknown_rules_are_refused() {
        let error = ScanOptions::of_rules(&["NoSuchRule".to_owned()]).err();
        assert_eq!(error.as_deref(), Some("Unknown rule `NoSuchRule`"));
    }

    /// Pieces of manifests, and arbitrary bytes.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let known = [
            GOOD,
            "---\n",
            "--- # a\n",
            "...\n",
            "%YAML 1.1\n",
            "# b\n",
            "\r\n",
            "\n",
            " ",
            "kind: Pod\n",
            "apiVersion: v1\n",
            "spec: ",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "'",
            "&a ",
            "*a",
            "<<: ",
            "!x ",
            "- ",
            ": ",
            ",",
            "null",
            "yes",
            "{\"a\": 1}",
            "\u{feff}",
        ];
        prop_oneof![
            9 => (0..known.len()).prop_map(move |index| known[index].as_bytes().to_vec()),
            1 => any::<[u8; 2]>().prop_map(|bytes| bytes.to_vec()),
            1 => Just(b"\xff\xfe".to_vec()),
        ]
    }

    proptest! {
        #[test]
        fn any_input_gives_reports_or_one_line(pieces in proptest::collection::vec(piece(), 0..24)) {
            let options = ScanOptions::of_rules(&[]).expect("all rules");
            let output = scan(&[("a".to_owned(), pieces.concat())], &options);
            let text = String::from_utf8(output.stdout).expect("text");
            match serde_json::from_str::<Json>(&text) {
                Ok(reports) => assert!(reports.as_array().is_some_and(|reports| !reports.is_empty())),
                Err(_) => assert_eq!((output.exit_code, text.lines().count(), output.errors.len()), (1, 1, 0)),
            }
        }
    }
}
