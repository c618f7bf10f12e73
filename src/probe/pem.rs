//! PEM files, as encoding/pem of Go reads them: text outside blocks is ignored, a block has any label, and can have headers.

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) label: String,
    /// Whether it has header lines such as `Proc-Type: 4,ENCRYPTED`.
    pub(crate) has_headers: bool,
    pub(crate) content: Vec<u8>,
}

/// The label of certificates.
pub(crate) const CERTIFICATE: &str = "CERTIFICATE";

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// The blocks up to the first one that cannot be decoded, which is returned as a certificate without content. Go ignores such a
/// block; what is meant by it is not known.
pub(crate) fn blocks(data: &[u8]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut rest = data;
    while let Some(after) = after_begin(rest) {
        let Some((block, next)) = block(after) else {
            blocks.push(Block { label: CERTIFICATE.to_owned(), has_headers: false, content: Vec::new() });
            break;
        };
        blocks.push(block);
        rest = next;
    }
    blocks
}

/// What follows the next `-----BEGIN ` at the start of a line.
fn after_begin(data: &[u8]) -> Option<&[u8]> {
    let mut rest = data;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(BEGIN) {
            return Some(after);
        }
        rest = next_line(rest).1;
    }
    None
}

/// A block whose `-----BEGIN ` has been read, and what follows it.
fn block(data: &[u8]) -> Option<(Block, &[u8])> {
    let (line, mut rest) = next_line(data);
    let label = line.strip_suffix(DASHES)?;
    let mut has_headers = false;
    while !rest.is_empty() {
        let (line, next) = next_line(rest);
        if !line.contains(&b':') {
            break;
        }
        has_headers = true;
        rest = next;
    }
    let mut body = Vec::new();
    loop {
        if rest.is_empty() {
            return None;
        }
        let (line, next) = next_line(rest);
        rest = next;
        let Some(end) = line.strip_prefix(END) else {
            body.extend(line.iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r')));
            continue;
        };
        let is_end = end.strip_suffix(DASHES) == Some(label);
        let content = decode(&body).filter(|_| is_end)?;
        return Some((Block { label: String::from_utf8_lossy(label).into_owned(), has_headers, content }, rest));
    }
}

/// The first line, without the white space at its end, and what follows it.
fn next_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end.map_or((data, &[][..]), |end| (&data[..end], &data[end + 1..]));
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (&line[..line.len() - blanks], rest)
}

/// Decodes base64 with padding.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.chunks(4) {
        let digits = group.iter().take_while(|byte| **byte != b'=');
        let mut bits = 0_u32;
        let mut count = 0_usize;
        for digit in digits {
            bits = bits << 6 | value(*digit)?;
            count += 1;
        }
        bits <<= 6 * (group.len() - count);
        let [_, first, second, third] = bits.to_be_bytes();
        bytes.extend([first, second, third].iter().take(count.saturating_sub(1)));
    }
    // Padding is at the end only.
    (bytes.len() + padding == text.len() / 4 * 3).then_some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Encodes base64 with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * index) & 63) as usize];
            text.push(if index <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, bool, String)> {
        let shown = |block: Block| (block.label, block.has_headers, String::from_utf8(block.content).expect("a text"));
        blocks(text.as_bytes()).into_iter().map(shown).collect()
    }

    fn certificate(content: &str) -> (String, bool, String) {
        (CERTIFICATE.to_owned(), false, content.to_owned())
    }

    #[test]
    fn reads_blocks_as_go_does() {
        type Expected = &'static [(&'static str, bool, &'static str)];
        let cases: [(&str, Expected); 10] = [
            ("-----BEGIN A-----\nYWJj\n-----END A-----", &[("A", false, "abc")]),
            ("text\r\n-----BEGIN A-----\r\n YW\t\r\nJj\r\n-----END A-----  \r\nmore", &[("A", false, "abc")]),
            (
                "-----BEGIN A B-----\nYQ==\n-----END A B-----\n-----BEGIN C-----\nYWI=\n-----END C-----\n",
                &[("A B", false, "a"), ("C", false, "ab")],
            ),
            ("-----BEGIN A-----\nComment: x\nOther:\n\nYWJj\n-----END A-----\n", &[("A", true, "abc")]),
            ("-----BEGIN A-----\nComment: x\nYWJj\n-----END A-----\n", &[("A", true, "abc")]),
            ("-----BEGIN A-----\n-----END A-----\n", &[("A", false, "")]),
            ("-----BEGIN A-----\nX: y\n\n-----END A-----\n", &[("A", true, "")]),
            // Not at the start of a line.
            (" -----BEGIN A-----\nYWJj\n-----END A-----\n", &[]),
            ("# -----BEGIN A-----\n", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(String, bool, String)> = expected
                .iter()
                .map(|(label, headers, content)| ((*label).to_owned(), *headers, (*content).to_owned()))
                .collect();
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_block_that_cannot_be_decoded_is_not_skipped() {
        for text in [
            "-----BEGIN A-----",
            "-----BEGIN A-----\n",
            "-----BEGIN A-----\nYWJj\n",
            "-----BEGIN A-----\nYWJj\n-----END B-----\n-----BEGIN A-----\nYWJj\n-----END A-----\n",
            "-----BEGIN A\nYWJj\n-----END A-----\n",
            "-----BEGIN A-----\nYWJj\n-----END A----- x\n",
            "-----BEGIN A-----\nYWJ\n-----END A-----\n",
            "-----BEGIN A-----\nYQ==YWJj\n-----END A-----\n",
            "-----BEGIN A-----\nYW=j\n-----END A-----\n",
            "-----BEGIN A-----\nY===\n-----END A-----\n",
            "-----BEGIN A-----\nYWJj!!!!\n-----END A-----\n",
            "-----BEGIN A-----\n-----BEGIN B-----\nYWJj\n-----END A-----\n",
        ] {
            assert_eq!(read(text), [certificate("")], "{text:?}");
        }
        let good = "-----BEGIN A-----\nYWJj\n-----END A-----\n";
        assert_eq!(read(&format!("{good}-----BEGIN A-----\n?\n-----END A-----\n{good}"))[1..], [certificate("")]);
    }

    #[test]
    fn base64_is_decoded_as_it_is_encoded() {
        for text in ["", "a", "ab", "abc", "abcd", "\u{0}\u{7f}~"] {
            assert_eq!(decode(encode(text.as_bytes()).as_bytes()).as_deref(), Some(text.as_bytes()), "{text}");
        }
        assert_eq!(encode(&[0xff, 0xef, 0xbe]), "/+++");
        assert_eq!(encode(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
    }
}
