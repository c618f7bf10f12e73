//! What a finding is about, and the patterns for it.

use crate::model::Finding;
use crate::report::occurrence::path_in;
use crate::report::stable::stable_subject;
use crate::text::glob::Glob;

/// A pattern of `subjects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SubjectPattern {
    /// `NAMESPACE/KIND/NAME`, or with a container.
    Object { namespace: Glob, kind: Glob, name: Glob, container: Option<Glob> },
    /// The words of the report, or a path.
    Text(Glob),
}

impl SubjectPattern {
    /// Reads a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_object = !text.starts_with('/') && !text.contains(char::is_whitespace) && (3..=4).contains(&parts.len());
        let ([namespace, kind, name] | [namespace, kind, name, _]) = parts[..] else {
            return Glob::rule(text).map(Self::Text);
        };
        if !is_object {
            return Glob::rule(text).map(Self::Text);
        }
        if namespace.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Err(format!("an object is written NAMESPACE/KIND/NAME: {kind}/{namespace}/{name}"));
        }
        if parts.contains(&"") {
            return Err("a part is empty; `*` stands for any".to_owned());
        }
        let container = parts.get(3).map(|container| Glob::rule(container)).transpose()?;
        Ok(Self::Object {
            namespace: Glob::rule(namespace)?,
            kind: Glob::rule(kind)?,
            name: Glob::rule(name)?,
            container,
        })
    }

    /// Whether a finding is about nothing but what the patterns name. Each container of a finding must be named.
    pub(super) fn cover(patterns: &[Self], subject: &FindingSubject) -> bool {
        let of_object: Vec<Option<&Glob>> = patterns.iter().filter_map(|pattern| pattern.of_object(subject)).collect();
        let is_named = |container: &String| of_object.iter().flatten().any(|glob| glob.is_match(container));
        let by_object = match &subject.containers[..] {
            [] => of_object.contains(&None),
            containers => containers.iter().all(is_named),
        };
        by_object || patterns.iter().any(|pattern| pattern.is_text(subject))
    }

    /// The pattern for the container, if the object is meant.
    fn of_object(&self, subject: &FindingSubject) -> Option<Option<&Glob>> {
        let Self::Object { namespace, kind, name, container } = self else { return None };
        let object = subject.object.as_ref()?;
        let is_meant = namespace.is_match(&object.namespace)
            && kind.is_match(&object.kind)
            && (name.is_match(&object.name) || name.is_match(&object.full_name));
        is_meant.then_some(container.as_ref())
    }

    fn is_text(&self, subject: &FindingSubject) -> bool {
        match self {
            Self::Object { .. } => false,
            Self::Text(glob) => subject.texts.iter().any(|text| glob.is_match(text)),
        }
    }
}

/// What a finding is about.
#[derive(Debug)]
pub(super) struct FindingSubject {
    /// Its words without what changes from run to run, and the path of the file that it is about.
    pub(super) texts: Vec<String>,
    pub(super) object: Option<Object>,
    /// The containers that it is about.
    pub(super) containers: Vec<String>,
    /// The scanned file.
    pub(super) file: Option<String>,
}

/// An object of the API. The namespace of one without is empty.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) namespace: String,
    pub(super) kind: String,
    /// Without a generated suffix.
    pub(super) name: String,
    full_name: String,
}

impl FindingSubject {
    pub(super) fn of(finding: &Finding) -> Self {
        let stable = stable_subject(&finding.subject);
        let object = object(&finding.subject, &stable);
        let container = finding.subject.split_once(" container ").map(|(_, name)| vec![name.to_owned()]);
        let listed = finding.evidence.iter().find(|entry| entry.attribute == "containers");
        let listed =
            listed.map(|entry| entry.value.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect());
        let containers = container.or(listed).unwrap_or_default();
        let path = path_in(finding).filter(|_| finding.count == 1).map(str::to_owned);
        let location = finding.location.as_ref();
        let file = location.map(|at| at.relative.as_deref().unwrap_or(&at.file));
        Self {
            texts: std::iter::once(stable).chain(path).collect(),
            containers: if object.is_some() { containers } else { Vec::new() },
            object,
            file: file.map(|file| file.trim_start_matches("./").to_owned()),
        }
    }

