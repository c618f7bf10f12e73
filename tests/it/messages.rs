//! User files with every kind of error that a library detects: the messages are ours, with file, line and column.

use crate::support::nodeproof;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Parts of error texts of the libraries that read files, and names of Rust types.
const LIBRARY_TEXTS: &[&str] = &[
    // std
    "os error",
    "stream did not contain",
    "invalid digit",
    "number too large",
    "No such file",
    "Is a directory",
    "Not a directory",
    "Too many levels",
    // serde
    "invalid type",
    "invalid value",
    "invalid length",
    "missing field",
    "unknown field",
    "unknown variant",
    "untagged enum",
    "duplicate field",
    "struct ",
    "u32",
    "i64",
    // serde_json
    "expected value",
    "trailing comma",
    "trailing characters",
    "EOF",
    "key must be a string",
    "recursion limit",
    // serde-saphyr and its parser
    "budget",
    "breached",
    "from_str",
    "Options",
    "DuplicateKeyPolicy",
    "weak recursion",
    "<input>",
    "mapping start",
    "sequence",
    "scalar",
    "while parsing",
    "while scanning",
    "did not find",
    "in this context",
    "disallowed",
    "simple key",
    "base64",
    // walkdir
    "IO error",
    "File system loop",
];

/// Texts that are no valid document, or none that a definition or host file may have.
fn wrong_documents() -> Vec<(&'static str, Vec<u8>)> {
    let billion = (1..10).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        format!("{text}a{n}: &a{n} [{aliases}]\n")
    });
    let cases: [(&str, &[u8]); 25] = [
        ("an alias without an anchor", b"a: *b\n"),
        ("an alias inside its anchor", b"a: &a [*a]\n"),
        ("an anchor without a name", b"a: & b\n"),
        ("two documents", b"a: 1\n---\nb: 2\n"),
        ("a document after an empty one", b"---\n---\na: 1\n"),
        ("a duplicate key", b"type: node\ntype: node\n"),
        ("a tab", b"a:\n\t- b\n"),
        ("wrong indentation", b"a: 1\n b: 2\n"),
        ("an unclosed bracket", b"a: [1\n"),
        ("an unclosed brace", b"{a: 1\n"),
        ("brackets that do not match", b"a: [1}\n"),
        ("a bracket too many", b"a: 1]\nb: ]\n"),
        ("an unclosed quote", b"a: 'b\n"),
        ("text after a quote", b"a: 'b' c\n"),
        ("an unknown escape", b"a: \"\\q\"\n"),
        ("a reserved character", b"a: @b\n"),
        ("a directive", b"%YAML 9.9.9\n---\na: 1\n"),
        ("a tag without a handle", b"a: !x!y z\n"),
        ("a list item as a value", b"a: - b\n"),
        ("a block text with text behind", b"a: | b\n  c\n"),
        ("a key without a colon", b"a: 1\nb\n"),
        ("JSON that ends too early", b"{\"a\": [1, "),
        ("JSON with a missing colon", b"{\"a\" 1}"),
        ("bytes that are not UTF-8", b"a: b\nc: \xff\xfe\n"),
        ("a number alone", b"17\n"),
    ];
    let mut documents: Vec<(&str, Vec<u8>)> = cases.map(|(name, text)| (name, text.to_vec())).into();
    documents.push(("too deep", [b"[".repeat(1000), b"]".repeat(1000)].concat()));
    documents.push(("too deep in JSON", [b"{\"a\":".repeat(1000), b"1".to_vec(), b"}".repeat(1000)].concat()));
    documents.push(("too many values", [b"a: [".as_slice(), &b"x, ".repeat(260_000), b"]\n"].concat()));
    documents.push(("aliases that expand to too many values", billion.into_bytes()));
    documents
}

