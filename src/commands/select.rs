//! Which targets and checks of a benchmark an audit evaluates, by the flags and by what runs on the node.

use super::flags::SelectionFlags;
use crate::benchmark::Benchmark;
use crate::commands::Failure;
use crate::model::Component;
use crate::model::Target;
use crate::node::Node;
use crate::plan::{self, Plan, Selection};
use crate::source::node::Gap;
use crate::text::suggestions;

/// The targets that names mean; no names mean all targets of the benchmark.
pub(crate) fn named_targets(benchmark: &Benchmark, names: &[String]) -> Result<Vec<Target>, Failure> {
    if names.is_empty() {
        return Ok(benchmark.targets());
    }
    let known = || Target::ALL.into_iter().map(Target::id).chain(["worker"]);
    let parse = |name: &String| {
        name.parse().map_err(|()| {
            let near = suggestions(name, known());
            let separator = if near.is_empty() { ";" } else { "" };
            let all: Vec<&str> = known().collect();
            Failure::Usage(format!("there is no target `{name}`{near}{separator} the targets are {}", all.join(", ")))
        })
    };
    names.iter().map(parse).collect()
}

/// Refuses checks and groups that the benchmark does not have.
pub(crate) fn verify(flags: &SelectionFlags, benchmark: &Benchmark) -> Result<(), Failure> {
    plan::verify(benchmark, &selection(flags, benchmark.targets())).map_err(|e| Failure::Usage(e.to_string()))
}

/// Whether single checks or groups are selected.
pub(crate) const fn names_checks(flags: &SelectionFlags) -> bool {
    !flags.check.is_empty() || !flags.group.is_empty()
}

/// The plan for these targets, for the checks of these components, and for those that documents answer.
pub(crate) fn plan_for<'b>(
    flags: &SelectionFlags,
    benchmark: &'b Benchmark,
    targets: Vec<Target>,
    components: Vec<Component>,
    by_documents: bool,
) -> Result<Plan<'b>, Failure> {
    verify_scoring(flags)?;
    plan::plan(benchmark, &Selection { components, by_documents, ..selection(flags, targets) })
        .map_err(|e| Failure::Usage(e.to_string()))
}

/// The plan for these targets of a cluster. `by_objects`: the checks of other targets that its objects answer, too.
pub(crate) fn plan_for_cluster<'b>(
    flags: &SelectionFlags,
    benchmark: &'b Benchmark,
    targets: Vec<Target>,
    by_objects: bool,
) -> Result<Plan<'b>, Failure> {
    verify_scoring(flags)?;
    plan::plan(benchmark, &Selection { by_objects, ..selection(flags, targets) })
        .map_err(|e| Failure::Usage(e.to_string()))
}

fn verify_scoring(flags: &SelectionFlags) -> Result<(), Failure> {
    if flags.scored || flags.unscored {
        return Ok(());
    }
    let message = "--scored=false with --unscored=false leaves no check; leave one of them out";
    Err(Failure::Usage(message.to_owned()))
}

fn selection(flags: &SelectionFlags, targets: Vec<Target>) -> Selection {
    Selection {
        targets,
        components: Vec::new(),
        by_documents: false,
        by_objects: false,
        checks: flags.check.clone(),
        groups: flags.group.clone(),
        skip: flags.skip.clone(),
        scored: flags.scored,
        unscored: flags.unscored,
    }
}

/// Why there is nothing to audit on a node where no component runs.
pub(crate) fn nothing_runs(node: &Node) -> String {
    let nothing = if node.is_blind() {
        let reason = node.absence(Component::Kubelet);
        match Gap::of_reason(&reason).and_then(Gap::step) {
            Some(step) => format!("{reason}; {step}"),
            None => reason,
        }
    } else {
        "no component of Kubernetes runs on this node".to_owned()
    };
    let names = node.program_names().join(", ");
    let looked = format!("{nothing}, so nothing was evaluated\n  looked for processes named: {names}");
    // What hides the processes comes first; where nothing is known to, a container is the usual reason.
    let (first, container) = match node.notices() {
        [] if node.is_blind() => (looked, ""),
        [] => (looked, "  in a container: give it the host's processes (--pid=host)\n"),
        notices => (format!("{}\n  {looked}", notices.join("\n  ")), ""),
    };
    format!(
        "{first}\n{container}  \
         to evaluate the files anyway, and fail what is absent: nodeproof run --targets node,master\n  \
         to see what a report looks like: --host example"
    )
}

/// Why a selection left nothing to evaluate. `named`: the user named the targets.
pub(crate) fn nothing_selected(benchmark: &Benchmark, targets: &[Target], named: bool) -> String {
    let names: Vec<&str> = targets.iter().map(|t| t.id()).collect();
    let (whose, what_to_do) = if named {
        ("the named targets are", "add the target of the check to --targets")
    } else {
        ("the targets that apply to this node are", "name its target with `nodeproof run --targets`")
    };
    format!(
        "no check of {} is left to evaluate: {whose} {}, and no selected check is among them; {what_to_do}",
        benchmark.id,
        names.join(", ")
    )
}
