//! Limits how long an audit waits for a node. Calls run on a worker thread; one that hangs is abandoned with its thread,
//! because nothing interrupts a call on a dead mount.

mod deadline;
mod metadata_batch;
mod source;
mod stuck_calls;
#[cfg(test)]
mod tests;
mod worker;

pub use deadline::Deadline;
pub use source::TimeoutSource;
pub use stuck_calls::StuckCalls;
