//! Why an object is no finding although it does what others must not.

/// The reasons. Nothing is exempt by its name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exemption {
    /// Kubernetes creates it, and nothing was added to it.
    BuiltIn,
    /// The group `system:masters`, which may do everything before RBAC is asked.
    Masters,
    /// A binding that kubeadm creates, as a whole.
    Installer,
    /// It is in the lists of `--installed`, and nothing was added to it.
    Installed,
    /// It is limited to objects that are named.
    Named,
    /// A static pod of the control plane.
    Mirror,
    /// A field that does not exist on Windows.
    Windows,
    /// The account has rights of its own, for which it needs the token.
    Rights,
    /// A namespace of Kubernetes itself.
    SystemNamespace,
    /// An object that the API server keeps.
    System,
    /// An account of the platform, in a namespace that only administrators of OpenShift create.
    Platform,
}

impl Exemption {
    /// Its name.
    pub const fn id(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Masters => "masters",
            Self::Installer => "installer",
            Self::Installed => "installed",
            Self::Named => "named",
            Self::Mirror => "mirror",
            Self::Windows => "windows",
            Self::Rights => "rights",
            Self::SystemNamespace => "system-namespace",
            Self::System => "system",
            Self::Platform => "platform",
        }
    }

    /// The reason in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::BuiltIn => "Kubernetes creates it, and nothing was added to it",
            Self::Masters => "the API server allows this group everything before it asks RBAC",
            Self::Installer => "kubeadm creates this binding, role and subject",
            Self::Installed => "it is in the lists of --installed, and nothing was added to it",
            Self::Named => "it is limited to the objects that it names",
            Self::Mirror => "a static pod of the control plane",
            Self::Windows => "the field does not exist on Windows",
            Self::Rights => "its account has rights of its own, for which it needs the token",
            Self::SystemNamespace => "a namespace of Kubernetes itself",
            Self::System => "the API server keeps it",
            Self::Platform => "an account of OpenShift, in a namespace that only administrators create",
        }
    }
}
