//! The certificates of authorities: their names and keys, which are what a certificate is verified with. Dates, serial numbers
//! and signatures of an authority's own certificate have no effect on what it signed.

use super::pem::{self, Block};
use crate::source::node::SourceError;
use std::fmt::Write as _;

/// The name and the public key of a certificate, as DER. `crypto/x509` of Go compares names byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Authority {
    subject: Vec<u8>,
    key: Vec<u8>,
}

/// The certificate of an authority, and the name of the authority that issued it, which for most is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) authority: Authority,
    issuer: Vec<u8>,
}

/// Which blocks of a PEM file a component takes for certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Every block, whatever its label, each with one certificate (`tlsutil.NewCertPool` of etcd).
    Etcd,
    /// Those with the label CERTIFICATE and without headers (`cert.CertsFromPEM` of client-go).
    Kubernetes,
}

/// The certificates of authorities in a PEM file. Fails if one of its certificates is not understood, as the component does.
pub(crate) fn authorities(bytes: &[u8], reader: Reader) -> Result<Vec<Certificate>, SourceError> {
    let mut authorities = Vec::new();
    for (index, block) in pem::blocks(bytes).iter().enumerate() {
        let is_certificate = block.label == pem::CERTIFICATE && !block.has_headers;
        let found = match reader {
            Reader::Kubernetes if !is_certificate => continue,
            Reader::Kubernetes => all_of(&block.content),
            Reader::Etcd => all_of(&block.content).filter(|certificates| certificates.len() == 1),
        };
        let found = found.filter(|certificates| !certificates.is_empty());
        let number = index + 1;
        authorities.extend(found.ok_or_else(|| {
            SourceError::Malformed(format!("its PEM block number {number} is not a certificate that can be read"))
        })?);
    }
    if authorities.is_empty() {
        return Err(SourceError::Malformed("it has no PEM certificate".to_owned()));
    }
    Ok(authorities)
}

/// A PEM file with the same certificates and nothing secret: a block that is not a certificate has no content.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let mut text = String::new();
    for Block { label, has_headers, content } in pem::blocks(bytes) {
        let label = if label == pem::CERTIFICATE { pem::CERTIFICATE } else { "OTHER" };
        let headers = if has_headers { "Header: removed\n\n" } else { "" };
        let body = all_of(&content).map(|_| pem::encode(&content)).unwrap_or_default();
        let line = if body.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "-----BEGIN {label}-----\n{headers}{body}{line}-----END {label}-----");
    }
    text
}

/// The certificates of a block, one after the other.
fn all_of(content: &[u8]) -> Option<Vec<Certificate>> {
    let mut authorities = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let certificate = take(&mut rest, SEQUENCE)?;
        authorities.push(read(certificate.content)?);
    }
    Some(authorities)
}

/// `Certificate` and `TBSCertificate` of RFC 5280, section 4.1.
fn read(mut certificate: &[u8]) -> Option<Certificate> {
    let mut signed = take(&mut certificate, SEQUENCE)?.content;
    take(&mut certificate, SEQUENCE)?;
    take(&mut certificate, BIT_STRING)?;
    if !certificate.is_empty() {
        return None;
    }
    if signed.first() == Some(&VERSION) {
        take(&mut signed, VERSION)?;
    }
    take(&mut signed, INTEGER)?;
    let _algorithm = take(&mut signed, SEQUENCE)?;
    let issuer = take(&mut signed, SEQUENCE)?.whole.to_vec();
    let _validity = take(&mut signed, SEQUENCE)?;
    let subject = take(&mut signed, SEQUENCE)?.whole.to_vec();
    let key = take(&mut signed, SEQUENCE)?.whole.to_vec();
    Some(Certificate { authority: Authority { subject, key }, issuer })
}

impl Certificate {
    /// Whether another authority has issued it, going by the names alone.
    pub(crate) fn is_issued_by(&self, other: &Authority) -> bool {
        self.issuer != self.authority.subject && self.issuer == other.subject
    }
}

