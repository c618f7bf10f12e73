//! The closed set of operators: how each is written, when it holds, and how it is told. Pure.

use crate::probe::FileClass;
use crate::value::{Value, parse_bool, parse_duration, parse_number, split_list};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value as Json;
use std::fmt;
use std::time::Duration;

/// What must hold of one observed value.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// The value is this one.
    Equals(Scalar),
    /// The value is another one.
    NotEquals(Scalar),
    /// The value is one of these.
    OneOf(Vec<String>),
    /// The list has this element.
    Contains(String),
    /// The list does not have this element.
    Excludes(String),
    /// Every element of the list is one of these.
    SubsetOf(Vec<String>),
    /// The number or duration is this or more.
    AtLeast(Quantity),
    /// The number or duration is this or less.
    AtMost(Quantity),
    /// The number or duration is more than this.
    MoreThan(Quantity),
    /// The text matches.
    Matches(Pattern),
    /// No permission bit beyond these is set, and no set-id or sticky bit.
    ModeAtMost(FileMode),
    /// Owner and group are one of these pairs.
    OwnedBy(Vec<Owner>),
    /// Some source gives a value that is not empty.
    Set,
    /// No source gives a value.
    Unset,
    /// All of these hold.
    AllOf(Vec<Self>),
    /// One of these holds.
    AnyOf(Vec<Self>),
}

/// A boolean, number or text to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar(String);

/// A number or a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A whole number.
    Number(i64),
    /// A time span.
    Duration(Duration),
}

/// A regular expression, with the text it was written as.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// Permission bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMode(u32);

/// A user and a group, by name or number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    user: String,
    group: String,
}

/// A value that is not what it is compared as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongKind(pub String);

impl Expectation {
    /// Whether it holds of a value. A value of another kind is an error: neither met nor silently unmet.
    pub fn holds(&self, value: &Value) -> Result<bool, WrongKind> {
        Ok(match self {
            Self::Equals(expected) => expected.is(value),
            Self::NotEquals(expected) => !expected.is(value),
            Self::OneOf(allowed) => allowed.iter().any(|a| Scalar(a.clone()).is(value)),
            Self::Contains(element) => elements(value).contains(element),
            Self::Excludes(element) => !elements(value).contains(element),
            Self::SubsetOf(allowed) => {
                let elements = elements(value);
                !elements.is_empty() && elements.iter().all(|e| allowed.contains(e))
            }
            Self::AtLeast(bound) => bound.compare(value)?.is_ge(),
            Self::AtMost(bound) => bound.compare(value)?.is_le(),
            Self::MoreThan(bound) => bound.compare(value)?.is_gt(),
            Self::Matches(pattern) => pattern.0.is_match(&value.to_string()),
            Self::ModeAtMost(_) | Self::OwnedBy(_) => {
                return Err(WrongKind(format!("`{value}` is not a file's mode or owner")));
            }
            Self::Set => true,
            Self::Unset => false,
            Self::AllOf(all) => every(all.iter().map(|e| e.holds(value)))?,
            Self::AnyOf(any) => some(any.iter().map(|e| e.holds(value)))?,
        })
    }

    /// Whether it holds of files with one mode and owner.
    pub fn holds_of_files(&self, files: &FileClass) -> Result<bool, WrongKind> {
        Ok(match self {
            Self::ModeAtMost(allowed) => files.mode & !allowed.0 == 0,
            Self::OwnedBy(owners) => owned_by(owners, files)?,
            Self::AllOf(all) => every(all.iter().map(|e| e.holds_of_files(files)))?,
            Self::AnyOf(any) => some(any.iter().map(|e| e.holds_of_files(files)))?,
            Self::Set => true,
            Self::Unset => false,
            Self::Equals(_)
            | Self::NotEquals(_)
            | Self::OneOf(_)
            | Self::Contains(_)
            | Self::Excludes(_)
            | Self::SubsetOf(_)
            | Self::AtLeast(_)
            | Self::AtMost(_)
            | Self::MoreThan(_)
            | Self::Matches(_) => {
                return Err(WrongKind("a file has a mode and an owner, and nothing else to compare".to_owned()));
            }
        })
    }

