//! Operations with the tag `Authentication`.

use crate::Backend;
use crate::permission::PasswordCheck;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `Authentication`.
pub trait Authentication: Backend {
    /// Change the password of the current user.
    ///
    /// `POST /auth/change-password`, requires the permission `auth.changePassword`, checks a password.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn change_password(
        &self,
        caller: Granted<Self::Principal, permission::AuthChangePassword>,
        check: PasswordCheck,
        body: crate::models::ChangePasswordDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ChangePasswordResponse>, Self::Error>> + Send;

    /// Login with username and password and receive a session token.
    ///
    /// `POST /auth/login`, public, checks a password.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn login(
        &self,
        check: PasswordCheck,
        body: crate::models::LoginCredentialDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<LoginResponse>, Self::Error>> + Send;

    /// Logout the current user and invalidate the session token.
    ///
    /// `POST /auth/logout`, requires the permission `all`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn logout(
        &self,
        caller: Granted<Self::Principal, permission::All>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<LogoutResponse>, Self::Error>> + Send;

    /// Create the first admin user in the system.
    ///
    /// `POST /auth/admin-sign-up`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn sign_up_admin(
        &self,
        body: crate::models::SignUpDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<SignUpAdminResponse>, Self::Error>> + Send;

    /// Validate the current authorization method is still valid.
    ///
    /// `POST /auth/validateToken`, requires a credential.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn validate_access_token(
        &self,
        caller: Granted<Self::Principal, permission::AnyCredential>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ValidateAccessTokenResponse>, Self::Error>> + Send;
}

/// Successful responses of `changePassword`.
#[derive(Debug)]
pub enum ChangePasswordResponse {
    /// 200
    Ok(crate::models::UserAdminResponseDto),
}

impl IntoResponse for ChangePasswordResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `login`.
#[derive(Debug)]
pub enum LoginResponse {
    /// 201
    Created(crate::models::LoginResponseDto),
}

impl IntoResponse for LoginResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Created(body) => immich_wire::json(StatusCode::CREATED, &body).map(immich_wire::not_stored),
        }
    }
}

/// Successful responses of `logout`.
#[derive(Debug)]
pub enum LogoutResponse {
    /// 200
    Ok(crate::models::LogoutResponseDto),
}

impl IntoResponse for LogoutResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `signUpAdmin`.
#[derive(Debug)]
pub enum SignUpAdminResponse {
    /// 201
    Created(crate::models::UserAdminResponseDto),
}

impl IntoResponse for SignUpAdminResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Created(body) => immich_wire::json(StatusCode::CREATED, &body),
        }
    }
}

/// Successful responses of `validateAccessToken`.
#[derive(Debug)]
pub enum ValidateAccessTokenResponse {
    /// 200
    Ok(crate::models::ValidateAccessTokenResponseDto),
}

impl IntoResponse for ValidateAccessTokenResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}
