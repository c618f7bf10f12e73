//! Names similar to a mistyped one.

use super::quote;

/// `; did you mean …?` with up to three names that are similar to `mistyped`, or an empty text.
pub(crate) fn suggestions<'a>(mistyped: &str, names: impl Iterator<Item = &'a str>) -> String {
    let mut similar: Vec<(usize, &str)> = names
        .map(|name| (strsim::levenshtein(mistyped, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .collect();
    similar.sort();
    similar.truncate(3);
    if similar.is_empty() {
        return String::new();
    }
    let names: Vec<String> = similar.iter().map(|(_, name)| quote(name)).collect();
    format!("; did you mean {}?", names.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_are_offered() {
        let names = ["1.2.10", "1.2.1", "cis-1.20"];
        assert_eq!(suggestions("cis-120", names.into_iter()), "; did you mean `cis-1.20`?");
        assert_eq!(suggestions("nothing-like-it", names.into_iter()), "");
    }
}
