use super::*;

struct Known;

impl KnownChecks for Known {
    fn rules(&self) -> Vec<String> {
        ["kubelet-event-qps", "image-digest"].map(str::to_owned).into()
    }

    fn benchmarks(&self) -> Vec<String> {
        vec!["cis-1.12".to_owned()]
    }

    fn checks(&self, _: &str) -> Result<Vec<String>, Diagnostic> {
        Ok(vec!["4.2.8".to_owned(), "1.10".to_owned()])
    }
}

fn read_one(text: &str) -> Result<Waivers, Vec<String>> {
    let file = TextFile::new("w.yaml", text.to_owned());
    super::read(&[file], &Known).map_err(|errors| errors.iter().map(Diagnostic::to_string).collect())
}

/// A waiver with these lines in place of its rule and end.
fn errors(lines: &str) -> Vec<String> {
    read_one(&format!("waivers:\n- id: a\n  reason: r\n  owner: o\n{lines}")).expect_err(lines)
}

#[test]
fn reads_all_keys_as_yaml_and_json() {
    let yaml = "waivers:\n- id: W-1\n  rule: kubelet-event-qps\n  reason: r\n  owner: o\n  expires: 2027-03-31\n  \
                nodes: { clusters: [prod], names: ['edge-*'], roles: [node], platforms: [k3s], labels: { pool: edge } }\n  \
                namespaces: [a]\n  files: ['charts/**']\n  subjects: [/var/lib/x]\n\
                - id: W-2\n  check: { benchmark: cis-1.12, id: '1.10' }\n  reason: r\n  owner: o\n  permanent: true\n";
    let waivers = read_one(yaml).expect("waivers").all;
    assert_eq!(waivers.len(), 2);
    assert_eq!(waivers[0].nodes.roles, Some(vec!["worker".to_owned()]));
    assert_eq!((waivers[0].end(), waivers[1].end()), ("2027-03-31", "permanent"));
    let json = r#"{"waivers":[{"id":"W-1","rule":"image-digest","reason":"r","owner":"o","permanent":true}]}"#;
    assert_eq!(read_one(json).expect("waivers").all.len(), 1);
}

#[test]
fn the_hash_is_that_of_the_file() {
    // printf 'waivers: []\n' | sha256sum
    let expected = "0fe964782f0de3e329da96a3093e84fce48af340fbb3442bb0f391e863d8ee54";
    assert_eq!(read_one("waivers: []\n").expect("no waivers").sha256, expected);
}

#[test]
fn each_error_has_its_place() {
    let rule = "  rule: image-digest\n";
    let until = "  expires: 2027-03-31\n";
    let cases = [
        (format!("{rule}  expires: 2027-02-30\n"), "6:12: there is no day `2027-02-30`; write it as YYYY-MM-DD"),
        (format!("{rule}  expires: 2027-3-1\n"), "6:12: there is no day `2027-3-1`; write it as YYYY-MM-DD"),
        (rule.to_owned(), "2:3: `expires` is missing: the last day on which it holds, or `permanent: true`"),
        (format!("{rule}{until}  permanent: true\n"), "7:14: leave out `expires` or `permanent`"),
        (
            until.to_owned(),
            "2:3: `rule` is missing: the rule that it is about, or `check: { benchmark: B, id: \"N\" }`",
        ),
        (
            format!("  rule: image-digets\n{until}"),
            "5:9: there is no rule `image-digets`; did you mean `image-digest`?",
        ),
        (
            format!("  check: {{ benchmark: cis-1.2, id: '1.10' }}\n{until}"),
            "5:23: there is no benchmark `cis-1.2`; did you mean `cis-1.12`?",
        ),
        (
            format!("  check: {{ benchmark: cis-1.12, id: '4.2.7' }}\n{until}"),
            "5:37: cis-1.12 has no check `4.2.7`; did you mean `4.2.8`?",
        ),
        (format!("  check: {{ benchmark: cis-1.12, id: 1.10 }}\n{until}"), "5:37: write it in quotes: \"1.10\""),
        (format!("{rule}{until}  subjects: [Pod/a/b]\n"), "7:14: an object is written NAMESPACE/KIND/NAME: a/Pod/b"),
        (format!("{rule}{until}  namespaces: ['a[']\n"), "7:16: unclosed `[`"),
        (format!("{rule}{until}  files: []\n"), "7:10: nothing is listed; leave it out if the waiver holds for all"),
        (
            format!("{rule}{until}  nodes: {{ roles: [worke] }}\n"),
            "7:20: there is no role `worke`; did you mean `worker` or `node`?",
        ),
    ];
    for (lines, expected) in cases {
        let [error] = &errors(&lines)[..] else { panic!("{lines}: {:?}", errors(&lines)) };
        let (front, _) = expected.split_once(" or `node`").unwrap_or((expected, ""));
        assert!(error.starts_with(&format!("w.yaml:{front}")), "{error}\n{expected}");
    }
}

