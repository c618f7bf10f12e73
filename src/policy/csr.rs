//! The organisations that a certificate signing request asks for: the groups of its holder.

use crate::probe::{certificate, pem};

/// The organisations in the field `request` of a certificate signing request: base64 of a PEM block.
pub(super) fn organisations(request: &str) -> Result<Vec<String>, &'static str> {
    let text = pem::decode(request.as_bytes()).ok_or("its request is not base64")?;
    let block = pem::blocks(&text).into_iter().next().ok_or("its request has no PEM block")?;
    certificate::organizations_of_request(&block.content)
        .ok_or("its request is not a certificate request that can be read")
}
