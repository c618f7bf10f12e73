//! Templates, what they render, and their errors.

use super::render::JsonPathRenderError;
use super::{JsonPath, JsonPathDocument};

const YAML: &str = "\
authentication:
  anonymous: {enabled: false}
  x509: {clientCAFile: /etc/ca.crt}
tlsCipherSuites: [A, B]
count: 1000000
empty: ''
nothing: null
'with.dot': 5
users:
  - {name: a, groups: [g, h]}
  - {name: b}
";

#[test]
fn renders_templates() {
    let yaml = JsonPathDocument::parse(YAML).expect("parse YAML");
    let cases = [
        ("{.authentication.anonymous.enabled}", "false"),
        ("{.authentication['x509'].clientCAFile}", "/etc/ca.crt"),
        ("{['authentication']['anonymous']['enabled']}", "false"),
        ("{$.count}", "1000000"),
        ("{ .count }", "1000000"),
        ("{.missing.deeper}", ""),
        ("{.empty}", ""),
        ("{.nothing}", "null"),
        ("{.nothing.deeper}", ""),
        ("{.with\\.dot}", "5"),
        ("{.tlsCipherSuites}", "[\"A\",\"B\"]"),
        ("{.tlsCipherSuites[*]}", "A B"),
        ("{.tlsCipherSuites[:]}", "A B"),
        ("{.tlsCipherSuites[0]}", "A"),
        ("{.tlsCipherSuites[-1]}", "B"),
        ("{.tlsCipherSuites[1:]}", "B"),
        ("{.tlsCipherSuites[:1]}", "A"),
        ("{range .tlsCipherSuites[:]}{}{','}{end}", "A,B,"),
        ("{range .users[*]}{.name}{\"\\n\"}{end}", "a\nb\n"),
        ("{range .users[*]}{.name}={range .groups[*]}{@}{end};{end}", "a=gh;b=;"),
        ("{range .missing[*]}{.name}{end}", ""),
        ("{.users[*].name}", "a b"),
        ("{.authentication.anonymous.*}", "false"),
        ("count is {.count}!", "count is 1000000!"),
        (".authentication.anonymous.enabled", ".authentication.anonymous.enabled"),
        ("", ""),
        ("{'text'}", "text"),
    ];
    for (template, text) in cases {
        let template = JsonPath::parse(template).expect(template);
        assert_eq!(template.render(&yaml).as_deref(), Ok(text), "{template:?}");
    }
}

#[test]
fn reports_what_cannot_be_parsed_or_rendered() {
    let yaml = JsonPathDocument::parse(YAML).expect("parse YAML");
    for template in ["{.a", "{range .a[*]}", "{end}", "{..a}", "{.a[?(@.b==1)]}", "{a}", "{.a[x]}", "{.a['b}"] {
        assert!(JsonPath::parse(template).is_err(), "{template}");
    }
    let list = JsonPathDocument::parse(&format!("a: [{}]", "1,".repeat(400))).expect("parse YAML");
    let nested = "{range $.a[*]}".repeat(16) + &"{end}".repeat(16);
    let nested = JsonPath::parse(&nested).expect("parse template");
    assert_eq!(nested.render(&list), Err(JsonPathRenderError::TooManyElements));
    for template in ["{.tlsCipherSuites[2]}", "{.count[0]}", "{.tlsCipherSuites[5:6]}"] {
        assert!(JsonPath::parse(template).expect(template).render(&yaml).is_err(), "{template}");
    }
}

