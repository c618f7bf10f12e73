//! Values that are secrets by their form: tokens with a known prefix, private keys, URLs with a password. And values that are
//! none, whatever they are called.

use super::literal::is_literal;
use memchr::memmem;

/// The characters of a token behind its prefix, and how many there are.
struct TokenForm {
    prefix: &'static str,
    /// Further characters than letters and digits.
    also: &'static str,
    least: usize,
    most: usize,
    what: &'static str,
}

const fn form(prefix: &'static str, also: &'static str, least: usize, what: &'static str) -> TokenForm {
    TokenForm { prefix, also, least, most: 512, what }
}

const fn exact(prefix: &'static str, also: &'static str, len: usize, what: &'static str) -> TokenForm {
    TokenForm { prefix, also, least: len, most: len, what }
}

/// The forms that issuers document.
const FORMS: [TokenForm; 23] = [
    form("ghp_", "", 36, "a GitHub token"),
    form("gho_", "", 36, "a GitHub token"),
    form("ghu_", "", 36, "a GitHub token"),
    form("ghs_", "", 36, "a GitHub token"),
    form("ghr_", "", 36, "a GitHub token"),
    form("github_pat_", "_", 60, "a GitHub token"),
    form("glpat-", "_-.", 20, "a GitLab token"),
    form("xoxb-", "-", 20, "a Slack token"),
    form("xoxp-", "-", 20, "a Slack token"),
    form("xoxa-", "-", 20, "a Slack token"),
    form("xoxs-", "-", 20, "a Slack token"),
    exact("AKIA", "", 16, "an access key of AWS"),
    exact("ASIA", "", 16, "an access key of AWS"),
    exact("npm_", "", 36, "an npm token"),
    form("sk_live_", "", 20, "a Stripe key"),
    form("rk_live_", "", 20, "a Stripe key"),
    exact("AIza", "_-", 35, "a Google API key"),
    form("dckr_pat_", "_-", 24, "a Docker Hub token"),
    form("dckr_oat_", "_-", 24, "a Docker Hub token"),
    form("hvs.", "_-", 24, "a Vault token"),
    form("hvb.", "_-", 24, "a Vault token"),
    form("pypi-", "_-", 60, "a PyPI token"),
    form("hf_", "", 34, "a Hugging Face token"),
];

/// What a part of the text is, if it is a secret by its form.
pub(super) fn secret_form(text: &str) -> Option<&'static str> {
    if has_private_key(text) {
        return Some("a PEM private key");
    }
    if has_url_password(text) {
        return Some("a password in a URL");
    }
    let runs = text.split(|c: char| !is_token_char(c)).filter(|run| run.len() > 8);
    runs.flat_map(starts).find_map(token)
}

const fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Where a token can start in a run of its characters.
fn starts(run: &str) -> impl Iterator<Item = &str> {
    std::iter::once(run).chain(memchr::memchr_iter(b'.', run.as_bytes()).map(|dot| &run[dot + 1..]))
}

fn token(text: &str) -> Option<&'static str> {
    if is_web_token(text) {
        return Some("a JSON Web Token");
    }
    FORMS.iter().find(|form| form.matches(text)).map(|form| form.what)
}

impl TokenForm {
    fn matches(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.prefix) else { return false };
        let len = rest.chars().take(self.most + 1).take_while(|c| self.allows(*c)).count();
        let is_long = len >= self.least && (self.most != self.least || len == self.most);
        let is_slack = self.prefix.starts_with("xox");
        is_long && (!is_slack || rest.chars().take(len).any(|c| c.is_ascii_digit()))
    }

    fn allows(&self, c: char) -> bool {
        let is_key_id = self.most == 16;
        c.is_ascii_digit() || c.is_ascii_uppercase() || c.is_ascii_lowercase() && !is_key_id || self.also.contains(c)
    }
}

/// Three parts in base64url, of which the first two are JSON objects: `eyJ` is `{"`.
fn is_web_token(text: &str) -> bool {
    let mut parts = text.splitn(4, '.').take(3);
    let is_part = |part: &str, start: &str| part.len() >= 12 && part.starts_with(start);
    let mut next = |start: &str| parts.next().is_some_and(|part| is_part(part, start));
    next("eyJ") && next("eyJ") && next("")
}

/// A key, and not only its first line, which commands search for.
fn has_private_key(text: &str) -> bool {
    const BEGIN: &str = "-----BEGIN ";
    memmem::find_iter(text.as_bytes(), BEGIN).any(|at| {
        let label = &text[at + BEGIN.len()..];
        let len = label.bytes().take(32).take_while(|b| b.is_ascii_uppercase() || *b == b' ').count();
        let (label, rest) = label.split_at(len);
        rest.strip_prefix("-----").is_some_and(|body| label.ends_with("PRIVATE KEY") && starts_with_base64(body))
    })
}

/// Whether the text goes on with data, perhaps behind line breaks that are escaped.
fn starts_with_base64(body: &str) -> bool {
    let mut body = body.trim_start();
    while let Some(rest) = ["\\n", "\\r", "\\"].iter().find_map(|escaped| body.strip_prefix(escaped)) {
        body = rest.trim_start();
    }
    body.len() >= 4 && body.bytes().take(4).all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-'))
}

