//! Secrets where many programs read them: in the environment and in commands.

use super::judgement::Judgement;
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::{VariableSource, redacted_hint};
use crate::workload::ContainerRef;

pub(super) fn from_secrets(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let judge = |found: ContainerRef<'_>| {
        let mut judgements = Vec::new();
        for (index, variable) in found.container.env.iter().enumerate() {
            if let VariableSource::Secret(secret) = &variable.source {
                let field = found.field("env").index(index);
                let observed = format!("{} from the Secret {secret}", variable.name);
                judgements.push(Judgement::container_at(Status::Fail, found, field, observed, ""));
            }
        }
        for (index, from) in found.container.env_from.iter().enumerate() {
            if let Some(secret) = &from.secret_ref {
                let field = found.field("envFrom").index(index);
                let observed = format!("all entries of the Secret {}", secret.name);
                judgements.push(Judgement::container_at(Status::Fail, found, field, observed, ""));
            }
        }
        if judgements.is_empty() {
            judgements.push(Judgement::container(Status::Pass, found, "env", "no Secret", ""));
        }
        judgements
    };
    unit.template.containers().flat_map(judge).collect()
}

pub(super) fn literals(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let judge = |found: ContainerRef<'_>| {
        let container = found.container;
        let mut judgements = Vec::new();
        for (index, variable) in container.env.iter().enumerate() {
            if let VariableSource::Literal(Some(hint)) = &variable.source {
                let field = found.field("env").index(index);
                let observed = format!("{}: {hint}", variable.name);
                judgements.push(Judgement::container_at(
                    Status::Fail,
                    found,
                    field,
                    observed,
                    "the value is not shown",
                ));
            }
        }
        let handlers = container.handlers().filter_map(|(at, handler)| Some((at, &handler.exec.as_ref()?.command)));
        let commands = [("command", &container.command), ("args", &container.args)].into_iter().chain(handlers);
        for (keys, words) in commands {
            if let Some(hint) = words.iter().find_map(|word| redacted_hint(word)) {
                let observed = hint.to_owned();
                judgements.push(Judgement::container(Status::Fail, found, keys, observed, "the value is not shown"));
            }
        }
        if judgements.is_empty() {
            judgements.push(Judgement::container(Status::Pass, found, "env", "nothing looks like a secret", ""));
        }
        judgements
    };
    unit.template.containers().flat_map(judge).collect()
}