#[test]
fn formats_values_as_go_does() {
    let template = JsonPath::parse("{.a}").expect("parse template");
    let cases = [
        ("{\"a\": 1.5}", "1.5"),
        ("{\"a\": 8080}", "8080"),
        ("{\"a\": 100000}", "100000"),
        ("{\"a\": 1000000}", "1e+06"),
        ("{\"a\": 1234567}", "1.234567e+06"),
        ("{\"a\": 0.00001}", "1e-05"),
        ("a: 0x10", "16"),
        ("a: 010", "8"),
        ("a: '010'", "010"),
        ("a: [010, 9]", "[8,9]"),
        ("a: y", "true"),
        ("a: off", "false"),
        ("a: 'off'", "off"),
        ("a: !!str 010", "010"),
        ("a: []", "[]"),
        ("{\"a\": {\"b\": 1}}", "{\"b\":1}"),
        ("a: 'true'", "true"),
    ];
    for (text, expected) in cases {
        let document = JsonPathDocument::parse(text).expect(text);
        assert_eq!(template.render(&document).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn finds_keys_that_are_texts_by_yaml_1_1() {
    let document = JsonPathDocument::parse("n: 1\n'y': 2\n8: 3\nno: {on: 4, deep: 5}\nnon: 6\n").expect("parse YAML");
    for (template, expected) in [
        ("{.n}", ""),
        ("{.y}", "2"),
        ("{.8}", ""),
        ("{.no.deep}", ""),
        ("{.non}", "6"),
        ("{.*.deep}", "5"),
        ("{.*.on}", ""),
    ] {
        let template = JsonPath::parse(template).expect(template);
        assert_eq!(template.render(&document).as_deref(), Ok(expected), "{template:?}");
    }
    // JSON has no such words.
    let document = JsonPathDocument::parse("{\"n\": 1}").expect("parse JSON");
    assert_eq!(JsonPath::parse("{.n}").expect("parse template").render(&document).as_deref(), Ok("1"));
}

#[test]
fn a_text_without_a_document_is_null() {
    for text in ["", "\n", "# a comment\n", "---\n", "~"] {
        let document = JsonPathDocument::parse(text).expect(text);
        for (template, expected) in
            [("{.a}", ""), ("is {.a}!", "is !"), ("{range .a[*]}{.b}{end}", ""), ("{$}", "null")]
        {
            let template = JsonPath::parse(template).expect(template);
            assert_eq!(template.render(&document).as_deref(), Ok(expected), "{text:?} {template:?}");
        }
    }
}

#[test]
fn maps_of_yaml_documents_cannot_be_rendered() {
    let template = JsonPath::parse("{.a}").expect("parse template");
    for text in ["a: {b: 1}", "a: {}", "a: [1, {b: 2}]"] {
        let document = JsonPathDocument::parse(text).expect(text);
        assert_eq!(template.render(&document), Err(JsonPathRenderError::Map), "{text}");
    }
}

#[test]
fn reports_the_position_of_invalid_yaml() {
    for (text, position) in
        [("cat: /x: No such file or directory", "at line 1, column 8"), ("a: 1\nb: [", "at line 2, column 4")]
    {
        let error = JsonPathDocument::parse(text).expect_err(text).to_string();
        assert!(error.starts_with("syntax error: ") && error.ends_with(position), "{error}");
    }
}

#[test]
fn errors_name_what_is_wrong() {
    let parse_error = |text: &str| JsonPath::parse(text).expect_err(text).to_string();
    assert_eq!(parse_error("{.a"), "missing `}`");
    assert_eq!(parse_error("{.a[?(@.b==1)]}"), "`[?(@.b==1)]` is not supported");
    assert_eq!(parse_error("{..a}"), "`..` is not supported");
    let yaml = JsonPathDocument::parse(YAML).expect("parse YAML");
    let render_error =
        |text: &str| JsonPath::parse(text).expect(text).render(&yaml).expect_err("render template").to_string();
    assert_eq!(render_error("{.tlsCipherSuites[2]}"), "index 2 is out of range for a list of 2 elements");
    assert_eq!(render_error("{.tlsCipherSuites[5:6]}"), "slice [5:6] is out of range for a list of 2 elements");
    assert_eq!(render_error("{.count[0]}"), "an index or slice needs a list");
}
