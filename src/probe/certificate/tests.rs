use super::*;
use proptest::prelude::*;

/// CN=kubernetes, version 1.
const CLUSTER: &str = "\
    MIHTMIGGAgEBMAUGAytlcDAVMRMwEQYDVQQDDAprdWJlcm5ldGVzMCAXDTI2MTEyOTEzMjczMFoYDzIxMjYxMTA1MTMyNzMwWjAV\
    MRMwEQYDVQQDDAprdWJlcm5ldGVzMCowBQYDK2VwAyEAgH8NiJkSlpQTQ0uCDGYsr6yAq7LPXfO4MSk5/evAeXAwBQYDK2VwA0EA\
    6lnPDzE3E941Cqa7jAUmIKqAmaAUWk9+BCvPi3FuCw19m/r2b5d5d1HsKMtEVlhcmZiF/B+1rrT4ZUGN/Fo/Cg==";

/// The same name and key with another serial number, other dates and extensions.
const RENEWED: &str = "\
    MIIBLTCB4KADAgECAgECMAUGAytlcDAVMRMwEQYDVQQDDAprdWJlcm5ldGVzMCAXDTI2MTEyOTEzMjczMFoYDzIxMDkwMTE4MTMy\
    NzMwWjAVMRMwEQYDVQQDDAprdWJlcm5ldGVzMCowBQYDK2VwAyEAgH8NiJkSlpQTQ0uCDGYsr6yAq7LPXfO4MSk5/evAeXCjUzBR\
    MB0GA1UdDgQWBBQkWlEb7cXUClBrtbVoAiWoJfL97DAfBgNVHSMEGDAWgBQkWlEb7cXUClBrtbVoAiWoJfL97DAPBgNVHRMBAf8E\
    BTADAQH/MAUGAytlcANBALI7I2YcxNFbicsYMxRAjETYqz/kMJfGancjGta++EzTwJcUfDdeb9zukXz2sC9qODARSZJVw4Z/0sIw\
    qUPI7ww=";

/// The same name with another key.
const NAMESAKE: &str = "\
    MIHTMIGGAgEBMAUGAytlcDAVMRMwEQYDVQQDDAprdWJlcm5ldGVzMCAXDTI2MTEyOTEzMjczMFoYDzIxMjYxMTA1MTMyNzMwWjAV\
    MRMwEQYDVQQDDAprdWJlcm5ldGVzMCowBQYDK2VwAyEAbAkFv1mWJOeREUU/uwBkpdH7qPbsL65fRj/sIwTlN9YwBQYDK2VwA0EA\
    UXY+BGOmZPKUBfZAEDrk0pry8+3bRfIZsEXcnKMYU0oDRb6o/vHPLjMgDu8qpjB5jHW3sw+QoB/JWX8UKYFSBQ==";

/// The same key with the name CN=kubernetes-2.
const SAME_KEY: &str = "\
    MIIBMTCB5KADAgECAgEDMAUGAytlcDAXMRUwEwYDVQQDDAxrdWJlcm5ldGVzLTIwIBcNMjYxMTI5MTMyNzMwWhgPMjEwOTAxMTgx\
    MzI3MzBaMBcxFTATBgNVBAMMDGt1YmVybmV0ZXMtMjAqMAUGAytlcAMhAIB/DYiZEpaUE0NLggxmLK+sgKuyz13zuDEpOf3rwHlw\
    o1MwUTAdBgNVHQ4EFgQUJFpRG+3F1ApQa7W1aAIlqCXy/ewwHwYDVR0jBBgwFoAUJFpRG+3F1ApQa7W1aAIlqCXy/ewwDwYDVR0T\
    AQH/BAUwAwEB/zAFBgMrZXADQQC5alnmWV1FFBstNEfwnmhctEmJWMQxf8uMspqLga8nWN0lzFX4FZTaytuZ3GicCrX9eq5stnrS\
    fLzn/6qlB9cN";

fn pem(label: &str, headers: &str, body: &str) -> String {
    format!("-----BEGIN {label}-----\n{headers}{body}\n-----END {label}-----\n")
}

fn certificate(body: &str) -> String {
    pem("CERTIFICATE", "", body)
}

