//! Files at the places that a platform has for them.

use super::LeftOut;
use serde_json::{Value as Json, json};
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
    let roots: Vec<String> = roots(&host["processes"], &pairs);
    let files = host["files"].as_array_mut().expect("files");
    let paths: Vec<String> = files.iter().filter_map(|file| Some(file["path"].as_str()?.to_owned())).collect();
    let unmoved: Vec<String> = paths.into_iter().filter(|path| moved(path, &pairs) == *path).collect();
    let mut above: Vec<Json> = Vec::new();
    files.retain(|file| {
        let directories = directories_above(file, &roots, &pairs);
        let path = file["path"].as_str().unwrap_or_default();
        let has_more = unmoved.iter().any(|other| other != path && Path::new(other).starts_with(path));
        let stays = has_more || directories.is_empty() || directories.iter().any(|directory| directory["path"] == path);
        // One that is moved itself is also where it was if a file of it still is.
        let is_moved = moved(path, &pairs) != path;
        above.extend(directories.into_iter().filter(|directory| is_moved || directory["path"] != file["path"]));
        stays || is_moved
    });
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

/// The roots of processes that stay as they are, and that of the node.
fn roots(processes: &Json, pairs: &[(String, String)]) -> Vec<String> {
    let own = processes.as_array().into_iter().flatten().filter_map(|process| process["root"].as_str());
    let own = own.filter(|root| pairs.iter().all(|(from, _)| from != root));
    own.chain([""]).map(str::to_owned).collect()
}

/// What is said of a directory is said of each one in which a file lies now that was below it.
fn directories_above(file: &Json, roots: &[String], pairs: &[(String, String)]) -> Vec<Json> {
    let whole = Path::new(file["path"].as_str().unwrap_or_default());
    let of_pair = |root: &str, path: &Path, (from, to): &(String, String)| {
        let levels = Path::new(from).strip_prefix(path).ok().filter(|_| from.starts_with('/'))?.components().count();
        let directory = Path::new(to).ancestors().nth(levels).filter(|_| levels > 0)?;
        // A directory near the root of the node has more in it than the one that is meant.
        (directory.components().count() > 2).then(|| json!(format!("{root}{}", directory.display())))
    };
    let mut paths = Vec::new();
    for root in roots {
        let Ok(below) = whole.strip_prefix(format!("{root}/")) else { continue };
        let path = Path::new("/").join(below);
        paths.extend(pairs.iter().filter_map(|pair| of_pair(root, &path, pair)));
    }
    paths.sort_by_key(ToString::to_string);
    paths.dedup();
    let at = |path: Json| {
        let mut directory = file.clone();
        directory["path"] = path;
        directory
    };
    paths.into_iter().map(at).collect()
}

/// The paths at which and below which there is nothing.
pub(super) fn gone<'p>(host: &Json, paths: &'p [String]) -> Vec<&'p str> {
    paths.iter().map(String::as_str).filter(|path| !is_there(host, path)).collect()
}

/// Whether there is something now at the place of one of these paths.
pub(super) fn are_back(host: &Json, gone: &[&str], pairs: &[(String, String)]) -> bool {
    let mut pairs = pairs.to_vec();
    pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    gone.iter().any(|path| is_there(host, &moved(path, &pairs)))
}

fn is_there(host: &Json, path: &str) -> bool {
    let paths = host["files"].as_array().into_iter().flatten().filter_map(|file| file["path"].as_str());
    paths.into_iter().any(|known| Path::new(known).starts_with(path))
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
