//! The simple commands of a shell text, as far as words show them. Substitutions are not evaluated.

use super::paths::base_name;

/// A program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShellCommand {
    /// The program and its arguments, without quotes.
    pub(crate) words: Vec<String>,
    /// Where it starts in the text.
    pub(crate) offset: usize,
    /// The files that its output goes to.
    pub(crate) outputs: Vec<String>,
}

/// Words in front of a command.
const RESERVED: [&str; 13] =
    ["!", "do", "done", "elif", "else", "fi", "if", "in", "then", "time", "until", "while", "{"];
/// Programs that execute their arguments.
const WRAPPERS: [&str; 9] = ["builtin", "command", "eatmydata", "env", "exec", "nice", "nohup", "sudo", "xargs"];
/// Shells; `-c` has a text.
pub(crate) const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];
/// Levels of `sh -c '…'`.
const MAX_DEPTH: usize = 3;

impl ShellCommand {
    /// A command of words, without what only starts it.
    pub(crate) fn new(words: Vec<String>, offset: usize) -> Self {
        let mut start = 0;
        while let Some(word) = words.get(start) {
            let is_assignment = word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            });
            let is_flag_of_wrapper = start > 0 && word.starts_with('-');
            if !is_assignment
                && !is_flag_of_wrapper
                && !RESERVED.contains(&word.as_str())
                && !WRAPPERS.contains(&base_name(word))
            {
                break;
            }
            start += 1;
        }
        Self { words: words[start..].to_vec(), offset, outputs: Vec::new() }
    }

    /// The name of the program, without its folder.
    pub(crate) fn program(&self) -> &str {
        self.words.first().map_or("", |word| base_name(word))
    }

    /// What follows the program.
    pub(crate) fn arguments(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The first argument that is no flag.
    pub(crate) fn subcommand(&self) -> &str {
        self.arguments().iter().find(|word| !word.starts_with('-')).map_or("", String::as_str)
    }

    /// The text that a shell executes: `sh -c TEXT`.
    fn script(&self) -> Option<&str> {
        if !SHELLS.contains(&self.program()) {
            return None;
        }
        let flag = self
            .words
            .iter()
            .position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))?;
        self.words.get(flag + 1).map(String::as_str)
    }
}

/// The commands of a text, those of `sh -c` included.
pub(crate) fn commands(text: &str) -> Vec<ShellCommand> {
    let mut out = Vec::new();
    collect(text, 0, MAX_DEPTH, &mut out);
    out
}

fn collect(text: &str, base: usize, depth: usize, out: &mut Vec<ShellCommand>) {
    for command in simple_commands(text) {
        let command = ShellCommand { offset: if depth == MAX_DEPTH { command.offset } else { base }, ..command };
        let script = command.script().map(str::to_owned);
        let offset = command.offset;
        out.push(command);
        if let Some(script) = script
            && let Some(depth) = depth.checked_sub(1)
        {
            collect(&script, offset, depth, out);
        }
    }
}

/// Splits at `;`, `&`, `|`, parentheses and line ends outside quotes.
fn simple_commands(text: &str) -> Vec<ShellCommand> {
    let mut state = Splitter::default();
    let mut chars = text.char_indices().peekable();
    let mut quote = None;
    while let Some((index, c)) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => match chars.next() {
                Some((_, '\n')) | None => {}
                Some((_, next)) => state.push(index, next),
            },
            (Some(_), c) => state.push(index, c),
            (None, '\'' | '"') => {
                quote = Some(c);
                state.open(index);
            }
            (None, '#') if state.word.is_none() => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            (None, '$') => {
                state.push(index, c);
                // A substitution is part of the word.
                if let Some((_, open @ ('(' | '{'))) = chars.next_if(|(_, c)| matches!(c, '(' | '{')) {
                    let close = if open == '(' { ')' } else { '}' };
                    let mut level = 1_usize;
                    state.push(index, open);
                    while level > 0
                        && let Some((at, c)) = chars.next_if(|(_, c)| *c != '\n')
                    {
                        level = if c == open {
                            level + 1
                        } else if c == close {
                            level - 1
                        } else {
                            level
                        };
                        state.push(at, c);
                    }
                }
            }
            (None, '>') => state.redirect(Redirect::Output),
            (None, '<') => {
                state.redirect(Redirect::Input);
                // `<<-` and a blank.
                let _ = chars.next_if(|(_, c)| *c == '-');
            }
            (None, '&') if state.redirect.is_some() && state.word.is_none() => {}
            (None, ';' | '&' | '|' | '(' | ')' | '\n') => state.end_command(),
            (None, c) if c.is_whitespace() => state.end_word(),
            (None, c) => state.push(index, c),
        }
    }
    state.end_command();
    state.out
}

