//! A comparison as JSON.

use super::{ChangeClass, Diff};
use crate::report::json::write_json;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

#[derive(Serialize)]
struct View<'d> {
    #[serde(flatten)]
    diff: &'d Diff,
    counts: BTreeMap<&'static str, usize>,
}

/// The comparison as one line of JSON.
pub fn diff_json(diff: &Diff) -> io::Result<Vec<u8>> {
    let counts = ChangeClass::ALL.into_iter().map(|class| (class.id(), diff.count(class))).collect();
    let mut out = Vec::new();
    write_json(&View { diff, counts }, &mut out)?;
    out.push(b'\n');
    Ok(out)
}
