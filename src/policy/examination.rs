//! What the lists of a cluster say about one recommendation.

use super::exemption::Exemption;
use crate::cluster::rbac::{Grant, Identity};
use crate::model::Status;
use crate::source::cluster::ObjectKind;

/// The result of examining a cluster for one recommendation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// What it comes to.
    pub status: Status,
    /// Why, where the findings do not say it.
    pub reason: Option<String>,
    /// What is not as recommended.
    pub findings: Vec<PolicyFinding>,
    /// What is exempt.
    pub exempt: Vec<(PolicyFinding, Exemption)>,
    /// Kinds whose lists are needed and not complete.
    pub lacking: Vec<ObjectKind>,
    /// What else a reader wants to know. It decides nothing.
    pub notes: Vec<String>,
}

/// An object that is not as recommended, or that is exempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyFinding {
    /// What is known of it, by name. The first is the subject.
    pub attributes: Vec<(&'static str, Attribute)>,
    /// The number of objects that it stands for.
    pub count: usize,
}

/// A value of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// The title of an object, or a word.
    Text(String),
    /// Titles or names.
    Texts(Vec<String>),
    /// Positions of rules in their role, from 0.
    Positions(Vec<usize>),
    /// A number of objects.
    Number(usize),
    /// Yes or no.
    Flag(bool),
}

impl std::fmt::Display for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Texts(texts) => f.write_str(&texts.join(", ")),
            Self::Positions(positions) => {
                f.write_str(&positions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
        }
    }
}

impl PolicyFinding {
    /// A finding about a subject: the name of the first attribute and its title.
    pub(super) fn about(name: &'static str, title: impl Into<String>) -> Self {
        Self { attributes: vec![(name, Attribute::Text(title.into()))], count: 1 }
    }

    /// A finding about a subject of a binding.
    pub(super) fn of_binding(grant: &Grant<'_>, subject: &Identity) -> Self {
        Self::about("subject", subject.to_string())
            .with_text("binding", &grant.title)
            .with_text("role", &grant.role_title.0)
    }

    /// Adds an attribute.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: Attribute) -> Self {
        self.attributes.push((name, value));
        self
    }

    /// Adds a text.
    #[must_use]
    pub(super) fn with_text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Attribute::Text(text.into()))
    }

    /// What it is about.
    pub fn subject(&self) -> String {
        match self.attributes.first() {
            Some((name, value)) if *name == "namespace" => format!("Namespace/{value}"),
            Some((_, value)) => value.to_string(),
            None => String::new(),
        }
    }
}

impl Examination {
    /// What findings and lists come to: a finding fails; without one the recommendation is followed if every needed list is
    /// complete.
    pub(super) fn conclude(
        findings: Vec<PolicyFinding>,
        exempt: Vec<(PolicyFinding, Exemption)>,
        lacking: Vec<ObjectKind>,
    ) -> Self {
        let status = match () {
            () if !findings.is_empty() => Status::Fail,
            () if !lacking.is_empty() => Status::Undetermined,
            () => Status::Pass,
        };
        let (mut findings, mut exempt) = (findings, exempt);
        findings.sort();
        exempt.sort();
        Self { status, reason: None, findings, exempt, lacking, notes: Vec::new() }
    }

    /// The same where nothing shows the protection.
    pub(super) fn not_applicable(reason: impl Into<String>) -> Self {
        Self {
            status: Status::NotApplicable,
            reason: Some(reason.into()),
            ..Self::conclude(Vec::new(), Vec::new(), Vec::new())
        }
    }

    /// What passes becomes a matter for a person.
    #[must_use]
    pub(super) fn manual_unless_decided(self, reason: &str) -> Self {
        if self.status != Status::Pass {
            return self;
        }
        Self { status: Status::Manual, reason: Some(reason.to_owned()), ..self }
    }

    /// Adds what a reader wants to know.
    #[must_use]
    pub(super) fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }
}
