use super::*;
use proptest::prelude::*;
use serde_json::{Map, json};

const ANONYMOUS: &[Name<'_>] = &[Name::Field("authentication"), Name::Field("anonymous"), Name::Field("enabled")];
const CA_FILE: &[Name<'_>] = &[Name::Field("authentication"), Name::Field("x509"), Name::Field("clientCAFile")];
const PORT: &[Name<'_>] = &[Name::Field("readOnlyPort")];
const PIDS: &[Name<'_>] = &[Name::Field("podPidsLimit")];
const IDLE: &[Name<'_>] = &[Name::Field("streamingConnectionIdleTimeout")];
const GATE: &[Name<'_>] = &[Name::Field("featureGates"), Name::Key("Gate")];

fn hours(hours: u64) -> Value {
    Value::Duration(Duration::from_secs(hours * 3600))
}

/// What a kubelet of a version makes of a setting; several values where versions differ.
fn results(
    version: &str,
    names: &[Name<'_>],
    file: Option<&Json>,
    drop_ins: &[Json],
) -> Result<Vec<Option<Value>>, String> {
    let (kind, with_flags, with_file) = match names.last() {
        Some(Name::Field("enabled")) => (ValueKind::Bool, Some(Value::Bool(true)), Some(Value::Bool(false))),
        Some(Name::Field("readOnlyPort")) => (ValueKind::Number, Some(Value::Number(10255)), Some(Value::Number(0))),
        Some(Name::Field("podPidsLimit")) => (ValueKind::Number, Some(Value::Number(-1)), Some(Value::Number(-1))),
        Some(Name::Field("streamingConnectionIdleTimeout")) => (ValueKind::Duration, Some(hours(4)), Some(hours(4))),
        Some(Name::Key(_)) => (ValueKind::Bool, Some(Value::Bool(true)), Some(Value::Bool(true))),
        _ => (ValueKind::Text, None, None),
    };
    let setting =
        Setting { names, kind, default_with_flags: with_flags.as_ref(), default_with_file: with_file.as_ref() };
    let versions = KubernetesVersions::of(version).unwrap_or(KubernetesVersions::UNKNOWN);
    let patches: Vec<&Json> = drop_ins.iter().collect();
    let merged = merge(setting, versions, file, &patches).map_err(|error| error.reason)?;
    Ok(merged.iter().map(|merged| setting.value_of(merged).cloned()).collect())
}

#[test]
fn drop_ins_are_merged_as_each_version_does() {
    let on = json!({"authentication": {"anonymous": {"enabled": true}}});
    let off = json!({"authentication": {"anonymous": {"enabled": false}}});
    let ca = json!({"authentication": {"x509": {"clientCAFile": "/ca"}}});
    let pids = json!({"podPidsLimit": 4096});
    let bool = |value| Some(Value::Bool(value));
    let path = Some(Value::Text("/ca".to_owned()));
    type Case<'c> = (&'c str, &'c [Name<'c>], Option<Json>, Vec<Json>, Vec<Option<Value>>);
    let cases: Vec<Case<'_>> = vec![
        ("1.34", ANONYMOUS, Some(off.clone()), vec![], vec![bool(false)]),
        ("1.34", ANONYMOUS, Some(off.clone()), vec![on.clone()], vec![bool(true)]),
        ("1.34", ANONYMOUS, Some(off.clone()), vec![on.clone(), off.clone()], vec![bool(false)]),
        // There is no such flag before 1.28.
        ("1.27", ANONYMOUS, Some(off.clone()), vec![on.clone()], vec![bool(false)]),
        // The builds of 1.28 differ: in one of them false does not replace true.
        ("1.28", ANONYMOUS, Some(off.clone()), vec![on.clone()], vec![bool(true)]),
        ("1.28", ANONYMOUS, Some(on.clone()), vec![off.clone()], vec![bool(true), bool(false)]),
        ("?", ANONYMOUS, Some(on.clone()), vec![off.clone()], vec![bool(true), bool(false)]),
        // A null removes what the file says since 1.32, and what other drop-ins say before.
        ("1.32", PIDS, Some(pids.clone()), vec![json!({"podPidsLimit": null})], vec![Some(Value::Number(-1))]),
        ("1.31", PIDS, Some(pids.clone()), vec![json!({"podPidsLimit": null})], vec![Some(Value::Number(4096))]),
        ("1.32", CA_FILE, Some(ca.clone()), vec![json!({"authentication": null})], vec![None]),
        ("1.31", CA_FILE, Some(ca.clone()), vec![json!({"authentication": null})], vec![path.clone()]),
        (
            "1.32",
            CA_FILE,
            Some(ca.clone()),
            vec![json!({"authentication": {"x509": null}}), ca.clone()],
            vec![path.clone()],
        ),
        ("1.31", ANONYMOUS, Some(off.clone()), vec![on.clone(), json!({"authentication": null})], vec![bool(false)]),
        ("1.32", ANONYMOUS, Some(on.clone()), vec![json!({"authentication": {"anonymous": null}})], vec![bool(false)]),
        // Without a file, the defaults of the flags are what the drop-ins change; what they remove has those of a file.
        ("1.34", ANONYMOUS, None, vec![json!({"podPidsLimit": 5})], vec![bool(true)]),
        ("1.34", ANONYMOUS, None, vec![json!({"authentication": null})], vec![bool(false)]),
        ("1.31", ANONYMOUS, None, vec![json!({"authentication": null})], vec![bool(true)]),
        ("1.34", PORT, None, vec![json!({"kind": "x"})], vec![Some(Value::Number(10255))]),
        ("1.34", PORT, None, vec![json!({"readOnlyPort": null})], vec![Some(Value::Number(0))]),
        // Defaults are set before the merge up to 1.31 and after it since 1.32.
        ("1.32", IDLE, None, vec![json!({"streamingConnectionIdleTimeout": "0s"})], vec![Some(hours(4))]),
        ("1.31", IDLE, None, vec![json!({"streamingConnectionIdleTimeout": "0s"})], vec![Some(hours(0))]),
        ("1.31", IDLE, Some(json!({"streamingConnectionIdleTimeout": "0s"})), vec![on.clone()], vec![Some(hours(4))]),
        // Maps are merged key by key.
        (
            "1.34",
            GATE,
            Some(json!({"featureGates": {"Gate": false}})),
            vec![json!({"featureGates": {"Other": true}})],
            vec![bool(false)],
        ),
        (
            "1.34",
            GATE,
            Some(json!({"featureGates": {"Gate": false}})),
            vec![json!({"featureGates": null})],
            vec![bool(true)],
        ),
        ("1.34", GATE, None, vec![json!({"FeatureGates": {"Gate": false}})], vec![bool(false)]),
        ("1.34", GATE, None, vec![json!({"featureGates": {"gate": false}})], vec![bool(true)]),
        // The document that is merged since 1.32 has the names of the file first in mind: a drop-in's other spelling counts only
        // where the file and the defaults leave the field out.
        ("1.34", PORT, Some(json!({})), vec![json!({"ReadOnlyPort": 10255})], vec![Some(Value::Number(10255))]),
        (
            "1.34",
            PORT,
            Some(json!({"readOnlyPort": 10250})),
            vec![json!({"ReadOnlyPort": 10255})],
            vec![Some(Value::Number(10250))],
        ),
        (
            "1.34",
            ANONYMOUS,
            Some(off.clone()),
            vec![json!({"Authentication": {"anonymous": {"enabled": true}}})],
            vec![bool(false)],
        ),
        (
            "1.31",
            ANONYMOUS,
            Some(off.clone()),
            vec![json!({"Authentication": {"anonymous": {"enabled": true}}})],
            vec![bool(true)],
        ),
        ("1.31", PORT, Some(json!({})), vec![json!({"ReadOnlyPort": 10255})], vec![Some(Value::Number(10255))]),
        ("1.31", PORT, Some(json!({})), vec![json!({"READONLYPORT": 10255})], vec![Some(Value::Number(0))]),
        // The file itself is read as it is spelt.
        ("1.34", PORT, Some(json!({"ReadOnlyPort": 10255})), vec![on.clone()], vec![Some(Value::Number(0))]),
    ];
    for (version, names, file, drop_ins, expected) in cases {
        let found = results(version, names, file.as_ref(), &drop_ins);
        assert_eq!(found, Ok(expected), "{version} {names:?} {file:?} {drop_ins:?}");
    }
}

#[test]
fn what_is_no_mapping_has_the_wrong_type() {
    for version in ["1.28", "1.31", "1.34"] {
        let of = |file: Json, drop_in: Json| results(version, ANONYMOUS, Some(&file), &[drop_in]);
        assert!(of(json!({"authentication": 5}), json!({})).is_err(), "{version}");
        assert!(of(json!({}), json!({"authentication": {"anonymous": [true]}})).is_err(), "{version}");
        assert!(of(json!({}), json!({"authentication": {"anonymous": {"enabled": "true"}}})).is_err(), "{version}");
    }
}

/// A kubelet's configuration with some of its fields, as the Go type has them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    anonymous: Option<bool>,
    ca_file: String,
    port: i64,
    pids: Option<i64>,
    idle_seconds: u64,
    gates: BTreeMap<String, bool>,
}

impl Model {
    fn legacy() -> Self {
        let mut model = Self { anonymous: Some(true), port: 10255, ..Self::default() };
        model.set_defaults();
        model
    }

    fn set_defaults(&mut self) {
        self.anonymous.get_or_insert(false);
        self.pids.get_or_insert(-1);
        if self.idle_seconds == 0 {
            self.idle_seconds = 4 * 3600;
        }
    }

    /// Reads a document onto what is there. `name` makes the name of a field of a key.
    fn read(&mut self, document: &Json, name: &dyn Fn(&str) -> String) {
        let sorted = |json: &Json| -> Vec<(String, Json)> {
            let mut entries: Vec<_> =
                json.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
            entries.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
            entries
        };
        for (key, value) in sorted(document) {
            match name(&key).as_str() {
                "authentication" => {
                    for (key, value) in sorted(&value) {
                        for (inner, value) in sorted(&value) {
                            match (name(&key).as_str(), name(&inner).as_str()) {
                                ("anonymous", "enabled") => self.anonymous = value.as_bool().or(self.anonymous),
                                ("x509", "clientcafile") => {
                                    if let Some(text) = value.as_str() {
                                        self.ca_file = text.to_owned();
                                    }
                                }
                                _ => {}
                            }
                        }
                    }
                }
                "readonlyport" => self.port = value.as_i64().unwrap_or(self.port),
                "podpidslimit" => self.pids = value.as_i64().or(self.pids),
                "streamingconnectionidletimeout" => {
                    if let Some(text) = value.as_str() {
                        self.idle_seconds = text.trim_end_matches('s').parse().expect("seconds");
                    }
                }
                "featuregates" => {
                    self.gates.extend(sorted(&value).into_iter().filter_map(|(k, v)| Some((k, v.as_bool()?))));
                }
                _ => {}
            }
        }
    }

    /// As the kubelet writes it since 1.32, with the names of v1beta1 and without what is empty and no pointer.
    fn to_v1beta1(&self) -> Json {
        let mut x509 = Map::new();
        if !self.ca_file.is_empty() {
            x509.insert("clientCAFile".to_owned(), json!(self.ca_file));
        }
        let mut document = json!({
            "authentication": {"anonymous": {"enabled": self.anonymous}, "x509": x509},
            "podPidsLimit": self.pids,
            "streamingConnectionIdleTimeout": format!("{}s", self.idle_seconds),
        });
        if self.port != 0 {
            document["readOnlyPort"] = json!(self.port);
        }
        if !self.gates.is_empty() {
            document["featureGates"] = json!(self.gates);
        }
        document
    }

    /// As the kubelet wrote it before, with the names of the Go type.
    fn to_internal(&self) -> Json {
        json!({
            "Authentication": {"Anonymous": {"Enabled": self.anonymous}, "X509": {"ClientCAFile": self.ca_file}},
            "PodPidsLimit": self.pids,
            "StreamingConnectionIdleTimeout": format!("{}s", self.idle_seconds),
            "ReadOnlyPort": self.port,
            "FeatureGates": self.gates,
        })
    }

    /// Merges as RFC 7396 says.
    fn patch(target: Json, patch: &Json) -> Json {
        let Json::Object(patch) = patch else {
            return patch.clone();
        };
        let mut result = if let Json::Object(entries) = target { entries } else { Map::new() };
        for (key, value) in patch {
            let old = result.remove(key).unwrap_or(Json::Null);
            if !value.is_null() {
                result.insert(key.clone(), Self::patch(old, value));
            }
        }
        Json::Object(result)
    }

    fn merged(style: MergeStyle, file: Option<&Json>, drop_ins: &[Json]) -> Self {
        // A file is read with the names as they are spelt; any other spelling gets a name that nothing has.
        let exactly = |key: &str| match key {
            "authentication"
            | "anonymous"
            | "enabled"
            | "x509"
            | "clientCAFile"
            | "readOnlyPort"
            | "podPidsLimit"
            | "streamingConnectionIdleTimeout"
            | "featureGates" => key.to_lowercase(),
            _ => String::new(),
        };
        let read_file = |document: &Json| {
            let mut model = Self::default();
            model.read(document, &exactly);
            model.set_defaults();
            model
        };
        let mut base = file.map_or_else(Self::legacy, read_file);
        match style {
            MergeStyle::WithFile => {
                let document = drop_ins.iter().fold(base.to_v1beta1(), Self::patch);
                let mut merged = Self::default();
                merged.read(&document, &str::to_lowercase);
                merged.set_defaults();
                merged
            }
            MergeStyle::OntoFile => {
                let document = drop_ins.iter().fold(base.to_internal(), Self::patch);
                base.read(&document, &str::to_lowercase);
                base
            }
            MergeStyle::NonZero => {
                for drop_in in drop_ins {
                    let other = read_file(drop_in);
                    base.anonymous = other.anonymous.filter(|on| *on).or(base.anonymous);
                    base.pids = other.pids.filter(|limit| *limit != 0).or(base.pids);
                    base.port = if other.port == 0 { base.port } else { other.port };
                    base.ca_file = if other.ca_file.is_empty() { base.ca_file } else { other.ca_file };
                    base.idle_seconds = other.idle_seconds;
                    base.gates.extend(other.gates);
                }
                base
            }
        }
    }

    fn values(&self) -> Vec<Option<Value>> {
        vec![
            self.anonymous.map(Value::Bool),
            Some(Value::Text(self.ca_file.clone())).filter(|value| !is_zero(value)),
            Some(Value::Number(self.port)),
            self.pids.map(Value::Number),
            Some(Value::Duration(Duration::from_secs(self.idle_seconds))),
            Some(Value::Bool(self.gates.get("Gate").copied().unwrap_or(true))),
        ]
    }
}

fn spelling(name: &'static str) -> impl Strategy<Value = String> {
    let mut capital = name.to_owned();
    capital[..1].make_ascii_uppercase();
    prop_oneof![
        6 => Just(name.to_owned()),
        1 => Just(capital),
        1 => Just(name.to_ascii_uppercase()),
    ]
}

fn field(name: &'static str, value: impl Strategy<Value = Json> + 'static) -> BoxedStrategy<(String, Json)> {
    (spelling(name), value).boxed()
}

fn object(fields: Vec<BoxedStrategy<(String, Json)>>) -> impl Strategy<Value = Json> {
    let count = fields.len();
    prop::collection::vec(prop::strategy::Union::new(fields), 0..=count).prop_map(|entries| {
        let mut sorted: BTreeMap<String, Json> = BTreeMap::new();
        sorted.extend(entries);
        Json::Object(sorted.into_iter().collect())
    })
}

fn or_null(value: impl Strategy<Value = Json> + 'static) -> impl Strategy<Value = Json> {
    prop_oneof![4 => value, 1 => Just(Json::Null)]
}

fn document() -> impl Strategy<Value = Json> {
    let bool = || or_null(any::<bool>().prop_map(Json::from));
    let number = || or_null(prop_oneof![Just(json!(0)), Just(json!(10255)), Just(json!(4096))]);
    let seconds = || or_null(prop_oneof![Just(json!("0s")), Just(json!("300s"))]);
    let text = || or_null(prop_oneof![Just(json!("")), Just(json!("/a")), Just(json!("/b"))]);
    let authentication = object(vec![
        field("anonymous", or_null(object(vec![field("enabled", bool())]))),
        field("x509", or_null(object(vec![field("clientCAFile", text())]))),
    ]);
    let gates = object(vec![(Just("Gate".to_owned()), bool()).boxed(), (Just("Other".to_owned()), bool()).boxed()]);
    object(vec![
        field("authentication", or_null(authentication)),
        field("readOnlyPort", number()),
        field("podPidsLimit", number()),
        field("streamingConnectionIdleTimeout", seconds()),
        field("featureGates", or_null(gates)),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// The whole configuration merged by a plain model of the kubelet, against one setting at a time.
    #[test]
    fn each_setting_is_that_of_the_whole_merge(
        file in prop::option::of(document()),
        drop_ins in prop::collection::vec(document(), 1..4),
    ) {
        for (version, styles) in [
            ("1.28", vec![MergeStyle::NonZero, MergeStyle::OntoFile]),
            ("1.30", vec![MergeStyle::OntoFile]),
            ("1.36", vec![MergeStyle::WithFile]),
        ] {
            let models: Vec<Vec<Option<Value>>> =
                styles.iter().map(|style| Model::merged(*style, file.as_ref(), &drop_ins).values()).collect();
            for (number, names) in [ANONYMOUS, CA_FILE, PORT, PIDS, IDLE, GATE].into_iter().enumerate() {
                let mut expected: Vec<Option<Value>> = models.iter().map(|values| values[number].clone()).collect();
                expected.dedup();
                prop_assert_eq!(results(version, names, file.as_ref(), &drop_ins), Ok(expected), "{} {:?}", version, names);
            }
        }
    }
}
