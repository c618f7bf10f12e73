//! The README and the pages of docs/: what they show is what the program prints, what they name exists.

use crate::support::{called_as, kinds_by_default, nodeproof, repository, text_of};
use clap::{CommandFactory as _, Parser as _};
use nodeproof::internals::cli::Cli;
use nodeproof::internals::policy::{ObjectTest, Power};
use nodeproof::internals::source::cluster::ObjectKind;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every page, as a path in the repository.
pub(crate) fn pages() -> Vec<String> {
    let mut pages = vec![];
    for folder in ["", "docs", "examples", "testdata/cases", "testdata/journal", "testdata/proofs"] {
        for entry in fs::read_dir(repository(folder)).unwrap_or_else(|e| panic!("{folder}: {e}")) {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension().is_some_and(|extension| extension == "md") {
                pages.push(Path::new(folder).join(name).display().to_string());
            }
        }
    }
    pages.sort();
    pages
}

/// The content of the fenced blocks of a language.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = vec![];
    let mut open: Option<(bool, String)> = None;
    for line in page.lines() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => open = Some((info == language, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(wanted, _)| *wanted).map(|(_, text)| text)),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// A block begins with `$ nodeproof …`, or `$ kubesec …` for that name, and goes on with what the command prints; a line `...` stands for any lines.
#[test]
fn commands_print_what_the_pages_show() {
    let mut commands = BTreeSet::new();
    for page in pages() {
        for block in blocks(&text_of(&repository(&page)), "console") {
            let (command, shown) = block.split_once('\n').expect("a command");
            let (_link, mut program) =
                called_as(if command.starts_with("$ kubesec ") { "kubesec" } else { "nodeproof" });
            let arguments = command.strip_prefix("$ nodeproof ").or_else(|| command.strip_prefix("$ kubesec "));
            let arguments = arguments.unwrap_or_else(|| panic!("{page}: {command}"));
            let output = program.current_dir(repository("")).args(arguments.split(' ')).output().expect("it runs");
            let mut printed = String::from_utf8(output.stdout).expect("text");
            printed.push_str(&String::from_utf8_lossy(&output.stderr));
            let mut rest = printed.as_str();
            for (index, part) in shown.split("...\n").enumerate() {
                let at = rest.find(part);
                let at = at.unwrap_or_else(|| panic!("{page}: {command} prints\n{printed}\nwithout\n{part}"));
                assert!(index > 0 || at == 0, "{page}: {command} begins differently:\n{printed}");
                rest = &rest[at + part.len()..];
            }
            assert!(rest.is_empty() || shown.ends_with("...\n"), "{page}: {command} continues:\n{rest}");
            commands.insert(format!("{page}: {}", arguments.split(' ').next().unwrap_or_default()));
        }
    }
    for command in ["README.md: --version", "docs/commands.md: benchmarks", "docs/commands.md: explain"] {
        assert!(commands.contains(command), "{command}: {commands:?}");
    }
}

/// The arguments of nodeproof in one command of a shell, and the name that it is called by.
fn arguments(command: &str) -> Option<Vec<String>> {
    let command = command.split(" #").next().unwrap_or_default();
    let words: Vec<&str> = command.split_whitespace().skip_while(|word| *word == "sudo").collect();
    let is_program = |word: &&str| word.rsplit('/').next() == Some("nodeproof");
    let start = match words[..] {
        ["docker", "run", ..] => words.iter().position(|word| word.starts_with("nodeproof:"))?,
        ["cargo", "run", ..] => words.iter().position(|word| *word == "--")?,
        _ if words.first().is_some_and(is_program) => 0,
        _ => return None,
    };
    Some(std::iter::once("nodeproof").chain(words[start + 1..].iter().copied()).map(str::to_owned).collect())
}

#[test]
fn command_lines_in_the_pages_are_accepted() {
    let mut count = 0;
    for page in pages() {
        for block in blocks(&text_of(&repository(&page)), "sh") {
            let lines = block.replace("\\\n", " ");
            for command in lines.lines().flat_map(|line| line.split(['|', '>', ';'])) {
                if let Some(arguments) = arguments(command) {
                    count += 1;
                    let parsed = Cli::try_parse_from(&arguments);
                    parsed.unwrap_or_else(|e| panic!("{page}: {arguments:?}\n{e}"));
                }
            }
        }
    }
    assert!(count > 20, "{count} commands");
}

fn long_options(command: &clap::Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|option| option.get_long()).map(|name| format!("--{name}"));
    own.chain(command.get_subcommands().flat_map(long_options)).collect()
}

/// The long options that are named in backticks in the first cells of the table with this header.
fn options_of_table(page: &str, header: &str) -> BTreeSet<String> {
    let text = text_of(&repository(page));
    let rows = text.lines().skip_while(|line| !line.starts_with(header)).skip(2);
    let cells = rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split(" | ").next());
    let words: BTreeSet<String> = cells
        .flat_map(|cell| cell.split(['`', ' ', '=', ',', '[']))
        .filter(|word| word.starts_with("--"))
        .map(str::to_owned)
        .collect();
    assert!(words.len() > 15, "{page}: {words:?}");
    words
}

#[test]
fn documented_options_exist_and_every_option_is_documented() {
    let options = long_options(&Cli::command());
    for page in ["README.md", "docs/from-kube-bench.md"] {
        let documented = options_of_table(page, "| option |");
        let unknown: Vec<&String> = documented.difference(&options).collect();
        assert!(unknown.is_empty(), "{page} names options that do not exist: {unknown:?}");
    }
    let text: String = pages().iter().map(|page| text_of(&repository(page))).collect();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words: BTreeSet<&str> = text.split(|c| !is_part(c)).collect();
    let missing: Vec<&String> = options.iter().filter(|option| !words.contains(option.as_str())).collect();
    assert!(missing.is_empty(), "options that no page names: {missing:?}");
}

