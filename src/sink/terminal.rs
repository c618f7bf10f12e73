//! How wide the terminal of standard output is.

use rustix::termios::tcgetwinsize;
use std::io;

/// Columns where none are known.
const USUAL: usize = 80;
/// Less would break every other word.
const LEAST: usize = 40;
const MOST: usize = 1000;

/// The columns of a line on standard output: those of the variable `COLUMNS`, else those of the terminal.
pub(crate) fn columns(variable: &dyn Fn(&str) -> Option<String>) -> usize {
    let by_variable = variable("COLUMNS").and_then(|text| text.trim().parse().ok()).filter(|columns| *columns > 0);
    let by_terminal =
        || tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
    by_variable.or_else(by_terminal).unwrap_or(USUAL).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_counts_within_limits() {
        let with = |value: &str| columns(&|name| (name == "COLUMNS").then(|| value.to_owned()));
        assert_eq!([with("120"), with(" 72 "), with("1"), with("99999999")], [120, 72, LEAST, MOST]);
        // What is no width is as none; the tests have no terminal.
        let without = columns(&|_| None);
        assert_eq!([with("wide"), with("0"), with("-5"), with("")], [without; 4]);
    }
}
