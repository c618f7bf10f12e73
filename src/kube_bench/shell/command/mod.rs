//! The commands that can be answered, by name. Each file owns one, with the messages of Debian's programs.

mod awk;
mod cat;
mod cut;
mod echo;
mod find;
mod grep;
mod journalctl;
mod ps;
mod sed;
mod sort;
mod stat;
mod test;
mod tr;
mod wc;
mod xargs;

use super::{Interpreter, Output, ScriptError, interpret, unknown};

/// A command that is called.
pub(super) struct Call<'a, 'h> {
    pub(super) world: &'a Interpreter<'h>,
    /// What stands behind its name.
    pub(super) arguments: &'a [String],
    /// What it reads; none where that would be the script itself.
    pub(super) stdin: Option<&'a str>,
    /// The command lines of the shells that run it.
    pub(super) shells: &'a [String],
    /// The command lines of all processes that the script has at this moment.
    pub(super) processes: &'a [String],
    /// The words of the command that alone reads what this one prints, where that is known.
    pub(super) reader: Option<&'a [String]>,
}

impl Call<'_, '_> {
    fn stdin(&self) -> Result<&str, ScriptError> {
        let stdin = self.stdin.ok_or_else(|| unknown("a command that reads the script's own text"))?;
        self.world.budget.read(stdin.len())?;
        Ok(stdin)
    }

    /// The same surroundings, other words.
    fn with<'b>(&'b self, arguments: &'b [String], stdin: Option<&'b str>) -> Call<'b, 'b> {
        Call {
            world: self.world,
            arguments,
            stdin,
            shells: self.shells,
            processes: self.processes,
            reader: self.reader,
        }
    }

    /// The texts of the files, or of standard input where none is named; with the errors of those that cannot be read.
    fn inputs(&self, files: &[&str], program: &str, say: fn(&str, &str) -> String) -> Result<Inputs, ScriptError> {
        let mut inputs = Inputs::default();
        if files.is_empty() {
            inputs.texts.push((None, self.stdin()?.to_owned()));
        }
        for file in files {
            if *file == "-" {
                inputs.texts.push((None, self.stdin()?.to_owned()));
                continue;
            }
            match self.world.text(file)? {
                Ok(text) => inputs.texts.push((Some((*file).to_owned()), text)),
                Err(error) => inputs.errors.push_str(&format!("{program}: {}\n", say(file, &error))),
            }
        }
        Ok(inputs)
    }
}

/// What a command reads.
#[derive(Default)]
struct Inputs {
    /// Each with its file's name.
    texts: Vec<(Option<String>, String)>,
    errors: String,
}

/// How most programs say that a file cannot be read.
fn plainly(file: &str, error: &str) -> String {
    format!("{file}: {error}")
}

/// The folders that programs stand in.
const FOLDERS: [&str; 4] = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"];

fn program(name: &str) -> &str {
    FOLDERS.into_iter().find_map(|folder| name.strip_prefix(folder)).filter(|n| !n.contains('/')).unwrap_or(name)
}

/// Whether a command of this name can be answered.
pub(super) fn is_known(name: &str) -> bool {
    matches!(
        program(name),
        "ps" | "grep"
            | "journalctl"
            | "stat"
            | "find"
            | "test"
            | "["
            | "cat"
            | "head"
            | "tail"
            | "tr"
            | "cut"
            | "uniq"
            | "sort"
            | "wc"
            | "sed"
            | "awk"
            | "echo"
            | "printf"
            | "xargs"
            | "sh"
            | "true"
            | "false"
            | ":"
    )
}

/// What a command prints, and its status.
pub(super) fn run(name: &str, call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let budget = &call.world.budget;
    budget.step()?;
    let output = budget.nest(|| dispatch(name, call))?;
    budget.print(output.bytes())?;
    Ok(output)
}

fn dispatch(name: &str, call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    match program(name) {
        "ps" => ps::run(call),
        "grep" => grep::run(call),
        "journalctl" => journalctl::run(call),
        "stat" => stat::run(call),
        "find" => find::run(call),
        "test" => test::run(call, call.arguments),
        "[" => match call.arguments.split_last() {
            Some((last, arguments)) if last == "]" => test::run(call, arguments),
            Some(_) | None => Err(unknown("[ without ]")),
        },
        "cat" => cat::cat(call),
        "head" => cat::head(call),
        "tail" => cat::tail(call),
        "tr" => tr::run(call),
        "cut" => cut::run(call),
        "uniq" => sort::uniq(call),
        "sort" => sort::sort(call),
        "wc" => wc::run(call),
        "sed" => sed::run(call),
        "awk" => awk::run(call),
        "echo" => echo::echo(call),
        "printf" => echo::printf(call),
        "xargs" => xargs::run(call),
        "sh" => shell(name, call),
        "true" | ":" => Ok(Output::status(0)),
        "false" => Ok(Output::status(1)),
        other => Err(unknown(format!("the command {other}"))),
    }
}

/// `sh -c SCRIPT [NAME [ARGUMENT…]]`.
fn shell(name: &str, call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    match call.arguments {
        [flag, script, rest @ ..] if flag == "-c" => {
            let mut shells = call.shells.to_vec();
            shells.push(format!("{name} {}", call.arguments.join(" ")));
            interpret::script(call.world, script, rest.get(1..).unwrap_or_default(), call.stdin, &shells)
        }
        _ => Err(unknown("sh without -c")),
    }
}

/// The lines of a text, without what ends them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n').filter(|_| !text.is_empty())
}

/// The letters of grouped short flags such as `-Ev`, if a word is such.
fn letters(word: &str) -> Option<std::str::Chars<'_>> {
    word.strip_prefix('-').filter(|rest| !rest.is_empty() && !rest.starts_with('-')).map(str::chars)
}
