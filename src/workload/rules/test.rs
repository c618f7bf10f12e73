//! The closed set of rules for workloads.

use super::judgement::Judgement;
use super::surroundings::Surroundings;
use super::unit::WorkloadUnit;
use super::{
    accounts, api, capabilities, claims, confinement, file_system, host, images, isolation, objects, operation,
    placement, privileges, resources, secrets, users,
};
use crate::source::cluster::object::{Binding, Labels};
use crate::text::{quote, suggestions};
use serde::Deserialize;

/// A rule for workloads, or for objects beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
#[allow(missing_docs, reason = "expected() says what each means")]
pub enum WorkloadTest {
    PrivilegedContainer,
    HostPid,
    HostIpc,
    HostNetwork,
    HostProcess,
    HostPort,
    HostPath,
    SensitiveHostPath,
    RuntimeSocket,
    WritableHostPath,
    MountPropagation,
    RestrictedVolumes,
    PrivilegeEscalation,
    RunAsNonRoot,
    RunAsUser,
    HighUid,
    HighGid,
    RootGroup,
    UserNamespace,
    CapabilitiesDropAll,
    CapabilitiesDropAny,
    CapabilitiesAddDefault,
    CapabilitiesAddRestricted,
    CapabilitiesDangerous,
    SeccompProfile,
    SeccompUnconfined,
    ApparmorProfile,
    ApparmorStated,
    SelinuxOptions,
    ProcMount,
    Sysctls,
    ProbeHost,
    ReadOnlyRootFilesystem,
    WritablePathsDeclared,
    ImmutableContainer,
    ImageDigest,
    ImageTag,
    ImagePullPolicy,
    ImagePullSecrets,
    ImageRegistry,
    ServiceAccount,
    ServiceAccountToken,
    SecretEnv,
    SecretLiteral,
    CpuRequest,
    MemoryRequest,
    MemoryLimit,
    CpuLimit,
    EphemeralStorageLimit,
    HostAliases,
    ShareProcessNamespace,
    InteractiveTerminal,
    PrivilegedPort,
    DefaultNamespace,
    SystemNamespace,
    ReadinessProbe,
    LivenessProbe,
    ShellInProbe,
    ControlPlaneToleration,
    ClaimAccessMode,
    ClaimStorage,
    DeprecatedApi,
    NetworkPolicy,
    AnonymousBinding,
    SecretConfigMap,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy)]