/// `://user:password@`.
fn has_url_password(text: &str) -> bool {
    memmem::find_iter(text.as_bytes(), "://").any(|at| {
        let rest = &text[at + 3..];
        let end = rest.find(|c: char| matches!(c, '/' | '?' | '#' | '"' | '\'') || c.is_whitespace());
        let authority = &rest[..end.unwrap_or(rest.len())];
        let password = authority.rfind('@').and_then(|end| authority[..end].split_once(':'));
        password.is_some_and(|(_, password)| is_literal(password))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters and digits of a length.
    fn random(len: usize) -> String {
        "a1B2c3D4e5F6g7H8".chars().cycle().take(len).collect()
    }

    #[test]
    fn secrets_are_told_by_their_form() {
        let (n20, n36, n60) = (random(20), random(36), random(60));
        let cases = [
            (format!("ghp_{n36}"), Some("a GitHub token")),
            (format!("x=gho_{n36};"), Some("a GitHub token")),
            (format!("\"ghs_{n36}\""), Some("a GitHub token")),
            (format!("github_pat_{}_{n60}", random(22)), Some("a GitHub token")),
            (format!("glpat-{n20}"), Some("a GitLab token")),
            (format!("xoxb-1234567890-{n20}"), Some("a Slack token")),
            (format!("xoxp-{n36}"), Some("a Slack token")),
            ("AKIAIOSFODNN7EXAMPLE".to_owned(), Some("an access key of AWS")),
            ("key:ASIAIOSFODNN7EXAMPLE,".to_owned(), Some("an access key of AWS")),
            (format!("npm_{n36}"), Some("an npm token")),
            (format!("sk_live_{}", random(24)), Some("a Stripe key")),
            (format!("AIza{}", random(35)), Some("a Google API key")),
            (format!("dckr_pat_{}", random(27)), Some("a Docker Hub token")),
            (format!("hvs.{}", random(90)), Some("a Vault token")),
            (format!("pypi-AgEI_{}-{n36}", random(30)), Some("a PyPI token")),
            (format!("Bearer eyJ{n20}.eyJ{n36}.{n36}"), Some("a JSON Web Token")),
            ("https://me:hunter2@example.com/x".to_owned(), Some("a password in a URL")),
            ("git clone https://me:a@b@example.com".to_owned(), Some("a password in a URL")),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow".to_owned(), Some("a PEM private key")),
            ("-----BEGIN PRIVATE KEY-----\\nMIIEow".to_owned(), Some("a PEM private key")),
            ("-----BEGIN OPENSSH PRIVATE KEY----- b3Bl".to_owned(), Some("a PEM private key")),
        ];
        for (text, expected) in cases {
            assert_eq!(secret_form(&text), expected, "{text}");
        }
    }

    #[test]
    fn ordinary_words_are_none() {
        let n36 = random(36);
        let cases = [
            String::new(),
            "ghp_".to_owned(),
            format!("ghp_{}", random(35)),
            format!("xghp_{n36}"),
            format!("npm_config_{n36}"),
            "npm_config_registry_of_the_whole_company_x".to_owned(),
            "github_pat_is_the_prefix_of_tokens".to_owned(),
            "glpat-short".to_owned(),
            "xoxb-is-a-prefix-without-any-number".to_owned(),
            "AKIAIOSFODNN7EXAMPL".to_owned(),
            "AKIAIOSFODNN7EXAMPLEX".to_owned(),
            "AKIAiosfodnn7example".to_owned(),
            "ASIAPACIFIC".to_owned(),
            format!("AIza{}", random(36)),
            "pypi-publish".to_owned(),
            "hvs.example.com".to_owned(),
            format!("eyJ{n36}.{n36}.{n36}"),
            format!("eyJ{n36}.eyJ{n36}"),
            "https://example.com/me:pw@x".to_owned(),
            "https://me@example.com".to_owned(),
            "https://me:@example.com".to_owned(),
            "https://me:${TOKEN}@example.com".to_owned(),
            "https://$USER:$(cat /run/secrets/x)@example.com".to_owned(),
            "https://user:<password>@example.com".to_owned(),
            "grep -- '-----BEGIN PRIVATE KEY-----' file".to_owned(),
            "-----BEGIN PUBLIC KEY-----\nMIIEow".to_owned(),
            "-----BEGIN CERTIFICATE-----\nMIIEow".to_owned(),
            "-----BEGIN RSA PRIVATE KEY-----".to_owned(),
        ];
        for text in cases {
            assert_eq!(secret_form(&text), None, "{text}");
        }
    }

    #[test]
    fn long_texts_take_linear_time() {
        for part in
            ["eyJ", "eyJ.", "://", "://a:$b@", "-----BEGIN ", "ghp_", "${a:-", "$(", "`", "{{", ".hvs.", "xoxb-"]
        {
            let text = part.repeat(30_000);
            assert_eq!(secret_form(&text), None, "{part}");
            is_literal(&text);
        }
    }
}
