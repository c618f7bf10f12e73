//! Documents that audits print, the templates that look into them, and what Go prints for a template.

use proptest::prelude::*;
use proptest::sample::select;

/// A scalar as a document has it, and what Go prints of it: alone, and in a list.
type Scalar = (&'static str, &'static str, &'static str);

const OF_YAML: &[Scalar] = &[
    ("true", "true", "true"),
    ("y", "true", "true"),
    ("No", "false", "false"),
    ("OFF", "false", "false"),
    ("'true'", "true", "\"true\""),
    ("False", "false", "false"),
    ("\"n\"", "n", "\"n\""),
    ("0644", "420", "420"),
    ("010", "8", "8"),
    ("'010'", "010", "\"010\""),
    ("0x1F", "31", "31"),
    ("30", "30", "30"),
    ("-1", "-1", "-1"),
    ("1_000", "1000", "1000"),
    ("1000000", "1000000", "1000000"),
    ("1.50", "1.5", "1.5"),
    ("4h0m0s", "4h0m0s", "\"4h0m0s\""),
    ("Webhook", "Webhook", "\"Webhook\""),
    ("2020-01-01", "2020-01-01", "\"2020-01-01\""),
    ("''", "", "\"\""),
    ("~", "null", "null"),
];
const OF_JSON: &[Scalar] = &[
    ("true", "true", "true"),
    ("false", "false", "false"),
    ("\"true\"", "true", "\"true\""),
    ("\"n\"", "n", "\"n\""),
    ("30", "30", "30"),
    ("-1", "-1", "-1"),
    ("1000000", "1e+06", "1000000"),
    ("100000", "100000", "100000"),
    ("1.50", "1.5", "1.5"),
    ("1.0", "1", "1"),
    ("0.00001", "1e-05", "0.00001"),
    ("\"a<b&c\"", "a<b&c", "\"a\\u003cb\\u0026c\""),
    ("\"\"", "", "\"\""),
    ("null", "null", "null"),
];
const KEYS: [&str; 3] = ["a", "b", "deep"];

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Scalar>),
    Map(Vec<(&'static str, Self)>),
}

#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) is_json: bool,
    pub(crate) root: Value,
}

#[derive(Debug, Clone)]
pub(crate) enum Template {
    /// `{.a.b}`
    Field(Vec<&'static str>),
    /// `{.a[*]}`
    All(&'static str),
    /// `{range .a[:]}{}{','}{end}`
    Range(&'static str),
    /// `is {.a}!`
    InText(&'static str),
    /// A path without braces is a text.
    Literal(&'static str),
}

pub(crate) fn document() -> impl Strategy<Value = Document> {
    any::<bool>().prop_flat_map(|is_json| {
        let scalar = select(if is_json { OF_JSON } else { OF_YAML });
        let leaf = prop_oneof![
            3 => scalar.clone().prop_map(Value::Scalar),
            1 => prop::collection::vec(scalar, 0..3).prop_map(Value::List),
        ];
        let map = |value: BoxedStrategy<Value>| {
            prop::sample::subsequence(KEYS.to_vec(), 1..=3).prop_flat_map(move |keys| {
                let values = prop::collection::vec(value.clone(), keys.len());
                values.prop_map(move |values| Value::Map(keys.iter().copied().zip(values).collect()))
            })
        };
        let inner = prop_oneof![3 => leaf.clone(), 1 => map(leaf.boxed())];
        map(inner.boxed()).prop_map(move |root| Document { is_json, root })
    })
}

pub(crate) fn template() -> impl Strategy<Value = Template> {
    let key = select(KEYS.to_vec());
    prop_oneof![
        5 => prop::collection::vec(key.clone(), 1..3).prop_map(Template::Field),
        1 => key.clone().prop_map(Template::All),
        2 => key.clone().prop_map(Template::Range),
        1 => key.prop_map(Template::InText),
        1 => select(vec![".a.b", "text"]).prop_map(Template::Literal),
    ]
}

impl Document {
    /// The document in flow style, which is JSON if its scalars are.
    pub(crate) fn text(&self) -> String {
        self.root.text(self.is_json)
    }
}

impl Value {
    fn text(&self, is_json: bool) -> String {
        match self {
            Self::Scalar((text, ..)) => (*text).to_owned(),
            Self::List(items) => format!("[{}]", items.iter().map(|i| i.0).collect::<Vec<_>>().join(", ")),
            Self::Map(entries) => {
                let quote = if is_json { "\"" } else { "" };
                let entry = |(key, value): &(&str, Self)| format!("{quote}{key}{quote}: {}", value.text(is_json));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| *name == key).map(|(_, value)| value),
            Self::Scalar(_) | Self::List(_) => None,
        }
    }

    /// What Go prints; `None` for a map of a YAML document, which it cannot write as JSON.
    fn printed(&self, is_json: bool) -> Option<String> {
        match self {
            Self::Scalar((_, printed, _)) => Some((*printed).to_owned()),
            Self::List(items) => Some(format!("[{}]", items.iter().map(|i| i.2).collect::<Vec<_>>().join(","))),
            Self::Map(_) if !is_json => None,
            Self::Map(entries) => {
                let mut parts: Vec<String> = Vec::new();
                for (key, value) in entries {
                    let value = match value {
                        Self::Scalar((_, _, in_json)) => (*in_json).to_owned(),
                        Self::List(_) | Self::Map(_) => value.printed(true)?,
                    };
                    parts.push(format!("\"{key}\":{value}"));
                }
                parts.sort();
                Some(format!("{{{}}}", parts.join(",")))
            }
        }
    }
}

impl Template {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Field(keys) => format!("{{.{}}}", keys.join(".")),
            Self::All(key) => format!("{{.{key}[*]}}"),
            Self::Range(key) => format!("{{range .{key}[:]}}{{}}{{','}}{{end}}"),
            Self::InText(key) => format!("is {{.{key}}}!"),
            Self::Literal(text) => (*text).to_owned(),
        }
    }

    /// What it renders, or an error. Missing keys render nothing.
    pub(crate) fn render(&self, document: &Document) -> Result<String, ()> {
        let printed = |value: Option<&Value>| match value {
            Some(value) => value.printed(document.is_json).ok_or(()),
            None => Ok(String::new()),
        };
        match self {
            Self::Literal(text) => Ok((*text).to_owned()),
            Self::Field(keys) => printed(keys.iter().try_fold(&document.root, |value, key| value.get(key))),
            Self::InText(key) => Ok(format!("is {}!", printed(document.root.get(key))?)),
            Self::All(key) => match document.root.get(key) {
                Some(Value::List(items)) => Ok(items.iter().map(|i| i.1).collect::<Vec<_>>().join(" ")),
                Some(Value::Map(entries)) => {
                    let each: Result<Vec<String>, ()> = entries.iter().map(|(_, value)| printed(Some(value))).collect();
                    Ok(each?.join(" "))
                }
                Some(Value::Scalar(_)) | None => Ok(String::new()),
            },
            Self::Range(key) => match document.root.get(key) {
                Some(Value::List(items)) => Ok(items.iter().map(|i| format!("{},", i.1)).collect()),
                Some(Value::Scalar((_, "null", _))) | None => Ok(String::new()),
                Some(Value::Scalar(_) | Value::Map(_)) => Err(()),
            },
        }
    }
}
