//! The identity that a kubeconfig asks the server to act as.

use super::fields::Fields;
use std::fmt::Write as _;
use ureq::http::{HeaderName, HeaderValue};

/// The headers of `as`, `as-uid`, `as-groups` and `as-user-extra`.
pub(super) fn headers(user: &Fields<'_>) -> Vec<(HeaderName, HeaderValue)> {
    let mut wanted: Vec<(&str, String, &str)> = Vec::new();
    wanted.extend(user.text("as").map(|name| ("as", "impersonate-user".to_owned(), name)));
    wanted.extend(user.text("as-uid").map(|uid| ("as-uid", "impersonate-uid".to_owned(), uid)));
    wanted.extend(user.texts("as-groups").into_iter().map(|g| ("as-groups", "impersonate-group".to_owned(), g)));
    if let Some(extra) = user.child("as-user-extra") {
        for key in extra.keys() {
            let name = format!("impersonate-extra-{}", escape(key));
            wanted.extend(extra.texts(key).into_iter().map(|value| ("as-user-extra", name.clone(), value)));
        }
    }
    if !user.has("as")
        && let Some((field, _, _)) = wanted.first()
    {
        user.problem(field, "set without `as`; name the user as well");
    }
    let headers = wanted.into_iter().filter_map(|(field, name, value)| {
        let header = HeaderName::try_from(name).ok().zip(HeaderValue::from_str(value).ok());
        if header.is_none() {
            user.problem(field, "has a character that an HTTP header cannot have");
        }
        header
    });
    headers.collect()
}

/// The key of an extra value as part of a header's name: other characters than those of a header are escaped as in a URL.
fn escape(key: &str) -> String {
    let mut escaped = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