/// Values that have a wrong type or are out of range, by the file that has them.
const WRONG_VALUES: &[(&str, &str)] = &[
    ("catalog/a.yaml", "- 7\n"),
    ("catalog/a.yaml", "- { id: a }\n"),
    ("catalog/a.yaml", "- { id: [a], title: t, severity: low, rationale: r, remediation: r }\n"),
    ("catalog/a.yaml", "- { id: a, title: t, severity: huge, rationale: r, remediation: r }\n"),
    ("catalog/a.yaml", "- { id: a, title: t, severity: low, rationale: r, remediation: r, params: [a] }\n"),
    ("catalog/a.yaml", "- { id: a, title: t, severity: low, rationale: r, remediation: r, file: { at: 7 } }\n"),
    (
        "catalog/a.yaml",
        "- { id: a, title: t, severity: low, rationale: r, remediation: r, file: { at: /x }, expect: { mode-at-most: 99999999999 } }\n",
    ),
    (
        "catalog/a.yaml",
        "- { id: a, title: t, severity: low, rationale: r, remediation: r, file: { at: /x }, expect: [mode-at-most] }\n",
    ),
    ("profiles/a.yaml", "id: a\ntitle: t\nchecks: [1]\n"),
    ("profiles/a.yaml", "id: a\ntitle: t\nchecks: { '1.1': { rule: r, scored: maybe } }\n"),
    ("profiles/a.yaml", "id: a\ntitle: t\ntargets: { nod: { id: 1, title: t } }\n"),
    ("profiles/a.yaml", "title: t\n"),
    ("config.yaml", "node: 3\n"),
    ("config.yaml", "node: { components: kubelet }\n"),
    ("config.yaml", "node: { components: [kubelet], kubelet: { bins: { a: b } } }\n"),
    ("config.yaml", "version_mapping: [a]\n"),
    ("config.yaml", "target_mapping: { cis-1.5: [nodes] }\n"),
    ("cis-x/node.yaml", "type: node\ngroups: 7\n"),
    ("cis-x/node.yaml", "type: node\ngroups:\n- checks: { a: b }\n"),
    ("cis-x/node.yaml", "type: node\ngroups:\n- checks:\n  - { id: 1, scored: perhaps }\n"),
    ("cis-x/node.yaml", "type: node\ngroups:\n- checks:\n  - { id: [1] }\n"),
    ("cis-x/config.yaml", "version_mapping: 7\n"),
    ("cis-x/config.yaml", "node: { components: [kubelet], kubelet: { bins: { a: b } } }\n"),
];

const WRONG_HOSTS: &[&str] = &[
    "fiels: []\n",
    "files: [{ path: /a, mod: '777' }]\n",
    "processes: [{ argv: [a], usr: 7 }]\n",
    "snapshot: { format: 2, probs: [] }\n",
    "files: 3\n",
    "files: [3]\n",
    "files: [{ path: [a] }]\n",
    "files: [{ path: a }]\n",
    "files: [{ path: /a, mode: rwx }]\n",
    "files: [{ path: /a, mode: { a: b } }]\n",
    "files: [{ path: /a, owner: [1] }]\n",
    "files: [{ path: /a, owner: eve }]\n",
    "files: [{ path: /a, owner: 99999999999 }]\n",
    "files: [{ path: /a, kind: door }]\n",
    "files: [{ path: /a, error: broken }]\n",
    "files: [{ path: /a, content: !!binary '%%%' }]\n",
    "files: { <<: 3 }\n",
    "processes: 3\n",
    "processes: [{ pid: 1 }]\n",
    "processes: [{ argv: [a], pid: 99999999999 }]\n",
    "processes: [{ argv: [a], pid: -1 }]\n",
    "processes: [{ argv: [a], setuid: maybe }]\n",
    "processes: [{ argv: [a], env: [b] }]\n",
    "processes_error: broken\n",
    "accounts: { a: 99999999999 }\n",
    "accounts: [a]\n",
    "journal: { kubelet: 3 }\n",
    "journal: { '/': [a] }\n",
    "snapshot: { format: 99, probes: [] }\n",
    "snapshot: { readings: [a] }\n",
    "{\"files\": [{\"path\": 7}]}",
    "{\"files\": [],}",
    "{\"files\": []} x",
];

/// A folder for `-D` with one benchmark in kube-bench's format.
fn definitions() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["catalog", "profiles", "cis-x"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    fs::write(folder.path().join("cis-x/node.yaml"), "type: node\ngroups: []\n").expect("a file");
    folder
}

