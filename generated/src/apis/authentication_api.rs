//! Operations tagged `Authentication`, generated from the contract.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations tagged `Authentication`.
pub trait Authentication: Backend {
    /// Change the password of the current user.
    ///
    /// `POST /auth/change-password`, for a caller with permission `auth.changePassword`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn change_password(
        &self,
        caller: Granted<Self::Principal, permission::AuthChangePassword>,
        body: crate::models::ChangePasswordDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ChangePasswordResponse>, Self::Error>> + Send;

    /// Login with username and password and receive a session token.
    ///
    /// `POST /auth/login`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn login(
        &self,
        body: crate::models::LoginCredentialDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<LoginResponse>, Self::Error>> + Send;

    /// Logout the current user and invalidate the session token.
    ///
    /// `POST /auth/logout`, for a caller with permission `all`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn logout(
        &self,
        caller: Granted<Self::Principal, permission::All>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<LogoutResponse>, Self::Error>> + Send;

    /// Create the first admin user in the system.
    ///
    /// `POST /auth/admin-sign-up`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn sign_up_admin(
        &self,
        body: crate::models::SignUpDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<SignUpAdminResponse>, Self::Error>> + Send;

    /// Validate the current authorization method is still valid.
    ///
    /// `POST /auth/validateToken`, for a caller with any credential.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn validate_access_token(
        &self,
        caller: Granted<Self::Principal, permission::AnyCredential>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ValidateAccessTokenResponse>, Self::Error>> + Send;
}

/// Successful answers of `changePassword`.
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

/// Successful answers of `login`.
#[derive(Debug)]
pub enum LoginResponse {
    /// 201
    Created(crate::models::LoginResponseDto),
}

impl IntoResponse for LoginResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Created(body) => immich_wire::json(StatusCode::CREATED, &body),
        }
    }
}

/// Successful answers of `logout`.
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

/// Successful answers of `signUpAdmin`.
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

/// Successful answers of `validateAccessToken`.
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
