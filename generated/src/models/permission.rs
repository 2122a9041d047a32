//! The schema `Permission`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// List of permissions
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// `all`
    #[serde(rename = "all")]
    All,
    /// `apiKey.create`
    #[serde(rename = "apiKey.create")]
    ApiKeyCreate,
    /// `apiKey.read`
    #[serde(rename = "apiKey.read")]
    ApiKeyRead,
    /// `apiKey.update`
    #[serde(rename = "apiKey.update")]
    ApiKeyUpdate,
    /// `apiKey.delete`
    #[serde(rename = "apiKey.delete")]
    ApiKeyDelete,
    /// `auth.changePassword`
    #[serde(rename = "auth.changePassword")]
    AuthChangePassword,
    /// `authDevice.delete`
    #[serde(rename = "authDevice.delete")]
    AuthDeviceDelete,
    /// `session.create`
    #[serde(rename = "session.create")]
    SessionCreate,
    /// `session.read`
    #[serde(rename = "session.read")]
    SessionRead,
    /// `session.update`
    #[serde(rename = "session.update")]
    SessionUpdate,
    /// `session.delete`
    #[serde(rename = "session.delete")]
    SessionDelete,
    /// `systemMetadata.read`
    #[serde(rename = "systemMetadata.read")]
    SystemMetadataRead,
    /// `systemMetadata.update`
    #[serde(rename = "systemMetadata.update")]
    SystemMetadataUpdate,
    /// `user.read`
    #[serde(rename = "user.read")]
    UserRead,
    /// `user.update`
    #[serde(rename = "user.update")]
    UserUpdate,
    /// `server.about`
    #[serde(rename = "server.about")]
    ServerAbout,
    /// `adminUser.create`
    #[serde(rename = "adminUser.create")]
    AdminUserCreate,
    /// `adminUser.read`
    #[serde(rename = "adminUser.read")]
    AdminUserRead,
    /// `adminUser.update`
    #[serde(rename = "adminUser.update")]
    AdminUserUpdate,
    /// `adminUser.delete`
    #[serde(rename = "adminUser.delete")]
    AdminUserDelete,
}

impl Choice for Permission {
    const ALL: &'static [Self] = &[
        Self::All,
        Self::ApiKeyCreate,
        Self::ApiKeyRead,
        Self::ApiKeyUpdate,
        Self::ApiKeyDelete,
        Self::AuthChangePassword,
        Self::AuthDeviceDelete,
        Self::SessionCreate,
        Self::SessionRead,
        Self::SessionUpdate,
        Self::SessionDelete,
        Self::SystemMetadataRead,
        Self::SystemMetadataUpdate,
        Self::UserRead,
        Self::UserUpdate,
        Self::ServerAbout,
        Self::AdminUserCreate,
        Self::AdminUserRead,
        Self::AdminUserUpdate,
        Self::AdminUserDelete,
    ];
    const TEXTS: &'static [&'static str] = &[
        "all",
        "apiKey.create",
        "apiKey.read",
        "apiKey.update",
        "apiKey.delete",
        "auth.changePassword",
        "authDevice.delete",
        "session.create",
        "session.read",
        "session.update",
        "session.delete",
        "systemMetadata.read",
        "systemMetadata.update",
        "user.read",
        "user.update",
        "server.about",
        "adminUser.create",
        "adminUser.read",
        "adminUser.update",
        "adminUser.delete",
    ];

    fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ApiKeyCreate => "apiKey.create",
            Self::ApiKeyRead => "apiKey.read",
            Self::ApiKeyUpdate => "apiKey.update",
            Self::ApiKeyDelete => "apiKey.delete",
            Self::AuthChangePassword => "auth.changePassword",
            Self::AuthDeviceDelete => "authDevice.delete",
            Self::SessionCreate => "session.create",
            Self::SessionRead => "session.read",
            Self::SessionUpdate => "session.update",
            Self::SessionDelete => "session.delete",
            Self::SystemMetadataRead => "systemMetadata.read",
            Self::SystemMetadataUpdate => "systemMetadata.update",
            Self::UserRead => "user.read",
            Self::UserUpdate => "user.update",
            Self::ServerAbout => "server.about",
            Self::AdminUserCreate => "adminUser.create",
            Self::AdminUserRead => "adminUser.read",
            Self::AdminUserUpdate => "adminUser.update",
            Self::AdminUserDelete => "adminUser.delete",
        }
    }
}
