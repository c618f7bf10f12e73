//! Prints an entry as `journalctl -o short` does: `Mon DD HH:MM:SS host name[pid]: message`. The time is UTC, as in a
//! container.

use super::entry::JournalEntry;
use std::time::{Duration, SystemTime};

/// Longer values other than messages are not printed.
const MAX_VALUE_BYTES: usize = 300;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl JournalEntry {
    /// The lines of `journalctl -o short`; `None` without a message.
    pub fn short(&self) -> Option<String> {
        let message = without_terminal_codes(self.message.as_ref()?);
        let mut text = time(self.realtime);
        for word in self.hostname.iter().chain([&self.identifier]) {
            text.push(' ');
            text.push_str(word);
        }
        if let Some(pid) = &self.pid {
            text.push_str(&format!("[{pid}]"));
        }
        text.push_str(": ");
        let indent = " ".repeat(text.len());
        match printable(&message) {
            None => text.push_str(&format!("[{} blob data]\n", size(message.len()))),
            Some("") => text.push('\n'),
            Some(message) => {
                for (index, line) in message.strip_suffix('\n').unwrap_or(message).split('\n').enumerate() {
                    text.push_str(if index > 0 { &indent } else { "" });
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        Some(text)
    }

    /// The line between entries of two boots.
    pub fn boot_line(&self) -> String {
        let id: String = self.boot.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("-- Boot {id} --\n")
    }
}

/// Whether systemd accepts a number of microseconds as a time.
pub(super) const fn is_time(microseconds: u64) -> bool {
    microseconds > 0 && microseconds < 1 << 55
}

/// A value in front of the message, if it is printed.
pub(super) fn short_text(value: &[u8]) -> Option<String> {
    printable(value).filter(|text| text.len() < MAX_VALUE_BYTES).map(str::to_owned)
}

/// `Mon DD HH:MM:SS`.
fn time(microseconds: u64) -> String {
    let at = SystemTime::UNIX_EPOCH + Duration::from_micros(if is_time(microseconds) { microseconds } else { 0 });
    // 2026-11-24T21:32:39Z
    let text = humantime::format_rfc3339_seconds(at).to_string();
    let month = text.get(5..7).and_then(|m| m.parse::<usize>().ok()).and_then(|m| MONTHS.get(m.checked_sub(1)?));
    let (day, clock) = (text.get(8..10), text.get(11..19));
    format!("{} {} {}", month.unwrap_or(&"Jan"), day.unwrap_or("01"), clock.unwrap_or("00:00:00"))
}

/// The bytes as text, if a terminal shows all of it.
fn printable(bytes: &[u8]) -> Option<&str> {
    let is_printable = |c: char| {
        let code = u32::from(c);
        let noncharacter = (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe;
        matches!(c, '\t' | '\n') || !(c.is_control() || noncharacter)
    };
    std::str::from_utf8(bytes).ok().filter(|text| text.chars().all(is_printable))
}

/// A message with tabs as eight spaces, without colours, terminal titles and carriage returns at line ends. An incomplete
/// escape sequence is kept.
fn without_terminal_codes(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    let mut rest = message;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'\t' => out.extend([b' '; 8]),
            b'\x1b' => match escape_length(after) {
                Some(length) => rest = &after[length..],
                None => out.push(*first),
            },
            b'\r' => {
                let returns = after.iter().take_while(|b| **b == b'\r').count();
                if matches!(after.get(returns), None | Some(b'\n')) {
                    rest = &after[returns..];
                } else {
                    out.push(*first);
                }
            }
            other => out.push(*other),
        }
    }
    out
}

/// The length of a colour (`[1;31m`) or a terminal command (`]…` up to BEL) after an ESC.
fn escape_length(after: &[u8]) -> Option<usize> {
    let (first, rest) = after.split_first()?;
    match first {
        b'[' => {
            let length = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b';').count();
            (rest.get(length) == Some(&b'm')).then_some(length + 2)
        }
        b']' => {
            let length = rest.iter().take_while(|b| (0x20..0x7f).contains(*b)).count();
            (rest.get(length) == Some(&b'\x07')).then_some(length + 2)
        }
        _ => None,
    }
}

/// `999B`, `1.2K`, `3.0M`.
fn size(bytes: usize) -> String {
    let (unit, letter) = match bytes {
        0..=0x3ff => return format!("{bytes}B"),
        0x400..=0xf_ffff => (0x400, 'K'),
        _ => (0x10_0000, 'M'),
    };
    format!("{}.{}{letter}", bytes / unit, bytes % unit * 10 / unit)
}
