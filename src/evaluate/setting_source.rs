//! Where the value of a setting comes from on this node, if that is not where the rule's text says.

use super::judge::judge_one;
use crate::benchmark::{Assertion, Test};
use crate::model::{Component, Evidence, Verdict};
use crate::node::Node;
use crate::probe::{CHANGED_SINCE_START, Collector, FileRole, Probe};
use crate::text::{sanitize, shell_quoted};

/// The setting that a remediation changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct FailedSetting<'r> {
    pub(super) component: Component,
    /// Without dashes.
    flag: Option<&'r str>,
    /// Of a map: the key.
    key: Option<&'r str>,
    test: &'r Test,
    /// The source of the value that fails, if one is set.
    source: Option<&'r str>,
    /// Whether a configuration file can set it too.
    in_file: bool,
}

impl<'r> FailedSetting<'r> {
    /// The first setting with a value that fails, else the first setting.
    pub(super) fn of<'e: 'r>(assertion: &'r Assertion, find: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Option<Self> {
        let settings = || assertion.tests().into_iter().filter_map(Self::unevaluated);
        let with_source = settings().find_map(|setting| {
            let observations = find(&setting.test.probe).into_iter().flat_map(|evidence| &evidence.observations);
            let mut failing = observations.filter(|o| matches!(judge_one(setting.test, o), Some(Verdict::Fail(_))));
            failing.next().map(|observation| Self { source: Some(observation.source.as_str()), ..setting })
        });
        with_source.or_else(|| settings().next())
    }

    fn unevaluated(test: &'r Test) -> Option<Self> {
        let (component, flag, keys, in_file) = match &test.probe {
            Probe::Setting(setting) => {
                (setting.component, setting.flag.as_deref(), &setting.keys[..], setting.path.is_some())
            }
            Probe::Process(process) => (process.component, process.flag(), &[][..], false),
            Probe::File(_) | Probe::Document(_) | Probe::Cloud(_) => return None,
        };
        Some(Self { component, flag, key: keys.first().map(String::as_str), test, source: None, in_file })
    }

    /// The same without dashes, with a word for a value that is to be chosen: `profiling=false`.
    pub(super) fn argument_to_set(&self) -> Option<String> {
        let flag = self.flag?;
        Some(match (self.test.expect.only_value(), self.key) {
            (Some(value), Some(key)) => format!("{flag}={key}={value}"),
            (Some(value), None) => format!("{flag}={value}"),
            (None, _) => format!("{flag}=VALUE"),
        })
    }

    /// The flag, with its value where only one is right: a boolean flag without one means true.
    fn flag_to_set(&self) -> String {
        let Some(flag) = self.flag else {
            return "the flag of this setting".to_owned();
        };
        match (self.test.expect.only_value(), self.key) {
            (Some(value), Some(key)) => format!("--{flag}={key}={value}"),
            (Some(value), None) => format!("--{flag}={value}"),
            (None, _) => format!("--{flag}"),
        }
    }

    /// A source that overrides the file that the rule's text names.
    fn overriding(&self, unit: Option<&str>) -> Option<String> {
        let source = self.source.filter(|_| self.in_file && self.component == Component::Kubelet)?;
        let source = source.strip_suffix(CHANGED_SINCE_START).unwrap_or(source);
        if let Some(path) = source.strip_prefix("drop-in ") {
            let path = path.split_once(": ").map_or(path, |(path, _)| path);
            let path = sanitize::into_line(path.to_owned());
            return Some(format!("Here the drop-in {path} sets it: change or delete it there.\n"));
        }
        let flags = source.strip_prefix("flag ")?;
        let unit = shell_quoted(&sanitize::into_line(unit.unwrap_or("kubelet").to_owned()));
        Some(format!(
            "Here the flag {flags} sets it: remove it (`systemctl cat {unit}` shows where it is; with kubeadm also \
             /var/lib/kubelet/kubeadm-flags.env).\n"
        ))
    }
}

/// Where the setting of a rule is on this node, if that is not where the rule's text says.
pub(super) fn where_settings_are(
    setting: &FailedSetting<'_>,
    collector: &Collector<'_>,
    node: &Node,
) -> Option<String> {
    let component = setting.component;
    let unit = node.processes(component).instances.iter().find_map(|instance| instance.unit());
    match component {
        Component::Kubelet if collector.has_none(component, FileRole::Config) => {
            let flag = setting.flag_to_set();
            let unit = unit.unwrap_or("kubelet.service");
            Some(format!(
                "This kubelet has no configuration file: set {flag} in its command (`systemctl cat {unit}` shows the file \
                 that has it). Then:\nsystemctl daemon-reload && systemctl restart {unit}\nOr give it a configuration file \
                 with --config; for that:\n",
                unit = shell_quoted(&sanitize::into_line(unit.to_owned()))
            ))
        }
        Component::Kubelet => setting.overriding(unit),
        Component::Apiserver
        | Component::Scheduler
        | Component::ControllerManager
        | Component::Etcd
        | Component::Proxy => {
            let unit = shell_quoted(&sanitize::into_line(unit?.to_owned()));
            Some(format!(
                "Here {} runs in {unit} and not in a static pod: change its command there (`systemctl cat {unit}` shows the \
                 file). In general:\n",
                component.program()
            ))
        }
    }
}
