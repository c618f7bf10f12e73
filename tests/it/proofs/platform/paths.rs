//! Files at the places that a platform has for them.

use super::LeftOut;
use serde_json::Value as Json;
use std::path::Path;

/// Moves the files, and what names them: arguments, links, and the content of other files.
pub(super) fn move_files(host: &mut Json, pairs: &[(String, String)]) -> Result<(), LeftOut> {
    let mut pairs = pairs.to_vec();
    pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    let files = host["files"].as_array_mut().expect("files");
    let leads_away = |file: &Json| {
        let path = file["path"].as_str().unwrap_or_default();
        file["target"].as_str().is_some_and(|target| !target.starts_with('/')) && moved(path, &pairs) != path
    };
    if files.iter().any(leads_away) {
        return Err("a relative link leads elsewhere from another directory");
    }
    let above: Vec<Json> = files.iter().flat_map(|file| directories_above(file, &pairs)).collect();
    substitute(host, &pairs);
    let files = host["files"].as_array_mut().expect("files");
    // The root of a process that is none any more.
    files.retain(|file| file["path"] != "");
    let mut paths: Vec<&str> = files.iter().filter_map(|file| file["path"].as_str()).collect();
    paths.sort_unstable();
    if paths.windows(2).any(|two| two[0] == two[1]) {
        return Err("two files that were in different roots would be one");
    }
    for directory in above {
        match files.iter_mut().find(|file| file["path"] == directory["path"]).and_then(Json::as_object_mut) {
            Some(known) => known.extend(directory.as_object().expect("a file").clone()),
            None => files.push(directory),
        }
    }
    Ok(())
}

/// What is said of a directory is said of each one in which a file lies now that was below it.
fn directories_above(file: &Json, pairs: &[(String, String)]) -> Vec<Json> {
    let path = Path::new(file["path"].as_str().unwrap_or_default());
    let of_pair = |(from, to): &(String, String)| {
        let levels = Path::new(from).strip_prefix(path).ok().filter(|_| from.starts_with('/'))?.components().count();
        let directory = Path::new(to).ancestors().nth(levels).filter(|above| above.parent().is_some() && levels > 0)?;
        let mut moved = file.clone();
        moved["path"] = Json::from(directory.to_str().expect("a path"));
        (directory != path).then_some(moved)
    };
    pairs.iter().filter_map(of_pair).collect()
}

fn substitute(json: &mut Json, pairs: &[(String, String)]) {
    match json {
        // A certificate names no path, and is long.
        Json::String(text) if text.starts_with("-----BEGIN") => {}
        Json::String(text) => *text = moved(text, pairs),
        Json::Array(items) => items.iter_mut().for_each(|item| substitute(item, pairs)),
        Json::Object(map) => map.values_mut().for_each(|value| substitute(value, pairs)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// A text with the paths in it replaced; `pairs` has the longest first.
pub(super) fn moved(text: &str, pairs: &[(String, String)]) -> String {
    let mut moved = String::with_capacity(text.len());
    let mut rest = text;
    // What is replaced begins with a slash or a letter of `kubelet.service`.
    while let Some(at) = rest.find(['/', 'k']) {
        moved.push_str(&rest[..at]);
        rest = &rest[at..];
        let pair = pairs.iter().find(|(from, _)| rest.strip_prefix(from.as_str()).is_some_and(is_whole));
        let (from, to) = pair.map_or((&rest[..1], &rest[..1]), |(from, to)| (from.as_str(), to.as_str()));
        moved.push_str(to);
        rest = &rest[from.len()..];
    }
    moved.push_str(rest);
    moved
}

/// Whether a path ends before this text.
fn is_whole(rest: &str) -> bool {
    rest.chars().next().is_none_or(|next| !next.is_ascii_alphanumeric() && !"._-".contains(next))
}

#[test]
fn paths_are_replaced_as_a_whole() {
    let pairs = [("/a/b", "/x"), ("/a", "/y")].map(|(from, to)| (from.to_owned(), to.to_owned()));
    assert_eq!(moved("/a/b/c,/a/bc,/a:/a.d /pods/a/b", &pairs), "/x/c,/y/bc,/y:/a.d /pods/x");
}
