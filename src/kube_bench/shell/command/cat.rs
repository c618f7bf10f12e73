//! `cat`, `head` and `tail`: whole files, their first lines, their last.

use super::{Call, letters, plainly};
use crate::kube_bench::shell::{Output, ScriptError, Stream, unknown};

pub(super) fn cat(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    if let Some(flag) = call.arguments.iter().find(|a| letters(a).is_some() || a.starts_with("--")) {
        return Err(unknown(format!("cat {flag}")));
    }
    let files: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
    if files.is_empty() {
        return Ok(Output::of(call.stdin()?, 0));
    }
    let mut output = Output::default();
    for file in files {
        // Each file is printed as it is read, so errors stand between them.
        let inputs = call.inputs(&[file], "cat", plainly)?;
        if !inputs.errors.is_empty() {
            output.status = 1;
        }
        output.chunks.push((Stream::Err, inputs.errors));
        output.chunks.extend(inputs.texts.into_iter().map(|(_, text)| (Stream::Out, text)));
    }
    Ok(output)
}

pub(super) fn head(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    part(call, "head", |text, count, from_start| match from_start {
        true => None,
        false => Some(text.split_inclusive('\n').take(count).collect()),
    })
}

pub(super) fn tail(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    part(call, "tail", |text, count, from_start| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let skipped = if from_start { count.saturating_sub(1) } else { lines.len().saturating_sub(count) };
        Some(lines.into_iter().skip(skipped).collect())
    })
}

/// `-n N`, `-nN`, `-N`, and for `tail` `-n +N`.
fn part(
    call: &Call<'_, '_>,
    program: &str,
    cut: fn(&str, usize, bool) -> Option<String>,
) -> Result<Output, ScriptError> {
    let strange = |what: &str| unknown(format!("{program} {what}"));
    let mut count = "10".to_owned();
    let mut files = Vec::new();
    let mut words = call.arguments.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some("n") => count = words.next().ok_or_else(|| strange(word))?.clone(),
            Some("") | None => files.push(word.as_str()),
            Some(rest) => {
                let number = rest.strip_prefix('n').or_else(|| rest.strip_prefix("-lines=")).unwrap_or(rest);
                count = number.to_owned();
            }
        }
    }
    if files.len() > 1 {
        return Err(strange("of several files"));
    }
    let from_start = count.starts_with('+');
    let number = count.strip_prefix('+').unwrap_or(&count);
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(strange(&format!("-n {count}")));
    }
    let number: usize = number.parse().map_err(|_| strange(&format!("-n {count}")))?;
    let say = |file: &str, error: &str| format!("cannot open '{file}' for reading: {error}");
    let inputs = call.inputs(&files, program, say)?;
    if inputs.errors.contains("Is a directory") {
        return Err(strange("of a directory"));
    }
    let mut text = String::new();
    for (_, input) in &inputs.texts {
        text.push_str(&cut(input, number, from_start).ok_or_else(|| strange(&format!("-n {count}")))?);
    }
    let status = i32::from(!inputs.errors.is_empty());
    Ok(Output::with_errors(inputs.errors, text, status))
}
