//! Proofs of the topics of OpenShift's constraints from tables: what a constraint allows, and for each topic the same subjects, ways
//! to it, exemptions and missing lists.

use super::case::Case;
use super::fields;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Constraints {
    met: Vec<Json>,
    #[serde(rename = "not-met")]
    not_met: Vec<Json>,
}

const KIND: &str = "SecurityContextConstraints";
const TITLE: &str = "SecurityContextConstraints/loose";
const RBAC: [&str; 4] = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

/// The constraint `loose` with these settings, which these users and groups may use.
fn cluster(settings: &Json, users: &[&str], groups: &[&str]) -> Map<String, Json> {
    let mut constraint = fields(settings.clone());
    constraint.insert("users".to_owned(), json!(users));
    constraint.insert("groups".to_owned(), json!(groups));
    [(TITLE.to_owned(), Json::Object(constraint))].into_iter().collect()
}

fn finding(subject: &str, via: &str) -> Json {
    json!({ "scc": TITLE, "subject": subject, "via": via })
}

fn case(name: impl Into<String>, objects: Map<String, Json>, status: &str) -> Case {
    Case { name: name.into(), objects, status: status.to_owned(), ..Case::default() }
}

fn fail(name: impl Into<String>, objects: Map<String, Json>, findings: Vec<Json>) -> Case {
    Case { findings, ..case(name, objects, "fail") }
}

impl Constraints {
    pub(super) fn cases(&self) -> Vec<Case> {
        let bad = self.not_met.first().expect("a constraint that is not met");
        let good = self.met.first().expect("a constraint that is met");
        let met = self.met.iter().map(|row| case(format!("{row}"), cluster(row, &["eve"], &["ops"]), "pass"));
        let not_met = self.not_met.iter().map(|row| {
            let findings = vec![finding("User/eve", "scc"), finding("Group/ops", "scc")];
            fail(format!("{row}"), cluster(row, &["eve"], &["ops"]), findings)
        });
        met.chain(not_met).chain(of_subjects(bad, good)).chain(of_bindings(bad)).chain(of_lists(bad)).collect()
    }
}

fn of_subjects(bad: &Json, good: &Json) -> Vec<Case> {
    let mut beside = cluster(bad, &["eve"], &[]);
    let mut strict = fields(good.clone());
    strict.insert("groups".to_owned(), json!(["system:authenticated"]));
    beside.insert("SecurityContextConstraints/restricted".to_owned(), Json::Object(strict));
    let exempt = |subject: &str, why: &str| {
        let mut finding = finding(subject, "scc");
        finding["why"] = json!(why);
        finding
    };
    vec![
        case("nobody may use it", cluster(bad, &[], &[]), "pass"),
        fail("a strict constraint beside it proves nothing", beside, vec![finding("User/eve", "scc")]),
        fail(
            "every user may use it",
            cluster(bad, &[], &["system:authenticated"]),
            vec![finding("Group/system:authenticated", "scc")],
        ),
        fail(
            "an account by its user name",
            cluster(bad, &["system:serviceaccount:web:bot"], &[]),
            vec![finding("ServiceAccount/web/bot", "scc")],
        ),
        Case {
            exempt: vec![
                exempt("User/system:admin", "built-in"),
                exempt("ServiceAccount/openshift-infra/build-controller", "built-in"),
                exempt("Group/system:cluster-admins", "built-in"),
                exempt("Group/system:nodes", "built-in"),
                exempt("Group/system:masters", "built-in"),
            ],
            ..case(
                "those whom OpenShift itself names are exempt",
                cluster(
                    bad,
                    &["system:admin", "system:serviceaccount:openshift-infra:build-controller"],
                    &["system:cluster-admins", "system:nodes", "system:masters"],
                ),
                "pass",
            )
        },
        Case {
            exempt: vec![exempt("ServiceAccount/openshift-monitoring/node-exporter", "platform")],
            ..case(
                "an account of the platform is exempt",
                cluster(bad, &["system:serviceaccount:openshift-monitoring:node-exporter"], &[]),
                "pass",
            )
        },
        fail(
            "neither a group of such a namespace nor a user or an account with such a name is",
            cluster(
                bad,
                &["openshift-eve", "system:serviceaccount:openshift:bot", "system:serviceaccount:web:openshift-bot"],
                &["system:serviceaccounts:openshift-monitoring"],
            ),
            vec![
                finding("User/openshift-eve", "scc"),
                finding("ServiceAccount/openshift/bot", "scc"),
                finding("ServiceAccount/web/openshift-bot", "scc"),
                finding("Group/system:serviceaccounts:openshift-monitoring", "scc"),
            ],
        ),
    ]
}

