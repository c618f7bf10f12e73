//! Secrets in the file, and secrets that the image keeps. Names and sources only, never values.

use super::finding::BuildFinding;
use crate::dockerfile::{Action, Command, CopyStep, Dockerfile, Expanded, Source, Stage, Step, Unknown, base_name};
use crate::model::Status;
use crate::text::{SecretHint, is_secret_name, quote, secret_hint, secret_in_text};
use crate::yaml::Position;

/// Everything that looks like a secret.
pub(super) fn examine(file: &Dockerfile) -> Vec<BuildFinding> {
    let last: Vec<usize> = file.last_chain().iter().map(|stage| stage.index).collect();
    let mut findings: Vec<BuildFinding> = file.global_args.iter().flat_map(|step| of_step(step, false)).collect();
    for Stage { index, steps, .. } in &file.stages {
        let is_last = last.contains(index);
        findings.extend(steps.iter().flat_map(|step| of_step(step, is_last)));
    }
    if findings.is_empty() {
        let mounts = file.stages.iter().flat_map(|stage| &stage.steps).filter(|step| mounts_secret(step)).count();
        let finding = BuildFinding::pass("file", "no name, text or copied file looks like a secret");
        findings.push(if mounts > 0 { finding.with("RUN --mount=type=secret", mounts.to_string()) } else { finding });
    }
    findings
}

fn mounts_secret(step: &Step) -> bool {
    let Action::Run(run) = &step.action else { return false };
    run.mount_types.iter().any(|kind| kind == "secret")
}

fn of_step(step: &Step, is_last: bool) -> Vec<BuildFinding> {
    let found: Vec<BuildFinding> = match &step.action {
        Action::Arg(arguments) => arguments
            .iter()
            .filter_map(|(name, default, value)| of_argument(name, default.as_deref(), value, is_last))
            .collect(),
        Action::Env(pairs) => {
            pairs.iter().filter_map(|(name, value)| of_variable("ENV", name, value, is_last)).collect()
        }
        Action::Label(pairs) => {
            pairs.iter().filter_map(|(name, value)| of_variable("LABEL", name, value, is_last)).collect()
        }
        Action::Run(run) => {
            let documents = run.here_docs.iter().map(|document| &document.content);
            return of_command("RUN", &run.command, step.position)
                .into_iter()
                .chain(documents.filter_map(|text| of_text("RUN", text)))
                .collect();
        }
        Action::Copy(copy) => {
            let documents = copy.here_docs.iter().map(|document| &document.content);
            let files = copy.sources.iter().filter_map(|source| of_file(copy, source, is_last));
            let files: Vec<_> = files.map(|finding| finding.at(step.position)).collect();
            return documents.filter_map(|text| of_text("COPY", text)).chain(files).collect();
        }
        Action::Cmd(command) => return of_command("CMD", command, step.position).into_iter().collect(),
        Action::Entrypoint(command) => {
            return of_command("ENTRYPOINT", command, step.position).into_iter().collect();
        }
        Action::Healthcheck { text, .. } => return of_text("HEALTHCHECK", text).into_iter().collect(),
        Action::Onbuild { text, here_docs } => {
            let texts = [text].into_iter().chain(here_docs.iter().map(|document| &document.content));
            return texts.filter_map(|text| of_text("ONBUILD", text)).collect();
        }
        Action::User(_) | Action::Shell(_) | Action::Other => Vec::new(),
    };
    found.into_iter().map(|finding| finding.at(step.position)).collect()
}

fn told_by(finding: BuildFinding, hint: &SecretHint) -> BuildFinding {
    finding.with("recognised by", hint.to_string())
}

/// `ARG`: a default is in the file, and a value that is given is in the history of the image.
fn of_argument(name: &str, default: Option<&str>, value: &Expanded, is_last: bool) -> Option<BuildFinding> {
    let subject = format!("ARG {name}");
    if let Some(hint) = default.and_then(|default| secret_hint(name, default)) {
        return Some(told_by(
            BuildFinding::fail(&subject, "its default is in the file, for everyone who can read it"),
            &hint,
        ));
    }
    let is_given = matches!(value.value, Err(Unknown::NoDefault(_))) || default.is_none_or(str::is_empty);
    if !is_given || !is_secret_name(name) {
        return None;
    }
    let hint = SecretHint::Name(name.to_owned());
    Some(told_by(
        if is_last {
            let reason = "a value that --build-arg gives is kept in the history of the image; mount it with RUN \
                          --mount=type=secret";
            BuildFinding::fail(&subject, reason)
        } else {
            let reason = "a value that --build-arg gives is not in the last image, but in the cache and the provenance of the \
                          build; RUN --mount=type=secret is in neither";
            BuildFinding::new(Status::Manual, &subject, reason)
        },
        &hint,
    ))
}

