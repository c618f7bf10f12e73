//! Finds the files that a [`FileRef`](super::FileRef) names: first those that the components which run on the node use, then
//! those at the usual places.

mod aliases;
mod candidates;
mod cni;
mod find;
mod located;
mod manifests;
mod pattern;
mod pki;
mod settings;
mod toml;
mod unit_names;
mod units;

pub(super) use find::{
    directories_of_additions, is_directory, locate, locate_by_process, mounted_from, named_files, path_to_name,
    possible_files,
};
pub(super) use units::{Unit, slices_of, units_at, units_of, usual_unit};
