//! What a platform advises in place of the text of a rule, which is written for components that are started by kubeadm or by hand.

use super::setting_source::FailedSetting;
use crate::benchmark::Check;
use crate::node::Node;
use crate::text::{sanitize, shell_quoted};

/// What the texts of rules name that other platforms do not have.
const OF_KUBEADM: [&str; 5] =
    ["kubeadm", "/etc/kubernetes/", "/var/lib/kubelet/config.yaml", "/var/lib/etcd", "static pod"];

/// The advice of a node's platform on one check.
pub(super) struct PlatformText<'t> {
    pub(super) node: &'t Node,
    pub(super) check: &'t Check,
    /// What must hold, in words.
    pub(super) expected: &'t str,
    /// The files that failed, else those that were looked at.
    pub(super) paths: &'t [String],
}

impl PlatformText<'_> {
    /// That on the rule, on the setting that failed, or on files that the platform writes itself.
    pub(super) fn of_subject(&self, setting: Option<&FailedSetting<'_>>) -> Option<String> {
        let advice = &self.node.platform().remediation;
        let of_setting = || {
            let setting = setting?;
            let text = advice.of_setting(setting.component)?;
            let flag = setting.argument_to_set()?;
            Some(text.replace("{program}", setting.component.program()).replace("{flag}", &flag))
        };
        let of_files = || {
            let texts: Vec<Option<&str>> = self.paths.iter().map(|path| advice.of_file(path)).collect();
            texts.first().copied().flatten().filter(|_| texts.iter().all(Option::is_some)).map(str::to_owned)
        };
        let text = advice.of_rule(&self.check.rule.id).map(str::to_owned).or_else(of_setting).or_else(of_files)?;
        Some(self.fill(&text))
    }

    /// That in place of a text that names what another platform has.
    pub(super) fn in_place_of(&self, text: &str) -> Option<String> {
        let other = self.node.platform().remediation.other.as_ref()?;
        let own = self.node.platform().paths();
        let is_foreign = |word: &str| {
            OF_KUBEADM.iter().any(|part| word.contains(part)) && !own.iter().any(|path| word.contains(path.as_str()))
        };
        let words = text.split_whitespace();
        (words.clone().any(is_foreign) || is_foreign_phrase(text)).then(|| self.fill(other))
    }

    fn fill(&self, text: &str) -> String {
        let quoted = |path: &String| shell_quoted(&sanitize::into_line(path.clone()));
        let paths: Vec<String> = self.paths.iter().map(quoted).collect();
        text.replace("{expected}", &sanitize::into_line(self.expected.to_owned())).replace("{paths}", &paths.join(" "))
    }
}

fn is_foreign_phrase(text: &str) -> bool {
    OF_KUBEADM.iter().filter(|phrase| phrase.contains(' ')).any(|phrase| text.contains(phrase))
}
