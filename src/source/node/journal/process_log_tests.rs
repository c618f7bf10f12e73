//! What one file has of the log of a process, among what others wrote to be taken for it.

use super::blocks::ReadLimit;
use super::process_log::{LogEntry, LogLimits, ProcessLogQuery, ProcessStart};
use super::process_log_file::{FileLog, log_entry, log_of_content};
use super::tests::fixture;
use crate::source::node::heartbeat::Heartbeat;

const START: ProcessStart = ProcessStart {
    boot: [1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
    monotonic: 1_500_000_000,
};
const SECOND: i64 = 1_000_000;

fn log(limits: &mut LogLimits) -> FileLog {
    let bytes = fixture("process-log");
    let query = ProcessLogQuery {
        pid: 2226,
        unit: "k3s.service".to_owned(),
        identifier: "k3s".to_owned(),
        texts: vec!["Running kube-apiserver".to_owned(), "Running kubelet".to_owned()],
    };
    let heartbeat = Heartbeat::default();
    let content = bytes.as_slice();
    let found = log_of_content(&content, bytes.len() as u64, &query, START, &ReadLimit::new(&heartbeat), limits);
    found.expect("a journal").expect("entries of this boot")
}

/// When the process wrote the entries that were found.
fn own_times(log: &FileLog) -> Vec<i64> {
    let entries = log.entries.iter().map(|found| log_entry(found, START));
    entries.filter(|entry| entry.pid == Some(2226) && entry.since_start >= 0).map(|entry| entry.since_start).collect()
}

#[test]
fn what_others_write_displaces_no_entry_of_the_process() {
    let log = log(&mut LogLimits::default());
    assert_eq!(own_times(&log), [5 * SECOND, 20 * SECOND]);
    // Some of the others are kept to show that they are there.
    assert_eq!(log.entries.len(), 2 + 64);
    assert_eq!((log.oldest, log.last, log.cut_from), (Some(-1400 * SECOND), Some(100 * SECOND), None));
}

#[test]
fn a_limit_that_is_reached_is_told() {
    let limits = LogLimits::default;
    let cases = [
        (LogLimits { own: 0, ..limits() }, vec![], 5),
        (LogLimits { own: 1, ..limits() }, vec![5 * SECOND], 20),
        (LogLimits { own: 2, ..limits() }, vec![5 * SECOND, 20 * SECOND], 100),
        (LogLimits { own_kept: 1, ..limits() }, vec![5 * SECOND], 20),
        (LogLimits { own_kept_bytes: 10, ..limits() }, vec![], 5),
    ];
    for (mut limits, times, cut) in cases {
        let text = format!("{limits:?}");
        let log = log(&mut limits);
        assert_eq!((own_times(&log), log.cut_from), (times, Some(cut * SECOND)), "{text}");
    }
    // They are those of all files together.
    let mut limits = LogLimits { own: 3, ..limits() };
    assert_eq!(log(&mut limits).cut_from, None);
    assert_eq!(log(&mut limits).cut_from, Some(5 * SECOND));
}

#[test]
fn only_journald_says_what_it_suppressed() {
    let log = log(&mut LogLimits::default());
    let times: Vec<i64> = log.suppressed.iter().map(|found| log_entry(found, START).since_start).collect();
    assert_eq!(times, [120 * SECOND]);
    let notice = LogEntry {
        unit: Some("systemd-journald.service".to_owned()),
        uid: Some(0),
        message: "Suppressed 5 messages from k3s.service".to_owned(),
        ..LogEntry::default()
    };
    assert!(notice.is_suppression_of("k3s.service"));
    assert!(!notice.is_suppression_of("s.service"));
    assert!(!LogEntry { uid: Some(1000), ..notice.clone() }.is_suppression_of("k3s.service"));
    assert!(!LogEntry { uid: None, ..notice.clone() }.is_suppression_of("k3s.service"));
    assert!(!LogEntry { unit: Some("x.service".to_owned()), ..notice.clone() }.is_suppression_of("k3s.service"));
    assert!(!LogEntry { message: "Suppressed".to_owned(), ..notice }.is_suppression_of("k3s.service"));
}
