//! What to do about a check on this node: the paths in it are those that failed, and nothing is advised for what could not be
//! seen.

use super::after_change::with_restart;
use super::judge::{Judgement, judge_one};
use super::platform_text::PlatformText;
use super::setting_source::{FailedSetting, where_settings_are};
use crate::benchmark::{Assertion, Check, Placeholder, Situation, Template, Test};
use crate::model::{Access, Component, Evidence, FileGroup, Observation, Observed, Replaceable, Text, Verdict};
use crate::node::{EMBEDDED, Node};
use crate::probe::{Collector, FileRole, Probe};
use crate::source::node::Gap;
use crate::text::{sanitize, shell_quoted};

/// Paths that one command names.
const MAX_PATHS: usize = 20;

/// What a check's evidence says about the files that a remediation names.
#[derive(Default)]
struct Subjects {
    /// Files, and directories of trees, that fail by their own mode or owner.
    failed: Vec<String>,
    /// Directories in which somebody else can replace or add files, by what lets them.
    open: Vec<(Access, Vec<String>)>,
    /// Everything that was looked at.
    seen: Vec<String>,
    /// The permission bits that any of those that fail has.
    bits: u32,
    /// Whether a subject fails because it does not exist.
    missing: bool,
    /// Whether a subject fails in another way.
    wrong: bool,
}

/// The remediation of a check, as it applies to this node.
pub(super) fn remediation<'e>(
    check: &Check,
    judgement: &Judgement,
    collector: &Collector<'_>,
    node: &Node,
    find: &dyn Fn(&Probe) -> Option<&'e Evidence>,
) -> Text {
    let subjects = Subjects::of(&check.rule.assertion, find);
    let mut placeholder = |placeholder: Placeholder| match placeholder {
        Placeholder::File(component, role) => path_to_name(collector, node, component, role),
        Placeholder::Paths => subjects.paths(),
        Placeholder::Chmod(bits) => Some(bits.clause(subjects.bits)),
        Placeholder::Excess(_) => None,
    };
    let of_rule = |situation| check.rule.remediation_when.iter().find(|(known, _)| *known == situation);
    match &judgement.verdict {
        Verdict::Undetermined(reason) => match of_rule(Situation::Undetermined) {
            Some((_, template)) => template.render(&mut placeholder),
            None => missing_file_of_process(reason, node).unwrap_or_else(|| make_visible(reason)).into(),
        },
        Verdict::Fail(reason) if subjects.missing && !subjects.wrong => match of_rule(Situation::Missing) {
            Some((_, template)) => template.render(&mut placeholder),
            None => nothing_to_change(reason, check.id.as_str()).into(),
        },
        Verdict::Pass | Verdict::Fail(_) | Verdict::NotApplicable(_) | Verdict::Manual(_) | Verdict::Skipped => {
            let setting = FailedSetting::of(&check.rule.assertion, find);
            let paths = if subjects.failed.is_empty() { &subjects.seen } else { &subjects.failed };
            let platform = PlatformText { node, check, expected: &judgement.expected, paths };
            if let Some(text) = platform.of_subject(setting.as_ref()) {
                return text.into();
            }
            let mut text = String::new();
            if !subjects.open.is_empty() {
                text.push_str(&close(&subjects.open));
                if subjects.failed.is_empty() {
                    return text.into();
                }
            }
            text.push_str(&setting.and_then(|s| where_settings_are(&s, collector, node)).unwrap_or_default());
            if let (Verdict::Manual(_), Some(steps)) = (&judgement.verdict, check.rule.assertion.steps()) {
                text.push_str(&save_documents(&check.rule.assertion, find));
                text.push_str(steps.render(&mut placeholder).trim_end());
                text.push_str("\nIf there is a finding:\n");
            }
            let without_config = || {
                let has_none = setting.is_some_and(|s| collector.has_none(s.component, FileRole::Config));
                of_rule(Situation::WithoutConfig).filter(|_| has_none)
            };
            let template: &Template = without_config().map_or(&check.rule.remediation, |(_, template)| template);
            let of_check = with_restart(template.render(&mut placeholder), template, node);
            let of_check = if text.is_empty() { of_check } else { (text + &of_check).into() };
            platform.in_place_of(&of_check).map_or(of_check, Text::from)
        }
    }
}

/// The first step of a review that a document would answer: the commands that print what is not given.
fn save_documents<'e>(assertion: &Assertion, find: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> String {
    let mut commands: Vec<&str> = Vec::new();
    for observation in assertion.tests().iter().filter_map(|test| find(&test.probe)).flat_map(|e| &e.observations) {
        if let Observed::NotGiven { command, .. } = &observation.observed
            && !commands.contains(command)
        {
            commands.push(command);
        }
    }
    let Some(last) = commands.len().checked_sub(1) else {
        return String::new();
    };
    let files = |index: usize| if last == 0 { "cloud.json".to_owned() } else { format!("cloud-{}.json", index + 1) };
    let saved: String = commands.iter().enumerate().map(|(i, command)| format!("{command} > {}\n", files(i))).collect();
    let options: Vec<String> = (0..=last).map(|index| format!("--cloud {}", files(index))).collect();
    format!(
        "Save what the provider shows, and run the audit again with {}:\n{saved}Or look yourself:\n",
        options.join(" ")
    )
}

/// Whether the remediation says that nothing can be changed.
pub(super) fn changes_nothing<'e>(
    check: &Check,
    judgement: &Judgement,
    find: &dyn Fn(&Probe) -> Option<&'e Evidence>,
) -> bool {
    let of_rule = check.rule.remediation_when.iter().any(|(situation, _)| *situation == Situation::Missing);
    matches!(judgement.verdict, Verdict::Fail(_)) && !of_rule && {
        let subjects = Subjects::of(&check.rule.assertion, find);
        subjects.missing && !subjects.wrong
    }
}

