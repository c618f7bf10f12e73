//! The organisations that a certificate signing request asks for: the groups of its holder.

use crate::probe::{certificate, pem};

/// The organisations in the field `request` of a certificate signing request: base64 of a PEM block.
pub(super) fn organisations(request: &str) -> Result<Vec<String>, &'static str> {
    let text = pem::decode(request.as_bytes()).ok_or("its request is not base64")?;
    let block = pem::blocks(&text).into_iter().next().ok_or("its request has no PEM block")?;
    certificate::organizations_of_request(&block.content)
        .ok_or("its request is not a certificate request that can be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQUENCE: u8 = 0x30;
    const SET: u8 = 0x31;
    const UTF8: u8 = 0x0c;
    const PRINTABLE: u8 = 0x13;
    const T61: u8 = 0x14;
    const IA5: u8 = 0x16;
    const UNIVERSAL: u8 = 0x1c;
    const BMP: u8 = 0x1e;
    const COMMON_NAME: u8 = 3;
    const ORGANIZATION: u8 = 10;
    const ORGANIZATIONAL_UNIT: u8 = 11;

    /// One element of DER, with the lengths that these tests need.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let mut element = vec![tag];
        match u8::try_from(length) {
            Ok(short) if short < 0x80 => element.push(short),
            Ok(long) => element.extend([0x81, long]),
            Err(_) => element.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        element.extend(content);
        element
    }

    fn attribute(kind: u8, tag: u8, text: &[u8]) -> Vec<u8> {
        der(SEQUENCE, &[der(0x06, &[0x55, 4, kind]), der(tag, text)].concat())
    }

    /// A set with one attribute, as most programs write names.
    fn part(kind: u8, tag: u8, text: &[u8]) -> Vec<u8> {
        der(SET, &attribute(kind, tag, text))
    }

    /// The bytes of a request with this subject; nobody verifies the key and the signature.
    fn request(subject: &[u8]) -> Vec<u8> {
        let info = [der(0x02, &[0]), der(SEQUENCE, subject), der(SEQUENCE, &[]), der(0xa0, &[])].concat();
        der(SEQUENCE, &[der(SEQUENCE, &info), der(SEQUENCE, &[]), der(0x03, &[0])].concat())
    }

    fn pem(der: &[u8]) -> String {
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----\n", pem::encode(der))
    }

    fn of(subject: &[u8]) -> Vec<String> {
        organisations(&pem::encode(pem(&request(subject)).as_bytes())).expect("a request")
    }

    #[test]
    fn organisations_are_read_in_each_place_and_kind_of_text() {
        let masters = b"system:masters";
        let wide: Vec<u8> = masters.iter().flat_map(|byte| [0, *byte]).collect();
        let name = part(COMMON_NAME, UTF8, b"eve");
        let organisation = part(ORGANIZATION, UTF8, masters);
        let other = part(ORGANIZATION, PRINTABLE, b"dev");
        let together = |first: Vec<u8>, second: Vec<u8>| der(SET, &[first, second].concat());
        let utf8 = attribute(ORGANIZATION, UTF8, masters);
        let cases: [(&str, Vec<u8>, &[&str]); 12] = [
            ("behind the name", [name.clone(), organisation.clone()].concat(), &["system:masters"]),
            ("before the name", [organisation.clone(), name.clone()].concat(), &["system:masters"]),
            ("as PrintableString", part(ORGANIZATION, PRINTABLE, masters), &["system:masters"]),
            ("as T61String", part(ORGANIZATION, T61, masters), &["system:masters"]),
            ("as IA5String", part(ORGANIZATION, IA5, masters), &["system:masters"]),
            ("as BMPString", part(ORGANIZATION, BMP, &wide), &["system:masters"]),
            ("as a text that Go does not read", part(ORGANIZATION, UNIVERSAL, masters), &[]),
            ("beside another", [other, organisation].concat(), &["dev", "system:masters"]),
            (
                "in one set with another",
                together(attribute(ORGANIZATION, UTF8, b"dev"), utf8.clone()),
                &["dev", "system:masters"],
            ),
            ("in one set with the name", together(attribute(COMMON_NAME, UTF8, b"eve"), utf8), &["system:masters"]),
            ("as another attribute", [name, part(ORGANIZATIONAL_UNIT, UTF8, masters)].concat(), &[]),
            ("nowhere", Vec::new(), &[]),
        ];
        for (place, subject, expected) in cases {
            assert_eq!(of(&subject), expected, "{place}");
        }
    }

    #[test]
    fn a_long_subject_is_read_to_its_end() {
        let names = part(COMMON_NAME, UTF8, &[b'x'; 60]).repeat(5);
        assert_eq!(of(&[names, part(ORGANIZATION, UTF8, b"system:masters")].concat()), ["system:masters"]);
    }

    #[test]
    fn what_is_no_request_has_a_reason() {
        let whole = request(&part(ORGANIZATION, UTF8, b"system:masters"));
        let encoded = |text: &str| pem::encode(text.as_bytes());
        let cases = [
            ("%".to_owned(), "its request is not base64"),
            (String::new(), "its request has no PEM block"),
            (encoded("system:masters"), "its request has no PEM block"),
            (pem::encode(&whole), "its request has no PEM block"),
            (
                encoded("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"),
                "its request is not a certificate request that can be read",
            ),
            (encoded(&pem(b"text")), "its request is not a certificate request that can be read"),
            (encoded(&pem(&whole[..20])), "its request is not a certificate request that can be read"),
            (encoded(&pem(&[])), "its request is not a certificate request that can be read"),
        ];
        for (request, expected) in cases {
            assert_eq!(organisations(&request), Err(expected), "{request}");
        }
    }
}
