//! The rules for workloads: what each says of a pod or its template.

mod accounts;
mod api;
mod capabilities;
mod claims;
mod confinement;
mod file_system;
mod host;
mod host_paths;
mod image_name;
mod images;
mod isolation;
mod judgement;
mod objects;
mod operation;
mod placement;
mod privileges;
mod resources;
mod secrets;
mod surroundings;
mod test;
mod unit;
mod users;

pub use judgement::{Judgement, Place};
pub use surroundings::{Completeness, Surroundings};
pub use test::{TestSubject, WorkloadTest};
pub use unit::WorkloadUnit;
