//! Proofs of powers from tables of rules: each rule through each kind of binding, and for each power the same kinds of subjects,
//! exemptions and missing lists.

use super::case::Case;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// Verbs, groups, resources, and the names of the only objects.
#[derive(Clone, Deserialize)]
struct Row(Vec<Vec<String>>);

impl Row {
    fn rule(&self) -> Json {
        let list = |index: usize| self.0.get(index).cloned().unwrap_or_default();
        json!({ "verbs": list(0), "apiGroups": list(1), "resources": list(2), "resourceNames": list(3) })
    }

    fn text(&self) -> String {
        json!(self.0).to_string()
    }
}

/// Rules, by what they give.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// The power, through each kind of binding.
    #[serde(default)]
    everywhere: Vec<Row>,
    /// The power through a ClusterRoleBinding, and nothing through a RoleBinding.
    #[serde(default)]
    cluster: Vec<Row>,
    /// The power for the objects that are named, which is exempt.
    #[serde(default)]
    named: Vec<Row>,
    /// Nothing of the power.
    nothing: Vec<Row>,
}

const KINDS: [&str; 4] = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

#[derive(Clone, Copy)]
enum Through {
    ClusterRoleBinding,
    RoleBindingToClusterRole,
    RoleBindingToRole,
}

impl Through {
    const ALL: [Self; 3] = [Self::ClusterRoleBinding, Self::RoleBindingToClusterRole, Self::RoleBindingToRole];

    const fn binding(self) -> &'static str {
        match self {
            Self::ClusterRoleBinding => "ClusterRoleBinding/gives",
            Self::RoleBindingToClusterRole | Self::RoleBindingToRole => "RoleBinding/web/gives",
        }
    }

    const fn role(self) -> &'static str {
        match self {
            Self::ClusterRoleBinding | Self::RoleBindingToClusterRole => "ClusterRole/given",
            Self::RoleBindingToRole => "Role/web/given",
        }
    }

    fn kind_of_role(self) -> &'static str {
        self.role().split('/').next().unwrap_or_default()
    }

    fn objects(self, rules: &[Json], subjects: &Json) -> Map<String, Json> {
        let role_ref = json!({ "kind": self.kind_of_role(), "name": "given" });
        let binding = json!({ "roleRef": role_ref, "subjects": subjects });
        [(self.role().to_owned(), json!({ "rules": rules })), (self.binding().to_owned(), binding)]
            .into_iter()
            .collect()
    }

    fn finding(self, subject: &str, rules: &[usize]) -> Json {
        json!({ "binding": self.binding(), "subject": subject, "role": self.role(), "rules": rules })
    }
}

fn eve() -> Json {
    json!([{ "kind": "User", "name": "eve" }])
}

fn case(name: impl Into<String>, objects: Map<String, Json>, status: &str) -> Case {
    Case { name: name.into(), objects, status: status.to_owned(), ..Case::default() }
}

impl Rules {
    pub(super) fn cases(&self) -> Vec<Case> {
        let mut cases = self.of_rows();
        let row = self.everywhere.first().or_else(|| self.cluster.first()).expect("a rule that gives the power");
        cases.extend(of_subjects(&row.rule()));
        cases.extend(of_roles(&row.rule()));
        cases.extend(of_administrators());
        cases.extend(of_lists(&row.rule()));
        cases
    }

    fn of_rows(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for (index, through) in Through::ALL.into_iter().enumerate() {
            let is_cluster = index == 0;
            let make = |row: &Row, status: &str| {
                let name = format!("{} in {} through {}", row.text(), through.role(), through.binding());
                case(name, through.objects(&[row.rule()], &eve()), status)
            };
            let found = |row: &Row| Case { findings: vec![through.finding("User/eve", &[0])], ..make(row, "fail") };
            let named = |row: &Row| {
                let mut finding = through.finding("User/eve", &[0]);
                finding["why"] = json!("named");
                finding["names"] = json!(row.0.get(3));
                Case { exempt: vec![finding], ..make(row, "pass") }
            };
            cases.extend(self.everywhere.iter().map(found));
            cases.extend(self.cluster.iter().map(|row| if is_cluster { found(row) } else { make(row, "pass") }));
            cases.extend(self.nothing.iter().map(|row| make(row, "pass")));
            if is_cluster {
                cases.extend(self.named.iter().map(named));
            }
        }
        cases
    }
}

