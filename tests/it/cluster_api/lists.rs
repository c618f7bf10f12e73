//! Lists of several pages.

use super::server::{Answer, connect, json, numbers, page, response};
use nodeproof::internals::source::cluster::{ConnectOptions, ListLimits, RequestError};
use std::time::Duration;

fn broken(handler: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> String {
    let (connection, _server) = connect(handler, |options| options);
    match numbers(&connection).expect_err("a broken list") {
        RequestError::Broken(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_pages_are_read_over_one_connection() {
    let handler = |number, _: &str| match number {
        0 => page(&[1, 2], "a/b+c=="),
        // A page may be empty and not the last.
        1 => page(&[], "second"),
        _ => page(&[3], ""),
    };
    let (connection, server) = connect(handler, |options| options);
    let (found, end) = numbers(&connection).expect("a list");
    assert_eq!(found, [1, 2, 3]);
    assert_eq!((end.pages, end.is_mixed, end.is_restarted), (3, false, false));
    assert_eq!(end.resource_version.as_deref(), Some("7"));
    let paths = [
        "/api/v1/pods?limit=500",
        "/api/v1/pods?limit=500&continue=a%2Fb%2Bc%3D%3D",
        "/api/v1/pods?limit=500&continue=second",
    ];
    assert_eq!(server.paths(), paths);
    assert_eq!(server.connections(), 1);
    let agent = concat!("nodeproof/", env!("CARGO_PKG_VERSION"));
    assert!(server.requests().iter().all(|head| head.to_lowercase().contains(&format!("user-agent: {agent}"))));
}

#[test]
fn pages_of_two_snapshots_are_noted() {
    let handler = |number, _: &str| match number {
        0 => page(&[1], "next"),
        _ => json(r#"{"metadata":{"resourceVersion":"8"},"items":[2]}"#),
    };
    let (connection, _server) = connect(handler, |options| options);
    let (found, end) = numbers(&connection).expect("a list");
    assert!(found == [1, 2] && end.is_mixed && end.resource_version.as_deref() == Some("7"), "{end:?}");
}

#[test]
fn an_expired_list_begins_anew_once() {
    let gone = r#"{"kind":"Status","status":"Failure","code":410,"reason":"Expired","metadata":{"continue":"x"}}"#;
    // The status in the head, and only in the body.
    for (status, in_body) in [(410, false), (200, true)] {
        let handler = move |number, _: &str| match number {
            0 => page(&[1], "first"),
            1 => response(status, "Content-Type: application/json\r\n", gone),
            2 => page(&[4], "third"),
            _ => page(&[5], ""),
        };
        let (connection, server) = connect(handler, |options| options);
        let (found, end) = numbers(&connection).expect("a list");
        assert!(found == [4, 5] && end.is_restarted && end.pages == 2, "{in_body}: {found:?} {end:?}");
        assert_eq!(server.paths()[2], "/api/v1/pods?limit=500");
    }
    let reason = broken(move |number, _| match number % 2 {
        0 => page(&[1], "next"),
        _ => response(410, "", gone),
    });
    assert_eq!(reason, "the list has expired twice (HTTP status 410)");
}

#[test]
fn an_endless_list_is_broken() {
    assert_eq!(broken(|_, _| page(&[1], "same")), "the list has the same `continue` token twice");
    let limited = |limits: ListLimits| {
        let change = |options| ConnectOptions { limits, ..options };
        let (connection, server) = connect(|number, _| page(&[1], &format!("token-{number}")), change);
        (numbers(&connection).expect_err("an endless list").to_string(), server.paths().len())
    };
    let (reason, requests) = limited(ListLimits { pages: 3, bytes: 1 << 20 });
    assert_eq!((reason.as_str(), requests), ("broken response: the list has more than 3 pages", 3));
    let (reason, requests) = limited(ListLimits { pages: 100, bytes: 250 });
    assert!(reason.starts_with("broken response: the response is larger than ") && requests == 3, "{reason}");
}

#[test]
fn an_endless_page_is_broken() {
    let handler = |_, _: &str| {
        let start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{\"items\":[";
        Answer::Drip(format!("{start}{}", "1,".repeat(1000)).into_bytes())
    };
    let limits = ListLimits { pages: 3, bytes: 1000 };
    let (connection, _server) = connect(handler, |options| ConnectOptions { limits, ..options });
    let error = numbers(&connection).expect_err("an endless page").to_string();
    assert_eq!(error, "broken response: the response is larger than 1000 bytes");
}

#[test]
fn a_page_that_is_cut_short_is_broken() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let cuts = [
        format!("{HEAD}Content-Length: 100\r\n\r\n{{\"items\":[1,2"),
        // The document is complete, the response is not.
        format!("{HEAD}Content-Length: 100\r\n\r\n{{\"items\":[1,2]}}"),
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n0f\r\n{{\"items\":[1,2]}}\r\n"),
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nff\r\n{{\"items\":[1,2"),
    ];
    for cut in cuts {
        let reason = broken(move |_, _| Answer::Close(cut.clone().into_bytes()));
        assert!(reason.ends_with("the response ends too early"), "{reason}");
    }
    // Without a length only the document tells.
    let cut = format!("{HEAD}Connection: close\r\n\r\n{{\"items\":[1,2");
    let reason = broken(move |_, _| Answer::Close(cut.clone().into_bytes()));
    assert!(reason.starts_with("not a page: EOF"), "{reason}");
}

#[test]
fn what_follows_a_page_must_be_white_space() {
    let (connection, _server) = connect(|_, _| json("{\"items\":[1]}\n \n"), |options| options);
    assert_eq!(numbers(&connection).expect("a list").0, [1]);
    // The decoder of this test stops at the end of the first document.
    let (connection, _server) = connect(|_, _| json("{} {}"), |options| options);
    let mut first_byte = |body: &mut dyn std::io::Read| {
        body.read_exact(&mut [0; 2]).expect("a document");
        Ok(Default::default())
    };
    let error = connection.list("/a", &mut first_byte, &mut || {}).expect_err("two documents").to_string();
    assert_eq!(error, "broken response: something follows the JSON document");
}

#[test]
fn a_failure_in_a_page_is_that_error() {
    for (code, expected) in [(401, RequestError::Unauthorized), (404, RequestError::NotFound)] {
        let body = format!(r#"{{"kind":"Status","status":"Failure","code":{code}}}"#);
        let (connection, _server) = connect(move |_, _| json(&body), |options| options);
        assert_eq!(numbers(&connection).expect_err("a failure"), expected);
    }
}

#[test]
fn a_busy_server_is_asked_again() {
    for headers in ["", "Retry-After: 0\r\n", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Retry-After: soon\r\n"]
    {
        for status in [429, 500, 502, 503, 504] {
            let handler = move |number, _: &str| match number {
                0 => page(&[1], "next"),
                1 => response(status, headers, "wait"),
                _ => page(&[2], ""),
            };
            let (connection, server) = connect(handler, |options| options);
            assert_eq!(numbers(&connection).expect("a list").0, [1, 2], "{status} {headers}");
            assert_eq!(server.paths()[1], server.paths()[2]);
        }
    }
}

#[test]
fn a_server_that_stays_busy_fails_within_the_timeout() {
    let fail = |status, headers: &'static str, milliseconds| {
        let timeout = Duration::from_millis(milliseconds);
        let change = |options| ConnectOptions { timeout, ..options };
        let (connection, server) = connect(move |_, _| response(status, headers, ""), change);
        (numbers(&connection).expect_err("a busy server").to_string(), server.paths().len())
    };
    let (error, requests) = fail(429, "Retry-After: 31536000\r\n", 20_000);
    assert!(error.contains("HTTP status 429") && error.ends_with("until the timeout") && requests == 1, "{error}");
    let (error, requests) = fail(429, "Retry-After: 0\r\n", 1_000);
    assert!(
        error.contains("HTTP status 429") && error.ends_with("until the timeout") && requests > 2,
        "{error} {requests}"
    );
    // The sixth failure is the last.
    let (error, requests) = fail(503, "Retry-After: 0\r\n", 20_000);
    assert_eq!((error.as_str(), requests), ("HTTP status 503: no reason is given", 6));
}

#[test]
fn an_idle_connection_that_the_server_has_closed_is_replaced() {
    let handler = |number, _: &str| match number {
        0 => page(&[1], "next"),
        1 => Answer::Close(Vec::new()),
        _ => page(&[2], ""),
    };
    let (connection, server) = connect(handler, |options| options);
    assert_eq!(numbers(&connection).expect("a list").0, [1, 2]);
    assert_eq!(server.connections(), 2);
}
