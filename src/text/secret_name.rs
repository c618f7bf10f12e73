//! Names of settings whose value is likely a secret, by whole words: `DB_PASSWORD`, `apiKey`, `--auth-token`.

/// Words that make a name a secret's.
const WORDS: [&str; 14] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "psw",
    "secret",
    "secrets",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "credential",
    "credentials",
];

/// Words that do so at the end of a name.
const LAST_WORDS: [&str; 2] = ["pass", "pwd"];

/// Ends of words that are written without a separator: `PGPASSWORD`.
const WORD_ENDS: [&str; 6] = ["apikey", "passphrase", "passwd", "password", "secret", "token"];

/// Words before `key`.
const KEYS: [&str; 9] = ["api", "access", "account", "auth", "encryption", "master", "private", "secret", "signing"];

/// Last words of names that say where a secret is, or what it is like.
const ABOUT: [&str; 49] = [
    "alias",
    "algorithm",
    "allowed",
    "audience",
    "class",
    "count",
    "dir",
    "directory",
    "disabled",
    "enabled",
    "endpoint",
    "expiration",
    "expiry",
    "expires",
    "field",
    "file",
    "files",
    "header",
    "host",
    "id",
    "ids",
    "issuer",
    "length",
    "lifetime",
    "limit",
    "mode",
    "name",
    "names",
    "namespace",
    "path",
    "paths",
    "policy",
    "port",
    "prefix",
    "provider",
    "ref",
    "required",
    "seconds",
    "size",
    "source",
    "stdin",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "user",
    "username",
    "version",
];

/// First words of names that switch something.
const SWITCHES: [&str; 9] = ["allow", "disable", "disabled", "enable", "no", "require", "skip", "use", "without"];

/// Names that are not considered: the rest of a longer one is no name that people give.
const MAX_LEN: usize = 256;

/// Whether the value under this name is likely a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    if name.len() > MAX_LEN || !has_stem(name) {
        return false;
    }
    let words = words(name);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let pairs = || words.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str()));
    if ABOUT.contains(&last.as_str()) || pairs().any(|pair| pair == ("public", "key")) {
        return false;
    }
    if words.len() > 1 && SWITCHES.contains(&first.as_str()) {
        return false;
    }
    let is_last = LAST_WORDS.contains(&last.as_str()) && (last != "pwd" || words.len() > 1);
    is_last
        || words.iter().any(|word| is_secret_word(word))
        || pairs().any(|(of, key)| key == "key" && KEYS.contains(&of))
}

/// A part of each word that makes a name a secret's. Most names have none, and a cluster has many of them.
const STEMS: [&[u8]; 6] = [b"pass", b"psw", b"pwd", b"secret", b"token", b"credential"];

/// Whether a name can be a secret's: a part of it is a stem, or `key`.
fn has_stem(name: &str) -> bool {
    let has = |stem: &[u8]| name.as_bytes().windows(stem.len()).any(|part| part.eq_ignore_ascii_case(stem));
    has(b"key") || STEMS.iter().any(|stem| has(stem))
}

fn is_secret_word(word: &str) -> bool {
    WORDS.contains(&word) || WORD_ENDS.iter().any(|end| word.ends_with(end))
}

/// The words of a name in lower case: `dbRootPASSWORD_2` has `db`, `root`, `password` and `2`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let chars: Vec<char> = name.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| chars.get(index));
        let after = chars.get(index + 1);
        // `apiKey`, and the `K` of `APIKey`.
        let starts_word = c.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
                || before.is_some_and(|c| c.is_uppercase()) && after.is_some_and(|c| c.is_lowercase()));
        if starts_word || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_by_whole_words() {
        let secrets = [
            "PASSWORD",
            "DB_PASSWORD",
            "db-password",
            "dbPassword",
            "DBPassword",
            "PGPASSWORD",
            "AUTHTOKEN",
            "clientsecret",
            "MYSQL_PWD",
            "SMTP_PASS",
            "PASSWD",
            "ADMIN_PSW",
            "NPM_TOKEN",
            "_authToken",
            "API_KEY",
            "APIKEY",
            "apiKey",
            "x.api.key",
            "AWS_ACCESS_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "PRIVATE_KEY",
            "CLIENT_SECRET",
            "secretKeyBase",
            "SECRET_KEY_BASE",
            "CREDENTIALS",
            "GIT_CREDENTIAL",
            "TOKEN_2",
            "PASSPHRASE",
            "SIGNING_KEY",
        ];
        for name in secrets {
            assert!(is_secret_name(name), "{name}");
        }
        let others = [
            "",
            "_",
            "PATH",
            "PWD",
            "OLDPWD",
            "COMPASS",
            "BYPASSED",
            "TOKENIZER",
            "TOKENIZERS_PARALLELISM",
            "SECRETARY",
            "PASSENGER",
            "KEY",
            "PUBLIC_KEY",
            "TOKEN_PUBLIC_KEY",
            "DB_PASSWORD_FILE",
            "PASSWORD__FILE",
            "TOKEN_PATH",
            "SECRETS_DIR",
            "TOKEN_URL",
            "SECRET_NAME",
            "secretName",
            "KEY_ALIAS",
            "SECRET_ALIAS",
            "AWS_ACCESS_KEY_ID",
            "PASSWORD_MODE",
            "TOKEN_TTL",
            "PASSWORD_LENGTH",
            "SECRET_VERSION",
            "TOKEN_ENABLED",
            "password-stdin",
            "disabled-password",
            "USE_TOKEN",
            "tokenExpirationSeconds",
            "MONKEY",
            "API_KEYBOARD",
        ];
        for name in others {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(!is_secret_name(&"PASSWORD_".repeat(1_000_000)));
    }

    #[test]
    fn a_name_has_words() {
        assert_eq!(words("dbRootPASSWORD_2"), ["db", "root", "password", "2"]);
        assert_eq!(words("APIKey"), ["api", "key"]);
        assert_eq!(words("--x..Y1Z"), ["x", "y1", "z"]);
        assert_eq!(words("-"), [""; 0]);
    }
}