/// Runs a command that refuses `file`, and checks what it prints.
fn check(arguments: &[&str], file: &Path, what: &str) {
    let output = nodeproof().args(arguments).output().expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).expect("UTF-8");
    let context = format!("{what}: {arguments:?}: {text:.2000}");
    let name = file.display().to_string();
    if text.contains(&format!("{name}: cannot be read: ")) {
        assert_eq!(output.status.code(), Some(1), "{context}");
    } else {
        assert!(matches!(output.status.code(), Some(2 | 3)), "{:?}: {context}", output.status);
        let position = regex::Regex::new(&format!(r"{}:[1-9]\d*:[1-9]\d*: \S", regex::escape(&name)));
        assert!(position.expect("an expression").is_match(&text), "no position: {context}");
    }
    for part in LIBRARY_TEXTS {
        // The name of the folder is random.
        let message = text.replace(&file.display().to_string(), "");
        assert!(!message.contains(part), "{part}: {context}");
    }
}

/// Checks a definition file with `run` and with `lint`.
fn check_definition(folder: &Path, place: &str, what: &str) {
    let (folder, file) = (folder.to_str().expect("a path"), folder.join(place));
    check(&["run", "--host", "example", "--benchmark", "cis-x", "-D", folder], &file, what);
    check(&["lint", folder], &file, what);
}

fn places(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    ["catalog/a.yaml", "profiles/a.yaml", "config.yaml", "cis-x/node.yaml", "cis-x/config.yaml"]
        .map(|place| (place, folder.join(place)))
        .into()
}

#[test]
fn library_texts_never_reach_the_user() {
    for (what, document) in wrong_documents() {
        let folder = definitions();
        for (place, file) in places(folder.path()) {
            let before = fs::read(&file).ok();
            fs::write(&file, &document).expect("a file");
            // kube-bench runs such a file.
            if (place, what) != ("cis-x/node.yaml", "a duplicate key") {
                check_definition(folder.path(), place, what);
            }
            match before {
                Some(before) => fs::write(&file, before).expect("a file"),
                None => fs::remove_file(&file).expect("a file"),
            }
        }
        let host = folder.path().join("host.yaml");
        fs::write(&host, &document).expect("a file");
        check(&["run", "--benchmark", "cis-1.12", "--host", host.to_str().expect("a path")], &host, what);
    }
}

#[test]
fn wrong_values_are_refused_at_their_position() {
    for (place, text) in WRONG_VALUES {
        let folder = definitions();
        fs::write(folder.path().join(place), text).expect("a file");
        check_definition(folder.path(), place, text);
    }
    for text in WRONG_HOSTS {
        let folder = tempfile::tempdir().expect("a folder");
        let host = folder.path().join("host.yaml");
        fs::write(&host, text).expect("a file");
        check(&["run", "--benchmark", "cis-1.12", "--host", host.to_str().expect("a path")], &host, text);
    }
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    let make_directory = |path: &Path| fs::create_dir(path).expect("a folder");
    let make_loop = |path: &Path| symlink(path, path).expect("a link");
    let make_dangling = |path: &Path| symlink("/nowhere/at/all", path).expect("a link");
    type Make<'a> = (&'a str, &'a dyn Fn(&Path));
    let kinds: [Make<'_>; 3] =
        [("a directory", &make_directory), ("a link to itself", &make_loop), ("a dangling link", &make_dangling)];
    for (what, make) in kinds {
        for (place, _) in places(Path::new("")) {
            let folder = definitions();
            let file = folder.path().join(place);
            drop(fs::remove_file(&file));
            make(&file);
            let arguments = ["run", "--host", "example", "--benchmark", "cis-x", "-D"];
            check(&[&arguments[..], &[folder.path().to_str().expect("a path")]].concat(), &file, what);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let host = folder.path().join("host.yaml");
        make(&host);
        check(&["run", "--benchmark", "cis-1.12", "--host", host.to_str().expect("a path")], &host, what);
        let config = ["run", "--host", "example", "--config", host.to_str().expect("a path")];
        check(&config, &host, what);
    }
    let below_a_file = Path::new("Cargo.toml/x.yaml");
    for arguments in [["lint", "Cargo.toml/x.yaml"], ["--host", "Cargo.toml/x.yaml"], ["--config", "Cargo.toml/x.yaml"]]
    {
        check(&arguments, below_a_file, "below a file");
    }
}
