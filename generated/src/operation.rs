//! The operations of the contract and what it says of each.

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

/// What the contract says of an operation.
#[derive(Debug)]
pub struct Facts {
    /// `operationId`.
    pub id: &'static str,
    /// HTTP method. `HEAD` is answered wherever `GET` is.
    pub method: Method,
    /// Path template below [`BASE_PATH`](crate::BASE_PATH), for instance `/users/{id}`.
    pub path: &'static str,
    /// Kinds of credential that are accepted; none for a public operation.
    pub schemes: &'static [SecurityScheme],
    /// What a caller must be permitted to do.
    pub permission: Option<Permission>,
    /// SHA-256 of the operation as the effective contract has it: references resolved, prose left out.
    pub digest: &'static str,
}

static FACTS: [Facts; 24] = [
    Facts {
        id: "createApiKey",
        method: Method::POST,
        path: "/api-keys",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyCreate),
        digest: "79ead896867593b09bb259936a39dee4478de68083f9f6e0a218096694ab74cc",
    },
    Facts {
        id: "getApiKeys",
        method: Method::GET,
        path: "/api-keys",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyRead),
        digest: "7bfd7d6ee9cdbcd43e9b6fab3bf4a5f2727e4b36453446b5479efb57346fb9fc",
    },
    Facts {
        id: "getMyApiKey",
        method: Method::GET,
        path: "/api-keys/me",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: None,
        digest: "14d27668cc019948e7edebede1d60ecd00044014507644d075504097c47991b1",
    },
    Facts {
        id: "getApiKey",
        method: Method::GET,
        path: "/api-keys/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyRead),
        digest: "9ac1f60462b608718b757f5aea0454d04693f69d210249e58c7e951c72ac113f",
    },
    Facts {
        id: "updateApiKey",
        method: Method::PUT,
        path: "/api-keys/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyUpdate),
        digest: "bc9fa6df71c16f33ae53d4a8f40f1b76a44c6318fad9960c6ae6969104684d9c",
    },
    Facts {
        id: "deleteApiKey",
        method: Method::DELETE,
        path: "/api-keys/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ApiKeyDelete),
        digest: "391fe00961a14298b981f415d685183d056e7e894057e6ecaf6fc85f07e5198d",
    },
    Facts {
        id: "login",
        method: Method::POST,
        path: "/auth/login",
        schemes: &[],
        permission: None,
        digest: "3105c429519ade23033cc62d464dd0c9ba2f78859f4f8b18dff493ca8c2d38cf",
    },
    Facts {
        id: "signUpAdmin",
        method: Method::POST,
        path: "/auth/admin-sign-up",
        schemes: &[],
        permission: None,
        digest: "abb9b750adbe3f6ffab330ea19c7292a2540f8b8a1ee7713739d5805f491a4c3",
    },
    Facts {
        id: "validateAccessToken",
        method: Method::POST,
        path: "/auth/validateToken",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: None,
        digest: "becb85bbe0d438cef9c49112453ee2d76bd49072d705cc961afb67997c9a201c",
    },
    Facts {
        id: "changePassword",
        method: Method::POST,
        path: "/auth/change-password",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::AuthChangePassword),
        digest: "9facff7b1075b7a2a469fbe63151ec6935c45c6b9ea6ebfac169d8993d366f62",
    },
    Facts {
        id: "logout",
        method: Method::POST,
        path: "/auth/logout",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::All),
        digest: "546a35de71b45c2e5a01cbaecc70050d6ce73689c663d8a5e96731afb8143f7c",
    },
    Facts {
        id: "getAboutInfo",
        method: Method::GET,
        path: "/server/about",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::ServerAbout),
        digest: "1886c626e72d94686a131a9dfe2fdac7a76843949902fdade0eedb8de1178064",
    },
    Facts {
        id: "pingServer",
        method: Method::GET,
        path: "/server/ping",
        schemes: &[],
        permission: None,
        digest: "ed5b0a699c104592f84bc6af93f65ad97911eb4bc588d7f9743f50cefe22d779",
    },
    Facts {
        id: "getServerVersion",
        method: Method::GET,
        path: "/server/version",
        schemes: &[],
        permission: None,
        digest: "505be9549a257b48b6cdf59fdb8184d711130004c0d1db872a3108162268f8b6",
    },
    Facts {
        id: "getServerFeatures",
        method: Method::GET,
        path: "/server/features",
        schemes: &[],
        permission: None,
        digest: "76b1380489e4dbb93e349329948c87a48f55b1989af6e8d5d15859e6b0bd39a9",
    },
    Facts {
        id: "getServerConfig",
        method: Method::GET,
        path: "/server/config",
        schemes: &[],
        permission: None,
        digest: "e9f25c50ff422700823fd4a7c35850fb737366348e4fb53ea59dd7fedcd66411",
    },
    Facts {
        id: "createSession",
        method: Method::POST,
        path: "/sessions",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionCreate),
        digest: "a006d373ce2ddb618bed739d422dfedb23c7666f05a178d72dbea170560f2039",
    },
    Facts {
        id: "getSessions",
        method: Method::GET,
        path: "/sessions",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionRead),
        digest: "ba49ea492686582563bc4857492048fea7e3786f2010475839b053306d4b3074",
    },
    Facts {
        id: "deleteAllSessions",
        method: Method::DELETE,
        path: "/sessions",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionDelete),
        digest: "0bc786cb64349a78eabf2732b3ad8fb57f6518caa1838facee798100c6373589",
    },
    Facts {
        id: "deleteSession",
        method: Method::DELETE,
        path: "/sessions/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::SessionDelete),
        digest: "78770808d6bef06b9d3eecb86ae2f050cdb19c8203e0515199b065af37f9bcf5",
    },
    Facts {
        id: "searchUsers",
        method: Method::GET,
        path: "/users",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserRead),
        digest: "32390187d290123134c699cb35039c71611bce5e3fc1fbe466604187aafce20e",
    },
    Facts {
        id: "getMyUser",
        method: Method::GET,
        path: "/users/me",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserRead),
        digest: "8a8290c699de46167d73b8effeedc9bc5efa675b156ae3abf36ce4d061348beb",
    },
    Facts {
        id: "updateMyUser",
        method: Method::PUT,
        path: "/users/me",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserUpdate),
        digest: "2aaacf9bdeb55ff617d64c70931d98d75f037f3d099f7f41eccfd440635112df",
    },
    Facts {
        id: "getUser",
        method: Method::GET,
        path: "/users/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Cookie, SecurityScheme::ApiKey],
        permission: Some(Permission::UserRead),
        digest: "9f9dc7b55db0fd4778d555ae83b4c1d216e995f39d07ba7daa53609ddbbc3511",
    },
];

impl Operation {
    /// Every operation, in the contract's order.
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

    /// What the contract says of it.
    #[must_use]
    pub fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// `operationId`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// HTTP method.
    #[must_use]
    pub fn method(self) -> &'static Method {
        &self.facts().method
    }

    /// Path template below [`BASE_PATH`](crate::BASE_PATH).
    #[must_use]
    pub fn path(self) -> &'static str {
        self.facts().path
    }

    /// What a caller must be permitted to do.
    #[must_use]
    pub fn permission(self) -> Option<Permission> {
        self.facts().permission
    }

    /// Whether a credential is needed.
    #[must_use]
    pub fn is_secured(self) -> bool {
        !self.facts().schemes.is_empty()
    }

    /// Whether a credential of this kind is accepted.
    #[must_use]
    pub fn accepts(self, scheme: SecurityScheme) -> bool {
        self.facts().schemes.contains(&scheme)
    }
}
