//! The operations of the contract, with method, path, security schemes and permission of each.

use crate::models::Permission;
use crate::security::SecurityScheme;
use http::Method;

/// An operation of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Creates a new API key. It will be limited to the permissions specified.
    CreateApiKey,
    /// Retrieve all API keys of the current user.
    GetApiKeys,
    /// Retrieve the API key that is used to access this endpoint.
    GetMyApiKey,
    /// Retrieve an API key by its ID. The current user must own this API key.
    GetApiKey,
    /// Updates the name and permissions of an API key by its ID. The current user must own this API key.
    UpdateApiKey,
    /// Deletes an API key identified by its ID. The current user must own this API key.
    DeleteApiKey,
    /// Login with username and password and receive a session token.
    Login,
    /// Create the first admin user in the system.
    SignUpAdmin,
    /// Validate the current authorization method is still valid.
    ValidateAccessToken,
    /// Change the password of the current user.
    ChangePassword,
    /// Logout the current user and invalidate the session token.
    Logout,
    /// Retrieve a list of information about the server.
    GetAboutInfo,
    /// Pong
    PingServer,
    /// Retrieve the current server version in semantic versioning (semver) format.
    GetServerVersion,
    /// Retrieve available features supported by this server.
    GetServerFeatures,
    /// Retrieve the current server configuration.
    GetServerConfig,
    /// Create a session as a child to the current session. This endpoint is used for casting.
    CreateSession,
    /// Retrieve a list of sessions for the user.
    GetSessions,
    /// Delete all sessions for the user. This will not delete the current session.
    DeleteAllSessions,
    /// Delete a specific session by id.
    DeleteSession,
    /// Retrieve a list of all users on the server.
    SearchUsers,
    /// Retrieve information about the user making the API request.
    GetMyUser,
    /// Update the current user making the API request.
    UpdateMyUser,
    /// Retrieve a specific user by their ID.
    GetUser,
}

/// The facts about an operation in the contract.
#[derive(Debug)]
pub struct Facts {
    /// `operationId`.
    pub id: &'static str,
    /// The HTTP method. A `GET` operation also answers `HEAD`.
    pub method: Method,
    /// The path template below [`BASE_PATH`](crate::BASE_PATH), for example `/users/{id}`.
    pub path: &'static str,
    /// The accepted security schemes; empty for a public operation.
    pub schemes: &'static [SecurityScheme],
    /// The permission that the caller needs, if any.
    pub permission: Option<Permission>,
    /// The maximum size of the body in bytes, if the contract declares one (`x-max-body`).
    pub max_body: Option<usize>,
}

static FACTS: [Facts; 24] = [
    Facts {
        id: "createApiKey",
        method: Method::POST,
        path: "/api-keys",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyCreate),
        max_body: None,
    },
    Facts {
        id: "getApiKeys",
        method: Method::GET,
        path: "/api-keys",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyRead),
        max_body: None,
    },
    Facts {
        id: "getMyApiKey",
        method: Method::GET,
        path: "/api-keys/me",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "getApiKey",
        method: Method::GET,
        path: "/api-keys/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyRead),
        max_body: None,
    },
    Facts {
        id: "updateApiKey",
        method: Method::PUT,
        path: "/api-keys/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyUpdate),
        max_body: None,
    },
    Facts {
        id: "deleteApiKey",
        method: Method::DELETE,
        path: "/api-keys/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyDelete),
        max_body: None,
    },
    Facts {
        id: "login",
        method: Method::POST,
        path: "/auth/login",
        schemes: &[],
        permission: None,
        max_body: Some(3_145_728),
    },
    Facts {
        id: "signUpAdmin",
        method: Method::POST,
        path: "/auth/admin-sign-up",
        schemes: &[],
        permission: None,
        max_body: Some(3_145_728),
    },
    Facts {
        id: "validateAccessToken",
        method: Method::POST,
        path: "/auth/validateToken",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "changePassword",
        method: Method::POST,
        path: "/auth/change-password",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::AuthChangePassword),
        max_body: None,
    },
    Facts {
        id: "logout",
        method: Method::POST,
        path: "/auth/logout",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::All),
        max_body: None,
    },
    Facts {
        id: "getAboutInfo",
        method: Method::GET,
        path: "/server/about",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ServerAbout),
        max_body: None,
    },
    Facts {
        id: "pingServer",
        method: Method::GET,
        path: "/server/ping",
        schemes: &[],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "getServerVersion",
        method: Method::GET,
        path: "/server/version",
        schemes: &[],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "getServerFeatures",
        method: Method::GET,
        path: "/server/features",
        schemes: &[],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "getServerConfig",
        method: Method::GET,
        path: "/server/config",
        schemes: &[],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "createSession",
        method: Method::POST,
        path: "/sessions",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionCreate),
        max_body: None,
    },
    Facts {
        id: "getSessions",
        method: Method::GET,
        path: "/sessions",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionRead),
        max_body: None,
    },
    Facts {
        id: "deleteAllSessions",
        method: Method::DELETE,
        path: "/sessions",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionDelete),
        max_body: None,
    },
    Facts {
        id: "deleteSession",
        method: Method::DELETE,
        path: "/sessions/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionDelete),
        max_body: None,
    },
    Facts {
        id: "searchUsers",
        method: Method::GET,
        path: "/users",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserRead),
        max_body: None,
    },
    Facts {
        id: "getMyUser",
        method: Method::GET,
        path: "/users/me",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserRead),
        max_body: None,
    },
    Facts {
        id: "updateMyUser",
        method: Method::PUT,
        path: "/users/me",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserUpdate),
        max_body: None,
    },
    Facts {
        id: "getUser",
        method: Method::GET,
        path: "/users/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserRead),
        max_body: None,
    },
];

impl Operation {
    /// All operations, in the contract's order.
    pub const ALL: [Self; 24] = [
        Self::CreateApiKey,
        Self::GetApiKeys,
        Self::GetMyApiKey,
        Self::GetApiKey,
        Self::UpdateApiKey,
        Self::DeleteApiKey,
        Self::Login,
        Self::SignUpAdmin,
        Self::ValidateAccessToken,
        Self::ChangePassword,
        Self::Logout,
        Self::GetAboutInfo,
        Self::PingServer,
        Self::GetServerVersion,
        Self::GetServerFeatures,
        Self::GetServerConfig,
        Self::CreateSession,
        Self::GetSessions,
        Self::DeleteAllSessions,
        Self::DeleteSession,
        Self::SearchUsers,
        Self::GetMyUser,
        Self::UpdateMyUser,
        Self::GetUser,
    ];

    /// The facts about this operation.
    #[must_use]
    pub fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// `operationId`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(self) -> &'static Method {
        &self.facts().method
    }

    /// The path template below [`BASE_PATH`](crate::BASE_PATH).
    #[must_use]
    pub fn path(self) -> &'static str {
        self.facts().path
    }

    /// The permission that the caller needs, if any.
    #[must_use]
    pub fn permission(self) -> Option<Permission> {
        self.facts().permission
    }

    /// Whether the operation requires a credential.
    #[must_use]
    pub fn is_secured(self) -> bool {
        !self.facts().schemes.is_empty()
    }

    /// Whether the operation accepts a credential of this security scheme.
    #[must_use]
    pub fn accepts(self, scheme: SecurityScheme) -> bool {
        self.facts().schemes.contains(&scheme)
    }
}
