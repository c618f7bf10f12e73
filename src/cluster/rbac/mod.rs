//! Who may do what, by the rules of Kubernetes's RBAC authorizer.

mod bootstrap;
mod grant;
mod identity;
mod permission;
mod power;
mod resource_type;
mod rule;

pub use bootstrap::Bootstrap;
pub use grant::{Grant, Holder, Rbac, RoleTitle, Scope, Via};
pub use identity::{Identity, MASTERS};
pub use permission::{Coverage, Permission, PermissionObject, Reach};
pub use power::Power;
pub use resource_type::ResourceType;
