//! Privileged containers, and the ways to more rights.

use super::judgement::{Judgement, pass_if, stated};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::workload::capability_name;

pub(super) fn privileged(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each(|found| {
        let privileged = found.container.security_context.privileged;
        let status = pass_if(privileged != Some(true));
        Judgement::container(status, found, "securityContext.privileged", stated(privileged), "")
    })
}

pub(super) fn escalation(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        let context = &found.container.security_context;
        let keys = "securityContext.allowPrivilegeEscalation";
        let added = context.capabilities.iter().flat_map(|of| &of.add);
        let gives_all = |name: &String| matches!(capability_name(name).as_str(), "SYS_ADMIN" | "ALL");
        let (status, reason) = match context.allow_privilege_escalation {
            _ if context.privileged == Some(true) => (Status::Fail, "a privileged container can always gain rights"),
            _ if added.clone().any(gives_all) => (Status::Fail, "with SYS_ADMIN it can always gain rights"),
            Some(false) => (Status::Pass, ""),
            Some(true) => (Status::Fail, ""),
            None => (Status::Fail, "unset means true"),
        };
        Judgement::container(status, found, keys, stated(context.allow_privilege_escalation), reason)
    })
}

pub(super) fn host_process(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let value = |options: &Option<crate::source::cluster::object::WindowsOptions>| options.as_ref()?.host_process;
    let of_pod = value(&unit.template.spec.security_context.windows_options);
    let pod = Judgement::pod(
        pass_if(of_pod != Some(true)),
        "spec.securityContext.windowsOptions.hostProcess",
        stated(of_pod),
        "",
    );
    let own = unit.each(|found| {
        let own = value(&found.container.security_context.windows_options);
        let keys = "securityContext.windowsOptions.hostProcess";
        Judgement::container(pass_if(own != Some(true)), found, keys, stated(own), "")
    });
    std::iter::once(pod).chain(own).collect()
}
