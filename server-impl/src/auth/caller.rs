//! The caller of an operation, after its credential was validated.

use crate::db::api_key::ApiKeyRow;
use crate::db::session::SessionRow;
use crate::db::user::UserRow;
use immich_api::models::Permission;
use immich_wire::Choice as _;
use uuid::Uuid;

/// The caller of an operation.
#[derive(Debug)]
pub struct Caller {
    /// The user that the credential belongs to.
    pub user: UserRow,
    /// The credential that the call was made with.
    pub credential: CallerCredential,
}

/// A valid credential.
#[derive(Clone, Debug)]
pub enum CallerCredential {
    /// A session, which has every permission.
    Session(SessionRow),
    /// An API key, which is limited to its permissions.
    ApiKey(ApiKeyRow),
}

impl Caller {
    /// The session that the call was made with; `None` for an API key.
    #[must_use]
    pub fn session(&self) -> Option<&SessionRow> {
        match &self.credential {
            CallerCredential::Session(session) => Some(session),
            CallerCredential::ApiKey(_) => None,
        }
    }

    /// The id of that session; `None` for an API key.
    #[must_use]
    pub fn session_id(&self) -> Option<Uuid> {
        self.session().map(|session| session.id)
    }

    /// Whether the caller has this permission. Only API keys are limited. Permissions have no hierarchy: the key needs
    /// the exact permission, or `all`.
    #[must_use]
    pub fn may(&self, needed: Permission) -> bool {
        match &self.credential {
            CallerCredential::Session(_) => true,
            CallerCredential::ApiKey(key) => {
                key.permissions.iter().any(|held| held == needed.as_str() || held == Permission::All.as_str())
            }
        }
    }

    /// Whether the caller may grant these permissions to an API key: it must have each of them itself.
    #[must_use]
    pub fn may_grant(&self, permissions: &[Permission]) -> bool {
        permissions.iter().all(|permission| self.may(*permission))
    }
}
