//! What messages show of a response.

use crate::text::sanitize;
use serde::Deserialize;
use ureq::http::HeaderMap;

/// Characters of a response that a message shows.
const MAX_CHARS: usize = 80;
/// Characters of the server's own message.
const MAX_MESSAGE_CHARS: usize = 400;

/// The media type of a response, without its parameters; none if it has none.
pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("content-type")?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Whether a media type is JSON. Some servers give none.
pub(super) fn is_json(media_type: Option<&str>) -> bool {
    media_type.is_none_or(|media_type| media_type == "application/json" || media_type.ends_with("+json"))
}

/// `not JSON (text/html): <html>…`.
pub(super) fn not_json(media_type: Option<&str>, start: &[u8]) -> String {
    let kind = sanitize::line(media_type.unwrap_or("no content type"));
    format!("not JSON ({kind}): {}", printable(&String::from_utf8_lossy(start), MAX_CHARS))
}

/// The first printable characters of a text; other ones become a space.
fn printable(text: &str, max_chars: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() || c == '\u{fffd}' { ' ' } else { c }).collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let start: String = words.chars().take(max_chars).collect();
    let end = if start.len() < words.len() { "…" } else { "" };
    sanitize::line(&format!("{start}{end}"))
}

/// A text of the server on one line, without an end that nobody reads.
pub(super) fn printable_line(text: &str) -> String {
    printable(text, MAX_MESSAGE_CHARS)
}

/// `Status` of the Kubernetes API.
#[derive(Deserialize)]
struct Status {
    kind: String,
    status: Option<String>,
    code: Option<u16>,
    reason: Option<String>,
    message: Option<String>,
}

/// The status code and message of a `Status` with `Failure`.
pub(super) fn failure_in(body: &[u8]) -> Option<(u16, String)> {
    let status: Status = serde_json::from_slice(body).ok()?;
    if status.kind != "Status" || status.status.as_deref() != Some("Failure") {
        return None;
    }
    let message = [status.message, status.reason].into_iter().flatten().find(|text| !text.is_empty());
    let message = message.unwrap_or_else(|| "no reason is given".to_owned());
    Some((status.code.unwrap_or(500), printable(&message, MAX_MESSAGE_CHARS)))
}

/// Why the server refuses a request, from the body of its response.
pub(super) fn refusal(media_type: Option<&str>, body: &[u8]) -> String {
    if let Some((_, message)) = failure_in(body) {
        return message;
    }
    match media_type {
        _ if body.is_empty() => "no reason is given".to_owned(),
        Some("text/plain") => printable(&String::from_utf8_lossy(body), MAX_MESSAGE_CHARS),
        other => not_json(other, body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_shown_by_its_first_printable_characters() {
        let page = format!("<html>\r\n\u{1b}[31m<b>{}", "x".repeat(100));
        assert_eq!(
            not_json(Some("text/html"), page.as_bytes()),
            format!("not JSON (text/html): <html> [31m<b>{}…", "x".repeat(66))
        );
        assert_eq!(not_json(None, b""), "not JSON (no content type): ");
    }

    #[test]
    fn the_message_of_a_status_is_the_reason() {
        let body = br#"{"kind":"Status","status":"Failure","message":"pods is forbidden\n","code":403}"#;
        assert_eq!(refusal(Some("application/json"), body), "pods is forbidden");
        assert_eq!(refusal(Some("text/plain"), b"404 page not found\n"), "404 page not found");
        assert_eq!(refusal(Some("text/html"), b"<p>"), "not JSON (text/html): <p>");
        assert_eq!(refusal(None, b""), "no reason is given");
        assert_eq!(failure_in(br#"{"kind":"Status","status":"Success"}"#), None);
        assert_eq!(failure_in(br#"{"kind":"PodList"}"#), None);
    }
}