    /// Whether a setting that no source gives meets it.
    pub fn holds_unset(&self) -> bool {
        match self {
            Self::Unset => true,
            Self::AllOf(all) => !all.is_empty() && all.iter().all(Self::holds_unset),
            Self::AnyOf(any) => any.iter().any(Self::holds_unset),
            Self::Equals(_)
            | Self::NotEquals(_)
            | Self::OneOf(_)
            | Self::Contains(_)
            | Self::Excludes(_)
            | Self::SubsetOf(_)
            | Self::AtLeast(_)
            | Self::AtMost(_)
            | Self::MoreThan(_)
            | Self::Matches(_)
            | Self::ModeAtMost(_)
            | Self::OwnedBy(_)
            | Self::Set => false,
        }
    }

    /// Whether it is about files' modes and owners.
    pub fn is_about_files(&self) -> bool {
        match self {
            Self::ModeAtMost(_) | Self::OwnedBy(_) => true,
            Self::AllOf(inner) | Self::AnyOf(inner) => inner.iter().any(Self::is_about_files),
            _ => false,
        }
    }
}

/// Whether one of the owners is the files'. A name that the machine's tables would have to tell, and which could not be
/// read, is neither.
fn owned_by(owners: &[Owner], files: &FileClass) -> Result<bool, WrongKind> {
    if owners.iter().any(|o| files.users.contains(&o.user) && files.groups.contains(&o.group)) {
        return Ok(true);
    }
    let may_be = |name: &String, known: &[String]| {
        known.contains(name) || (known.len() == 1 && name != "root" && name.parse::<u32>().is_err())
    };
    match &files.names_unknown {
        Some(why) if owners.iter().any(|o| may_be(&o.user, &files.users) && may_be(&o.group, &files.groups)) => {
            Err(WrongKind(format!("whose {} is cannot be told: {why}", files.owner())))
        }
        _ => Ok(false),
    }
}

fn every(results: impl Iterator<Item = Result<bool, WrongKind>>) -> Result<bool, WrongKind> {
    let mut all = true;
    for result in results {
        all &= result?;
    }
    Ok(all)
}

fn some(results: impl Iterator<Item = Result<bool, WrongKind>>) -> Result<bool, WrongKind> {
    let mut any = false;
    for result in results {
        any |= result?;
    }
    Ok(any)
}

fn elements(value: &Value) -> Vec<String> {
    match value {
        Value::List(items) => items.clone(),
        other => split_list(&other.to_string()),
    }
}

impl Scalar {
    fn is(&self, value: &Value) -> bool {
        match value {
            Value::Bool(b) => parse_bool(&self.0) == Some(*b),
            Value::Number(n) => parse_number(&self.0) == Some(*n),
            Value::Duration(d) => parse_duration(&self.0) == Some(*d),
            Value::Text(_) | Value::List(_) => value.to_string() == self.0,
        }
    }
}

impl Quantity {
    /// How `value` stands to this bound.
    fn compare(self, value: &Value) -> Result<std::cmp::Ordering, WrongKind> {
        let wrong = || WrongKind(format!("`{value}` cannot be compared with {self}"));
        match (self, value) {
            (Self::Number(bound), Value::Number(n)) => Ok(n.cmp(&bound)),
            (Self::Duration(bound), Value::Duration(d)) => Ok(d.cmp(&bound)),
            (Self::Number(bound), Value::Text(text)) => Ok(parse_number(text).ok_or_else(wrong)?.cmp(&bound)),
            (Self::Duration(bound), Value::Text(text)) => Ok(parse_duration(text).ok_or_else(wrong)?.cmp(&bound)),
            (Self::Number(_) | Self::Duration(_), _) => Err(wrong()),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Duration(d) => write!(f, "{}", Value::Duration(*d)),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |inner: &[Self], word: &str| inner.iter().map(ToString::to_string).collect::<Vec<_>>().join(word);
        match self {
            Self::Equals(expected) => write!(f, "is {}", expected.0),
            Self::NotEquals(expected) => write!(f, "is not {}", expected.0),
            Self::OneOf(allowed) => write!(f, "is one of {}", allowed.join(", ")),
            Self::Contains(element) => write!(f, "contains {element}"),
            Self::Excludes(element) => write!(f, "does not contain {element}"),
            Self::SubsetOf(allowed) => write!(f, "has only elements of {}", allowed.join(", ")),
            Self::AtLeast(bound) => write!(f, "is {bound} or more"),
            Self::AtMost(bound) => write!(f, "is {bound} or less"),
            Self::MoreThan(bound) => write!(f, "is more than {bound}"),
            Self::Matches(pattern) => write!(f, "matches {}", pattern.0.as_str()),
            Self::ModeAtMost(mode) => write!(f, "permissions are {:03o} or stricter", mode.0),
            Self::OwnedBy(owners) => {
                let pairs: Vec<String> = owners.iter().map(|o| format!("{}:{}", o.user, o.group)).collect();
                write!(f, "is owned by {}", pairs.join(" or "))
            }
            Self::Set => f.write_str("is set"),
            Self::Unset => f.write_str("is not set"),
            Self::AllOf(inner) => f.write_str(&join(inner, " and ")),
            Self::AnyOf(inner) => f.write_str(&join(inner, " or ")),
        }
    }
}

/// A piece of a definition that is written as YAML or JSON and read strictly.
pub trait Written: Sized {
    /// Reads it; the error says what would be right.
    fn read(json: &Json) -> Result<Self, String>;

