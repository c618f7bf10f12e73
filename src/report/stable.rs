//! Texts without what changes from run to run: readers of reports recognise a finding by its texts.

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Numbers of processes, points in time, ages and counts.
static CHANGING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let parts = [
        r" ?\(pid \d+\)",
        r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z?)?",
        r"\b\d+ (?:seconds?|minutes?|hours?|days?)(?: ago)?\b",
        r"\b(?:and )?\d+ (?:more|further|others?)\b",
        r"\b\d+ (?:of \d+ )?(?:files?|pods?|objects?|namespaces?|processes|containers?)\b",
    ];
    Regex::new(&parts.map(|part| format!("(?:{part})")).join("|")).ok()
});

/// Longer texts stay as they are: a report of this program has none.
const MOST: usize = 32 << 10;

/// The letters of suffixes that Kubernetes generates.
const GENERATED: &str = "bcdfghjklmnpqrstvwxz2456789";

/// A text in which points in time and ages are replaced by `…`, and the numbers of processes and counts are left out.
pub(crate) fn stable(text: &str) -> String {
    let Some(changing) = CHANGING.as_ref().filter(|_| text.len() <= MOST) else { return text.to_owned() };
    let replaced = changing.replace_all(text, |found: &regex::Captures<'_>| {
        let found = found.get(0).map_or("", |found| found.as_str());
        let word = found.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        match word {
            _ if found.contains("(pid ") => String::new(),
            "files" | "file" | "pods" | "pod" | "objects" | "object" | "namespaces" | "namespace" | "processes"
            | "containers" | "container" => word.to_owned(),
            _ => "…".to_owned(),
        }
    });
    replaced.trim().to_owned()
}

/// The subject of a finding without the number of its process and without a generated suffix of its name.
pub(crate) fn stable_subject(subject: &str) -> String {
    let subject = stable(subject);
    let (object, rest) = subject.split_once(' ').map_or((subject.as_str(), ""), |(object, rest)| (object, rest));
    let Some((path, name)) = object.rsplit_once('/') else { return subject };
    let kind = path.split('/').next().unwrap_or_default();
    let name: Cow<'_, str> = match kind {
        "Pod" => without_hash(without_suffix(name, |part| part.len() == 5 && is_generated(part))).into(),
        "ReplicaSet" | "Job" => without_hash(name).into(),
        _ => name.into(),
    };
    let space = if rest.is_empty() { "" } else { " " };
    format!("{path}/{name}{space}{rest}")
}

/// Without the hash of a template, or the time of a CronJob.
fn without_hash(name: &str) -> &str {
    let is_hash = |part: &str| (8..=10).contains(&part.len()) && is_generated(part);
    let is_time = |part: &str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_digit());
    without_suffix(name, |part| is_hash(part) || is_time(part))
}

fn without_suffix(name: &str, is_suffix: impl Fn(&str) -> bool) -> &str {
    match name.rsplit_once('-') {
        Some((front, last)) if is_suffix(last) => front,
        _ => name,
    }
}

fn is_generated(part: &str) -> bool {
    part.chars().all(|letter| GENERATED.contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_from_run_to_run_is_left_out() {
        let cases = [
            ("kubelet (pid 1004)", "kubelet"),
            ("4 files below /etc/kubernetes/pki", "files below /etc/kubernetes/pki"),
            ("the certificate ended 2026-05-04T03:02:01Z", "the certificate ended …"),
            ("read 12 days ago", "read …"),
            ("Namespace/a; and 12 more", "Namespace/a; …"),
            ("--profiling is not set; the default is 12500", "--profiling is not set; the default is 12500"),
            ("644 root:root", "644 root:root"),
            ("3 of 7 pods run", "… run"),
        ];
        for (text, expected) in cases {
            assert_eq!(stable(text), expected, "{text}");
        }
    }

    #[test]
    fn generated_suffixes_of_names_are_left_out() {
        let cases = [
            ("Pod/shop/web-7d9f8b6c5d-x2zx4 container app", "Pod/shop/web container app"),
            ("Pod/kube-system/cilium-8zk2p", "Pod/kube-system/cilium"),
            ("Pod/ci/backup-29384756-x2zx4", "Pod/ci/backup"),
            ("Job/ci/backup-29384756", "Job/ci/backup"),
            ("ReplicaSet/shop/web-7d9f8b6c5d", "ReplicaSet/shop/web"),
            ("Pod/kube-system/kube-apiserver-node-1", "Pod/kube-system/kube-apiserver-node-1"),
            ("Pod/shop/redis-cache", "Pod/shop/redis-cache"),
            ("StatefulSet/shop/db-x2zx4", "StatefulSet/shop/db-x2zx4"),
            ("/etc/pods/web-x2zx4", "/etc/pods/web-x2zx4"),
            ("kubelet (pid 7)", "kubelet"),
        ];
        for (text, expected) in cases {
            assert_eq!(stable_subject(text), expected, "{text}");
        }
    }
}