fn only(text: &str, reader: Reader) -> Authority {
    match authorities(text.as_bytes(), reader).as_deref() {
        Ok([certificate]) => certificate.authority.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_authority_is_its_name_and_its_key() {
    let of = |body: &str| only(&certificate(body), Reader::Kubernetes);
    assert_eq!(of(CLUSTER), of(RENEWED));
    assert_ne!(of(CLUSTER), of(NAMESAKE));
    assert_ne!(of(CLUSTER), of(SAME_KEY));
    assert_eq!(of(CLUSTER).name(), "CN=kubernetes");
    assert_eq!(of(SAME_KEY).name(), "CN=kubernetes-2");
}

#[test]
fn a_name_without_a_common_name_is_shown_in_hexadecimal() {
    // O=x
    let subject = vec![0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x01, b'x'];
    let name = |subject: &[u8]| Authority { subject: subject.to_vec(), key: Vec::new() }.name();
    assert_eq!(name(&subject), "subject 300c310a3008060355040a0c0178");
    assert_eq!(name(&[]), "subject ");
}

#[test]
fn etcd_takes_every_block_and_kubernetes_only_plain_certificates() {
    for (text, etcd, kubernetes) in [
        (certificate(CLUSTER), true, true),
        (pem("TRUSTED CERTIFICATE", "", CLUSTER), true, false),
        (pem("CERTIFICATE", "Comment: x\n\n", CLUSTER), true, false),
        (format!("# the cluster's\n{}# end\n", certificate(CLUSTER)), true, true),
    ] {
        assert_eq!(authorities(text.as_bytes(), Reader::Etcd).is_ok(), etcd, "{text}");
        assert_eq!(authorities(text.as_bytes(), Reader::Kubernetes).is_ok(), kubernetes, "{text}");
    }
    let with_key = format!("{}{}", pem("PRIVATE KEY", "", "c2VjcmV0"), certificate(CLUSTER));
    assert_eq!(authorities(with_key.as_bytes(), Reader::Kubernetes).map(|found| found.len()), Ok(1));
    assert_eq!(
        authorities(with_key.as_bytes(), Reader::Etcd),
        Err(SourceError::Malformed("its PEM block number 1 is not a certificate that can be read".to_owned()))
    );
}

#[test]
fn what_is_not_understood_is_not_skipped() {
    let good = certificate(CLUSTER);
    let cut = &CLUSTER[..CLUSTER.len() - 8];
    let twice = pem::encode(&[der(CLUSTER), der(CLUSTER)].concat());
    for bad in [
        certificate("Y2x1c3Rlcg=="),
        certificate(""),
        certificate(cut),
        certificate("not base64"),
        certificate(&pem::encode(&[der(CLUSTER), vec![0]].concat())),
        "-----BEGIN CERTIFICATE-----\n".to_owned(),
    ] {
        for reader in [Reader::Etcd, Reader::Kubernetes] {
            let text = format!("{good}{bad}");
            assert!(matches!(authorities(text.as_bytes(), reader), Err(SourceError::Malformed(_))), "{bad}");
        }
    }
    // Of two certificates in one block, etcd refuses the block.
    let twice = certificate(&twice);
    assert_eq!(authorities(twice.as_bytes(), Reader::Kubernetes).map(|found| found.len()), Ok(2));
    assert!(authorities(twice.as_bytes(), Reader::Etcd).is_err());
    for none in ["", "text", "---", "-----END CERTIFICATE-----"] {
        let error = Err(SourceError::Malformed("it has no PEM certificate".to_owned()));
        assert_eq!(authorities(none.as_bytes(), Reader::Etcd), error);
    }
}

fn der(body: &str) -> Vec<u8> {
    pem::blocks(certificate(body).as_bytes()).swap_remove(0).content
}

#[test]
fn an_excerpt_has_the_certificates_and_nothing_else() {
    let text = format!(
        "hunter2\n{}{}{}{}",
        pem("HUNTER2 KEY", "", "aHVudGVyMg=="),
        pem("CERTIFICATE", "DEK-Info: hunter2\n\n", CLUSTER),
        certificate(RENEWED),
        certificate("aHVudGVyMg=="),
    );
    let expected = format!(
        "{}{}{}{}",
        "-----BEGIN OTHER-----\n-----END OTHER-----\n",
        pem("CERTIFICATE", "Header: removed\n\n", CLUSTER),
        certificate(RENEWED),
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    );
    assert_eq!(excerpt(text.as_bytes()), expected);
}

/// Any bytes, and certificates with a few bytes changed.
fn any_der() -> impl Strategy<Value = Vec<u8>> {
    let changed =
        (any::<prop::sample::Index>(), any::<u8>(), any::<prop::sample::Index>()).prop_map(|(at, byte, end)| {
            let mut bytes = der(RENEWED);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if byte.is_multiple_of(4) {
                bytes.truncate(end.index(bytes.len()));
            }
            bytes
        });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..64), changed]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(der in any_der(), label in prop_oneof![Just("CERTIFICATE"), Just("X")]) {
        let text = pem(label, "", &pem::encode(&der));
        let excerpt = excerpt(text.as_bytes());
        for reader in [Reader::Etcd, Reader::Kubernetes] {
            let found = authorities(text.as_bytes(), reader);
            prop_assert_eq!(&authorities(excerpt.as_bytes(), reader), &found);
            for authority in found.iter().flatten() {
                prop_assert!(!authority.authority.name().is_empty());
            }
        }
        let _ = authorities(&der, Reader::Etcd);
    }
}
