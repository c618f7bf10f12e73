//! What a proof says of a machine that cannot be so on a platform.

use super::{LeftOut, Platform, Settings, has_own, program_of, stops_all};
use crate::proofs::case::{Case, State};
use crate::proofs::machine::Change;
use crate::proofs::subject::Subject;
use serde_json::{Map, Value as Json};

impl Platform {
    /// Whether the statement of a proof can be made on this platform.
    pub(super) fn check_statement(&self, case: &Case, subject: &Subject) -> Result<(), LeftOut> {
        self.check_platform(case)?;
        self.check_processes(case, subject)?;
        self.check_unit(case)
    }

    /// Whether the machine stays one of this platform.
    fn check_platform(&self, case: &Case) -> Result<(), LeftOut> {
        let is_platform = |process: &Json| ["k3s", "rke2", "k0s", "kubelite"].contains(&program_of(process));
        let mut flags = case.host.run.values().flat_map(Change::flags);
        let is_openshift = flags.any(|flag| flag.starts_with("--openshift-config="));
        if is_openshift || case.host.beside.iter().any(is_platform) {
            return Err("the machine of the proof is of another platform already");
        }
        let name = |flag: &String| flag.split('=').next().unwrap_or_default().to_owned();
        for (program, change) in &case.host.run {
            let of_others = self.flags.iter().filter(|(other, _)| *other != program).flat_map(|(_, flags)| flags);
            if of_others.map(name).any(|other| change.flags().iter().map(name).any(|flag| flag == other)) {
                return Err("the platform is found by an argument that names its own file");
            }
        }
        let has_control_plane = !self.stopped.iter().any(|program| program == "kube-apiserver");
        if !has_control_plane && case.host.stopped.iter().any(|program| program == "kubelet") {
            return Err("without a control plane the platform is found by its kubelet");
        }
        Ok(())
    }

    /// Whether the platform has the processes that the proof is about.
    fn check_processes(&self, case: &Case, subject: &Subject) -> Result<(), LeftOut> {
        let is_excused = self.excuses(&subject.rule);
        let is_moved = |program: &str| self.settings != Settings::Processes && self.is_moved(program);
        let mut moved = case.host.run.iter().filter(|(program, _)| is_excused || is_moved(program));
        if moved.any(|(_, change)| change.has_other_keys()) {
            return Err("a component without a process has no environment, user, directory or root of its own");
        }
        let is_elsewhere = |program: &String| self.stopped.contains(program);
        if !is_excused && case.host.run.keys().chain(&case.host.stopped).any(is_elsewhere) {
            return Err("the platform does not run the program on the node");
        }
        if is_excused && !case.host.beside.is_empty() {
            return Err("beside a process of its own a component has a manifest or a unit, and the rule applies");
        }
        // Of a component that does not run it says so: no rule about that applies, and none of its places is judged.
        let is_left = !case.host.stopped.is_empty() && case.is != State::NotApplicable && !has_own(case);
        if self.contains_components() && is_left && !stops_all(subject, case) {
            return Err("the program that contains the components says that one of several does not run");
        }
        Ok(())
    }

    /// Whether what is said of units holds where the control group of the kubelet names one.
    fn check_unit(&self, case: &Case) -> Result<(), LeftOut> {
        let keys = self.keys.get("kubelet");
        if !self.contains_components() && !keys.is_some_and(|keys| keys.contains_key("cgroup")) {
            return Ok(());
        }
        if case.host.remove.iter().any(|path| path.starts_with("/etc/systemd/system")) {
            return Err("the kubelet runs in a unit, so that there is one");
        }
        let names_slice = |file: &Map<String, Json>| {
            file.get("content").and_then(Json::as_str).is_some_and(|content| content.contains("\nSlice="))
        };
        if case.host.files.iter().any(names_slice) {
            return Err("the control group of the kubelet says in which slice it is");
        }
        Ok(())
    }
}
