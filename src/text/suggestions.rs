//! Names near to a wrong one. Pure.

/// `; did you mean …?` with the names that are nearest to a wrong one, or nothing.
pub(crate) fn suggestions<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> String {
    let mut near: Vec<(usize, &str)> = names
        .map(|name| (strsim::levenshtein(wrong, name), name))
        .filter(|(d, name)| *d <= 1 + name.len() / 4)
        .collect();
    near.sort();
    near.truncate(3);
    if near.is_empty() {
        return String::new();
    }
    let names: Vec<String> = near.iter().map(|(_, name)| format!("`{name}`")).collect();
    format!("; did you mean {}?", names.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered() {
        let names = ["1.2.10", "1.2.1", "cis-1.20"];
        assert_eq!(suggestions("cis-120", names.into_iter()), "; did you mean `cis-1.20`?");
        assert_eq!(suggestions("nothing-like-it", names.into_iter()), "");
    }
}