/// Whom a binding names.
fn of_subjects(rule: &Json) -> Vec<Case> {
    let through = Through::ClusterRoleBinding;
    let rows = [
        ("a group", json!([{ "kind": "Group", "name": "ops" }]), vec!["Group/ops"]),
        (
            "a group of the API server",
            json!([{ "kind": "Group", "name": "system:authenticated" }]),
            vec!["Group/system:authenticated"],
        ),
        ("anonymous requests", json!([{ "kind": "User", "name": "system:anonymous" }]), vec!["User/system:anonymous"]),
        (
            "a user with the name of a group",
            json!([{ "kind": "User", "name": "system:masters" }]),
            vec!["User/system:masters"],
        ),
        (
            "an account",
            json!([{ "kind": "ServiceAccount", "name": "bot", "namespace": "web" }]),
            vec!["ServiceAccount/web/bot"],
        ),
        (
            "a user who is an account",
            json!([{ "kind": "User", "name": "system:serviceaccount:web:bot" }]),
            vec!["ServiceAccount/web/bot"],
        ),
        (
            "three subjects, one of them twice",
            json!([{ "kind": "User", "name": "eve" }, { "kind": "User", "name": "eve" }, { "kind": "Group", "name": "eve" },
                { "kind": "User", "name": "*" }]),
            vec!["User/eve", "Group/eve", "User/*"],
        ),
        ("an account without a namespace", json!([{ "kind": "ServiceAccount", "name": "bot" }]), vec![]),
        ("a kind of subject that does not exist", json!([{ "kind": "Robot", "name": "eve" }]), vec![]),
        ("nobody", json!([]), vec![]),
        ("subjects that are null", json!(null), vec![]),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for (whom, subjects, expected) in rows {
        let status = if expected.is_empty() { "pass" } else { "fail" };
        let findings = expected.iter().map(|subject| through.finding(subject, &[0])).collect();
        let objects = through.objects(std::slice::from_ref(rule), &subjects);
        cases.push(Case { findings, ..case(format!("a ClusterRoleBinding to {whom}"), objects, status) });
    }
    let masters = json!([{ "kind": "Group", "name": "system:masters" }]);
    let mut finding = through.finding("Group/system:masters", &[0]);
    finding["why"] = json!("masters");
    let objects = through.objects(std::slice::from_ref(rule), &masters);
    cases.push(Case { exempt: vec![finding], ..case("system:masters is exempt, bound by whatever", objects, "pass") });
    cases
}

/// What a binding refers to.
fn of_roles(rule: &Json) -> Vec<Case> {
    let through = Through::ClusterRoleBinding;
    let other = json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"] });
    let objects = through.objects(&[rule.clone(), other.clone(), rule.clone()], &eve());
    let twice = Case {
        findings: vec![through.finding("User/eve", &[0, 2])],
        ..case("two rules of a role are one finding", objects, "fail")
    };
    let mut objects = through.objects(std::slice::from_ref(rule), &eve());
    objects["ClusterRole/given"]["aggregationRule"] =
        json!({ "clusterRoleSelectors": [{ "matchLabels": { "to": "given" } }] });
    objects.insert("ClusterRole/part".to_owned(), json!({ "labels": { "to": "given" }, "rules": [other] }));
    let aggregated = Case {
        findings: vec![through.finding("User/eve", &[0])],
        ..case("an aggregated role is judged by its rules as listed", objects, "fail")
    };
    let mut objects = through.objects(&[], &eve());
    objects["ClusterRole/given"]["rules"] = json!(null);
    objects["ClusterRole/given"]["aggregationRule"] =
        json!({ "clusterRoleSelectors": [{ "matchLabels": { "to": "given" } }] });
    objects.insert("ClusterRole/part".to_owned(), json!({ "labels": { "to": "given" }, "rules": [rule] }));
    let without_rules = case("an aggregated role without rules gives nothing", objects, "pass");
    let mut objects = through.objects(std::slice::from_ref(rule), &eve());
    objects.remove("ClusterRoleBinding/gives");
    let unbound = case("a role that is not bound is nobody's", objects, "pass");
    let mut objects = through.objects(std::slice::from_ref(rule), &eve());
    objects.remove("ClusterRole/given");
    let dangling = Case {
        note: Some("bindings to roles that do not exist: 1".to_owned()),
        ..case("a binding to a role that does not exist gives nothing", objects, "pass")
    };
    let mut cases = vec![twice, aggregated, without_rules, unbound, dangling];
    for (name, role_ref) in [
        ("a ClusterRoleBinding to a Role gives nothing", json!({ "kind": "Role", "name": "given" })),
        (
            "a ClusterRoleBinding to a Role by namespace and name gives nothing",
            json!({ "kind": "Role", "name": "web/given" }),
        ),
        ("a roleRef of a kind that does not exist gives nothing", json!({ "kind": "Robot", "name": "given" })),
        ("a roleRef without a name gives nothing", json!({ "kind": "ClusterRole", "name": "" })),
        ("a roleRef whose kind ends in a namespace gives nothing", json!({ "kind": "Role/web", "name": "given" })),
    ] {
        let mut objects = through.objects(std::slice::from_ref(rule), &eve());
        objects["ClusterRoleBinding/gives"]["roleRef"] = role_ref;
        objects.insert("Role/web/given".to_owned(), json!({ "rules": [rule] }));
        cases.push(case(name, objects, "pass"));
    }
    let objects = Through::RoleBindingToRole.objects(std::slice::from_ref(rule), &eve());
    let elsewhere: Map<String, Json> =
        objects.into_iter().map(|(title, body)| (title.replace("Role/web/", "Role/tools/"), body)).collect();
    cases.push(case("a RoleBinding does not reach the Role of another namespace", elsewhere, "pass"));
    cases.extend(of_installed(rule));
    cases
}

/// What `--installed` exempts.
fn of_installed(rule: &Json) -> Vec<Case> {
    let through = Through::ClusterRoleBinding;
    let finding = |why: &str| {
        let mut finding = through.finding("User/eve", &[0]);
        finding["why"] = json!(why);
        finding
    };
    let same = through.objects(std::slice::from_ref(rule), &eve());
    let installed = Case {
        installed: Some(same.clone()),
        exempt: vec![finding("installed")],
        ..case("what is installed and unchanged is exempt", same.clone(), "pass")
    };
    let more = through.objects(
        &[rule.clone(), rule.clone()],
        &json!([{ "kind": "User", "name": "eve" }, { "kind": "User", "name": "bob" }]),
    );
    let other = json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"] });
    let less = through.objects(&[other], &eve());
    vec![
        installed,
        Case {
            installed: Some(same),
            findings: vec![through.finding("User/bob", &[0, 1])],
            exempt: vec![{
                let mut finding = through.finding("User/eve", &[0, 1]);
                finding["why"] = json!("installed");
                finding
            }],
            ..case("a subject that was added to what is installed is a finding", more, "fail")
        },
        Case {
            installed: Some(less),
            findings: vec![through.finding("User/eve", &[0])],
            ..case(
                "a rule that was added to what is installed is a finding",
                through.objects(std::slice::from_ref(rule), &eve()),
                "fail",
            )
        },
    ]
}

const ADMIN: &str = "ClusterRole/cluster-admin";

/// The built-in role that gives every power, and its binding, to which `subjects` are added.
fn administrators(subjects: &[Json]) -> Map<String, Json> {
    let rules = json!([{ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] }, { "verbs": ["*"], "nonResourceURLs": ["*"] }]);
    let mut all = vec![json!({ "kind": "Group", "name": "system:masters" })];
    all.extend(subjects.iter().cloned());
    let binding =
        json!({ "built-in": true, "roleRef": { "kind": "ClusterRole", "name": "cluster-admin" }, "subjects": all });
    [
        (ADMIN.to_owned(), json!({ "built-in": true, "rules": rules })),
        ("ClusterRoleBinding/cluster-admin".to_owned(), binding),
    ]
    .into_iter()
    .collect()
}