    /// What a JSON Schema says of it.
    #[cfg(test)]
    fn schema() -> Json;
}

impl Written for Scalar {
    fn read(json: &Json) -> Result<Self, String> {
        match json {
            Json::String(text) => Ok(Self(text.clone())),
            Json::Bool(_) | Json::Number(_) => Ok(Self(json.to_string())),
            _ => Err("a text, number, true or false is expected".to_owned()),
        }
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "boolean", "number"] })
    }
}

impl Written for String {
    fn read(json: &Json) -> Result<Self, String> {
        Scalar::read(json).map(|s| s.0)
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "boolean", "number"] })
    }
}

impl<T: Written> Written for Vec<T> {
    /// A list, or its only element written alone.
    fn read(json: &Json) -> Result<Self, String> {
        match json {
            Json::Array(items) if items.is_empty() => Err("the list is empty".to_owned()),
            Json::Array(items) => items.iter().map(T::read).collect(),
            one => Ok(vec![T::read(one)?]),
        }
    }

    #[cfg(test)]
    fn schema() -> Json {
        let one = T::schema();
        serde_json::json!({ "anyOf": [one, { "type": "array", "minItems": 1, "items": one }] })
    }
}

impl Written for Quantity {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        parse_number(&text)
            .map(Self::Number)
            .or_else(|| parse_duration(&text).map(Self::Duration))
            .ok_or_else(|| format!("`{text}` is neither a whole number nor a duration such as 5m"))
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "integer"] })
    }
}

