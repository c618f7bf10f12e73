//! The template of a pod, or a pod, as the rules read it.

use super::field_path::FieldPath;
use crate::source::cluster::object::{Annotations, Container, PodSpec};

/// What a pod is made from: its annotations and its spec.
#[derive(Debug, Clone, Copy)]
pub struct PodTemplateRef<'a> {
    /// The annotations of the pod.
    pub annotations: &'a Annotations,
    /// What it runs.
    pub spec: &'a PodSpec,
}

/// The lists that a pod has containers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerRole {
    /// It runs before the others, or beside them if it is a sidecar.
    Init,
    /// It is what the pod is for.
    Main,
    /// Somebody added it while the pod ran.
    Ephemeral,
}

impl ContainerRole {
    /// The field that lists the containers.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Init => "initContainers",
            Self::Main => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }
}

/// A container with its place in the pod.
#[derive(Debug, Clone, Copy)]
pub struct ContainerRef<'a> {
    /// The list that it is in.
    pub role: ContainerRole,
    /// Its position there, from 0.
    pub index: usize,
    /// The container.
    pub container: &'a Container,
}

impl ContainerRef<'_> {
    /// Its path in the template.
    pub fn path(&self) -> FieldPath {
        FieldPath::of("spec").key(self.role.field()).index(self.index)
    }

    /// The path of fields of it, with dots between their keys.
    pub fn field(&self, keys: &'static str) -> FieldPath {
        self.path().then(keys)
    }
}

impl<'a> PodTemplateRef<'a> {
    /// Every container: init containers, the ordinary ones, ephemeral ones.
    pub fn containers(self) -> impl Iterator<Item = ContainerRef<'a>> {
        let lists = [
            (ContainerRole::Init, &self.spec.init_containers),
            (ContainerRole::Main, &self.spec.containers),
            (ContainerRole::Ephemeral, &self.spec.ephemeral_containers),
        ];
        lists.into_iter().flat_map(|(role, list)| {
            list.iter().enumerate().map(move |(index, container)| ContainerRef { role, index, container })
        })
    }
}