fn of_administrators() -> Vec<Case> {
    let entry =
        |binding: &str, subject: &str| json!({ "binding": binding, "subject": subject, "role": ADMIN, "rules": [0] });
    let because = |mut finding: Json, why: &str| {
        finding["why"] = json!(why);
        finding
    };
    let masters = || because(entry("ClusterRoleBinding/cluster-admin", "Group/system:masters"), "masters");
    let bind = |name: &str, subject: Json| {
        let mut objects = administrators(&[]);
        let binding = json!({ "roleRef": { "kind": "ClusterRole", "name": "cluster-admin" }, "subjects": [subject] });
        objects.insert(name.to_owned(), binding);
        objects
    };
    const KUBEADM: &str = "ClusterRoleBinding/kubeadm:cluster-admins";
    vec![
        Case { exempt: vec![masters()], ..case("the built-in administrators are exempt", administrators(&[]), "pass") },
        Case {
            findings: vec![entry("ClusterRoleBinding/cluster-admin", "User/eve")],
            exempt: vec![masters()],
            ..case(
                "a user who was added to the built-in binding is a finding",
                administrators(&[eve()[0].clone()]),
                "fail",
            )
        },
        Case {
            exempt: vec![masters(), because(entry(KUBEADM, "Group/kubeadm:cluster-admins"), "installer")],
            ..case(
                "kubeadm's administrators are exempt",
                bind(KUBEADM, json!({ "kind": "Group", "name": "kubeadm:cluster-admins" })),
                "pass",
            )
        },
        Case {
            findings: vec![entry(KUBEADM, "Group/ops")],
            exempt: vec![masters()],
            ..case(
                "another group in kubeadm's binding is a finding",
                bind(KUBEADM, json!({ "kind": "Group", "name": "ops" })),
                "fail",
            )
        },
        Case {
            findings: vec![entry("ClusterRoleBinding/other", "Group/kubeadm:cluster-admins")],
            exempt: vec![masters()],
            ..case(
                "kubeadm's group in another binding is a finding",
                bind("ClusterRoleBinding/other", json!({ "kind": "Group", "name": "kubeadm:cluster-admins" })),
                "fail",
            )
        },
        Case {
            findings: vec![entry("ClusterRoleBinding/system:eve", "User/system:eve")],
            exempt: vec![masters()],
            ..case(
                "the prefix system: exempts nothing",
                bind("ClusterRoleBinding/system:eve", json!({ "kind": "User", "name": "system:eve" })),
                "fail",
            )
        },
    ]
}

