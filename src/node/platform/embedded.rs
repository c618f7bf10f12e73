//! The platforms that are compiled in: JSON that the build script wrote from YAML.

/// A platform, in two parts: most runs need the signs of all platforms, and the rest of one.
#[derive(Debug)]
pub(super) struct PlatformSource {
    pub(super) path: &'static str,
    /// Its id, title, signs and programs.
    pub(super) signs: &'static str,
    /// All of it.
    pub(super) json: &'static str,
}

/// Every platform.
pub(super) const PLATFORMS: &[PlatformSource] = include!(concat!(env!("OUT_DIR"), "/platforms.rs"));