impl Authority {
    /// Its name, for people: the common name, or the start of the name in hexadecimal.
    pub(crate) fn name(&self) -> String {
        if let Some(name) = common_name(&self.subject) {
            return format!("CN={name}");
        }
        let mut text = "subject ".to_owned();
        for byte in self.subject.iter().take(16) {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// The organisations in a certificate request (RFC 2986), in the order in which they stand.
pub(crate) fn organizations_of_request(der: &[u8]) -> Option<Vec<String>> {
    const ORGANIZATION: &[u8] = &[0x55, 4, 10];
    let mut data = der;
    let mut request = take(&mut data, SEQUENCE)?.content;
    let mut info = take(&mut request, SEQUENCE)?.content;
    take(&mut info, INTEGER)?;
    let subject = take(&mut info, SEQUENCE)?.whole;
    let names = attributes(subject)?.into_iter().filter(|attribute| attribute.kind == ORGANIZATION);
    Some(names.filter_map(|attribute| attribute.text()).collect())
}

fn common_name(subject: &[u8]) -> Option<String> {
    const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    let is_text = |tag: u8| matches!(tag, UTF8_STRING | PRINTABLE_STRING | IA5_STRING);
    let attributes = attributes(subject)?;
    let name = attributes.iter().find(|attribute| attribute.kind == COMMON_NAME && is_text(attribute.tag))?;
    std::str::from_utf8(name.value).ok().map(str::to_owned)
}

/// One attribute of a name.
struct Attribute<'d> {
    kind: &'d [u8],
    tag: u8,
    value: &'d [u8],
}

impl Attribute<'_> {
    /// Its text, for the types of text that Go's encoding/asn1 reads; it ignores others.
    fn text(&self) -> Option<String> {
        match self.tag {
            UTF8_STRING | NUMERIC_STRING | PRINTABLE_STRING | T61_STRING | IA5_STRING => {
                Some(String::from_utf8_lossy(self.value).into_owned())
            }
            BMP_STRING => {
                let units: Vec<u16> =
                    self.value.as_chunks().0.iter().map(|bytes: &[u8; 2]| u16::from_be_bytes(*bytes)).collect();
                Some(String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    }
}

/// The attributes of a name.
fn attributes(mut name: &[u8]) -> Option<Vec<Attribute<'_>>> {
    let mut found = Vec::new();
    let mut parts = take(&mut name, SEQUENCE)?.content;
    while !parts.is_empty() {
        let mut attributes = take(&mut parts, SET)?.content;
        while !attributes.is_empty() {
            let mut attribute = take(&mut attributes, SEQUENCE)?.content;
            let kind = take(&mut attribute, OBJECT_IDENTIFIER)?.content;
            let tag = *attribute.first()?;
            found.push(Attribute { kind, tag, value: take(&mut attribute, tag)?.content });
        }
    }
    Some(found)
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const T61_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const BMP_STRING: u8 = 0x1e;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]` of a certificate.
const VERSION: u8 = 0xa0;

/// A value of DER.
struct Element<'d> {
    /// Tag and length included.
    whole: &'d [u8],
    content: &'d [u8],
}

/// Takes a value with this tag.
fn take<'d>(data: &mut &'d [u8], tag: u8) -> Option<Element<'d>> {
    let (&found, after_tag) = data.split_first()?;
    let (&short, after_length) = after_tag.split_first()?;
    let (length, header) = match short {
        0..=0x7f => (usize::from(short), 2),
        // A length of four bytes is enough for any file that is read.
        0x81..=0x84 => {
            let count = usize::from(short - 0x80);
            let digits = after_length.get(..count)?;
            let length = digits.iter().fold(0_u32, |length, digit| length << 8 | u32::from(*digit));
            (usize::try_from(length).ok()?, 2 + count)
        }
        _ => return None,
    };
    let whole = data.get(..header.checked_add(length)?)?;
    *data = data.get(whole.len()..)?;
    (found == tag).then(|| Element { whole, content: &whole[header..] })
}

#[cfg(test)]
mod tests;