/// Who may use it by a rule of a role.
fn of_bindings(bad: &Json) -> Vec<Case> {
    let with = |rule: Json, binding: &str| {
        let mut objects = cluster(bad, &[], &[]);
        objects.insert("ClusterRole/user".to_owned(), json!({ "rules": [rule] }));
        let role_ref = json!({ "kind": "ClusterRole", "name": "user" });
        let subjects = json!([{ "kind": "Group", "name": "ops" }]);
        objects.insert(binding.to_owned(), json!({ "roleRef": role_ref, "subjects": subjects }));
        objects
    };
    let rule = |verb: &str, group: &str, names: &[&str]| json!({ "verbs": [verb], "apiGroups": [group], "resources": ["securitycontextconstraints"], "resourceNames": names });
    const GROUP: &str = "security.openshift.io";
    let mut cases = Vec::new();
    for (name, rule) in [
        ("by a rule for all constraints", rule("use", GROUP, &[])),
        ("by a rule for this constraint", rule("use", GROUP, &["other", "loose"])),
        ("by a wildcard", json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] })),
    ] {
        for binding in ["ClusterRoleBinding/users", "RoleBinding/web/users"] {
            let name = format!("{name} through {binding}");
            cases.push(fail(name, with(rule.clone(), binding), vec![finding("Group/ops", binding)]));
        }
    }
    for (name, rule) in [
        ("a rule for another constraint gives nothing", rule("use", GROUP, &["other"])),
        ("a rule for another verb gives nothing", rule("get", GROUP, &[])),
        ("a rule for another group gives nothing", rule("use", "", &[])),
    ] {
        cases.push(case(name, with(rule, "ClusterRoleBinding/users"), "pass"));
    }
    let mut both = with(rule("use", GROUP, &[]), "ClusterRoleBinding/users");
    both[TITLE]["groups"] = json!(["ops"]);
    let findings = vec![finding("Group/ops", "scc"), finding("Group/ops", "ClusterRoleBinding/users")];
    cases.push(fail("two ways are two findings", both, findings));
    cases
}

fn of_lists(bad: &Json) -> Vec<Case> {
    let names = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>();
    let openshift: Map<String, Json> = [("Namespace/openshift-etcd".to_owned(), json!({}))].into_iter().collect();
    let mut cases = vec![
        case("an empty cluster", Map::new(), "pass"),
        Case {
            refused: names(&[KIND]),
            lacking: names(&[KIND]),
            ..case("constraints are refused", Map::new(), "undetermined")
        },
        Case { unknown: names(&[KIND]), ..case("a server without constraints", Map::new(), "not-applicable") },
        Case { missing: names(&[KIND]), ..case("saved lists of another platform", Map::new(), "not-applicable") },
        Case {
            missing: names(&[KIND]),
            lacking: names(&[KIND]),
            ..case("saved lists of OpenShift without constraints", openshift, "undetermined")
        },
    ];
    for kind in RBAC {
        let lacking = names(&[kind]);
        cases.push(Case {
            refused: lacking.clone(),
            lacking: lacking.clone(),
            ..case(format!("{kind} is refused"), Map::new(), "undetermined")
        });
        cases.push(Case {
            refused: lacking.clone(),
            lacking,
            ..fail(
                format!("what is found stays found while {kind} is refused"),
                cluster(bad, &["eve"], &[]),
                vec![finding("User/eve", "scc")],
            )
        });
    }
    cases
}
