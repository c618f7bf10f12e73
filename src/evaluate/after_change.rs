//! What makes a changed command take effect on this node: a new static pod, or a restart of a unit.

use crate::benchmark::{Placeholder, Template};
use crate::model::{Component, Text};
use crate::node::Node;
use crate::probe::FileRole;
use crate::text::{sanitize, shell_quoted};

/// A remediation with a sentence on the restart of each component whose manifest it names, before it says how to verify.
/// A platform with settings of its own writes its manifests itself, and the text above says what to restart.
pub(super) fn with_restart(text: Text, template: &Template, node: &Node) -> Text {
    let mut components: Vec<Component> = Vec::new();
    for placeholder in template.placeholders() {
        if let Placeholder::File(component, FileRole::Manifest) = placeholder
            && !components.contains(&component)
        {
            components.push(component);
        }
    }
    if components.is_empty() || !node.platform().remediation.settings.is_empty() {
        return text;
    }
    let sentences: String = components.into_iter().map(|component| restart(component, node)).collect();
    let is_end = |line: &&str| line.starts_with("Verify");
    let end = text.lines().find(is_end).and_then(|line| line_start(&text, line)).unwrap_or(text.len());
    let (before, after) = text.split_at(end);
    let newline = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{newline}{sentences}{after}").into()
}

/// Where a line of a text begins.
fn line_start(text: &str, line: &str) -> Option<usize> {
    text.match_indices(line).map(|(at, _)| at).find(|at| *at == 0 || text[..*at].ends_with('\n'))
}

fn restart(component: Component, node: &Node) -> String {
    let unit = node.processes(component).instances.iter().find_map(|instance| instance.unit());
    match unit {
        Some(unit) => {
            let unit = shell_quoted(&sanitize::into_line(unit.to_owned()));
            format!("Then:\nsystemctl daemon-reload && systemctl restart {unit}\n")
        }
        None => format!(
            "The kubelet restarts {program} within seconds of the change. If it does not come back: `crictl ps -a`, \
             `crictl logs`.\n",
            program = component.program()
        ),
    }
}