#[test]
fn an_owner_and_a_reason_are_required() {
    let text = "waivers:\n- id: a\n  rule: image-digest\n  reason: ''\n  owner: ' '\n  permanent: true\n";
    assert_eq!(
        read_one(text).expect_err("empty texts"),
        ["w.yaml:4:11: `reason` is empty; fill it in", "w.yaml:5:10: `owner` is empty; fill it in"]
    );
    read_one("waivers:\n- id: a\n  rule: image-digest\n  reason: r\n  permanent: true\n").expect_err("no owner");
    read_one("waivers:\n- id: a\n  rule: image-digest\n  owner: o\n  permanent: true\n").expect_err("no reason");
    let typing = "waivers:\n- id: a\n  rule: image-digest\n  reason: r\n  owner: o\n  expire: 2027-03-31\n";
    assert!(read_one(typing).expect_err("a mistyped key")[0].starts_with("w.yaml:6:3: "));
}

#[test]
fn the_same_waiver_twice_is_refused() {
    let waiver =
        |id: &str, rule: &str| format!("- id: {id}\n  rule: {rule}\n  reason: r\n  owner: o\n  permanent: true\n");
    let same_id = format!("waivers:\n{}{}", waiver("a", "image-digest"), waiver("a", "kubelet-event-qps"));
    assert_eq!(read_one(&same_id).expect_err("an id"), ["w.yaml:7:7: a second waiver `a`; the first is at w.yaml:2"]);
    let same_scope = format!("waivers:\n{}{}", waiver("a", "image-digest"), waiver("b", "image-digest"));
    assert_eq!(
        read_one(&same_scope).expect_err("a scope"),
        ["w.yaml:7:3: `b` waives the same as the waiver at w.yaml:2"]
    );
    let files =
        ["a.yaml", "b.yaml"].map(|name| TextFile::new(name, format!("waivers:\n{}", waiver("a", "image-digest"))));
    super::read(&files, &Known).expect_err("an id in two files");
}

#[test]
fn hostile_files_are_refused() {
    let long = format!(
        "waivers:\n- id: a\n  rule: image-digest\n  reason: {}\n  owner: o\n  permanent: true\n",
        "x".repeat(2001)
    );
    read_one(&long).expect_err("a long text");
    let many: String = (0..10_001)
        .map(|n| {
            format!("- {{ id: a{n}, rule: image-digest, namespaces: [n{n}], reason: r, owner: o, permanent: true }}\n")
        })
        .collect();
    read_one(&format!("waivers:\n{many}")).expect_err("too many waivers");
    read_one(&"[".repeat(100_000)).expect_err("a deep document");
    read_one("").expect_err("nothing");
    let controls = "waivers:\n- { id: a, rule: image-digest, reason: \"a\\e[31m\\nb\", owner: o, permanent: true }\n";
    let reason = &read_one(controls).expect("a waiver").all[0].reason;
    assert!(!reason.chars().any(char::is_control), "{reason:?}");
}
