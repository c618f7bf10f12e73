//! A progress bar on stderr for work that lasts longer than a second. Only on a terminal.

use super::flags::OutputFlags;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// How long work lasts before it shows.
const PATIENCE: Duration = Duration::from_secs(1);

/// Frames a second.
const FRAMES: u8 = 5;

/// How far some work is.
pub(super) struct Progress {
    start: Instant,
    /// Whether there is somebody to look.
    watched: bool,
    what: &'static str,
    total: Option<u64>,
    done: u64,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins work on `total` pieces, if their number is known.
    pub(super) fn begin(flags: &OutputFlags, what: &'static str, total: Option<u64>) -> Self {
        let watched = !flags.quiet && std::io::stderr().is_terminal();
        Self { start: Instant::now(), watched, what, total, done: 0, bar: None }
    }

    /// One piece more is done.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if !self.watched {
            return;
        }
        match &self.bar {
            Some(bar) => bar.set_position(self.done),
            None if self.start.elapsed() >= PATIENCE => self.bar = Some(self.draw()),
            None => {}
        }
    }

    fn draw(&self) -> ProgressBar {
        let target = ProgressDrawTarget::stderr_with_hz(FRAMES);
        let bar = match self.total {
            Some(total) => ProgressBar::with_draw_target(Some(total), target),
            None => ProgressBar::with_draw_target(None, target),
        };
        let template = if self.total.is_some() { "{msg} {bar:30} {pos}/{len} {eta}" } else { "{msg} {pos}" };
        // A template that is wrong leaves the usual one.
        let bar = match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        bar.set_message(self.what);
        bar.set_position(self.done);
        bar
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
