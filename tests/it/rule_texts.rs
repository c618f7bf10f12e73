//! The texts of all rules: commands that only take permissions away, and commands that can be copied.

use nodeproof::internals::benchmark::{Library, Placeholder};
use nodeproof::internals::report::is_command;
use std::collections::BTreeMap;

/// A text of a rule: where it stands, and what it says where no node is known.
struct RuleText {
    place: String,
    text: String,
    /// The mode that the rule allows at most.
    mode: Option<u32>,
}

/// The remediations and steps of every check of every benchmark, each text once.
fn texts() -> Vec<RuleText> {
    let library = Library::load(None, None).expect("the definitions");
    let mut texts = BTreeMap::new();
    for id in library.benchmarks() {
        let benchmark = library.benchmark(id).expect(id);
        for (_, check) in benchmark.checks() {
            let rule = &check.rule;
            let mode = rule.assertion.tests().into_iter().find_map(|test| {
                let expected = test.expect.to_string();
                let digits = expected.strip_prefix("permissions are ")?.strip_suffix(" or stricter")?;
                u32::from_str_radix(digits, 8).ok()
            });
            let steps = rule.assertion.steps();
            let templates = rule.remediation_when.iter().map(|(_, template)| template);
            for template in templates.chain([&rule.remediation]).chain(steps) {
                let mut path = |placeholder| match placeholder {
                    Placeholder::File(..) | Placeholder::Paths => Some("/PATH".to_owned()),
                    Placeholder::Chmod(_) | Placeholder::Excess(_) => None,
                };
                texts.insert((rule.id.clone(), template.render(&mut path).into_owned()), mode);
            }
        }
    }
    let text = |((place, text), mode)| RuleText { place, text, mode };
    texts.into_iter().map(text).collect()
}

/// What `chmod CLAUSES` makes of a mode. A clause takes bits away (`go-rwx`), adds or sets them, or is a number.
fn chmod(clauses: &str, mode: u32) -> u32 {
    if let Ok(set) = u32::from_str_radix(clauses, 8) {
        return set;
    }
    clauses.split(',').fold(mode, |mode, clause| {
        let at = clause.find(['-', '+', '=']).unwrap_or_else(|| panic!("no clause of chmod: {clause}"));
        let (who, what) = (&clause[..at], &clause[at + 1..]);
        let classes = if who.is_empty() || who == "a" { "ugo" } else { who };
        let bit = |class: char, letter: char| match (class, letter) {
            ('u', 'r') => 0o400,
            ('u', 'w') => 0o200,
            ('u', 'x') => 0o100,
            ('g', 'r') => 0o040,
            ('g', 'w') => 0o020,
            ('g', 'x') => 0o010,
            ('o', 'r') => 0o004,
            ('o', 'w') => 0o002,
            ('o', 'x') => 0o001,
            ('u', 's') => 0o4000,
            ('g', 's') => 0o2000,
            ('o', 's') => 0,
            ('u' | 'g' | 'o', 't') => 0o1000,
            (class, letter) => panic!("{class}{letter} in {clauses}"),
        };
        let bits = classes.chars().flat_map(|class| what.chars().map(move |letter| bit(class, letter)));
        let bits = bits.fold(0, |sum, bit| sum | bit);
        match &clause[at..=at] {
            "-" => mode & !bits,
            "+" => mode | bits,
            _ => panic!("chmod {clauses} sets bits"),
        }
    })
}

/// The words after `chmod` in a text.
fn chmods(text: &str) -> Vec<&str> {
    let after = text.split("chmod ").skip(1).map(|rest| rest.split_whitespace().next().unwrap_or_default());
    after.filter(|word| *word != "cannot").collect()
}

#[test]
fn commands_that_change_a_mode_only_take_permissions_away() {
    let mut rules_of_modes = 0;
    for RuleText { place, text, mode: most } in texts() {
        let clauses = chmods(&text);
        if most.is_some() {
            rules_of_modes += 1;
            assert!(!clauses.is_empty(), "{place}: no chmod: {text}");
        }
        for clause in clauses {
            for mode in 0..=0o7777 {
                let after = chmod(clause, mode);
                assert_eq!(after & !mode, 0, "{place}: chmod {clause} makes {after:o} of {mode:o}");
                // Setuid, setgid and sticky are taken away where a file has them.
                let most = most.unwrap_or(0o777) | 0o7000;
                assert_eq!(after & !most, 0, "{place}: chmod {clause} leaves {after:o} of {mode:o}");
            }
        }
    }
    assert!(rules_of_modes >= 15, "{rules_of_modes} texts of rules with a mode");
}

/// A program at the start of a word. Some of their names begin a clause as well.
fn is_program(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"']);
    !["for", "find", "install"].contains(&word) && is_command(word)
}

/// What is left of a line without the command at its end.
fn without_command(line: &str) -> &str {
    let command = line.match_indices(": ").find(|(at, _)| is_command(&line[at + 2..]));
    command.map_or(line, |(at, _)| &line[..at])
}

/// The sentences of a text, without commands of their own and what stands in backticks.
fn prose(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !is_command(line)).map(without_command);
    let joined = lines.collect::<Vec<_>>().join(" ");
    joined.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

#[test]
fn a_command_is_a_whole_line_or_stands_in_backticks() {
    for RuleText { place, text, .. } in texts() {
        for line in text.lines().map(str::trim).filter(|line| !is_command(line)) {
            let first = line.split(' ').next().unwrap_or_default();
            assert!(!is_program(first), "{place}: a command and a sentence on one line: {line}");
        }
        let prose = prose(&text);
        let words: Vec<&str> = prose.split_whitespace().collect();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| is_program(word)) {
            let ends = |word: &&&str| !word.ends_with(['.', ',', ';', ':', ')', '`']);
            let after: Vec<&str> = words[at + 1..].iter().take_while(ends).copied().collect();
            let flag = after.iter().find(|word| word.len() > 1 && word.starts_with('-'));
            assert_eq!(flag, None, "{place}: not in backticks: {word} {}", after.join(" "));
        }
    }
}

#[test]
fn server_side_attempts_have_their_flag_first() {
    for RuleText { place, text, .. } in texts() {
        for run in text.split("run ").skip(1).filter_map(|rest| rest.split(['\n', '`']).next()) {
            let is_last = run.contains("--dry-run=server") && !run.starts_with("--dry-run=server");
            assert!(!is_last, "{place}: whoever copies half of it starts the pod: run {run}");
        }
    }
}
