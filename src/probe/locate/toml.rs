//! The few settings that are read from the configuration of a container runtime, which is TOML. A form that is not understood
//! is an error, never a default.

/// What the configuration of containerd or CRI-O says of network plugins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RuntimeSettings {
    /// The directory of their configuration: `conf_dir` of a table `cni`, or CRI-O's `network_dir`.
    pub(super) cni_directory: Option<String>,
    /// Further configuration files, in the order in which they are read.
    pub(super) imports: Vec<String>,
}

const DIRECTORY_KEYS: [&str; 2] = ["conf_dir", "network_dir"];
/// The key of containerd with which one of its runtimes gets a directory of its own.
const DIRECTORY_OF_RUNTIME: &str = "cni_conf_dir";
const IMPORTS: &str = "imports";

/// The lines that hold the settings, and no other line: the configuration of a runtime can hold passwords of registries.
pub(super) fn runtime_settings_only(text: &str) -> String {
    let mut kept = String::new();
    let mut string: Option<&str> = None;
    let mut in_imports = false;
    let mut open_lists = 0;
    for line in text.lines() {
        let was_in_string = string.is_some();
        string = string_that_goes_on(line, string);
        let line = line.trim();
        // What is in a list of another key is no table, whatever its brackets look like.
        let was_in_list = open_lists > 0;
        if !was_in_string && !in_imports && (was_in_list || !line.starts_with('[')) {
            open_lists = lists_that_go_on(line, open_lists);
        }
        let starts_imports = key(line).is_some_and(|(key, _)| key == IMPORTS);
        let is_of_plugins = DIRECTORY_KEYS.iter().any(|key| line.contains(key)) && !line.starts_with('#');
        let is_setting = line.starts_with('[') || is_of_plugins || starts_imports || in_imports;
        if is_setting && !was_in_string && (!was_in_list || in_imports) {
            kept.push_str(line);
            kept.push('\n');
        }
        in_imports = (in_imports || starts_imports) && !was_in_string && !line.contains(']');
    }
    kept
}

/// Reads the lines of [`runtime_settings_only`].
pub(super) fn runtime_settings(text: &str) -> Result<RuntimeSettings, String> {
    let mut settings = RuntimeSettings::default();
    let mut table: Vec<String> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        if line.starts_with('[') {
            let header = line.trim_start_matches('[').split(']').next().unwrap_or_default();
            // The name of a table may hold brackets in quotes; such a table is none of those that are looked for.
            table = dotted(header).unwrap_or_default();
            continue;
        }
        let Some((name, value)) = key(line) else {
            return Err(wrong("a setting of network plugins is not in the form KEY = VALUE"));
        };
        let path: Vec<String> =
            table.iter().cloned().chain(dotted(name).ok_or_else(|| wrong("the key is malformed"))?).collect();
        let last = path.last().map_or("", String::as_str);
        if path == [IMPORTS] {
            let mut list = value.to_owned();
            while !list.contains(']') {
                let Some((_, line)) = lines.next() else {
                    return Err(wrong("the list of imports does not end"));
                };
                list.push_str(line.split('#').next().unwrap_or_default());
            }
            settings.imports = strings(&list).ok_or_else(|| wrong("the list of imports is malformed"))?;
        } else if DIRECTORY_KEYS.contains(&last) {
            let is_of_plugins = path.len() > 1 && matches!(path[path.len() - 2].as_str(), "cni" | "network");
            if is_of_plugins {
                let directory = string(value).ok_or_else(|| wrong("the directory of network plugins is not a text"))?.0;
                settings.cni_directory = Some(directory).filter(|directory| !directory.is_empty());
            }
        } else if last == DIRECTORY_OF_RUNTIME {
            if string(value).is_none_or(|(directory, _)| !directory.is_empty()) {
                return Err(wrong("a runtime class has a directory of network plugins of its own, which is not read"));
            }
        } else if value.starts_with('{') {
            return Err(wrong("a setting of network plugins is in an inline table, which is not read"));
        }
    }
    Ok(settings)
}

/// The quotes of a string over several lines that goes on after `line`, given those of one that began before it.
fn string_that_goes_on<'a>(line: &str, before: Option<&'a str>) -> Option<&'a str> {
    let mut inside = before;
    let mut rest = line;
    loop {
        let next = match inside {
            Some(quotes) => rest.find(quotes).map(|at| (at, None)),
            None => ["\"\"\"", "'''"].into_iter().filter_map(|q| Some((rest.find(q)?, Some(q)))).min(),
        };
        let Some((at, then)) = next else {
            return inside;
        };
        (inside, rest) = (then, &rest[at + 3..]);
    }
}

/// How many lists are open after `line`, given those before it. Brackets in strings and comments are none.
fn lists_that_go_on(line: &str, before: usize) -> usize {
    let mut open = before;
    let mut quote: Option<char> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some('"'), '\\') => drop(letters.next()),
            (Some(end), letter) if letter == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '#') => break,
            (None, '[') => open += 1,
            (None, ']') => open = open.saturating_sub(1),
            (None, _) => {}
        }
    }
    open
}

