//! The operations, one trait per tag of the contract.

mod api_keys_api;
mod authentication_api;
mod server_api;
mod sessions_api;
mod users_api;

pub use api_keys_api::{
    ApiKeys, CreateApiKeyResponse, DeleteApiKeyResponse, GetApiKeyResponse, GetApiKeysResponse, GetMyApiKeyResponse,
    UpdateApiKeyResponse,
};
pub use authentication_api::{
    Authentication, ChangePasswordResponse, LoginResponse, LogoutResponse, SignUpAdminResponse,
    ValidateAccessTokenResponse,
};
pub use server_api::{
    GetAboutInfoResponse, GetServerConfigResponse, GetServerFeaturesResponse, GetServerVersionResponse,
    PingServerResponse, Server,
};
pub use sessions_api::{
    CreateSessionResponse, DeleteAllSessionsResponse, DeleteSessionResponse, GetSessionsResponse, Sessions,
};
pub use users_api::{GetMyUserResponse, GetUserResponse, SearchUsersResponse, UpdateMyUserResponse, Users};

/// All operations of the contract. Every type that implements the traits of all tags implements it.
pub trait Api: ApiKeys + Authentication + Server + Sessions + Users {}

impl<T: ApiKeys + Authentication + Server + Sessions + Users> Api for T {}