pub enum TestSubject<'a> {
    /// An object that is a pod or makes pods, with the labels of its pods.
    Workload(WorkloadUnit<'a>, &'a Labels),
    /// A binding of a role.
    Binding(&'a Binding),
    /// The entries of a ConfigMap that look like secrets: their names, and what was recognised.
    ConfigMap(&'a [(String, String)]),
}

impl WorkloadTest {
    /// All of them, with their names in definition files.
    pub const ALL: [(&'static str, Self); 65] = [
        ("privileged-container", Self::PrivilegedContainer),
        ("host-pid", Self::HostPid),
        ("host-ipc", Self::HostIpc),
        ("host-network", Self::HostNetwork),
        ("host-process", Self::HostProcess),
        ("host-port", Self::HostPort),
        ("host-path", Self::HostPath),
        ("sensitive-host-path", Self::SensitiveHostPath),
        ("runtime-socket", Self::RuntimeSocket),
        ("writable-host-path", Self::WritableHostPath),
        ("mount-propagation", Self::MountPropagation),
        ("restricted-volumes", Self::RestrictedVolumes),
        ("privilege-escalation", Self::PrivilegeEscalation),
        ("run-as-non-root", Self::RunAsNonRoot),
        ("run-as-user", Self::RunAsUser),
        ("high-uid", Self::HighUid),
        ("high-gid", Self::HighGid),
        ("root-group", Self::RootGroup),
        ("user-namespace", Self::UserNamespace),
        ("capabilities-drop-all", Self::CapabilitiesDropAll),
        ("capabilities-drop-any", Self::CapabilitiesDropAny),
        ("capabilities-add-default", Self::CapabilitiesAddDefault),
        ("capabilities-add-restricted", Self::CapabilitiesAddRestricted),
        ("capabilities-dangerous", Self::CapabilitiesDangerous),
        ("seccomp-profile", Self::SeccompProfile),
        ("seccomp-unconfined", Self::SeccompUnconfined),
        ("apparmor-profile", Self::ApparmorProfile),
        ("apparmor-stated", Self::ApparmorStated),
        ("selinux-options", Self::SelinuxOptions),
        ("proc-mount", Self::ProcMount),
        ("sysctls", Self::Sysctls),
        ("probe-host", Self::ProbeHost),
        ("read-only-root-filesystem", Self::ReadOnlyRootFilesystem),
        ("writable-paths-declared", Self::WritablePathsDeclared),
        ("immutable-container", Self::ImmutableContainer),
        ("image-digest", Self::ImageDigest),
        ("image-tag", Self::ImageTag),
        ("image-pull-policy", Self::ImagePullPolicy),
        ("image-pull-secrets", Self::ImagePullSecrets),
        ("image-registry", Self::ImageRegistry),
        ("service-account", Self::ServiceAccount),
        ("service-account-token", Self::ServiceAccountToken),
        ("secret-env", Self::SecretEnv),
        ("secret-literal", Self::SecretLiteral),
        ("cpu-request", Self::CpuRequest),
        ("memory-request", Self::MemoryRequest),
        ("memory-limit", Self::MemoryLimit),
        ("cpu-limit", Self::CpuLimit),
        ("ephemeral-storage-limit", Self::EphemeralStorageLimit),
        ("host-aliases", Self::HostAliases),
        ("share-process-namespace", Self::ShareProcessNamespace),
        ("interactive-terminal", Self::InteractiveTerminal),
        ("privileged-port", Self::PrivilegedPort),
        ("default-namespace", Self::DefaultNamespace),
        ("system-namespace", Self::SystemNamespace),
        ("readiness-probe", Self::ReadinessProbe),
        ("liveness-probe", Self::LivenessProbe),
        ("shell-in-probe", Self::ShellInProbe),
        ("control-plane-toleration", Self::ControlPlaneToleration),
        ("claim-access-mode", Self::ClaimAccessMode),
        ("claim-storage", Self::ClaimStorage),
        ("deprecated-api", Self::DeprecatedApi),
        ("network-policy", Self::NetworkPolicy),
        ("anonymous-binding", Self::AnonymousBinding),
        ("secret-config-map", Self::SecretConfigMap),
    ];

    /// What must hold, in words.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::PrivilegedContainer => "no container is privileged",
            Self::HostPid => "the pod does not share the processes of its node (hostPID)",
            Self::HostIpc => "the pod does not share the memory of its node (hostIPC)",
            Self::HostNetwork => "the pod does not use the network of its node (hostNetwork)",
            Self::HostProcess => "no container is a process of its Windows node (hostProcess)",
            Self::HostPort => "no container uses a port of its node (hostPort)",
            Self::HostPath => "no volume is a path of the node (hostPath)",
            Self::SensitiveHostPath => "no hostPath is, contains or is in a sensitive place of the node",
            Self::RuntimeSocket => "no hostPath gives the socket of a container runtime",
            Self::WritableHostPath => "every mount of a hostPath has readOnly: true",
            Self::MountPropagation => "no mount has mountPropagation: Bidirectional",
            Self::RestrictedVolumes => "every volume is of a kind that the level restricted allows",
            Self::PrivilegeEscalation => "every container has allowPrivilegeEscalation: false",
            Self::RunAsNonRoot => "every container has runAsNonRoot: true, or a runAsUser other than 0",
            Self::RunAsUser => "no runAsUser is 0, and the user is not left to the image",
            Self::HighUid => "every container has a runAsUser above 10000",
            Self::HighGid => "every container has a runAsGroup above 10000",
            Self::RootGroup => "no group of a container is 0",
            Self::UserNamespace => "the pod has a user namespace of its own (hostUsers: false)",
            Self::CapabilitiesDropAll => "every container drops ALL",
            Self::CapabilitiesDropAny => "every container drops a capability",
            Self::CapabilitiesAddDefault => {
                "no container adds a capability beyond those that the level baseline allows"
            }
            Self::CapabilitiesAddRestricted => "no container adds a capability other than NET_BIND_SERVICE",
            Self::CapabilitiesDangerous => {
                "no container adds a capability with which it takes over the node or the network"
            }
            Self::SeccompProfile => "every container has the seccomp profile RuntimeDefault or Localhost",
            Self::SeccompUnconfined => "no seccomp profile is Unconfined",
            Self::ApparmorProfile => "no AppArmor profile is Unconfined",
            Self::ApparmorStated => "every container states its AppArmor profile",
            Self::SelinuxOptions => "no SELinux user or role is set, and the type is one of containers",
            Self::ProcMount => "every container has the procMount Default",
            Self::Sysctls => "every sysctl is in the safe list of Kubernetes",
            Self::ProbeHost => "no probe and no hook names a host",
            Self::ReadOnlyRootFilesystem => "every container has readOnlyRootFilesystem: true",
            Self::WritablePathsDeclared => {
                "a container with a read-only root file system has a volume for what it writes"
            }
            Self::ImmutableContainer => "no program can be added to a running container",
            Self::ImageDigest => "every image is named by its digest",
            Self::ImageTag => "every image has a digest, or a tag other than latest",
            Self::ImagePullPolicy => {
                "every image is pulled with the credentials of its pod (imagePullPolicy: Always), or named by its digest"
            }
            Self::ImagePullSecrets => "the pod or its account has a Secret for the registry of each private image",
            Self::ImageRegistry => "every image is from an allowed registry",
            Self::ServiceAccount => "the pod has an account of its own",
            Self::ServiceAccountToken => "the pod has no token for the API server, unless it calls it",
            Self::SecretEnv => "no variable is the value of a Secret",
            Self::SecretLiteral => "no literal value of a variable or a command looks like a secret",
            Self::CpuRequest => "every container asks for CPU",
            Self::MemoryRequest => "every container asks for memory",
            Self::MemoryLimit => "every container has a memory limit",
            Self::CpuLimit => "every container has a CPU limit",
            Self::EphemeralStorageLimit => "every container has a limit of ephemeral storage",
            Self::HostAliases => "the pod has no hostAliases",
            Self::ShareProcessNamespace => "the containers do not share their processes (shareProcessNamespace)",
            Self::InteractiveTerminal => "no container has an open standard input or a terminal",
            Self::PrivilegedPort => "every containerPort is 1024 or above",
            Self::DefaultNamespace => "the workload is in a namespace other than default",
            Self::SystemNamespace => "the workload is in no namespace of Kubernetes itself",
            Self::ReadinessProbe => "every lasting container has a readinessProbe",
            Self::LivenessProbe => "every lasting container has a livenessProbe",
            Self::ShellInProbe => "no probe and no hook starts a shell",
            Self::ControlPlaneToleration => "the workload does not run on nodes of the control plane",
            Self::ClaimAccessMode => "every claim of a StatefulSet is for one node or one pod",
            Self::ClaimStorage => "every claim of a StatefulSet asks for an amount of storage",
            Self::DeprecatedApi => "Kubernetes still serves the version of the API",
            Self::NetworkPolicy => "a NetworkPolicy restricts what reaches the pods",
            Self::AnonymousBinding => "no role is bound to anonymous users",
            Self::SecretConfigMap => "no entry of a ConfigMap looks like a secret",
        }
    }

    /// What is read, in words.
    pub const fn reads(self) -> &'static str {
        match self {
            Self::AnonymousBinding => "the subjects of bindings",
            Self::SecretConfigMap => "the entries of ConfigMaps",
            Self::NetworkPolicy => "pod templates and NetworkPolicies",
            Self::ImagePullSecrets | Self::ServiceAccountToken => "pod templates and ServiceAccounts",
            _ => "pods, and the pod templates of what makes pods",
        }
    }

    /// What the rule says of a subject; nothing if it is about another kind.
    pub fn examine(self, subject: TestSubject<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
        match subject {
            TestSubject::Workload(unit, labels) => self.of_workload(&unit, labels, around),
            TestSubject::Binding(binding) if self == Self::AnonymousBinding => objects::anonymous(binding),
            TestSubject::ConfigMap(secrets) if self == Self::SecretConfigMap => objects::config(secrets),
            TestSubject::Binding(_) | TestSubject::ConfigMap(_) => Vec::new(),
        }
    }

    fn of_workload(self, unit: &WorkloadUnit<'_>, labels: &Labels, around: &Surroundings<'_>) -> Vec<Judgement> {
        match self {
            Self::PrivilegedContainer => privileges::privileged(unit),
            Self::HostPid => host::pid(unit),
            Self::HostIpc => host::ipc(unit),
            Self::HostNetwork => host::network(unit),
            Self::HostProcess => privileges::host_process(unit),
            Self::HostPort => host::ports(unit),
            Self::HostPath => host::path(unit),
            Self::SensitiveHostPath => host::sensitive_path(unit),
            Self::RuntimeSocket => host::runtime_socket(unit),
            Self::WritableHostPath => host::writable_path(unit),
            Self::MountPropagation => host::mount_propagation(unit),
            Self::RestrictedVolumes => file_system::restricted_volumes(unit),
            Self::PrivilegeEscalation => privileges::escalation(unit),
            Self::RunAsNonRoot => users::non_root(unit),
            Self::RunAsUser => users::not_user_0(unit),
            Self::HighUid => users::high_uid(unit),
            Self::HighGid => users::high_gid(unit),
            Self::RootGroup => users::root_group(unit),
            Self::UserNamespace => users::user_namespace(unit),
            Self::CapabilitiesDropAll => capabilities::drop_all(unit),
            Self::CapabilitiesDropAny => capabilities::drop_any(unit),
            Self::CapabilitiesAddDefault => capabilities::add_default(unit),
            Self::CapabilitiesAddRestricted => capabilities::add_restricted(unit),
            Self::CapabilitiesDangerous => capabilities::dangerous(unit),
            Self::SeccompProfile => confinement::seccomp(unit, around),
            Self::SeccompUnconfined => confinement::seccomp_unconfined(unit, around),
            Self::ApparmorProfile => confinement::apparmor(unit),
            Self::ApparmorStated => confinement::apparmor_stated(unit),
            Self::SelinuxOptions => confinement::selinux(unit, around),
            Self::ProcMount => confinement::proc_mount(unit),
            Self::Sysctls => confinement::sysctls(unit, around),
            Self::ProbeHost => host::probe_host(unit),
            Self::ReadOnlyRootFilesystem => file_system::read_only_root(unit),
            Self::WritablePathsDeclared => file_system::writable_paths(unit),
            Self::ImmutableContainer => file_system::immutable(unit),
            Self::ImageDigest => images::digest(unit),
            Self::ImageTag => images::tag(unit),
            Self::ImagePullPolicy => images::pull_policy(unit),
            Self::ImagePullSecrets => images::pull_secrets(unit, around),
            Self::ImageRegistry => images::registry(unit, around),
            Self::ServiceAccount => accounts::account(unit),
            Self::ServiceAccountToken => accounts::token(unit, around),
            Self::SecretEnv => secrets::from_secrets(unit),
            Self::SecretLiteral => secrets::literals(unit),
            Self::CpuRequest => resources::request(unit, "cpu"),
            Self::MemoryRequest => resources::request(unit, "memory"),
            Self::MemoryLimit => resources::limit(unit, "memory"),
            Self::CpuLimit => resources::limit(unit, "cpu"),
            Self::EphemeralStorageLimit => resources::limit(unit, "ephemeral-storage"),
            Self::HostAliases => host::aliases(unit),
            Self::ShareProcessNamespace => host::share_processes(unit),
            Self::InteractiveTerminal => operation::terminal(unit),
            Self::PrivilegedPort => host::privileged_port(unit),
            Self::DefaultNamespace => placement::not_default(unit),
            Self::SystemNamespace => placement::not_system(unit),
            Self::ReadinessProbe => operation::probe(unit, "readinessProbe", |of| &of.readiness_probe),
            Self::LivenessProbe => operation::probe(unit, "livenessProbe", |of| &of.liveness_probe),
            Self::ShellInProbe => operation::shell(unit),
            Self::ControlPlaneToleration => placement::control_plane(unit),
            Self::ClaimAccessMode => claims::access_mode(unit),
            Self::ClaimStorage => claims::storage(unit),
            Self::DeprecatedApi => api::deprecated(unit, around),
            Self::NetworkPolicy => isolation::network_policy(unit, labels, around),
            Self::AnonymousBinding | Self::SecretConfigMap => Vec::new(),
        }
    }
}

impl TryFrom<String> for WorkloadTest {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(id, _)| *id == name);
        found.map(|(_, test)| test).ok_or_else(|| {
            let near = suggestions(&name, Self::ALL.into_iter().map(|(id, _)| id));
            format!("{} is not a rule for workloads{near}", quote(&name))
        })
    }
}
