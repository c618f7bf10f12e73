//! The state of a check as text reports show it.

use super::state::State;
use anstyle::{AnsiColor, Style};

/// `[FAIL]` in its color, which the writer strips where color is not wanted.
pub(crate) fn tag(state: State) -> String {
    let color = match state {
        State::Pass => AnsiColor::Green,
        State::Fail => AnsiColor::Red,
        State::Warn => AnsiColor::Yellow,
        State::Info => AnsiColor::Blue,
    };
    let style = Style::new().fg_color(Some(color.into()));
    format!("[{style}{state}{style:#}]")
}
