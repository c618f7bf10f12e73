//! A node of which only the running configuration of its kubelet is known: what the kubelet answers at `/configz`, saved by the user.

mod configuration;
mod source;

pub use configuration::KubeletConfiguration;
pub use source::ConfigzSource;
