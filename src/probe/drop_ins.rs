//! The drop-ins of a kubelet: which files of `--config-dir` it merges.

use super::context::{CollectContext, shown};
use super::process::flag_value;
use crate::model::{Component, ValueKind};
use crate::node::Instance;
use crate::source::node::{FileKind, HostPath, Stat};
use std::path::Path;
use std::rc::Rc;

/// The most drop-ins of one component that are read.
const MAX_DROP_INS: usize = 1000;

/// The drop-ins of the kubelet, in the order in which it merges them: files whose name ends in `.conf`, also a file of just
/// that name, sorted by path.
pub(super) fn drop_ins(
    context: &CollectContext<'_>,
    component: Component,
    instance: &Instance,
) -> Result<Rc<Vec<HostPath>>, String> {
    if component != Component::Kubelet {
        return Ok(Rc::default());
    }
    let Some(folder) = flag_value(instance, "config-dir", ValueKind::Text, &[])? else {
        return Ok(Rc::default());
    };
    let folder = folder.to_string();
    let directory = context.resolve(instance, &folder).map_err(|error| format!("{folder} {error}"))?;
    // The kubelet does not walk a link. A slash at its end makes it the directory.
    let is_link = || context.files.lstat(&directory).map(|lstat| lstat.target.is_some());
    if !folder.ends_with('/') && is_link().map_err(|error| format!("{folder} {error}"))? {
        return Ok(Rc::default());
    }
    context.drop_ins.get_or_read(&directory, || drop_ins_below(context, &directory).map(Rc::new))
}

fn drop_ins_below(context: &CollectContext<'_>, directory: &HostPath) -> Result<Vec<HostPath>, String> {
    let folder = shown(&directory.path);
    let mut drop_ins = Vec::new();
    let mut problem = None;
    // Like Go's filepath.Ext, and unlike Path::extension, which finds none in `.conf`.
    let has_ending = |path: &Path| path.as_os_str().as_encoded_bytes().ends_with(b".conf");
    let is_drop_in = |path: &Path, stat: &Stat| stat.kind != FileKind::Directory && has_ending(path);
    let is_link = |path: &Path| {
        let lstat = context.files.lstat(&directory.with_path(path));
        lstat.is_ok_and(|lstat| lstat.target.is_some())
    };
    let walked = context.files.walk(directory, &mut |path: &Path, found| match found.stat {
        Ok(stat) if !is_drop_in(path, &stat) => {}
        Ok(_) if drop_ins.len() == MAX_DROP_INS => {
            problem.get_or_insert_with(|| format!("{folder} has more than {MAX_DROP_INS} drop-ins"));
        }
        Ok(_) => drop_ins.push(directory.with_path(path)),
        // A link to a directory is not followed.
        Err(_) if !has_ending(path) && is_link(path) => {}
        Err(error) => {
            problem.get_or_insert_with(|| format!("{} {error}", shown(path)));
        }
    });
    match (walked, problem) {
        (Err(error), _) => Err(format!("{folder} {error}")),
        (Ok(()), Some(problem)) => Err(problem),
        (Ok(()), None) => {
            drop_ins.sort();
            Ok(drop_ins)
        }
    }
}
