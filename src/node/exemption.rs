//! Whether a platform's reason not to apply a rule holds on a node.

use super::cgroup::{is_beside_node, is_pod, unit};
use super::detected::{Instance, Node};
use crate::model::Component;

impl Node {
    /// Why a rule does not apply on the platform. What is on the node contradicts that where its component runs as a process of its
    /// own, with a manifest or a unit or although the platform has it inside a program, or where a file has another owner than the
    /// reason says. `owners` are those of the files that the rule is about.
    pub fn reason_not_applicable(&self, rule: &str, owners: &[&str]) -> Option<&str> {
        let exemption = self.platform.exemption(rule)?;
        let component = Component::ALL.into_iter().find(|component| is_about(rule, *component));
        let has_own = component.is_some_and(|component| {
            let mut own = self.processes(component).instances.iter().filter(|instance| instance.container.is_none());
            own.any(|instance| {
                self.platform.contains(component)
                    || is_pod(&instance.process.cgroup)
                    || !is_about_manifest(rule) && self.has_own_unit(instance)
            })
        });
        let is_others = |owner: &str| !owners.is_empty() && owners.iter().all(|known| *known == owner);
        let holds = !has_own && exemption.while_owner().is_none_or(is_others);
        holds.then(|| exemption.reason())
    }

    /// Whether a process has a unit other than that of the program which starts components.
    fn has_own_unit(&self, instance: &Instance) -> bool {
        let cgroup = &instance.process.cgroup;
        let Some(unit_of_process) = unit(cgroup).filter(|_| !is_beside_node(cgroup)) else {
            return false;
        };
        let mut units = self.supervisors.iter().filter_map(|supervisor| unit(&supervisor.process.cgroup));
        let is_of_component = unit_of_process.contains(instance.component.program());
        !units.any(|unit| unit == unit_of_process) && (is_of_component || !self.supervisors.is_empty())
    }
}

/// The ids of rules begin with the component that they are about.
fn is_about(rule: &str, component: Component) -> bool {
    rule.strip_prefix(component.id()).is_some_and(|rest| rest.starts_with('-'))
}

/// A unit that a component has does not give it a manifest.
fn is_about_manifest(rule: &str) -> bool {
    rule.contains("-manifest-")
}
