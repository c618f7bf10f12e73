//! Errors of the operating system, in words for a user.

use std::io;

/// What the system says, without the number that Rust adds (`(os error 2)`).
pub(crate) fn system_error(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(front, _)| front);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