/// A key and the text of its value.
fn key(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    Some((name.trim(), value.trim()))
}

/// The parts of a dotted key: `plugins."io.containerd.grpc.v1.cri".cni` has three.
fn dotted(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = match rest.chars().next()? {
            '"' | '\'' => string(rest)?,
            _ => {
                let end =
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        parts.push(part);
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(parts);
        }
        rest = rest.strip_prefix('.')?.trim_start();
    }
}

/// A string at the start of a text, and what follows. Escapes other than of quotes and backslashes are not known.
fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    // A string in three quotes has other rules.
    if text.starts_with("\"\"\"") || text.starts_with("'''") {
        return None;
    }
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            c if c == quote => return Some((value, &text[at + 1..])),
            '\\' if quote == '"' => value.push(characters.next().map(|(_, c)| c).filter(|c| matches!(c, '"' | '\\'))?),
            c => value.push(c),
        }
    }
    None
}

/// The strings of a list.
fn strings(text: &str) -> Option<Vec<String>> {
    let mut rest = text.trim().strip_prefix('[')?.trim_start();
    let mut found = Vec::new();
    while !rest.starts_with(']') {
        let (value, after) = string(rest)?;
        found.push(value);
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RuntimeSettings, String> {
        let kept = runtime_settings_only(text);
        assert_eq!(runtime_settings_only(&kept), kept, "a snapshot of a snapshot holds the same");
        runtime_settings(&kept)
    }

    fn directory(path: &str) -> RuntimeSettings {
        RuntimeSettings { cni_directory: Some(path.to_owned()), imports: Vec::new() }
    }

    #[test]
    fn a_string_in_three_quotes_is_no_default() {
        for value in ["'''/a'''", "\"\"\"/a\"\"\"", "\"\"\"\n/a\"\"\""] {
            assert!(read(&format!("[plugins.x.cni]\nconf_dir = {value}\n")).is_err(), "{value}");
        }
    }

    #[test]
    fn reads_the_directory_of_network_plugins() {
        let cases = [
            "[plugins.x.cni]\ny = [\n[\n\"a]\"\n]\n, # ]\n[\"b\"],\n ]\nconf_dir = \"/a b\"\n",
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".cni]\n  bin_dir = \"/opt/cni/bin\"\n  conf_dir = \"/a b\" # here\n",
            "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.cni]\nconf_dir = '/a b'\n",
            "[plugins.\"io.containerd.grpc.v1.cri\"]\ncni.conf_dir = \"/a b\"\n[other]\nconf_dir = \"/c\"\n",
            "[crio.network]\nnetwork_dir = \"/a b\"\nplugin_dirs = [\"/x\"]\n",
        ];
        for text in cases {
            assert_eq!(read(text), Ok(directory("/a b")), "{text}");
        }
        let text = "imports = [\n  \"/etc/containerd/conf.d/*.toml\", # all\n  '/x.toml',\n]\n[a]\nb = \"imports\"\n";
        let imports = vec!["/etc/containerd/conf.d/*.toml".to_owned(), "/x.toml".to_owned()];
        assert_eq!(read(text), Ok(RuntimeSettings { cni_directory: None, imports }));
    }

    #[test]
    fn what_it_does_not_know_is_an_error() {
        let cases = [
            "[plugins.cri.cni]\nconf_dir = 3\n",
            "[plugins.cri.cni]\nconf_dir = \"/a\\u0041\"\n",
            "[plugins.cri]\ncni = { conf_dir = \"/a\" }\n",
            "[plugins.cri.containerd.runtimes.kata]\ncni_conf_dir = \"/a\"\n",
            "imports = [1]\n",
            "imports = [\"/a\"\n",
        ];
        for text in cases {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_stands_in_a_string_or_a_comment_is_no_setting() {
        let texts = [
            "a = \"\"\"\n[x.cni]\nconf_dir = \"/a\"\n\"\"\"\n",
            "a = '''\n[x.cni]\nconf_dir = \"/a\"\n'''\n",
            "[x.cni]\n# conf_dir = \"/a\"\n",
            "[x]\nconf_dir = \"/a\"\n",
            "[x.cni]\nconf_dir = \"\"\n",
            "[plugins.cri.containerd.runtimes.runc]\ncni_conf_dir = \"\"\n",
            "",
        ];
        for text in texts {
            assert_eq!(read(text), Ok(RuntimeSettings::default()), "{text}");
        }
    }

    #[test]
    fn keeps_no_other_line() {
        let text = "[registry]\npassword = \"hunter2\"\n[plugins.x.cni]\nconf_dir = \"/a\"\n";
        assert_eq!(runtime_settings_only(text), "[registry]\n[plugins.x.cni]\nconf_dir = \"/a\"\n");
    }
}
