//! A platform file as a whole.

use super::component::{PlatformComponent, Runtime};
use super::data_directory::DataDirectory;
use super::exemption::Exemption;
use super::program::HostProgram;
use super::release::ReleaseRange;
use super::remediation::PlatformAdvice;
use super::sign::Sign;
use crate::model::Component;
use crate::source::node::Process;
use crate::text::glob::Glob;
use indexmap::IndexMap;
use serde::Deserialize;

/// What stands for the data directory in the paths of a platform.
const DATA: &str = "{data}";

/// A platform.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Platform {
    /// Its id, also for `--platform`.
    pub id: String,
    /// Its name in reports.
    pub title: String,
    /// Another platform, whose places it has where it names none of its own.
    pub like: Option<String>,
    /// How it is recognised: one of these signs is enough.
    #[serde(default)]
    pub detect: Vec<Sign>,
    /// Whether it gives way to any other platform of which there is a sign, such as one that is only an operating system.
    #[serde(default)]
    pub gives_way: bool,
    /// The programs that contain or start components.
    #[serde(default)]
    pub programs: Vec<HostProgram>,
    /// Its benchmarks by Kubernetes version, such as `1.29-1.31`. Without any, those for all of Kubernetes count.
    #[serde(default)]
    pub benchmarks: IndexMap<ReleaseRange, String>,
    /// Where it keeps its data. `{data}` in a path stands for it.
    pub data_dir: Option<DataDirectory>,
    /// Settings and files of each component.
    #[serde(default)]
    pub components: IndexMap<Component, PlatformComponent>,
    /// Where certificates and keys of the control plane are, if no process says it.
    #[serde(default)]
    pub pki: Vec<String>,
    /// Kubeconfigs that give full access to the cluster.
    #[serde(default)]
    pub admin_kubeconfigs: Vec<String>,
    /// Kubeconfigs that give full access past RBAC.
    #[serde(default)]
    pub super_admin_kubeconfigs: Vec<String>,
    /// The container runtimes that it brings along.
    #[serde(default)]
    pub runtimes: Vec<Runtime>,
    /// Rules that do not apply, by id or pattern, and why. What is on a node can contradict it.
    #[serde(default)]
    pub not_applicable: IndexMap<String, Exemption>,
    /// What to do about findings.
    #[serde(default)]
    pub remediation: PlatformAdvice,
}

impl Platform {
    /// What it says of a component.
    pub fn component(&self, component: Component) -> Option<&PlatformComponent> {
        self.components.get(&component)
    }

    /// Whether a component runs inside a program of it.
    pub(in crate::node) fn contains(&self, component: Component) -> bool {
        self.programs.iter().any(|program| program.contains.contains(&component))
    }

    /// Why a rule does not apply on it.
    pub(in crate::node) fn exemption(&self, rule: &str) -> Option<&Exemption> {
        let fits = |pattern: &str| Glob::rule(pattern).is_ok_and(|glob| glob.is_match(rule));
        self.not_applicable
            .iter()
            .find(|(pattern, _)| *pattern == rule || fits(pattern))
            .map(|(_, exemption)| exemption)
    }

    /// The benchmark for a minor version of Kubernetes, and whether the version is one that it names. A newer version takes the
    /// newest benchmark.
    pub fn benchmark_for(&self, version: (u32, u32)) -> Option<(&str, bool)> {
        let exact = self.benchmarks.iter().find(|(range, _)| range.contains(version));
        let nearest = || {
            self.benchmarks.iter().filter(|(range, _)| range.ends_before(version)).max_by_key(|(range, _)| range.last())
        };
        exact.map(|(_, id)| (id.as_str(), true)).or_else(|| nearest().map(|(_, id)| (id.as_str(), false)))
    }

    /// The versions of Kubernetes that a benchmark covers on it.
    pub fn versions_of(&self, benchmark: &str) -> Vec<String> {
        let ranges = self.benchmarks.iter().filter(|(_, id)| *id == benchmark);
        ranges.flat_map(|(range, _)| range.versions()).collect()
    }