/// Lists that are not complete, and those that are empty.
fn of_lists(rule: &Json) -> Vec<Case> {
    let through = Through::ClusterRoleBinding;
    let mut cases = vec![case("an empty cluster", Map::new(), "pass")];
    for kind in KINDS {
        let lacking = vec![kind.to_owned()];
        let make = |how: &str| Case {
            lacking: lacking.clone(),
            ..case(format!("{kind} is {how}"), Map::new(), "undetermined")
        };
        cases.push(Case { refused: lacking.clone(), ..make("refused") });
        cases.push(Case { unknown: lacking.clone(), ..make("unknown to the server") });
        cases.push(Case { missing: lacking.clone(), ..make("not at hand") });
    }
    let mut objects = through.objects(std::slice::from_ref(rule), &eve());
    for kind in ["Role", "RoleBinding"] {
        cases.push(Case {
            refused: vec![kind.to_owned()],
            lacking: vec![kind.to_owned()],
            findings: vec![through.finding("User/eve", &[0])],
            ..case(format!("what is found stays found while {kind} is refused"), objects.clone(), "fail")
        });
    }
    objects.remove("ClusterRole/given");
    cases.push(Case {
        refused: vec!["ClusterRole".to_owned()],
        lacking: vec!["ClusterRole".to_owned()],
        ..case("without the roles nothing is claimed of a binding", objects, "undetermined")
    });
    cases
}
