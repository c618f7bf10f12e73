//! Responses that are no success, or that never come.

use super::server::{Answer, Authority, Home, TOKEN, connect, json, options_for, response};
use super::server::{Server, numbers};
use nodeproof::internals::source::cluster::{ClusterConnection, ConnectOptions, RequestError};
use std::time::Duration;

fn error_of(handler: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> RequestError {
    let (connection, _server) = connect(handler, |options| options);
    connection.get("/version", 1000).expect_err("no success")
}

#[test]
fn a_document_is_returned_as_it_is() {
    let (connection, server) = connect(|_, _| json("{\"gitVersion\": \"v1.36.0\"}"), |options| options);
    assert_eq!(connection.get("/version", 1000).expect("a document"), b"{\"gitVersion\": \"v1.36.0\"}");
    assert_eq!(connection.name(), "test");
    assert_eq!(connection.server(), server.url());
    assert!(connection.notices().is_empty());
    assert!(server.requests()[0].contains(&format!("authorization: Bearer {TOKEN}\r\n")));
    let error = connection.get("/version", 10).expect_err("a limit").to_string();
    assert_eq!(error, "broken response: the response is larger than 10 bytes");
}

#[test]
fn refusals_are_told_apart() {
    let forbidden = r#"{"kind":"Status","status":"Failure","message":"pods is forbidden:\n no","code":403}"#;
    let error = error_of(move |_, _| response(403, "Content-Type: application/json\r\n", forbidden));
    assert_eq!(error, RequestError::Refused { status: 403, reason: "pods is forbidden: no".to_owned() });
    assert_eq!(error_of(|_, _| response(401, "", "no")), RequestError::Unauthorized);
    assert_eq!(
        error_of(|_, _| response(404, "Content-Type: text/plain\r\n", "404 page not found")),
        RequestError::NotFound
    );
    let error = error_of(|_, _| response(400, "Content-Type: text/html\r\n", "<b>"));
    assert_eq!(error, RequestError::Refused { status: 400, reason: "not JSON (text/html): <b>".to_owned() });
    // The same in a response with status 200.
    let error = error_of(move |_, _| json(forbidden));
    assert_eq!(error, RequestError::Refused { status: 403, reason: "pods is forbidden: no".to_owned() });
}

#[test]
fn a_page_for_people_is_not_json() {
    let page = format!("<html>\n<title>Sign in</title>{}", "x".repeat(100));
    let expected = format!("not JSON (text/html): <html> <title>Sign in</title>{}…", "x".repeat(51));
    let body = page.clone();
    let error = error_of(move |_, _| response(200, "Content-Type: text/html; charset=utf-8\r\n", &body));
    assert_eq!(error, RequestError::Broken(expected));
    let error = error_of(|_, _| response(200, "Content-Type: text/html\r\n", "{}"));
    assert_eq!(error, RequestError::Broken("not JSON (text/html): {}".to_owned()));
    // Named JSON, it is none all the same.
    let error = error_of(move |_, _| json(&page)).to_string();
    assert!(error.starts_with("broken response: not JSON (application/json): <html>"), "{error}");
    let cases = [
        ("{\"a\":", "broken response: the JSON document ends too early"),
        ("{\"a\" 1}", "broken response: not a JSON document (line 1, column 6)"),
        ("", "broken response: the response is empty"),
    ];
    for (body, expected) in cases {
        assert_eq!(error_of(move |_, _| json(body)).to_string(), expected);
    }
    let error = error_of(|_, _| Answer::Close(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec())).to_string();
    assert!(error.ends_with("the response is not valid HTTP"), "{error}");
}

#[test]
fn a_redirect_is_named_and_not_followed() {
    let authority = Authority::new();
    let other = Server::start(&authority, |_, _| json("{}"));
    let (home, target) = (Home::new(), other.url());
    let cases = [
        (format!("{target}/version?a"), format!("the server redirects to {target}, which")),
        ("https://me:pw@login.example/sso".to_owned(), "redirects to https://login.example, which".to_owned()),
        ("http://login.example/sso".to_owned(), "redirects to http://login.example, which".to_owned()),
        ("/login".to_owned(), "redirects to another path, which".to_owned()),
    ];
    for (location, expected) in cases {
        for status in [301, 302, 303, 307, 308] {
            let head = format!("Location: {location}\r\n");
            let server = Server::start(&authority, move |_, _| response(status, &head, ""));
            let connection = ClusterConnection::open(&options_for(&home, &server, &authority)).expect("a connection");
            let error = connection.get("/version", 1000).expect_err("a redirect").to_string();
            assert!(error.contains(&expected) && !error.contains("pw"), "{error}");
        }
    }
    assert!(other.requests().is_empty());
}

#[test]
fn a_server_that_sends_nothing_is_given_up() {
    let idle = |options| ConnectOptions { idle_timeout: Duration::from_millis(200), ..options };
    let whole = |options| ConnectOptions { timeout: Duration::from_millis(400), ..options };
    let start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{";
    for start in ["", start] {
        let (connection, _server) = connect(move |_, _| Answer::Stall(start.into()), idle);
        let error = numbers(&connection).expect_err("a timeout").to_string();
        assert!(error.ends_with("the server sent nothing for 200ms"), "{error}");
        let (connection, _server) = connect(move |_, _| Answer::Stall(start.into()), whole);
        let error = numbers(&connection).expect_err("a timeout").to_string();
        assert!(error.ends_with("timed out after 400ms"), "{error}");
    }
    // One byte after the other is not idle.
    let (connection, _server) = connect(move |_, _| Answer::Drip(start.into()), whole);
    let error = numbers(&connection).expect_err("a timeout").to_string();
    assert!(error.ends_with("timed out after 400ms"), "{error}");
    // The timeout is for all requests together.
    let error = connection.get("/version", 1000).expect_err("a timeout").to_string();
    assert!(error.ends_with("timed out after 400ms"), "{error}");
}

#[test]
fn a_token_that_the_server_sends_back_is_not_shown() {
    let echo = |head: &str| {
        let line = head.lines().find(|line| line.starts_with("authorization")).unwrap_or_default().to_owned();
        assert!(line.contains(TOKEN), "{line}");
        line
    };
    for status in [200, 400, 403, 429] {
        let handler = move |_, head: &str| response(status, "Content-Type: text/plain\r\n", &echo(head));
        let timeout = Duration::from_millis(300);
        let (connection, _server) = connect(handler, |options| ConnectOptions { timeout, ..options });
        for error in [connection.get("/a", 1000).expect_err("an error"), numbers(&connection).expect_err("an error")] {
            assert!(!error.to_string().contains(TOKEN) && !format!("{error:?}").contains(TOKEN), "{error}");
        }
        assert!(!format!("{connection:?}").contains(TOKEN));
    }
}

#[test]
fn nobody_listens() {
    let (authority, home) = (Authority::new(), Home::new());
    let server = Server::start(&authority, |_, _| json("{}"));
    let mut options = options_for(&home, &server, &authority);
    let text = std::fs::read_to_string(home.path("config")).expect("a kubeconfig");
    // A port that no server can have.
    options.kubeconfig = Some(home.write("closed", &text.replace(&server.port.to_string(), "1")));
    let connection = ClusterConnection::open(&options).expect("a connection");
    assert_eq!(connection.get("/a", 9).expect_err("nobody").to_string(), "127.0.0.1:1: connection refused");
    let text = text.replace("127.0.0.1", "cluster.invalid");
    options.kubeconfig = Some(home.write("unknown", &text));
    let connection = ClusterConnection::open(&options).expect("a connection");
    let error = connection.get("/a", 9).expect_err("no host").to_string();
    assert_eq!(error, format!("cluster.invalid:{}: the name cannot be resolved", server.port));
}