    /// The same platform with the places of another one where it has none.
    #[must_use]
    pub(super) fn with_places_of(mut self, other: &Self) -> Self {
        for (component, places) in &other.components {
            self.components.entry(*component).or_insert_with(|| places.clone());
        }
        for (own, others) in [
            (&mut self.pki, &other.pki),
            (&mut self.admin_kubeconfigs, &other.admin_kubeconfigs),
            (&mut self.super_admin_kubeconfigs, &other.super_admin_kubeconfigs),
        ] {
            if own.is_empty() {
                own.clone_from(others);
            }
        }
        self
    }

    /// Every place of files.
    pub fn paths(&self) -> Vec<&String> {
        let components = self.components.values().flat_map(PlatformComponent::paths);
        let lists = [&self.pki, &self.admin_kubeconfigs, &self.super_admin_kubeconfigs];
        components.chain(lists.into_iter().flatten()).collect()
    }

    /// The same platform with its paths on a node, and where what runs does not agree: where its data is, these processes say.
    #[must_use]
    pub(in crate::node) fn located(&self, processes: &[&Process]) -> (Self, Vec<String>) {
        match &self.data_dir {
            Some(data) => {
                let is_own = |process: &&&Process| self.programs.iter().any(|own| own.is(process));
                let own: Vec<&Process> = processes.iter().filter(is_own).copied().collect();
                let found = data.of(processes, &own);
                (self.clone().with_data_in(&found.paths), found.disagreements)
            }
            None => (self.clone(), Vec::new()),
        }
    }

    /// The same platform with its data in these directories: each place in every one of them, a text that names one with the first.
    #[must_use]
    fn with_data_in(mut self, directories: &[String]) -> Self {
        let places = |list: &mut Vec<String>| {
            let in_each = |place: &String| match place.contains(DATA) {
                true => directories.iter().map(|directory| place.replace(DATA, directory)).collect(),
                false => vec![place.clone()],
            };
            *list = list.iter().flat_map(in_each).collect();
        };
        let first = directories.first().map_or("", String::as_str);
        let text = |text: &mut String| *text = text.replace(DATA, first);
        for component in self.components.values_mut() {
            component.places_mut().into_iter().for_each(places);
            component.settings_mut().for_each(text);
        }
        self.runtimes.iter_mut().for_each(|runtime| places(&mut runtime.files));
        self.runtimes.iter_mut().filter_map(|runtime| runtime.cni.as_mut()).for_each(text);
        [&mut self.pki, &mut self.admin_kubeconfigs, &mut self.super_admin_kubeconfigs].into_iter().for_each(places);
        self.remediation.texts_mut().for_each(text);
        self
    }
}

/// The file's JSON Schema.
#[cfg(test)]
pub(crate) fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Platform)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_the_benchmark_of_its_range_or_the_newest_before_it() {
        let platform: Platform =
            serde_saphyr::from_str("{ id: x, title: X, benchmarks: { 1.29-1.31: a, '1.32': b } }").expect("a platform");
        assert_eq!(platform.benchmark_for((1, 30)), Some(("a", true)));
        assert_eq!(platform.benchmark_for((1, 32)), Some(("b", true)));
        assert_eq!(platform.benchmark_for((1, 40)), Some(("b", false)));
        assert_eq!(platform.benchmark_for((1, 28)), None);
    }

    #[test]
    fn what_does_not_apply_is_named_by_id_or_pattern() {
        let yaml = "{ id: x, title: X, not-applicable: { 'kubelet-service-*': no unit, a-rule: never } }";
        let platform: Platform = serde_saphyr::from_str(yaml).expect("a platform");
        let reason = |rule: &str| platform.exemption(rule).map(Exemption::reason);
        assert_eq!(reason("kubelet-service-mode"), Some("no unit"));
        assert_eq!(reason("a-rule"), Some("never"));
        assert_eq!(reason("kubelet-config-mode"), None);
    }
}
