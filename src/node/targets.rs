//! Which targets of a benchmark apply to a node.

use super::config::Config;
use super::detected::Node;
use crate::model::{Component, Target};

impl Node {
    /// The targets that apply here, and why the others do not: a target of components applies if one of them runs.
    pub fn targets(&self, config: &Config, available: &[Target]) -> (Vec<Target>, Vec<(Target, String)>) {
        let (mut applying, mut left_out) = (Vec::new(), Vec::new());
        // What a benchmark without a section on control plane nodes says of the control plane is about the provider's.
        let is_managed = |target: Target| target == Target::ControlPlane && !available.contains(&Target::Master);
        for target in available {
            match self.reason_to_leave_out(config, *target).filter(|_| !is_managed(*target)) {
                None => applying.push(*target),
                Some(reason) => left_out.push((*target, reason)),
            }
        }
        (applying, left_out)
    }

    fn reason_to_leave_out(&self, config: &Config, target: Target) -> Option<String> {
        let components = match target {
            // Its components are those of the control plane.
            Target::Master | Target::ControlPlane => components(config, Target::Master),
            Target::Etcd | Target::Node => components(config, target),
            Target::Policies | Target::ManagedServices | Target::Workloads | Target::Dockerfiles => return None,
        };
        let may_run = |component: &Component| self.runs_or_is_embedded(*component) || self.doubt(*component).is_some();
        if components.iter().any(may_run) {
            return None;
        }
        Some(match &components[..] {
            [] if target == Target::Node => return None,
            [] => "the configuration names no component of it".to_owned(),
            [one] => self.absence(*one),
            several => {
                let ignored = several.iter().find(|component| !self.processes(**component).ignored.is_empty());
                let programs: Vec<&str> = several.iter().map(|component| component.program()).collect();
                ignored.map_or_else(
                    || format!("none of {} runs on this node", programs.join(", ")),
                    |component| self.absence(*component),
                )
            }
        })
    }

    /// The targets that kube-bench would evaluate: the control plane if all its required components run, etcd if it runs, the
    /// others always.
    pub fn targets_of_kube_bench(&self, config: &Config, available: &[Target]) -> Vec<Target> {
        let is_complete = |target: Target| {
            let of_target = config.target(target);
            let mut required = of_target
                .components
                .iter()
                .filter(|name| of_target.candidates(name).is_some_and(|c| !c.bins.is_empty() && !c.optional))
                .peekable();
            let runs = |name: &String| Component::ALL.into_iter().any(|c| c.config_name() == name && self.runs(c));
            required.peek().is_some() && required.all(runs)
        };
        let control_plane = is_complete(Target::Master);
        let applies = |target: &Target| match target {
            Target::Master | Target::ControlPlane => control_plane,
            Target::Etcd => is_complete(Target::Etcd),
            Target::Node | Target::Policies | Target::ManagedServices | Target::Workloads | Target::Dockerfiles => true,
        };
        available.iter().copied().filter(applies).collect()
    }
}

/// The components that a target is about. The control plane is not here because a kubelet or etcd is.
fn components(config: &Config, target: Target) -> Vec<Component> {
    const CONTROL_PLANE: [Component; 3] = [Component::Apiserver, Component::Scheduler, Component::ControllerManager];
    let of_target = config.target(target);
    let is_named = |component: &Component| {
        let has_program = |name: &String| of_target.candidates(name).is_some_and(|c| !c.bins.is_empty());
        of_target.components.iter().any(|name| name == component.config_name() && has_program(name))
    };
    let belongs = |component: &Component| target != Target::Master || CONTROL_PLANE.contains(component);
    Component::ALL.into_iter().filter(belongs).filter(is_named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Platforms;
    use crate::source::node::RecordedSource;

    #[test]
    fn a_target_applies_if_a_component_of_it_runs() {
        let config: Config = serde_saphyr::from_str(include_str!("../../cfg/config.yaml")).expect("a configuration");
        let always = [Target::Policies, Target::ManagedServices, Target::Workloads, Target::Dockerfiles];
        for (processes, expected, of_kube_bench) in [
            ("kubelet", &[Target::Node][..], &[Target::Node][..]),
            ("etcd", &[Target::Etcd], &[Target::Etcd, Target::Node]),
            ("kube-proxy", &[Target::Node], &[Target::Node]),
            // Its controller manager may have crashed.
            ("kube-apiserver", &[Target::Master, Target::ControlPlane], &[Target::Node]),
            ("bash", &[], &[Target::Node]),
        ] {
            let source = RecordedSource::parse(&format!("processes: [{{ argv: [{processes}] }}]")).expect("a host");
            let node = Node::detect(&source, &config, &Platforms::compiled_in().expect("the platforms"));
            let (targets, left_out) = node.targets(&config, &Target::ALL);
            let own: Vec<Target> = targets.iter().copied().filter(|target| !always.contains(target)).collect();
            assert_eq!(own, expected, "{processes}");
            assert_eq!(targets.len() + left_out.len(), Target::ALL.len());
            let theirs = node.targets_of_kube_bench(&config, &Target::ALL);
            let theirs: Vec<Target> = theirs.into_iter().filter(|target| !always.contains(target)).collect();
            assert_eq!(theirs, of_kube_bench, "{processes}");
        }
    }

    #[test]
    fn the_control_plane_of_a_provider_applies_to_its_workers() {
        let config: Config = serde_saphyr::from_str(include_str!("../../cfg/config.yaml")).expect("a configuration");
        let source = RecordedSource::parse("processes: [{ argv: [kubelet] }]").expect("a host");
        let node = Node::detect(&source, &config, &Platforms::compiled_in().expect("the platforms"));
        let managed = [Target::ControlPlane, Target::Node, Target::ManagedServices];
        assert_eq!(node.targets(&config, &managed), (managed.to_vec(), Vec::new()));
        let own = [Target::Master, Target::ControlPlane, Target::Node];
        assert_eq!(node.targets(&config, &own).0, [Target::Node]);
    }

    #[test]
    fn the_reason_names_what_does_not_run() {
        let config: Config = serde_saphyr::from_str(include_str!("../../cfg/config.yaml")).expect("a configuration");
        let source = RecordedSource::parse("processes: [{ argv: [kubelet] }, { argv: [etcd], user: 1000, pid: 9 }]");
        let node = Node::detect(&source.expect("a host"), &config, &Platforms::compiled_in().expect("the platforms"));
        let (_, left_out) = node.targets(&config, &[Target::Master, Target::Etcd]);
        assert_eq!(left_out[0].1, "none of kube-apiserver, kube-scheduler, kube-controller-manager runs on this node");
        assert!(left_out[1].1.starts_with("etcd does not run on this node: process 9 of user 1000"), "{left_out:?}");
    }
}
