//! The contract's schemas, one file each.

mod api_key_create_dto;

mod api_key_create_response_dto;

mod api_key_response_dto;

mod api_key_update_dto;

mod change_password_dto;

mod error_response_dto;

mod login_credential_dto;

mod login_response_dto;

mod logout_response_dto;

mod permission;

mod server_about_response_dto;

mod server_config_dto;

mod server_features_dto;

mod server_ping_response;

mod server_version_response_dto;

mod session_create_dto;

mod session_create_response_dto;

mod session_response_dto;

mod sign_up_dto;

mod user_admin_response_dto;

mod user_response_dto;

mod user_status;

mod user_update_me_dto;

mod validate_access_token_response_dto;

pub use api_key_create_dto::ApiKeyCreateDto;

pub use api_key_create_response_dto::ApiKeyCreateResponseDto;

pub use api_key_response_dto::ApiKeyResponseDto;

pub use api_key_update_dto::ApiKeyUpdateDto;

pub use change_password_dto::ChangePasswordDto;

pub use error_response_dto::ErrorResponseDto;

pub use login_credential_dto::LoginCredentialDto;

pub use login_response_dto::LoginResponseDto;

pub use logout_response_dto::LogoutResponseDto;

pub use permission::Permission;

pub use server_about_response_dto::ServerAboutResponseDto;

pub use server_config_dto::ServerConfigDto;

pub use server_features_dto::ServerFeaturesDto;

pub use server_ping_response::ServerPingResponse;

pub use server_version_response_dto::ServerVersionResponseDto;

pub use session_create_dto::SessionCreateDto;

pub use session_create_response_dto::SessionCreateResponseDto;

pub use session_response_dto::SessionResponseDto;

pub use sign_up_dto::SignUpDto;

pub use user_admin_response_dto::UserAdminResponseDto;

pub use user_response_dto::UserResponseDto;

pub use user_status::UserStatus;

pub use user_update_me_dto::UserUpdateMeDto;

pub use validate_access_token_response_dto::ValidateAccessTokenResponseDto;
