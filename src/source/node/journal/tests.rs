//! Lines as journalctl prints them, and hostile files.

use super::{JournalEntry, JournalQuery, entries_in_bytes};
use crate::source::node::error::SourceError;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::io::Read;

#[expect(clippy::disallowed_methods, reason = "a file of the tests")]
pub(super) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/testdata/journal/{name}.journal.zst", env!("CARGO_MANIFEST_DIR"));
    let packed = std::fs::read(path).expect("a packed journal");
    let mut bytes = Vec::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).expect("Zstandard");
    decoder.read_to_end(&mut bytes).expect("Zstandard");
    bytes
}

fn entries(bytes: &[u8], query: &JournalQuery) -> Result<usize, SourceError> {
    entries_in_bytes(bytes, query).map(|found| found.len())
}

#[test]
fn prints_lines_as_journalctl_does() {
    let entry = |message: &[u8]| JournalEntry {
        realtime: 1_700_000_000_999_999,
        hostname: Some("n".to_owned()),
        identifier: "k".to_owned(),
        message: Some(message.to_vec()),
        ..JournalEntry::default()
    };
    let cases: [(&[u8], &str); 10] = [
        (b"text", "text\n"),
        (b"", "\n"),
        (b"one\ntwo\n", "one\n                     two\n"),
        (b"a\tb", "a        b\n"),
        (b"\x1b[31mred\x1b[0m\r", "red\n"),
        (b"a\x1b]0;t\x07b", "ab\n"),
        (b"a\rb", "[3B blob data]\n"),
        (b"a\x1b[K", "[4B blob data]\n"),
        (b"\xff", "[1B blob data]\n"),
        ("\u{fffe}".as_bytes(), "[3B blob data]\n"),
    ];
    for (message, text) in cases {
        let line = entry(message).short();
        assert_eq!(line, Some(format!("Nov 14 22:13:20 n k: {text}")), "{message:?}");
    }
    let long = entry(&[0; 1300]).short();
    assert_eq!(long.as_deref(), Some("Nov 14 22:13:20 n k: [1.2K blob data]\n"));
    let with_pid = JournalEntry { pid: Some("7".to_owned()), hostname: None, ..entry(b"a\nb") };
    assert_eq!(with_pid.short().as_deref(), Some("Nov 14 22:13:20 k[7]: a\n                      b\n"));
    assert_eq!(JournalEntry { message: None, ..entry(b"") }.short(), None);
}

/// Files of two kilobytes without a spare byte, seeds of the fuzz corpus.
#[test]
#[expect(clippy::disallowed_methods, reason = "files of the tests")]
fn reads_the_smallest_files() {
    for name in ["smallest", "smallest-compact"] {
        let bytes =
            std::fs::read(format!("{}/testdata/journal/{name}.journal", env!("CARGO_MANIFEST_DIR"))).expect(name);
        let lines = |units: &[&str]| -> Vec<String> {
            let units = units.iter().map(|unit| (*unit).to_owned()).collect();
            let found = entries_in_bytes(&bytes, &JournalQuery { units, ..JournalQuery::default() }).expect(name);
            found.iter().filter_map(JournalEntry::short).collect()
        };
        let [first, other, last] = [
            "Nov 14 22:13:21 n k3s[1]: started\n",
            "Nov 14 22:13:22 a: other\n",
            "Nov 14 22:13:23 unknown[1]: Stopped a        b\n",
        ];
        assert_eq!(lines(&[]), [first, other, last], "{name}");
        assert_eq!(lines(&["k3s.service"]), [first, last], "{name}");
        assert_eq!(lines(&["a.service"]), [other], "{name}");
    }
}

/// Whatever bytes change, reading ends and returns at most the entries that were there.
#[test]
fn damaged_files_do_no_harm() {
    for name in ["plain", "compact", "lz4"] {
        let whole = fixture(name);
        let query = JournalQuery { units: vec!["k3s.service".to_owned()], ..JournalQuery::default() };
        let every = JournalQuery::default();
        assert_eq!((entries(&whole, &query), entries(&whole, &every)), (Ok(12), Ok(14)), "{name}");
        // Zero bytes are mostly padding.
        let used: Vec<usize> = whole.iter().enumerate().filter(|(_, b)| **b != 0).map(|(at, _)| at).collect();
        let change = (prop::sample::select(used), 0..8_usize, any::<u8>());
        let changes = prop::collection::vec(change, 1..4);
        let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]));
        let damaged = std::cell::RefCell::new(whole);
        let result = runner.run(&changes, |changes| {
            let mut bytes = damaged.borrow_mut();
            let before: Vec<(usize, u8)> = changes.iter().map(|(at, by, _)| (at + by, bytes[at + by])).collect();
            changes.iter().for_each(|(at, by, value)| bytes[at + by] = *value);
            for query in [&query, &every] {
                if let Ok(count) = entries(&bytes, query) {
                    prop_assert!(count <= 14, "{count} entries");
                }
            }
            before.iter().rev().for_each(|(at, value)| bytes[*at] = *value);
            Ok(())
        });
        assert!(result.is_ok(), "{name}: {result:?}");
    }
}

#[test]
fn a_claimed_length_is_not_allocated() {
    let whole = fixture("lz4");
    // The file's last object is a field in LZ4, which starts with its length.
    let last: [u8; 8] = whole[136..144].try_into().expect("eight bytes");
    let start = usize::try_from(u64::from_le_bytes(last)).expect("an offset") + 64;
    let mut bytes = whole;
    bytes[start..start + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    let query = JournalQuery { units: vec!["k3s.service".to_owned()], ..JournalQuery::default() };
    let got = entries(&bytes, &query);
    assert!(matches!(&got, Err(SourceError::Io(reason)) if reason.contains("a field of more than")), "{got:?}");
}