/// `ENV` and `LABEL`.
fn of_variable(keyword: &str, name: &str, value: &Expanded, is_last: bool) -> Option<BuildFinding> {
    let subject = format!("{keyword} {name}");
    if let Some(hint) = secret_hint(name, &value.written) {
        return Some(told_by(
            BuildFinding::fail(&subject, "its value is in the file, for everyone who can read it"),
            &hint,
        ));
    }
    let is_passed = is_secret_name(name) && !value.build_args.is_empty();
    (is_passed && is_last).then(|| {
        let hint = SecretHint::Name(name.to_owned());
        let reason = "the value that --build-arg gives becomes part of the image";
        told_by(BuildFinding::fail(&subject, reason), &hint).with("from ARG", value.build_args.join(", "))
    })
}

fn of_command(keyword: &str, command: &Command, position: Position) -> Option<BuildFinding> {
    match command {
        Command::Shell(source) => of_text(keyword, source),
        Command::Exec(words) => {
            let text = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
            let hint = secret_in_text(&text)?;
            Some(told_by(BuildFinding::fail(keyword, IN_TEXT), &hint).at(position))
        }
    }
}

/// A word of the JSON form as one of a shell.
fn quoted(word: &str) -> String {
    if word.contains(char::is_whitespace) { format!("\"{word}\"") } else { word.to_owned() }
}

const IN_TEXT: &str =
    "the text of the instruction has a secret, and so has the history of the image or the cache of the build";

fn of_text(keyword: &str, source: &Source) -> Option<BuildFinding> {
    let hint = secret_in_text(&source.text)?;
    // The line of several that has it.
    let line = source.lines().find(|(_, line)| secret_in_text(line).is_some());
    let position = line.map_or_else(|| source.position(0), |(position, _)| position);
    Some(told_by(BuildFinding::fail(keyword, IN_TEXT), &hint).at(position))
}

/// Files that usually are secret: what they contain is not in the Dockerfile.
fn of_file(copy: &CopyStep, source: &Expanded, is_last: bool) -> Option<BuildFinding> {
    let path = source.shown();
    if !is_secret_file(path) {
        return None;
    }
    let subject = format!("{} {path}", if copy.is_add { "ADD" } else { "COPY" });
    let place = if is_last { "the image" } else { "the cache of the build, not the last image" };
    let reason = format!("a file with the name {} usually has a secret, which goes to {place}", quote(base_name(path)));
    Some(BuildFinding::new(Status::Manual, &subject, reason))
}

fn is_secret_file(path: &str) -> bool {
    const NAMES: [&str; 16] = [
        ".dockercfg",
        ".env",
        ".git-credentials",
        ".htpasswd",
        ".netrc",
        ".npmrc",
        ".pgpass",
        ".pypirc",
        ".vault-token",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "id_rsa",
        "kubeconfig",
        "credentials.json",
        "terraform.tfstate",
    ];
    const ENDS: [&str; 7] = [".key", ".p12", ".pem", ".pfx", ".jks", ".keystore", ".ppk"];
    const PATHS: [&str; 5] = [".aws/credentials", ".aws", ".docker/config.json", ".kube/config", ".ssh"];
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    let name = base_name(&path);
    let is_example = [".example", ".sample", ".template", ".dist"].iter().any(|end| name.ends_with(end));
    let is_public = name.contains("cert") || name.contains("ca-bundle") || name.contains("public") || name == "ca.pem";
    let is_env = name.starts_with(".env.");
    NAMES.contains(&name)
        || is_env && !is_example
        || ENDS.iter().any(|end| name.ends_with(end)) && !is_public
        || PATHS.iter().any(|end| path == *end || path.ends_with(&format!("/{end}")))
}