/// How to close directories to those who can replace what is in them.
fn close(open: &[(Access, Vec<String>)]) -> String {
    let mut text = String::new();
    for (access, directories) in open {
        let command = match access {
            Access::Others => "chmod o-w",
            Access::Group => "chmod g-w",
            Access::Owner => "chown -h root",
        };
        text.push_str(&format!("{command} {}\n", joined(directories)));
    }
    text.push_str("This takes effect at once. Check that nobody replaced a file there.\n");
    if open.iter().any(|(access, _)| *access != Access::Others) {
        text.push_str("A service that writes there as that user or group must then write elsewhere.\n");
    }
    text
}

/// The first step for what could not be determined.
fn make_visible(reason: &str) -> String {
    if reason.contains(EMBEDDED) {
        return "This version cannot find out: review the settings of that process by hand.\n".to_owned();
    }
    let step = Gap::of_reason(reason).and_then(Gap::step).map_or_else(String::new, |step| format!("; {step}"));
    format!("First make sure that this can be evaluated: {reason}{step}. Then run the audit again.\n")
}

/// What to do about a subject that does not exist.
fn nothing_to_change(reason: &str, check: &str) -> String {
    format!(
        "Nothing was found that could be changed: {reason}.\nIf this node is not meant to have it, skip the check: `--skip {check}`. Otherwise audit \
         the node on which it is.\n"
    )
}

/// What to do about a file that a process was told to use and that does not exist.
fn missing_file_of_process(reason: &str, node: &Node) -> Option<String> {
    let instances = Component::ALL.into_iter().flat_map(|component| &node.processes(component).instances);
    instances.into_iter().find_map(|instance| {
        let argv = &instance.process.argv;
        let next = argv.iter().skip(1).map(String::as_str).chain([""]);
        let mut flags = argv.iter().zip(next).map(|(word, next)| word.split_once('=').unwrap_or((word, next)));
        let (flag, path) = flags.find(|(flag, path)| {
            flag.starts_with('-') && path.starts_with('/') && reason.starts_with(&format!("{path} does not exist"))
        })?;
        let process = format!("{} (pid {})", instance.component.program(), instance.process.pid);
        let given = sanitize::into_line(format!("{flag}={path}"));
        Some(format!(
            "{process} was started with {given}, which does not exist: restore the file or correct the flag. Then run the \
             audit again.\n"
        ))
    })
}

/// The path that stands for a component's file in a text, if there is one on this node.
fn path_to_name(collector: &Collector<'_>, node: &Node, component: Component, role: FileRole) -> Option<String> {
    if role == FileRole::Config && collector.has_none(component, role) {
        return None;
    }
    let unit = node.processes(component).instances.iter().find_map(|instance| instance.unit());
    let role = if role == FileRole::Manifest && unit.is_some() { FileRole::Service } else { role };
    collector.path_to_name(component, role).map(|path| shell_quoted(&sanitize::into_line(path)))
}

impl Subjects {
    fn of<'e>(assertion: &Assertion, find: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Self {
        let mut subjects = Self::default();
        let seen: Vec<(&Test, &Evidence)> =
            assertion.tests().into_iter().filter_map(|test| Some((test, find(&test.probe)?))).collect();
        let observations =
            || seen.iter().flat_map(|(test, evidence)| evidence.observations.iter().map(move |o| (*test, o)));
        let is_subject = |(_, observation): (_, &Observation)| {
            matches!(observation.observed, Observed::Files(_) | Observed::Missing(_))
        };
        // Most rules are about settings.
        if observations().any(is_subject) {
            observations().for_each(|(test, observation)| subjects.add(test, observation));
        }
        subjects
    }

    fn add(&mut self, test: &Test, observation: &Observation) {
        let fails = matches!(judge_one(test, observation), Some(Verdict::Fail(_)));
        match &observation.observed {
            Observed::Files(files) => {
                let FileGroup { path, replaceable, .. } = &**files;
                add(&mut self.seen, path);
                match replaceable {
                    Some(replaceable) => self.add_open(replaceable),
                    None if fails => {
                        add(&mut self.failed, path);
                        self.bits |= files.mode.unwrap_or_default();
                    }
                    None => {}
                }
                self.wrong |= fails;
            }
            Observed::Missing(_) => self.missing |= fails,
            Observed::Value(_)
            | Observed::Unset { .. }
            | Observed::NotApplicable(_)
            | Observed::Unknown(_)
            | Observed::NotGiven { .. }
            | Observed::Remark(_) => self.wrong |= fails,
        }
    }

    fn add_open(&mut self, replaceable: &Replaceable) {
        let of_access = self.open.iter().position(|(access, _)| *access == replaceable.access);
        let position = of_access.unwrap_or_else(|| {
            self.open.push((replaceable.access, Vec::new()));
            self.open.len() - 1
        });
        if let Some((_, directories)) = self.open.get_mut(position) {
            add(directories, &replaceable.directory);
        }
    }

    /// The paths that failed, else those that were looked at, for a command.
    fn paths(&self) -> Option<String> {
        let paths = if self.failed.is_empty() { &self.seen } else { &self.failed };
        (!paths.is_empty()).then(|| joined(paths))
    }
}

fn add(paths: &mut Vec<String>, path: &str) {
    if !paths.iter().any(|known| known == path) {
        paths.push(path.to_owned());
    }
}

/// Paths as words of a command.
fn joined(paths: &[String]) -> String {
    let shown = paths.iter().take(MAX_PATHS).map(|path| shell_quoted(&sanitize::into_line(path.clone())));
    shown.collect::<Vec<_>>().join(" ")
}
