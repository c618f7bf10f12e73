//! Values that can be secrets, and those that cannot, whatever they are called: paths, references, switches, numbers, times.

/// The characters of a value that are considered.
const MAX_CHARS: usize = 512;

/// Whether a value can be a secret: no path, no reference to something else, no switch, number or time.
pub(super) fn is_literal(value: &str) -> bool {
    let value = match value.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => &value[..end],
        None => value,
    };
    let value = value.trim().trim_matches(['"', '\'']).trim();
    let rest = without_references(value);
    let rest = rest.trim();
    let has_reference = rest.len() < value.len();
    if !rest.chars().any(char::is_alphanumeric) {
        return false;
    }
    if has_reference && ["bearer", "basic", "token"].contains(&rest.to_ascii_lowercase().as_str()) {
        return false;
    }
    !is_path(value) && !is_placeholder(value) && !is_switch(value) && !is_number(value) && !is_duration(value)
}

fn is_path(value: &str) -> bool {
    ["/", "./", "../", "~/", "file://"].iter().any(|start| value.starts_with(start))
        || value.get(1..3).is_some_and(|drive| drive == ":\\" || drive == ":/")
}

/// What a person is to replace: `<token>`.
fn is_placeholder(value: &str) -> bool {
    value.starts_with('<') && value.ends_with('>') || value.eq_ignore_ascii_case("redacted")
}

fn is_switch(value: &str) -> bool {
    ["true", "false", "yes", "no", "on", "off", "none", "null", "nil", "enabled", "disabled"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

fn is_number(value: &str) -> bool {
    let digits = value.trim_start_matches(['+', '-']);
    digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b','))
}

/// A number and a unit, perhaps several: `1h30m`.
fn is_duration(value: &str) -> bool {
    let mut rest = value;
    loop {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let unit = number.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let name = &number[..number.len() - unit.len()];
        if number.len() == rest.len() || !["ns", "us", "ms", "s", "m", "h", "d", "w", "y"].contains(&name) {
            return false;
        }
        if unit.is_empty() {
            return true;
        }
        rest = unit;
    }
}

/// The value without `$VAR`, `${VAR}`, `$(VAR)`, `` `command` `` and `{{ template }}`. The default of `${VAR:-default}` stays.
fn without_references(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some(at) = rest.find(['$', '`', '{']) {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let Some(len) = reference_len(reference, &mut out) else {
            out.push_str(&reference[..1]);
            rest = &reference[1..];
            continue;
        };
        rest = &reference[len..];
    }
    out.push_str(rest);
    out
}

/// The length of the reference that a text starts with; its default is added to the output.
fn reference_len(text: &str, out: &mut String) -> Option<usize> {
    let inner = |open: &str, close: char| {
        let behind = text.strip_prefix(open)?;
        let end = behind.find(close).unwrap_or(behind.len());
        Some((&behind[..end], (open.len() + end + close.len_utf8()).min(text.len())))
    };
    if let Some((_, len)) = inner("{{", '}') {
        return Some(if text[len..].starts_with('}') { len + 1 } else { len });
    }
    if let Some((_, len)) = inner("$(", ')').or_else(|| inner("`", '`')) {
        return Some(len);
    }
    if let Some((parameter, len)) = inner("${", '}') {
        if let Some((_, default)) = parameter.split_once(":-").or_else(|| parameter.split_once(":+")) {
            out.push_str(&without_references(default));
        }
        return Some(len);
    }
    let name = text.strip_prefix('$')?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    (end > 0).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_references_switches_numbers_and_times_are_no_secrets() {
        for value in [
            "",
            " ",
            "\"\"",
            "/run/secrets/x",
            "./x",
            "~/x",
            "C:\\x",
            "$VAR",
            "${VAR}",
            "$(VAR)",
            "$(cat /x)",
            "`cat x`",
            "\"$VAR\"",
            "$A$B",
            "${A}-${B}",
            "${A:-}",
            "${A:-$B}",
            "Bearer $(TOKEN)",
            "{{ .Values.token }}",
            "true",
            "No",
            "off",
            "none",
            "0",
            "-1",
            "3.5",
            "3600",
            "10m",
            "1h30m",
            "500ms",
            "7d",
            "<token>",
            "--",
            "***",
            "REDACTED",
        ] {
            assert!(!is_literal(value), "{value}");
        }
        for value in ["abc", "hunter2", "\"abc\"", "abc$X", "${A:-abc}", "1hx", "é", "Bearer abc", "$", "{x", "10m0"] {
            assert_eq!(is_literal(value), value != "$", "{value}");
        }
    }
}