    /// The namespace that it is in, or is.
    pub(super) fn namespace(&self) -> Option<&str> {
        let object = self.object.as_ref()?;
        let namespace = if object.kind == "Namespace" { &object.name } else { &object.namespace };
        (!namespace.is_empty()).then_some(namespace)
    }
}

/// The object of a subject such as `Pod/shop/web-x7k2p container web`: its words, and the same without what is generated.
fn object(full: &str, stable: &str) -> Option<Object> {
    let word = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    let (full, stable) = (word(full), word(stable));
    let (kind, rest) = stable.split_once('/').filter(|(kind, _)| kind.starts_with(|c: char| c.is_ascii_uppercase()))?;
    let (namespace, name) = rest.rsplit_once('/').unwrap_or(("", rest));
    let full_name = full.rsplit('/').next().unwrap_or_default().to_owned();
    Some(Object { namespace: namespace.to_owned(), kind: kind.to_owned(), name: name.to_owned(), full_name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EvidenceEntry, Status};

    fn finding(subject: &str, containers: Option<&str>) -> Finding {
        let entry = |value: &str| EvidenceEntry {
            attribute: "containers".to_owned(),
            value: value.to_owned(),
            source: String::new(),
        };
        let evidence = containers.into_iter().map(entry).collect();
        Finding {
            subject: subject.to_owned(),
            count: 1,
            status: Status::Fail,
            evidence,
            location: None,
            remediation: None,
        }
    }

    fn covers(patterns: &[&str], subject: &str, containers: Option<&str>) -> bool {
        let patterns: Vec<_> = patterns.iter().map(|text| SubjectPattern::parse(text).expect(text)).collect();
        SubjectPattern::cover(&patterns, &FindingSubject::of(&finding(subject, containers)))
    }

    #[test]
    fn patterns_name_objects_and_their_containers() {
        let cases: [(&[&str], &str, bool); 16] = [
            (&["shop/Deployment/web/app"], "Deployment/shop/web container app", true),
            (&["shop/Deployment/web/app"], "Deployment/shop/web container sidecar", false),
            (&["shop/Deployment/web/app"], "Deployment/shop/web", false),
            (&["shop/Deployment/web"], "Deployment/shop/web", true),
            (&["shop/Deployment/web"], "Deployment/shop/web container app", false),
            (&["shop/Deployment/web/*"], "Deployment/shop/web container app", true),
            (&["*/*/*/istio-proxy"], "StatefulSet/db/main container istio-proxy", true),
            (&["*/*/*/istio-proxy"], "StatefulSet/db/main container main", false),
            (&["shop/Pod/web"], "Pod/shop/web-5d8f9c7b4d-x7k2p", true),
            (&["shop/Pod/web-5d8f9c7b4d-x7k2p"], "Pod/shop/web-5d8f9c7b4d-x7k2p", true),
            (&["shop/Pod/web"], "Pod/shop/webshop", false),
            (&["*/Pod/web/web"], "Pod/web container web", true),
            (&["Namespace/ci"], "Namespace/ci", true),
            (&["kubelet"], "kubelet (pid 7)", true),
            (&["/etc/kubernetes/*.conf"], "/etc/kubernetes/admin.conf", true),
            (&["/etc/kubernetes/*.conf"], "/etc/kubernetes/pki/sa.key", false),
        ];
        for (patterns, subject, expected) in cases {
            assert_eq!(covers(patterns, subject, None), expected, "{patterns:?} {subject}");
        }
    }

    #[test]
    fn each_listed_container_must_be_named() {
        let subject = "Deployment/shop/web";
        assert!(!covers(&["shop/Deployment/web/a"], subject, Some("a, b")));
        assert!(covers(&["shop/Deployment/web/a", "shop/Deployment/web/b"], subject, Some("a, b")));
        assert!(covers(&["shop/Deployment/web/*"], subject, Some("a, b")));
        assert!(!covers(&["shop/Deployment/web"], subject, Some("a")));
    }

    #[test]
    fn patterns_that_can_never_match_are_refused() {
        let error = SubjectPattern::parse("Deployment/shop/web").expect_err("the order");
        assert_eq!(error, "an object is written NAMESPACE/KIND/NAME: shop/Deployment/web");
        SubjectPattern::parse("shop//web").expect_err("an empty part");
        SubjectPattern::parse("a[b").expect_err("a bracket");
    }
}