impl Written for Pattern {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        // The library draws a picture of several lines; its last says what is wrong.
        Regex::new(&text).map(Self).map_err(|e| {
            let drawn = e.to_string();
            let last = drawn.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{text}` is not a regular expression: {last}")
        })
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": "string", "format": "regex" })
    }
}

impl Written for FileMode {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        let bits = u32::from_str_radix(text.trim_start_matches("0o"), 8).ok().filter(|bits| *bits <= 0o7777);
        bits.map(Self).ok_or_else(|| format!("`{text}` is not a mode of three or four octal digits"))
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "integer"], "pattern": "^(0o)?[0-7]{1,4}$" })
    }
}

impl Written for Owner {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        match text.split_once(':') {
            Some((user, group)) if !user.is_empty() && !group.is_empty() => {
                Ok(Self { user: user.to_owned(), group: group.to_owned() })
            }
            _ => Err(format!("`{text}` is not USER:GROUP")),
        }
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": "string", "pattern": "^[^:]+:[^:]+$" })
    }
}

/// `true`, the only value of `set` and `unset`.
#[derive(Debug, Clone, Copy)]
pub struct Yes;

impl Written for Yes {
    fn read(json: &Json) -> Result<Self, String> {
        if json == &Json::Bool(true) { Ok(Self) } else { Err("only `true` can stand here".to_owned()) }
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "const": true })
    }
}

impl<'de> Deserialize<'de> for Yes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Yes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Yes".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": true })
    }
}

/// A value, or the parameter `{name}` that gives it.
#[derive(Debug, Clone)]
pub enum Templated<T> {
    /// The value itself.
    Value(T),
    /// The parameter's name.
    Param(String),
}

impl<'de, T: Written> Deserialize<'de> for Templated<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let name = json.as_str().and_then(|t| t.strip_prefix('{')?.strip_suffix('}'));
        match name {
            Some(name) => Ok(Self::Param(name.to_owned())),
            None => T::read(&json).map(Self::Value).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
impl<T: Written> schemars::JsonSchema for Templated<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::any::type_name::<Self>().into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = T::schema();
        schemars::json_schema!({ "anyOf": [value, { "type": "string", "pattern": "^\\{.+\\}$" }] })
    }
}

/// A parameter that is not there, or cannot stand where it is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter `{name}`: {message}")]
pub struct BadParameter {
    /// Its name.
    pub name: String,
    /// What is wrong.
    pub message: String,
}

impl<T: Written + Clone> Templated<T> {
    fn fill(&self, params: &dyn Fn(&str) -> Option<Json>) -> Result<T, BadParameter> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Param(name) => {
                let bad = |message| BadParameter { name: name.clone(), message };
                let json = params(name).ok_or_else(|| bad("there is no such parameter".to_owned()))?;
                T::read(&json).map_err(bad)
            }
        }
    }
}

/// An expectation as it is written: one key, the operator.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the keys are those of Expectation")]
pub enum WrittenExpectation {
    Equals(Templated<Scalar>),
    NotEquals(Templated<Scalar>),
    OneOf(Templated<Vec<String>>),
    Contains(Templated<String>),
    Excludes(Templated<String>),
    SubsetOf(Templated<Vec<String>>),
    AtLeast(Templated<Quantity>),
    AtMost(Templated<Quantity>),
    MoreThan(Templated<Quantity>),
    Matches(Templated<Pattern>),
    ModeAtMost(Templated<FileMode>),
    OwnedBy(Templated<Vec<Owner>>),
    Set(Templated<Yes>),
    Unset(Templated<Yes>),
    AllOf(Vec<Self>),
    AnyOf(Vec<Self>),
}

impl WrittenExpectation {
    /// Puts the parameters' values in.
    pub fn fill(&self, params: &dyn Fn(&str) -> Option<Json>) -> Result<Expectation, BadParameter> {
        let all = |inner: &[Self]| inner.iter().map(|e| e.fill(params)).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Self::Equals(x) => Expectation::Equals(x.fill(params)?),
            Self::NotEquals(x) => Expectation::NotEquals(x.fill(params)?),
            Self::OneOf(x) => Expectation::OneOf(x.fill(params)?),
            Self::Contains(x) => Expectation::Contains(x.fill(params)?),
            Self::Excludes(x) => Expectation::Excludes(x.fill(params)?),
            Self::SubsetOf(x) => Expectation::SubsetOf(x.fill(params)?),
            Self::AtLeast(x) => Expectation::AtLeast(x.fill(params)?),
            Self::AtMost(x) => Expectation::AtMost(x.fill(params)?),
            Self::MoreThan(x) => Expectation::MoreThan(x.fill(params)?),
            Self::Matches(x) => Expectation::Matches(x.fill(params)?),
            Self::ModeAtMost(x) => Expectation::ModeAtMost(x.fill(params)?),
            Self::OwnedBy(x) => Expectation::OwnedBy(x.fill(params)?),
            Self::Set(x) => x.fill(params).map(|Yes| Expectation::Set)?,
            Self::Unset(x) => x.fill(params).map(|Yes| Expectation::Unset)?,
            Self::AllOf(inner) => Expectation::AllOf(all(inner)?),
            Self::AnyOf(inner) => Expectation::AnyOf(all(inner)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Kind;

    fn expect(text: &str) -> Expectation {
        let written: WrittenExpectation = serde_saphyr::from_str(text).expect(text);
        written.fill(&|name| (name == "mode").then(|| Json::String("640".to_owned()))).expect(text)
    }

    fn list(items: &[&str]) -> Value {
        Value::List(items.iter().map(|i| (*i).to_owned()).collect())
    }

    #[test]
    fn each_operator_holds_and_does_not_hold() {
        let text = |t: &str| Value::Text(t.to_owned());
        let minutes = |m: u64| Value::Duration(Duration::from_secs(m * 60));
        let cases = [
            ("equals: false", Value::Bool(false), Value::Bool(true)),
            ("equals: 0", Value::Number(0), Value::Number(1)),
            ("equals: Webhook", text("Webhook"), text("webhook")),
            ("not-equals: AlwaysAllow", text("Webhook"), text("AlwaysAllow")),
            ("one-of: [kms, aescbc]", text("kms"), text("identity")),
            ("contains: RBAC", list(&["Node", "RBAC"]), list(&["Node", "RBACX"])),
            ("contains: RBAC", text("Node, RBAC"), text("NodeRBAC")),
            ("excludes: AlwaysAllow", list(&["Node"]), list(&["Node", "AlwaysAllow"])),
            ("subset-of: [a, b]", list(&["b"]), list(&["b", "c"])),
            ("subset-of: [a, b]", list(&["a", "b"]), list(&[])),
            ("at-least: 30", Value::Number(30), Value::Number(29)),
            ("at-most: 5m", minutes(5), minutes(6)),
            ("more-than: 0", Value::Number(1), Value::Number(0)),
            ("more-than: 0s", minutes(1), Value::Duration(Duration::ZERO)),
            ("matches: '^127[.]'", text("127.0.0.1"), text("0.0.0.0127.")),
            ("set: true", text("x"), text("x")),
            ("all-of: [{at-least: 1}, {at-most: 3}]", Value::Number(2), Value::Number(4)),
            ("any-of: [{equals: 1}, {equals: 3}]", Value::Number(3), Value::Number(2)),
        ];
        for (written, good, bad) in cases {
            assert_eq!(expect(written).holds(&good), Ok(true), "{written} of {good}");
            if !written.starts_with("set") {
                assert_eq!(expect(written).holds(&bad), Ok(false), "{written} of {bad}");
            }
        }
        assert_eq!(expect("unset: true").holds(&text("x")), Ok(false));
        assert!(expect("at-least: 30").holds(&Value::Bool(true)).is_err());
        assert!(expect("at-least: 30").holds(&text("many")).is_err());
    }

    #[test]
    fn modes_and_owners_are_compared_bit_by_bit_and_name_by_name() {
        let files = |mode, user: &[&str], group: &[&str]| FileClass {
            kind: Kind::File,
            mode,
            users: user.iter().map(|u| (*u).to_owned()).collect(),
            groups: group.iter().map(|g| (*g).to_owned()).collect(),
            names_unknown: None,
            count: 1,
            examples: vec![],
        };
        let root = |mode| files(mode, &["root", "0"], &["root", "0"]);
        let modes = [
            (0o600, true),
            (0o400, true),
            (0o640, true),
            (0o660, false),
            (0o604, false),
            (0o4600, false),
            (0o1600, false),
        ];
        for (mode, expected) in modes {
            assert_eq!(expect("mode-at-most: '{mode}'").holds_of_files(&root(mode)), Ok(expected), "{mode:o}");
        }
        let owned = expect("owned-by: [root:root, etcd:etcd]");
        assert_eq!(owned.holds_of_files(&root(0)), Ok(true));
        assert_eq!(owned.holds_of_files(&files(0, &["etcd"], &["etcd"])), Ok(true));
        assert_eq!(owned.holds_of_files(&files(0, &["root"], &["etcd"])), Ok(false));
        assert_eq!(expect("owned-by: 0:0").holds_of_files(&root(0)), Ok(true));
        let nameless = |user: &[&str], group: &[&str]| FileClass {
            names_unknown: Some("/etc/passwd is not mounted".to_owned()),
            ..files(0, user, group)
        };
        let told = |error: Result<bool, WrongKind>| {
            error.is_err_and(|e| e.0.contains("112:119") && e.0.contains("/etc/passwd"))
        };
        assert!(told(owned.holds_of_files(&nameless(&["112"], &["119"]))));
        assert_eq!(expect("owned-by: root:root").holds_of_files(&nameless(&["112"], &["119"])), Ok(false));
        assert_eq!(expect("owned-by: etcd:etcd").holds_of_files(&nameless(&["root", "0"], &["119"])), Ok(false));
        assert_eq!(owned.holds_of_files(&nameless(&["root", "0"], &["root", "0"])), Ok(true));
        assert!(expect("equals: 1").holds_of_files(&root(0)).is_err());
    }

    #[test]
    fn only_unset_holds_of_what_is_not_set() {
        let cases = [
            ("unset: true", true),
            ("set: true", false),
            ("not-equals: x", false),
            ("excludes: x", false),
            ("any-of: [{unset: true}, {equals: 1}]", true),
            ("all-of: [{unset: true}, {equals: 1}]", false),
            ("all-of: []", false),
        ];
        for (written, expected) in cases {
            assert_eq!(expect(written).holds_unset(), expected, "{written}");
        }
    }

    #[test]
    fn a_bad_operand_is_refused_with_its_place() {
        for bad in [
            "mode-at-most: 9",
            "mode-at-most: rw",
            "matches: '('",
            "owned-by: root",
            "at-least: many",
            "set: false",
            "equal: 1",
            "one-of: []",
        ] {
            let error = serde_saphyr::from_str::<WrittenExpectation>(bad).expect_err(bad);
            assert!(error.location().is_some(), "{bad}: {error}");
        }
        let written: WrittenExpectation = serde_saphyr::from_str("mode-at-most: '{none}'").expect("a parameter");
        assert!(written.fill(&|_| None).is_err());
    }
}
