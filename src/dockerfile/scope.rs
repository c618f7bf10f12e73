//! The variables of a place in the file.

use super::expanded::{Expanded, Unknown};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// The variables that one place can have.
const MAX_VARIABLES: usize = 2000;

/// Arguments that BuildKit sets.
const PLATFORM: [&str; 10] = [
    "BUILDARCH",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETPLATFORM",
    "TARGETVARIANT",
];

/// The variables in effect.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    variables: HashMap<Rc<str>, Variable>,
    /// What a variable is that nothing sets.
    root: Root,
}

#[derive(Debug, Clone)]
struct Variable {
    value: Rc<Expanded>,
    /// Set by `ENV` and not by `ARG`.
    is_env: bool,
}

/// Where the variables of a stage begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// Before the first `FROM`.
    Global,
    /// On nothing.
    Scratch,
    /// On an image, whose environment is not in the file.
    Image,
}

/// What is known of a variable.
pub(super) enum Value<'a> {
    Known(&'a Expanded),
    Unset,
    OfBase,
    Platform,
}

impl Scope {
    pub(super) fn new(root: Root) -> Self {
        Self { variables: HashMap::new(), root }
    }

    pub(super) fn look_up(&self, name: &str) -> Value<'_> {
        match (self.variables.get(name), self.root) {
            (Some(variable), _) => Value::Known(&variable.value),
            (None, Root::Global) if PLATFORM.contains(&name) => Value::Platform,
            (None, Root::Global | Root::Scratch) => Value::Unset,
            (None, Root::Image) => Value::OfBase,
        }
    }

    /// Whether there is no place for more variables.
    pub(super) fn is_full(&self) -> bool {
        self.variables.len() >= MAX_VARIABLES
    }

    pub(super) fn set_env(&mut self, name: &str, value: Expanded) {
        self.variables.insert(name.into(), Variable { value: Rc::new(value), is_env: true });
    }

    /// Declares an argument. Returns its value.
    pub(super) fn declare(
        &mut self,
        name: &str,
        default: Option<Expanded>,
        global: Option<&Self>,
        build_args: &BTreeMap<String, String>,
    ) -> Expanded {
        let inherited = || match global.map(|global| global.look_up(name)) {
            Some(Value::Known(value)) => Some(value.clone()),
            Some(Value::Platform) => Some(Expanded::unknown(name, Unknown::Platform(name.to_owned()))),
            Some(Value::Unset | Value::OfBase) | None => None,
        };
        let value = match build_args.get(name) {
            Some(value) => Expanded::literal(value),
            None => {
                let value = default.or_else(inherited);
                let mut value = value.unwrap_or_else(|| Expanded::unknown(name, Unknown::NoDefault(name.to_owned())));
                if !value.build_args.iter().any(|known| known == name) {
                    value.build_args.push(name.to_owned());
                }
                value
            }
        };
        let is_default = !matches!(value.value, Err(Unknown::NoDefault(_)));
        match self.variables.get(name) {
            Some(variable) if variable.is_env && (!is_default || variable.value.value == value.value) => {}
            Some(variable) if variable.is_env => {
                self.set_env(name, Expanded::unknown(name, Unknown::Ambiguous(name.to_owned())));
            }
            Some(_) | None => {
                self.variables.insert(name.into(), Variable { value: Rc::new(value.clone()), is_env: false });
            }
        }
        value
    }
}
