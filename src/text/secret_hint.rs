//! What looks like a secret: by the name of a setting, or by the form of a value. One list for manifests, Dockerfiles and
//! running containers.

use super::literal::is_literal;
use super::quote::quote;
use super::secret_name::is_secret_name;
use super::secret_value::secret_form;
use std::fmt;

/// How a secret was recognised. It never has the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretHint {
    /// By the name of the variable or key.
    Name(String),
    /// By the name of a flag of a command, with its dashes.
    Flag(String),
    /// By its form, such as `a GitHub token`.
    Form(&'static str),
}

impl fmt::Display for SecretHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "the name {}", quote(name)),
            Self::Flag(name) => write!(f, "the flag {}", quote(name)),
            Self::Form(what) => f.write_str(what),
        }
    }
}

/// Whether a named value looks like a secret, or has one among its words.
pub(crate) fn secret_hint(name: &str, value: &str) -> Option<SecretHint> {
    let named = || (is_secret_name(name) && is_literal(value)).then(|| SecretHint::Name(name.to_owned()));
    // Only an assignment or a flag is left to look for.
    let has_words = || value.contains('=') || value.contains("--");
    secret_form(value)
        .map(SecretHint::Form)
        .or_else(named)
        .or_else(|| if has_words() { secret_in_text(value) } else { None })
}

/// Whether a word of a command is a flag, and the next word the secret that it takes.
pub(crate) fn secret_of_flag(word: &str, value: &str) -> Option<SecretHint> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-').filter(|name| name.len() > 1))?;
    let is_name = !name.is_empty() && name.bytes().all(is_name_byte) && is_secret_name(name);
    (is_name && !value.starts_with('-') && is_literal(value)).then(|| SecretHint::Flag(word.to_owned()))
}

/// Whether a text, such as a line of a shell script, has something that looks like a secret: a value of a known form, a flag
/// with a literal value, or `NAME=value`.
pub(crate) fn secret_in_text(text: &str) -> Option<SecretHint> {
    secret_form(text).map(SecretHint::Form).or_else(|| text.lines().find_map(|line| in_words(line, MAX_DEPTH)))
}

/// Whether the text of a configuration file has something that looks like a secret, also as `name: value` or `name = value`.
pub(crate) fn secret_in_config(text: &str) -> Option<SecretHint> {
    secret_in_text(text).or_else(|| text.lines().find_map(in_setting))
}

fn in_setting(line: &str) -> Option<SecretHint> {
    let line = line.trim().trim_start_matches("- ");
    let (name, value) = line.split_at(line.find([':', '='])?);
    let name = name.trim().trim_matches(['"', '\'']);
    let value = value.get(1..)?.trim().trim_end_matches(',').trim();
    let is_name = !name.is_empty() && name.bytes().all(is_name_byte) && is_secret_name(name);
    (is_name && is_literal(value)).then(|| SecretHint::Name(name.to_owned()))
}

/// Levels of quotes that are opened: `sh -c "psql --command='…'"`.
const MAX_DEPTH: usize = 3;

fn in_words(line: &str, depth: usize) -> Option<SecretHint> {
    let mut flag = None;
    for word in Words(line) {
        if let Some(name) = flag.take()
            && !word.starts_with('-')
            && is_literal(word)
        {
            return Some(SecretHint::Flag(name));
        }
        flag = separate_flag(word);
        if let Some(hint) = in_assignments(word) {
            return Some(hint);
        }
        let quoted = word.trim_matches(['"', '\'', '\\']);
        let inside = depth.checked_sub(1).filter(|_| quoted.len() < word.len() && quoted.contains(char::is_whitespace));
        if let Some(hint) = inside.and_then(|depth| in_words(quoted, depth)) {
            return Some(hint);
        }
    }
    None
}

/// The name of a flag whose value is the next word.
fn separate_flag(word: &str) -> Option<String> {
    let name = word.strip_prefix("--")?;
    (!name.contains('=') && name.bytes().all(is_name_byte) && is_secret_name(name)).then(|| word.to_owned())
}

/// `NAME=value` and `--name=value`, also behind others: `user=a&password=b`.
fn in_assignments(word: &str) -> Option<SecretHint> {
    memchr::memchr_iter(b'=', word.as_bytes()).find_map(|at| {
        let (before, value) = (&word[..at], &word[at + 1..]);
        let start = before.bytes().rev().take(MAX_NAME).take_while(|b| is_name_byte(*b)).count();
        let written = &before[before.len() - start..];
        let name = written.trim_start_matches('-');
        // Most words have no name of a secret.
        if name.is_empty() || !is_secret_name(name) {
            return None;
        }
        let value = value.get(..MAX_VALUE).unwrap_or(value);
        let value = value.split('&').next().unwrap_or_default();
        let hint = if written.starts_with("--") { SecretHint::Flag } else { SecretHint::Name };
        is_literal(value).then(|| hint(written.to_owned()))
    })
}

const MAX_NAME: usize = 128;
const MAX_VALUE: usize = 256;

const fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

