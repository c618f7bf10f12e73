//! `test` and `[`: one condition, with `!` before it.

use super::Call;
use crate::kube_bench::shell::{Output, ScriptError, unknown};
use crate::source::node::{FileKind, SourceError};

pub(super) fn run(call: &Call<'_, '_>, arguments: &[String]) -> Result<Output, ScriptError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(Output::status(i32::from(!holds(call, &words)?)))
}

/// What POSIX says by the number of words, which keeps `test -e` and `test ! x` from being ambiguous.
fn holds(call: &Call<'_, '_>, words: &[&str]) -> Result<bool, ScriptError> {
    let strange = || unknown(format!("test {}", words.join(" ")));
    match words {
        [] => Ok(false),
        [one] => Ok(!one.is_empty()),
        ["!", one] => Ok(one.is_empty()),
        [operator, value] => unary(call, operator, value),
        ["!", rest @ ..] if !is_binary(words[1]) => holds(call, rest).map(|h| !h),
        [left, operator, right] => binary(left, operator, right).ok_or_else(strange),
        _ => Err(strange()),
    }
}

fn is_binary(word: &str) -> bool {
    matches!(word, "=" | "!=" | "-eq" | "-ne" | "-gt" | "-ge" | "-lt" | "-le")
}

fn unary(call: &Call<'_, '_>, operator: &str, value: &str) -> Result<bool, ScriptError> {
    match operator {
        "-z" => return Ok(value.is_empty()),
        "-n" => return Ok(!value.is_empty()),
        "-e" | "-f" | "-d" | "-s" | "-L" | "-h" => {}
        _ => return Err(unknown(format!("test {operator}"))),
    }
    if value.is_empty() {
        return Ok(false);
    }
    let place = call.world.place(value);
    let looked = call.world.host.lstat(&place);
    let seen = match operator {
        "-L" | "-h" => looked.map(|entry| entry.target.is_some()),
        "-s" => match looked {
            Ok(entry) if entry.target.is_some() => return Err(unknown("test -s of a symlink")),
            other => other.map(|entry| entry.size > 0),
        },
        _ => call.world.host.stat(&place).map(|stat| match operator {
            "-f" => stat.kind == FileKind::File,
            "-d" => stat.kind == FileKind::Directory,
            _ => true,
        }),
    };
    match seen {
        Ok(holds) => Ok(holds),
        Err(
            SourceError::NotFound
            | SourceError::NotMounted(_)
            | SourceError::PermissionDenied(_)
            | SourceError::NotDirectory,
        ) => Ok(false),
        Err(trouble) => Err(ScriptError::Failed(format!("{value} {trouble}"))),
    }
}

fn binary(left: &str, operator: &str, right: &str) -> Option<bool> {
    let numbers = || Some((left.trim().parse::<i64>().ok()?, right.trim().parse::<i64>().ok()?));
    Some(match operator {
        "=" => left == right,
        "!=" => left != right,
        "-eq" => numbers().map(|(a, b)| a == b)?,
        "-ne" => numbers().map(|(a, b)| a != b)?,
        "-gt" => numbers().map(|(a, b)| a > b)?,
        "-ge" => numbers().map(|(a, b)| a >= b)?,
        "-lt" => numbers().map(|(a, b)| a < b)?,
        "-le" => numbers().map(|(a, b)| a <= b)?,
        _ => return None,
    })
}
