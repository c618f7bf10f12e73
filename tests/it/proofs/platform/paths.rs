//! Files at the places that a platform has for them.

use super::LeftOut;
use serde_json::{Value as Json, json};
use std::path::Path;

/// Places of the base, and where a platform has the same.
pub(super) struct Places {
    /// The longest first.
    pairs: Vec<(String, String)>,
}

impl Places {
    pub(super) fn new(mut pairs: Vec<(String, String)>) -> Self {
        pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        Self { pairs }
    }

    /// Moves the files, and what names them: arguments, links, and the content of other files.
    pub(super) fn move_files(&self, host: &mut Json) -> Result<(), LeftOut> {
        let leads_away = |file: &Json| {
            let path = file["path"].as_str().unwrap_or_default();
            file["target"].as_str().is_some_and(|target| !target.starts_with('/')) && self.is_moved(path)
        };
        if files_of(host).any(leads_away) {
            return Err("a relative link leads elsewhere from another directory");
        }
        let above = self.take_directories_above(host);
        self.substitute(host);
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

    /// The directories in which files lie now that were below others, with what is said of those. The others are taken out where
    /// nothing is below them any more.
    fn take_directories_above(&self, host: &mut Json) -> Vec<Json> {
        let roots = self.roots(&host["processes"]);
        let paths: Vec<String> = files_of(host).filter_map(|file| Some(file["path"].as_str()?.to_owned())).collect();
        let mut found: Vec<Json> = Vec::new();
        host["files"].as_array_mut().expect("files").retain(|file| {
            let path = file["path"].as_str().unwrap_or_default();
            let directories = self.directories_above(path, &roots);
            if directories.is_empty() {
                return true;
            }
            let is_moved = self.is_moved(path);
            let is_below = |other: &&String| *other != path && Path::new(other).starts_with(path);
            let has_more = paths.iter().filter(is_below).any(|other| !self.is_moved(other));
            let stays = is_moved || has_more || directories.iter().any(|directory| directory == path);
            // One that is moved itself is also where it was if a file of it still is.
            for directory in directories.into_iter().filter(|directory| is_moved || directory != path) {
                let mut file = file.clone();
                file["path"] = json!(directory);
                found.push(file);
            }
            stays
        });
        found
    }

    /// The roots of processes that stay as they are, and that of the node.
    fn roots(&self, processes: &Json) -> Vec<String> {
        let own = processes.as_array().into_iter().flatten().filter_map(|process| process["root"].as_str());
        let own = own.filter(|root| self.pairs.iter().all(|(from, _)| from != root));
        own.chain([""]).map(str::to_owned).collect()
    }

    /// Where a directory is now, by each file that was below it.
    fn directories_above(&self, path: &str, roots: &[String]) -> Vec<String> {
        let mut directories = Vec::new();
        for root in roots {
            let Some(path) = path.strip_prefix(root.as_str()) else { continue };
            for (from, to) in &self.pairs {
                let Some(below) = from.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')) else { continue };
                let levels = below.split('/').count();
                let directory = Path::new(to).ancestors().nth(levels);
                // A directory near the root of the node has more in it than the one that is meant.
                if let Some(directory) = directory.filter(|directory| directory.components().count() > 2) {
                    directories.push(format!("{root}{}", directory.display()));
                }
            }
        }
        directories.sort();
        directories.dedup();
        directories
    }

    /// The paths at which and below which there is nothing.
    pub(super) fn gone<'p>(host: &Json, paths: &'p [String]) -> Vec<&'p str> {
        paths.iter().map(String::as_str).filter(|path| !is_there(host, path)).collect()
    }

    /// Whether there is something now at the place of one of these paths.
    pub(super) fn are_back(&self, host: &Json, gone: &[&str]) -> bool {
        gone.iter().any(|path| is_there(host, &self.moved(path)))
    }

    fn substitute(&self, json: &mut Json) {
        match json {
            // A certificate names no path, and is long.
            Json::String(text) if text.starts_with("-----BEGIN") => {}
            Json::String(text) => *text = self.moved(text),
            Json::Array(items) => items.iter_mut().for_each(|item| self.substitute(item)),
            Json::Object(map) => map.values_mut().for_each(|value| self.substitute(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    fn is_moved(&self, path: &str) -> bool {
        self.moved(path) != path
    }

    /// A text with the paths in it replaced. They begin with a slash, or are the whole text.
    fn moved(&self, text: &str) -> String {
        let mut moved = String::with_capacity(text.len());
        let mut rest = text;
        if let Some((_, to)) = self.pairs.iter().find(|(from, _)| from == text) {
            return to.clone();
        }
        while let Some(at) = rest.find('/') {
            moved.push_str(&rest[..at]);
            rest = &rest[at..];
            let pair = self.pairs.iter().find(|(from, _)| rest.strip_prefix(from.as_str()).is_some_and(is_whole));
            let (from, to) = pair.map_or(("/", "/"), |(from, to)| (from.as_str(), to.as_str()));
            moved.push_str(to);
            rest = &rest[from.len()..];
        }
        moved.push_str(rest);
        moved
    }
}

/// Whether a path ends before this text.
fn is_whole(rest: &str) -> bool {
    rest.chars().next().is_none_or(|next| !next.is_ascii_alphanumeric() && !"._-".contains(next))
}

fn files_of(host: &Json) -> impl Iterator<Item = &Json> {
    host["files"].as_array().into_iter().flatten()
}

fn is_there(host: &Json, path: &str) -> bool {
    files_of(host).filter_map(|file| file["path"].as_str()).any(|known| Path::new(known).starts_with(path))
}

#[test]
fn paths_are_replaced_as_a_whole() {
    let pairs = [("/a", "/y"), ("/a/b", "/x"), ("c", "d")];
    let places = Places::new(pairs.map(|(from, to)| (from.to_owned(), to.to_owned())).into());
    assert_eq!(places.moved("/a/b/c,/a/bc,/a:/a.d /pods/a/b"), "/x/c,/y/bc,/y:/a.d /pods/x");
    assert_eq!(places.moved("c"), "d");
}
