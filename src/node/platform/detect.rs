//! Which platform a node has, by what runs on it.

use super::definition::Platform;
use super::platforms::{DEFAULT, Platforms};
use super::sign::{Sign, Strength, fits};
use crate::source::node::{HostPath, NodeSource, Process, SourceError, base_name};
use std::cell::OnceCell;

/// What is looked at.
pub(in crate::node) struct Traces<'t> {
    pub(in crate::node) source: &'t dyn NodeSource,
    /// The processes that count: components, and programs that contain or start them.
    pub(in crate::node) processes: Vec<&'t Process>,
    /// The versions of what runs, each with its source.
    pub(in crate::node) versions: Vec<(String, String)>,
    /// Whether a component of the control plane runs here.
    pub(in crate::node) has_control_plane: bool,
}

/// The platform of a node, and how it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detection {
    /// Its id, if there is a sign of one.
    pub id: Option<String>,
    /// Its name.
    pub title: String,
    /// How it was found: `k3s runs`.
    pub how: String,
    /// Signs of another platform.
    pub disagreement: Option<String>,
}

/// A platform with a sign that is there.
struct Candidate<'p> {
    platform: &'p Platform,
    strength: Strength,
    how: String,
}

/// The platform that the user names, else the one with the strongest sign.
pub(in crate::node) fn detect(platforms: &Platforms, traces: &Traces<'_>) -> Detection {
    let os_release = OnceCell::new();
    let mut found: Vec<Candidate<'_>> = platforms
        .signs()
        .filter_map(|platform| {
            let signs = platform.detect.iter();
            let there = signs.filter_map(|sign| Some((sign.strength(), how(sign, traces, &os_release)?)));
            let (strength, how) = there.max_by_key(|(strength, _)| *strength)?;
            Some(Candidate { platform, strength, how })
        })
        .collect();
    found.sort_by_key(|candidate| {
        (candidate.platform.gives_way, candidate.platform.id == DEFAULT, std::cmp::Reverse(candidate.strength))
    });
    if let Some(id) = platforms.chosen() {
        let title = platforms.signs().find(|known| known.id == id).map_or(id, |known| &known.title).to_owned();
        let other = found.iter().find(|other| other.platform.id != id && !other.platform.gives_way);
        let has_signs =
            platforms.signs().any(|known| known.id == id && known.id != DEFAULT && !known.detect.is_empty());
        let disagreement = match other {
            _ if found.iter().any(|same| same.platform.id == id) => None,
            Some(other) => Some(format!("{} is a sign of {}", other.how, other.platform.title)),
            None if has_signs && !traces.processes.is_empty() => {
                Some("nothing on this node is a sign of it".to_owned())
            }
            None => None,
        };
        let disagreement = disagreement.map(|sign| format!("--platform says {title}, but {sign}; {title} counts"));
        return Detection { id: Some(id.to_owned()), title, how: "--platform".to_owned(), disagreement };
    }
    let Some(first) = found.first() else {
        return Detection::default();
    };
    // What an operating system says agrees with any platform, and a platform agrees with the one that it is like.
    let is_like = |other: &Candidate<'_>| first.platform.like.as_deref() == Some(other.platform.id.as_str());
    let others = found[1..].iter().filter(|other| {
        !other.platform.gives_way || other.strength == Strength::Process && !first.platform.gives_way && !is_like(other)
    });
    let others: Vec<String> =
        others.map(|other| format!("{} is a sign of {}", other.how, other.platform.title)).collect();
    let title = first.platform.title.clone();
    let disagreement = (!others.is_empty()).then(|| {
        format!(
            "{} is a sign of {title}, but {}; {title} counts (--platform names another)",
            first.how,
            others.join(" and ")
        )
    });
    Detection { id: Some(first.platform.id.clone()), title, how: first.how.clone(), disagreement }
}

/// How a sign shows, if all of its conditions hold.
fn how(sign: &Sign, traces: &Traces<'_>, os_release: &OnceCell<Option<String>>) -> Option<String> {
    if sign.without_control_plane && traces.has_control_plane {
        return None;
    }
    if let Some(text) = &sign.without_argument
        && traces.processes.iter().any(|process| process.argv.iter().any(|word| word.contains(text.as_str())))
    {
        return None;
    }
    let mut shown: Vec<String> = Vec::new();
    if let Some(program) = &sign.program {
        let process = traces.processes.iter().find(|process| is_program(process, program))?;
        shown.push(format!("process {} is {program}", process.pid));
    }
    if let Some(pattern) = &sign.executable {
        let is_it = |process: &&&Process| process.exe.as_deref().is_some_and(|exe| fits(pattern, exe));
        let process = traces.processes.iter().find(is_it)?;
        shown.push(format!("the executable of process {}", process.pid));
    }
    if let Some(text) = &sign.argument {
        let has = |process: &&&Process| process.argv.iter().any(|word| word.contains(text.as_str()));
        let process = traces.processes.iter().find(has)?;
        shown.push(format!("{text} in the arguments of process {}", process.pid));
    }
    if let Some(part) = &sign.cgroup {
        let process = traces.processes.iter().find(|process| process.cgroup.contains(part.as_str()))?;
        shown.push(format!("the control group of process {}", process.pid));
    }
    if let Some(part) = &sign.version {
        let (version, source) = traces.versions.iter().find(|(version, _)| version.contains(part.as_str()))?;
        shown.push(format!("version {version} ({source})"));
    }
    if !sign.os_release.is_empty() {
        let text = os_release.get_or_init(|| read_os_release(traces.source)).as_deref()?;
        let holds = |(field, pattern): (&String, &String)| {
            os_release_field(text, field).is_some_and(|value| fits(pattern, &value))
        };
        if !sign.os_release.iter().all(holds) {
            return None;
        }
        let fields =
            sign.os_release.keys().filter_map(|field| Some(format!("{field}={}", os_release_field(text, field)?)));
        shown.push(format!("{} in /etc/os-release", fields.collect::<Vec<_>>().join(" and ")));
    }
    if !sign.exists.is_empty() {
        let is_there = |path: &&String| traces.source.stat(&HostPath::host(path)).is_ok();
        shown.push(sign.exists.iter().find(is_there)?.clone());
    }
    (!shown.is_empty()).then(|| shown.join(" with "))
}

fn is_program(process: &Process, program: &str) -> bool {
    let first = process.argv.first().and_then(|word| word.split_whitespace().next());
    first.is_some_and(|word| base_name(word) == program)
        || process.exe.as_deref().is_some_and(|exe| base_name(exe) == program)
}

fn read_os_release(source: &dyn NodeSource) -> Option<String> {
    let read = |path| source.read(&HostPath::host(path));
    let bytes = read("/etc/os-release").or_else(|error| match error {
        SourceError::NotFound => read("/usr/lib/os-release"),
        other => {
            tracing::info!("/etc/os-release {other}");
            Err(other)
        }
    });
    bytes.ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The value of a field, without quotes.
fn os_release_field(text: &str, field: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix('='))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned())
}