/// The words of a line as a shell separates them, roughly: quotes and substitutions hold a word together.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let is_space = |c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&');
        let text = self.0.trim_start_matches(is_space);
        let (mut quote, mut depth, mut is_escaped, mut before) = (None, 0_usize, false, ' ');
        let mut end = text.len();
        for (index, c) in text.char_indices() {
            match (c, quote) {
                _ if is_escaped => is_escaped = false,
                ('\\', None | Some('"')) => is_escaped = true,
                (c, Some(open)) if c == open => quote = None,
                (_, Some(_)) => {}
                ('"' | '\'' | '`', None) => quote = Some(c),
                ('(' | '{', None) if before == '$' || depth > 0 => depth += 1,
                (')' | '}', None) => depth = depth.saturating_sub(1),
                (c, None) if depth == 0 && is_space(c) => {
                    end = index;
                    break;
                }
                (_, None) => {}
            }
            before = c;
        }
        let (word, rest) = text.split_at(end);
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_value_is_told_by_its_name_or_its_form() {
        let by_name = |name: &str| Some(SecretHint::Name(name.to_owned()));
        let token = format!("ghp_{}", "a1".repeat(18));
        let cases = [
            ("DB_PASSWORD", "hunter2", by_name("DB_PASSWORD")),
            ("DB_PASSWORD", "", None),
            ("DB_PASSWORD", "$(FROM_SECRET)", None),
            ("DB_PASSWORD", "/run/secrets/db", None),
            ("DB_PASSWORD_FILE", "hunter2", None),
            ("SECRET_NAME", "hunter2", None),
            ("TOKEN_TTL", "10m", None),
            ("USE_TOKEN", "true", None),
            ("COLOR", "blue", None),
            ("COLOR", &token, Some(SecretHint::Form("a GitHub token"))),
            ("TOKEN_FILE", &token, Some(SecretHint::Form("a GitHub token"))),
            ("DATABASE_URL", "postgres://me:hunter2@db/x", Some(SecretHint::Form("a password in a URL"))),
            ("DATABASE_URL", "postgres://me@db/x", None),
            (
                "OPTIONS",
                "-Djavax.net.ssl.keyStorePassword=changeit -Xmx1g",
                by_name("-Djavax.net.ssl.keyStorePassword"),
            ),
            ("OPTIONS", "-Dfile.encoding=UTF-8 -Xmx1g", None),
        ];
        for (name, value, expected) in cases {
            assert_eq!(secret_hint(name, value), expected, "{name}={value}");
        }
    }

    #[test]
    fn a_line_of_a_script_is_read_word_by_word() {
        let cases = [
            ("mysql --password=hunter2 -e 'select 1'", "the flag `--password`"),
            ("tool --api-key hunter2", "the flag `--api-key`"),
            ("tool --api-key \"hunter2\"", "the flag `--api-key`"),
            ("export NPM_TOKEN=abc && npm ci", "the name `NPM_TOKEN`"),
            ("NPM_TOKEN='abc' npm ci", "the name `NPM_TOKEN`"),
            ("a;TOKEN=abc;b", "the name `TOKEN`"),
            ("don't; TOKEN=abc", "the name `TOKEN`"),
            ("sh -c 'export TOKEN=abc; run'", "the name `TOKEN`"),
            ("sh -c \"sh -c 'TOKEN=abc run'\"", "the name `TOKEN`"),
            ("curl -d 'user=a&password=b' https://example.com", "the name `password`"),
            ("npm config set //registry.npmjs.org/:_authToken=abc", "the name `_authToken`"),
            ("one\ntwo\nPASSWORD=abc\n", "the name `PASSWORD`"),
            ("curl https://me:hunter2@example.com", "a password in a URL"),
        ];
        for (text, expected) in cases {
            let hint = secret_in_text(text).map(|hint| hint.to_string());
            assert_eq!(hint.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_configuration_file_is_read_line_by_line() {
        let cases = [
            ("spring:\n  datasource:\n    password: hunter2\n", Some("the name `password`")),
            ("{\n  \"apiKey\": \"hunter2\",\n}", Some("the name `apiKey`")),
            ("[db]\npassword = hunter2\n", Some("the name `password`")),
            ("- token: hunter2", Some("the name `token`")),
            ("db.password=hunter2", Some("the name `db.password`")),
            ("url: postgres://me:hunter2@db/x", Some("a password in a URL")),
            ("# password: hunter2\n", None),
            ("password:\n  file: /run/secrets/x\n", None),
            ("password: ${DB_PASSWORD}\ntoken: |\n", None),
            ("secretName: web\ntoken-file: web\n", None),
            ("log level: debug\n=\n:\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(secret_in_config(text).map(|hint| hint.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_word_behind_a_flag_can_be_its_secret() {
        let flag = |name: &str| Some(SecretHint::Flag(name.to_owned()));
        let cases = [
            ("--db-password", "hunter2", flag("--db-password")),
            ("-password", "hunter2", flag("-password")),
            ("--password", "", None),
            ("--password", "--verbose", None),
            ("--password", "$(PASSWORD)", None),
            ("--password-file", "hunter2", None),
            ("--password=x", "hunter2", None),
            ("-p", "hunter2", None),
            ("password", "hunter2", None),
            ("--", "hunter2", None),
            ("-", "hunter2", None),
        ];
        for (word, value, expected) in cases {
            assert_eq!(secret_of_flag(word, value), expected, "{word} {value}");
        }
    }

    #[test]
    fn references_and_ordinary_commands_are_none() {
        for text in [
            "",
            "apt-get install -y curl",
            "mysql -p hunter2",
            "tool --password=$PASSWORD",
            "tool --password \"$(cat /run/secrets/x)\"",
            "tool --password --verbose",
            "docker login --password-stdin me",
            "adduser --disabled-password --gecos '' web",
            "adduser --disabled-password web",
            "TOKEN=$(cat /run/secrets/token) npm ci",
            "TOKEN=${TOKEN:?missing} npm ci",
            "tool --token-file=abc",
            "test \"$TOKEN\" = abc",
            "echo token",
            "git clone https://example.com/password",
        ] {
            assert_eq!(secret_in_text(text), None, "{text}");
        }
    }

    #[test]
    fn long_lines_take_linear_time() {
        for part in ["TOKEN=$A", "a=", "--password ", "'", "\\", "$(", "\"a b\" ", "token=/&"] {
            secret_in_text(&part.repeat(30_000));
        }
    }
}
