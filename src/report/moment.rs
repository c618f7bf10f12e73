//! Points in time as numbers.

use std::time::{Duration, UNIX_EPOCH};

/// The time since 1970 of a point in time in RFC 3339.
fn since_1970(time: &str) -> Option<Duration> {
    humantime::parse_rfc3339(time).ok()?.duration_since(UNIX_EPOCH).ok()
}

/// Seconds since 1970 of a point in time in RFC 3339.
pub(super) fn seconds(time: &str) -> Option<u64> {
    since_1970(time).map(|time| time.as_secs())
}

/// Milliseconds since 1970 of a point in time in RFC 3339.
pub(super) fn milliseconds(time: &str) -> Option<u64> {
    u64::try_from(since_1970(time)?.as_millis()).ok()
}

/// Seconds since 1970 of the end of a day, `YYYY-MM-DD`.
pub(super) fn end_of_day(day: &str) -> Option<u64> {
    seconds(&format!("{day}T00:00:00Z"))?.checked_add(24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers() {
        // date -u -d 2026-05-04T03:02:02 +%s
        assert_eq!(seconds("2026-05-04T03:02:02.250Z"), Some(1_777_863_722));
        assert_eq!(milliseconds("2026-05-04T03:02:02.250Z"), Some(1_777_863_722_250));
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(seconds("1969-12-31T23:59:59Z"), None);
        // date -u -d 2027-04-01 +%s
        assert_eq!(end_of_day("2027-03-31"), Some(1_806_537_600));
        assert_eq!(end_of_day("2027-02-31"), None);
        assert_eq!(end_of_day("permanent"), None);
    }
}