#[derive(Default)]
struct Splitter {
    out: Vec<ShellCommand>,
    words: Vec<String>,
    outputs: Vec<String>,
    word: Option<String>,
    start: Option<usize>,
    redirect: Option<Redirect>,
}

/// What the next word is.
enum Redirect {
    Input,
    Output,
}

impl Splitter {
    fn open(&mut self, index: usize) {
        self.start.get_or_insert(index);
        self.word.get_or_insert_default();
    }

    fn push(&mut self, index: usize, c: char) {
        self.open(index);
        self.word.get_or_insert_default().push(c);
    }

    fn redirect(&mut self, redirect: Redirect) {
        // The number of a file, as in `2>`.
        if self.word.as_ref().is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        self.redirect = Some(redirect);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match self.redirect.take() {
            Some(Redirect::Output) => self.outputs.push(word),
            Some(Redirect::Input) => {}
            None => self.words.push(word),
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirect = None;
        let (words, outputs) = (std::mem::take(&mut self.words), std::mem::take(&mut self.outputs));
        if let Some(offset) = self.start.take() {
            let command = ShellCommand::new(words, offset);
            if !command.words.is_empty() || !outputs.is_empty() {
                self.out.push(ShellCommand { outputs, ..command });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        commands(text).into_iter().map(|command| command.words.join(" ")).collect()
    }

    #[test]
    fn simple_commands_are_found() {
        let cases: [(&str, &[&str]); 18] = [
            ("sh <<- EOF", &["sh"]),
            ("", &[]),
            ("cat <<EOF > /x && ls", &["cat", "ls"]),
            ("a <b c < 'd e' f", &["a c f"]),
            ("a b && c 'd e' || f; g | h & i", &["a b", "c d e", "f", "g", "h", "i"]),
            ("(cd /x; make)\nmake install", &["cd /x", "make", "make install"]),
            ("if test -f x; then rm x; fi", &["test -f x", "rm x"]),
            ("set -e # comment; rm x\nls", &["set -e", "ls"]),
            ("A=1 B='2 3' env C=4 sudo -E make", &["make"]),
            ("echo \"a;b\" 'c&d' e\\;f", &["echo a;b c&d e;f"]),
            ("apk add $(cat a; cat b) ${X:-y}", &["apk add $(cat a; cat b) ${X:-y}"]),
            ("sh -ec 'apk add x && ls'", &["sh -ec apk add x && ls", "apk add x", "ls"]),
            ("bash -c \"sh -c 'rm x'\"", &["bash -c sh -c 'rm x'", "sh -c rm x", "rm x"]),
            ("a > /x 2>&1 >> y", &["a"]),
            ("find / -perm 6000 | xargs chmod a-s", &["find / -perm 6000", "chmod a-s"]),
            ("it's open; rm x", &["its open; rm x"]),
            ("A=1", &[]),
            ("{ a; }", &["a", "}"]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_command_has_program_arguments_and_outputs() {
        let all = commands("apt-get -y install x && /usr/bin/tee y >/a 2>>b");
        assert_eq!((all[0].program(), all[0].subcommand(), all[0].offset), ("apt-get", "install", 0));
        assert_eq!((all[1].program(), all[1].arguments(), all[1].offset), ("tee", &["y".to_owned()][..], 24));
        assert_eq!(all[1].outputs, ["/a", "b"]);
    }

    #[test]
    fn long_texts_take_linear_time() {
        for part in ["a;", "'", "$(", "sh -c 'sh -c x';", "> ", "\\"] {
            commands(&part.repeat(30_000));
        }
    }
}
