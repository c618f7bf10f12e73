//! When a request is made again.

use std::time::{Duration, SystemTime};

/// The first pause; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A server that asks for no pause at all gets one.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// Attempts after a status of 500 and more. An API that is down for long must not use up the time for the others.
const MAX_ATTEMPTS_5XX: u32 = 6;

/// Whether a status may go away.
pub(super) const fn is_temporary(status: u16, attempt: u32) -> bool {
    status == 429 || (matches!(status, 500 | 502 | 503 | 504) && attempt < MAX_ATTEMPTS_5XX)
}

/// How long to wait after the attempt with this number, from 1: what `Retry-After` asks for, in seconds or as a date, else
/// longer each time.
pub(super) fn pause(retry_after: Option<&str>, attempt: u32, now: SystemTime) -> Duration {
    let asked = retry_after.map(str::trim).and_then(|value| {
        let seconds = value.parse().ok().map(Duration::from_secs);
        seconds.or_else(|| {
            let date = httpdate::parse_http_date(value).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        })
    });
    asked.map_or_else(
        || FIRST_PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST_PAUSE),
        |asked| asked.max(SHORTEST_PAUSE),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn a_pause_is_what_the_server_asks_for_or_grows() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let cases = [
            (Some("3"), 1, 3_000),
            (Some(" 3 "), 9, 3_000),
            (Some("0"), 1, 20),
            (Some("Sun, 06 Nov 1994 08:49:41 GMT"), 1, 4_000),
            (Some("Sun, 06 Nov 1994 08:49:30 GMT"), 1, 20),
            (Some("31536000"), 1, 31_536_000_000),
            (Some("soon"), 1, 200),
            (Some("-1"), 1, 200),
            (Some("99999999999999999999999"), 1, 200),
            (None, 1, 200),
            (None, 2, 400),
            (None, 3, 800),
            (None, 100, 10_000),
        ];
        for (retry_after, attempt, milliseconds) in cases {
            assert_eq!(pause(retry_after, attempt, now).as_millis(), milliseconds, "{retry_after:?}, {attempt}");
        }
    }

    #[test]
    fn only_some_statuses_are_temporary() {
        let temporary: Vec<u16> = (100..600).filter(|status| is_temporary(*status, 1)).collect();
        assert_eq!(temporary, [429, 500, 502, 503, 504]);
        assert!(is_temporary(429, 1000) && !is_temporary(503, 6));
    }
}
