//! What the kernel and the linker say of processes: accounts, environments, executables, the texts of the proc directory.

use super::{parts, texts};
use crate::kube_bench::settings;
use crate::source::node::mount_table::{MountTable, unescape};
use crate::source::node::proc_files::{cgroup_path, split_at_nul, user_ids, value_of};
use crate::source::node::proc_stat::{boot_time, parse_row, uptime};
use crate::source::node::{Accounts, build_information};
use std::io::Cursor;
use std::path::Path;

/// The contents of a passwd and a group file, apart by NUL: root is number 0, and number 0 is root.
pub fn accounts(data: &[u8]) {
    let [passwd, group] = parts(data);
    let accounts = Accounts::parse(passwd, group);
    assert_eq!((accounts.user("root"), accounts.group("root")), (Some(0), Some(0)));
    assert_eq!((accounts.user_name(0), accounts.known_group(0)), ("root".to_owned(), Some("root".to_owned())));
    let written = String::from_utf8_lossy(data);
    let fields = written.split([':', '\n', '\0']);
    for id in fields.filter_map(|f| f.parse::<u32>().ok()).chain([0, 7, u32::MAX]).take(64) {
        for (names, known) in
            [(accounts.user_names(id), accounts.known_user(id)), (accounts.group_names(id), accounts.known_group(id))]
        {
            assert_eq!(names.last(), Some(&id.to_string()));
            assert_eq!(names.iter().filter(|name| name.parse::<u32>().is_ok()).count(), 1, "{id} is called {names:?}");
            assert!(id == 0 || !names.iter().any(|name| name == "root"), "{id} is called root");
            assert!(known.is_none_or(|name| names.contains(&name)));
        }
    }
}

/// The password of the database.
const SECRET: &str = "hunter2hunter2";

/// A variable's name, a line end, and an environment: no other variable's value is taken for it. The same variables as the
/// settings of a delivery: the password is never printed.
pub fn environment(data: &[u8]) {
    let (name, rest) = data.split_at(data.iter().position(|b| *b == b'\n').unwrap_or(data.len()));
    let (name, block) = (String::from_utf8_lossy(name), rest.get(1..).unwrap_or_default());
    let entries: Vec<&[u8]> = block.split(|b| *b == 0).collect();
    let is_its =
        |entry: &&[u8]| entry.iter().position(|b| *b == b'=').is_some_and(|at| entry[..at] == *name.as_bytes());
    let first = entries.iter().copied().find(is_its).map(|entry| String::from_utf8_lossy(&entry[name.len() + 1..]));
    assert_eq!(value_of(block, &name), first.map(|value| value.into_owned()), "{name}");

    let variable = |name: &str| match name {
        "KUBE_BENCH_PGSQL_PASSWORD" => Some(SECRET.to_owned()),
        name => value_of(block, name),
    };
    #[cfg(feature = "postgres")]
    if !String::from_utf8_lossy(block).contains(SECRET) {
        let printed = match crate::sink::database::database(&variable) {
            Ok(database) => format!("{database:?} {database}"),
            Err(error) => error.to_string(),
        };
        assert!(!printed.contains(SECRET), "{printed}");
    }
    let _ = settings::origin(&variable);
}

/// An executable, or only its section of build information: read or refused, and never more than what is in it.
pub fn executable(data: &[u8]) {
    let longest = 3 * data.len();
    assert!(build_information::read(Cursor::new(data)).map_or(0, |text| text.len()) <= longest);
    assert!(build_information::text_of(data).map_or(0, |text| text.len()) <= longest);
}

/// Any file of a process's folder in the proc directory; a first line is a path to look for in the mount table.
pub fn proc_files(data: &[u8]) {
    let [path, text] = texts(data);
    assert!(text.contains(&cgroup_path(&text)));
    let words = split_at_nul(data);
    assert_eq!(words.len(), data.strip_suffix(b"\0").unwrap_or(data).iter().filter(|b| **b == 0).count() + 1);
    if let Some((real, effective)) = user_ids(&text) {
        let numbers: Vec<u32> =
            text.split_ascii_whitespace().filter_map(|word| word.trim_start_matches("Uid:").parse().ok()).collect();
        assert!(numbers.contains(&real) && numbers.contains(&effective), "{real} {effective}");
    }
    let booted = boot_time(&text).unwrap_or_default();
    let _ = parse_row(1, 0, &text, words, booted).map(|row| assert!(row.started >= booted));
    let _ = uptime(&text);

    let table = MountTable::parse(&text);
    assert!(table.root_id().is_some() || !table.layered_root());
    let path = Path::new("/").join(&*path);
    let _ = table.is_own(&path);
    assert!(table.directory_to_mount(&path).starts_with('/'));
    let escaped: String = text.chars().map(escape).collect();
    assert_eq!(unescape(&escaped), text);
    let line = format!("7 1 8:1 / /{escaped} rw - ext4 /dev/sda1 rw");
    if !text.contains('\r') {
        let own = MountTable::parse(&line);
        assert!(
            !own.is_own(&Path::new("/").join(format!("/{text}")))
                || text.trim_matches('/').is_empty()
                || is_own_file(&text)
        );
    }
}

/// Whether a mount point counts as the container's own, whatever is mounted there.
fn is_own_file(text: &str) -> bool {
    let at = Path::new("/").join(format!("/{text}"));
    ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/dev/termination-log", "/"]
        .iter()
        .any(|own| at == Path::new(own))
}

/// A letter as the kernel writes it in a mount table.
fn escape(letter: char) -> String {
    match letter {
        ' ' | '\t' | '\n' | '\\' => format!("\\{:03o}", u32::from(letter)),
        other => other.to_string(),
    }
}
