//! Lists, page by page.

use super::client::{Client, Form};
use super::http_text::printable_line;
use super::options::ListLimits;
use super::request_error::RequestError;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read;

/// Objects of a page.
const PAGE_SIZE: u32 = 500;
/// Bytes of a `continue` token. Real ones have a few hundred.
const MAX_TOKEN_BYTES: usize = 64 << 10;

/// What the end of a page says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageEnd {
    /// `metadata.continue`; absent or empty on the last page.
    pub continue_token: Option<String>,
    /// `metadata.resourceVersion`.
    pub resource_version: Option<String>,
}

/// Why a page cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// It is a `Status` with `Failure`.
    Status {
        /// Its `code`.
        code: u16,
        /// Its `message`.
        message: String,
    },
    /// It is not the expected list.
    Broken(String),
}

impl From<String> for PageError {
    fn from(reason: String) -> Self {
        Self::Broken(reason)
    }
}

/// What is known of a complete list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListEnd {
    /// That of the first page.
    pub resource_version: Option<String>,
    /// Pages of the complete list.
    pub pages: usize,
    /// Whether a later page has another resource version, so that the list is not one snapshot.
    pub is_mixed: bool,
    /// Whether the list was begun anew, because the first one had expired.
    pub is_restarted: bool,
}

/// Decodes one page.
pub(super) type Decode<'d> = dyn FnMut(&mut dyn Read) -> Result<PageEnd, PageError> + 'd;

/// Reads all pages of a list. After an expired token the list begins anew once, with a call of `restart`.
pub(super) fn read(
    client: &Client,
    (path, form): (&str, Form),
    limits: ListLimits,
    page: &mut Decode<'_>,
    restart: &mut dyn FnMut(),
) -> Result<ListEnd, RequestError> {
    let mut list = List { client, path, form, limits, bytes: 0, requests: 0 };
    match list.pages(page)? {
        Some(end) => Ok(end),
        None => {
            restart();
            let end = list.pages(page)?;
            let end =
                end.ok_or_else(|| RequestError::Broken("the list has expired twice (HTTP status 410)".to_owned()))?;
            Ok(ListEnd { is_restarted: true, ..end })
        }
    }
}

struct List<'c> {
    client: &'c Client,
    path: &'c str,
    form: Form,
    limits: ListLimits,
    bytes: u64,
    requests: usize,
}

impl List<'_> {
    /// All pages; `None` if the list expired.
    fn pages(&mut self, page: &mut Decode<'_>) -> Result<Option<ListEnd>, RequestError> {
        let mut end = ListEnd::default();
        let mut tokens = BTreeSet::new();
        let mut token = None;
        loop {
            let Some(found) = self.page(token.as_deref(), page)? else {
                return Ok(None);
            };
            if end.pages == 0 {
                end.resource_version = found.resource_version;
            } else if found.resource_version != end.resource_version {
                end.is_mixed = true;
            }
            end.pages += 1;
            let Some(next) = found.continue_token.filter(|token| !token.is_empty()) else {
                return Ok(Some(end));
            };
            if next.len() > MAX_TOKEN_BYTES {
                return Err(RequestError::Broken("the `continue` token is too long".to_owned()));
            }
            if !tokens.insert(next.clone()) {
                return Err(RequestError::Broken("the list has the same `continue` token twice".to_owned()));
            }
            token = Some(next);
        }
    }

    /// One page; `None` if the list expired.
    fn page(&mut self, token: Option<&str>, decode: &mut Decode<'_>) -> Result<Option<PageEnd>, RequestError> {
        if self.requests == self.limits.pages {
            return Err(RequestError::Broken(format!("the list has more than {} pages", self.limits.pages)));
        }
        self.requests += 1;
        let max_bytes = self.limits.bytes - self.bytes;
        let Some(mut body) = self.client.send(&self.target(token), self.form, max_bytes)? else {
            return Ok(None);
        };
        let decoded = decode(&mut body);
        self.bytes += body.bytes_read();
        let result = match decoded {
            Ok(end) => body.finish().map(|()| Some(end)),
            Err(PageError::Status { code: 410, .. }) => Ok(None),
            Err(PageError::Status { code, message }) => Err(RequestError::of_status(code, printable_line(&message))),
            Err(PageError::Broken(reason)) => Err(body.connection_error(&printable_line(&reason))),
        };
        result.map_err(|error| self.client.redacted(error))
    }

    fn target(&self, token: Option<&str>) -> String {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        let mut target = format!("{}{separator}limit={PAGE_SIZE}", self.path);
        if let Some(token) = token {
            target.push_str("&continue=");
            for byte in token.bytes() {
                if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                    target.push(char::from(byte));
                } else {
                    let _ = write!(target, "%{byte:02X}");
                }
            }
        }
        target
    }
}
