//! Probes, hooks and terminals.

use super::judgement::{Judgement, UNSET, pass_if};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::{Container, Handler, starts_shell};

/// A probe that the containers of a workload without an end have.
pub(super) fn probe(
    unit: &WorkloadUnit<'_>,
    key: &'static str,
    probe: fn(&Container) -> &Option<Handler>,
) -> Vec<Judgement> {
    if unit.is_batch() {
        let reason = "it runs until its work is done";
        return vec![Judgement::object(Status::NotApplicable, "kind", unit.kind.to_owned(), reason)];
    }
    let judge = |found: crate::workload::ContainerRef<'_>| {
        let is_set = probe(found.container).is_some();
        Judgement::container(pass_if(is_set), found, key, if is_set { "set" } else { UNSET }, "")
    };
    unit.lasting().map(judge).collect()
}

pub(super) fn shell(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each(|found| {
        let has_shell = |handler: &Handler| handler.exec.as_ref().is_some_and(|exec| starts_shell(&exec.command));
        match found.container.handlers().find(|(_, handler)| has_shell(handler)) {
            Some((key, _)) => {
                let field = found.field(key).then("exec.command");
                Judgement::container_at(Status::Fail, found, field, "a shell", "the image must keep a shell for it")
            }
            None => Judgement::container_at(Status::Pass, found, found.path(), "no probe or hook starts a shell", ""),
        }
    })
}

pub(super) fn terminal(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each(|found| {
        let (key, is_set) = if found.container.tty { ("tty", true) } else { ("stdin", found.container.stdin) };
        let observed = if is_set { "true" } else { "false" };
        Judgement::container(pass_if(!is_set), found, key, observed, "")
    })
}
