//! Removes the user and the password from URLs.

use memchr::memmem;
use std::borrow::Cow;

/// What stands in their place.
const REDACTED: &str = "redacted";

/// The text without the credentials in its URLs: `https://redacted@192.0.2.1`.
pub(crate) fn without_credentials(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = memmem::find(rest.as_bytes(), b"://") {
        let (before, authority) = rest.split_at(at + "://".len());
        let end = authority.find(|c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace());
        let authority = &authority[..end.unwrap_or(authority.len())];
        out.push_str(before);
        // As Go reads a URL, the last of these characters ends the password.
        if let Some(user) = authority.rfind('@') {
            out.push_str(REDACTED);
            rest = &rest[before.len() + user..];
        } else {
            rest = &rest[before.len()..];
        }
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn only_credentials_of_urls_are_replaced() {
        let cases = [
            ("", ""),
            ("me@host", "me@host"),
            ("https://host/a@b", "https://host/a@b"),
            ("https://host?a@b", "https://host?a@b"),
            ("https://me:pw@host/x", "https://redacted@host/x"),
            ("https://me@host", "https://redacted@host"),
            ("https://me:p@w@host", "https://redacted@host"),
            ("https://@host", "https://redacted@host"),
            (
                "https://a,https://me:pw@b:1,http://u@c (flag)",
                "https://a,https://redacted@b:1,http://redacted@c (flag)",
            ),
            ("://", "://"),
            ("x://a://b@c", "x://a://redacted@c"),
            ("https://é:ü@host", "https://redacted@host"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_credentials(text), expected, "{text}");
        }
    }
}