#[test]
fn each_exit_code_of_the_readme_is_that_of_a_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.yaml");
    fs::write(&empty, "processes: []\n").expect("a file");
    let empty = empty.to_str().expect("a path");
    let cases: [(&str, i32, &[&str]); 8] = [
        ("0", 0, &["benchmarks"]),
        ("1", 1, &["--host", "example", "--benchmark", "cis-1.12", "--format", "text=/nonexistent/report"]),
        ("2", 2, &["--host", "example", "--benchmark", "cis-9.9"]),
        ("3", 3, &["lint", "testdata/lint"]),
        ("4", 4, &["--host", empty, "--benchmark", "cis-1.12"]),
        ("5", 5, &["--host", "example", "--benchmark", "cis-1.12", "--require-complete"]),
        ("6", 6, &["scan", "examples/workloads", "--fail-on", "high"]),
        ("N", 77, &["--host", "example", "--benchmark", "cis-1.12", "--exit-code", "77"]),
    ];
    let readme = text_of(&repository("README.md"));
    let rows = readme.lines().skip_while(|line| !line.starts_with("| code |")).skip(2);
    let codes: Vec<&str> =
        rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(1)).map(str::trim).collect();
    assert_eq!(codes, cases.map(|(code, ..)| code));
    for (code, expected, arguments) in cases {
        let output = nodeproof().current_dir(repository("")).args(arguments).output().expect("it runs");
        assert_eq!(output.status.code(), Some(expected), "{code}: {arguments:?}");
    }
}

#[test]
fn links_between_pages_lead_to_files() {
    let mut count = 0;
    for page in pages() {
        let text = text_of(&repository(&page));
        let folder = Path::new(&page).parent().expect("a folder");
        // What is between the fences of code blocks has no links.
        let prose: String = text.split("```").step_by(2).collect();
        for target in prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if target.contains("://") || file.is_empty() {
                continue;
            }
            count += 1;
            assert!(repository("").join(folder).join(file).exists(), "{page}: no file {target}");
        }
    }
    assert!(count > 40, "{count} links");
}

/// The names of all properties in a JSON Schema.
fn properties(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(own)) = map.get("properties") {
                names.extend(own.keys().cloned());
            }
            map.values().for_each(|inner| properties(inner, names));
        }
        Value::Array(items) => items.iter().for_each(|inner| properties(inner, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_page_about_reports_names_every_field_and_format() {
    let page = text_of(&repository("docs/reports.md"));
    let schema = serde_json::from_str(&text_of(&repository("docs/schema/report.json"))).expect("a schema");
    let mut fields = BTreeSet::new();
    properties(&schema, &mut fields);
    assert!(fields.len() > 40, "{fields:?}");
    let missing: Vec<&String> = fields.iter().filter(|field| !page.contains(&format!("`{field}`"))).collect();
    assert!(missing.is_empty(), "fields that the page does not name: {missing:?}");

    let output = nodeproof().args(["--format", "none"]).output().expect("it runs");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, formats) = message.split_once("the formats are ").expect("the list of formats");
    let formats = formats.split(['\n', '.']).next().unwrap_or_default();
    let rows = page.lines().skip_while(|line| !line.starts_with("| format |")).skip(2);
    let documented: Vec<&str> =
        rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(documented.join(", "), formats);
}

#[test]
fn the_page_about_commands_names_every_command() {
    let page = text_of(&repository("docs/commands.md"));
    for command in Cli::command().get_subcommands().map(clap::Command::get_name).filter(|name| *name != "run") {
        let named = page.contains(&format!("`{command}`")) || page.contains(&format!("nodeproof {command}"));
        assert!(named, "docs/commands.md does not name {command}");
    }
}

#[test]
fn the_page_about_clusters_saves_the_list_of_every_kind() {
    let page = text_of(&repository("docs/cluster.md"));
    let (_, block) = page.split_once("for kind in ").expect("a loop");
    let (block, _) = block.split_once("OpenShift only").expect("the end of the block");
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let words: BTreeSet<&str> = block.split(|c| !is_part(c)).collect();
    for kind in kinds_by_default() {
        let resource = kind.resource();
        assert!(words.contains(resource.as_str()), "{resource}: {words:?}");
    }
    for kind in ObjectKind::OTHER_POLICIES {
        assert!(page.contains(&kind.resource()), "{kind}");
    }
}

#[test]
fn the_page_about_definitions_names_every_test_of_objects() {
    let page = text_of(&repository("docs/definitions.md"));
    let rbac = ["wildcards", "anonymous", "unauthenticated", "authenticated", "system-masters"];
    let names = ObjectTest::ALL.into_iter().map(|(name, _)| name);
    for name in names.chain(Power::ALL.into_iter().map(Power::id)).chain(rbac) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

/// Each title of a rule that the page calls new is the title of the rule.
#[test]
fn changed_titles_are_the_titles_of_the_rules() {
    let catalog: String = fs::read_dir(repository("benchmarks/catalog"))
        .expect("the catalog")
        .map(|entry| text_of(&entry.expect("a file").path()))
        .collect();
    let page = text_of(&repository("docs/changed-texts.md"));
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, _, new] = cells[..] else { panic!("{row}") };
        let rule = format!("- id: {}\n  title: {new}\n", id.trim_matches('`'));
        assert!(catalog.contains(&rule), "{row}");
        count += 1;
    }
    assert!(count > 100, "{count}");
}
