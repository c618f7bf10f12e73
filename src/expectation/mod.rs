//! The closed set of operators: when each holds, and how it is told. Pure.

mod operand;

use crate::model::{FileGroup, Value, parse_bool, parse_duration, parse_number, split_list};
use regex::Regex;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub use operand::{BadParameter, MustBeTrue, Operand, RawExpectation, Templated};

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
    /// The address, with or without a port, can be reached from this machine only.
    Loopback,
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
pub struct TypeMismatch(pub String);

impl Expectation {
    /// Whether it holds of a value. A value of another kind is an error: neither met nor silently unmet.
    pub fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
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
            Self::Loopback => is_loopback(&value.to_string()),
            Self::ModeAtMost(_) | Self::OwnedBy(_) => {
                return Err(TypeMismatch(format!("`{value}` is not a file's mode or owner")));
            }
            Self::Set => true,
            Self::Unset => false,
            Self::AllOf(all) => every(all.iter().map(|e| e.holds(value)))?,
            Self::AnyOf(any) => some(any.iter().map(|e| e.holds(value)))?,
        })
    }

    /// Whether it holds of files with one mode and owner.
    pub fn holds_of_files(&self, files: &FileGroup) -> Result<bool, TypeMismatch> {
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
            | Self::Matches(_)
            | Self::Loopback => {
                return Err(TypeMismatch("a file has a mode and an owner, and nothing else to compare".to_owned()));
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
            | Self::Loopback
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
fn owned_by(owners: &[Owner], files: &FileGroup) -> Result<bool, TypeMismatch> {
    if owners.iter().any(|o| files.users.contains(&o.user) && files.groups.contains(&o.group)) {
        return Ok(true);
    }
    let may_be = |name: &String, known: &[String]| {
        known.contains(name) || (known.len() == 1 && name != "root" && name.parse::<u32>().is_err())
    };
    match &files.names_unknown {
        Some(why) if owners.iter().any(|o| may_be(&o.user, &files.users) && may_be(&o.group, &files.groups)) => {
            Err(TypeMismatch(format!("whose {} is cannot be told: {why}", files.owner())))
        }
        _ => Ok(false),
    }
}

fn every(results: impl Iterator<Item = Result<bool, TypeMismatch>>) -> Result<bool, TypeMismatch> {
    let mut all = true;
    for result in results {
        all &= result?;
    }
    Ok(all)
}

fn some(results: impl Iterator<Item = Result<bool, TypeMismatch>>) -> Result<bool, TypeMismatch> {
    let mut any = false;
    for result in results {
        any |= result?;
    }
    Ok(any)
}

/// `127.0.0.1`, `[::1]:10249`, `localhost`: addresses as Go's programs listen on them.
fn is_loopback(text: &str) -> bool {
    if let Ok(address) = text.parse::<SocketAddr>().map(|socket| socket.ip()).or_else(|_| text.parse::<IpAddr>()) {
        return address.to_canonical().is_loopback();
    }
    let host = match text.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => text,
    };
    host == "localhost" || host == "[::1]"
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
    fn compare(self, value: &Value) -> Result<std::cmp::Ordering, TypeMismatch> {
        let wrong = || TypeMismatch(format!("`{value}` cannot be compared with {self}"));
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
            Self::Loopback => f.write_str("is a loopback address"),
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

#[cfg(test)]
mod tests;
