//! What `ADD` downloads.

use super::finding::BuildFinding;
use crate::dockerfile::{Action, CopyStep, Dockerfile, Expanded};

/// Ends of names of archives, which `ADD` unpacks.
const ARCHIVES: [&str; 10] =
    [".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tbz2", ".tgz", ".txz", ".tzst", ".tar.lzma"];

/// Each source of each `ADD`.
pub(super) fn examine(file: &Dockerfile) -> Vec<BuildFinding> {
    let mut findings = Vec::new();
    for step in file.stages.iter().flat_map(|stage| &stage.steps) {
        let Action::Copy(copy) = &step.action else { continue };
        if !copy.is_add {
            continue;
        }
        findings.extend(copy.sources.iter().map(|source| judge(copy, source).at(step.position)));
    }
    if findings.is_empty() {
        findings.push(BuildFinding::pass("ADD", "no ADD has a source outside the file"));
    }
    findings
}

fn judge(copy: &CopyStep, source: &Expanded) -> BuildFinding {
    let subject = format!("ADD {}", without_query(source.shown()));
    let finding = match &source.value {
        Err(unknown) => BuildFinding::undetermined(&subject, format!("what is added is not in the file: {unknown}")),
        Ok(source) if is_git(source) => of_git(&subject, copy, source),
        Ok(source) if is_url(source) => match copy.flag("checksum") {
            Some(checksum) if is_sha256(checksum) => {
                BuildFinding::pass(&subject, "the download is verified").with("--checksum", checksum)
            }
            Some(checksum) => BuildFinding::fail(&subject, "the checksum is none of SHA-256 with 64 digits")
                .with("--checksum", checksum),
            None => BuildFinding::fail(
                &subject,
                "what is downloaded is not verified: the server, or who is between, decides what is in the image",
            ),
        },
        Ok(source) if ARCHIVES.iter().any(|end| source.ends_with(end)) => {
            BuildFinding::pass(&subject, "an archive of the build context is unpacked")
        }
        Ok(_) => BuildFinding::pass(&subject, "files of the build context; COPY does the same and can do no more"),
    };
    finding.with_build_args(&source.build_args)
}

/// A repository: a commit, not a branch or tag, is always the same.
fn of_git(subject: &str, copy: &CopyStep, source: &str) -> BuildFinding {
    let reference = source.split_once('#').map_or("", |(_, fragment)| fragment.split(':').next().unwrap_or_default());
    let is_commit = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if is_commit(reference) {
        return BuildFinding::pass(subject, "the commit of the repository is given");
    }
    match copy.flag("checksum") {
        Some(checksum) if is_commit(checksum) => {
            BuildFinding::pass(subject, "the commit of the repository is verified").with("--checksum", checksum)
        }
        Some(_) | None => {
            BuildFinding::fail(subject, "no commit of the repository is given, so its content can change")
        }
    }
}

fn is_url(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

fn is_git(source: &str) -> bool {
    let path = source.split(['#', '?']).next().unwrap_or_default();
    source.starts_with("git://")
        || source.starts_with("ssh://")
        || source.starts_with("git@")
        || is_url(source) && path.ends_with(".git")
        || source.starts_with("github.com/")
}

fn is_sha256(checksum: &str) -> bool {
    let digits = checksum.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A query can have a token.
fn without_query(source: &str) -> &str {
    source.split('?').next().unwrap_or_default()
}
