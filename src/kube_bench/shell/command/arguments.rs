//! Command names and short options.

use std::str::Chars;

/// Directories that the supported programs are installed in.
const DIRECTORIES: [&str; 4] = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"];

/// A command's name without the directory, if that is a usual one.
pub(super) fn program_name(name: &str) -> &str {
    DIRECTORIES.into_iter().find_map(|dir| name.strip_prefix(dir)).filter(|n| !n.contains('/')).unwrap_or(name)
}

/// The characters of grouped short options such as `-Ev`, if the argument is such a group.
pub(super) fn short_options(argument: &str) -> Option<Chars<'_>> {
    argument.strip_prefix('-').filter(|rest| !rest.is_empty() && !rest.starts_with('-')).map(str::chars)
}
