//! Operations tagged `Users`, generated from the contract.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations tagged `Users`.
pub trait Users: Backend {
    /// Retrieve information about the user making the API request.
    ///
    /// `GET /users/me`, for a caller with permission `user.read`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn get_my_user(
        &self,
        caller: Granted<Self::Principal, permission::UserRead>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetMyUserResponse>, Self::Error>> + Send;

    /// Retrieve a list of all users on the server.
    ///
    /// `GET /users`, for a caller with permission `user.read`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn search_users(
        &self,
        caller: Granted<Self::Principal, permission::UserRead>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<SearchUsersResponse>, Self::Error>> + Send;

    /// Update the current user making the API request.
    ///
    /// `PUT /users/me`, for a caller with permission `user.update`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn update_my_user(
        &self,
        caller: Granted<Self::Principal, permission::UserUpdate>,
        body: crate::models::UserUpdateMeDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<UpdateMyUserResponse>, Self::Error>> + Send;

    /// Retrieve a specific user by their ID.
    ///
    /// `GET /users/{id}`, for a caller with permission `user.read`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn get_user(
        &self,
        caller: Granted<Self::Principal, permission::UserRead>,
        id: uuid::Uuid,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetUserResponse>, Self::Error>> + Send;
}

/// Successful answers of `getMyUser`.
#[derive(Debug)]
pub enum GetMyUserResponse {
    /// 200
    Ok(crate::models::UserAdminResponseDto),
}

impl IntoResponse for GetMyUserResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `searchUsers`.
#[derive(Debug)]
pub enum SearchUsersResponse {
    /// 200
    Ok(Vec<crate::models::UserResponseDto>),
}

impl IntoResponse for SearchUsersResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `updateMyUser`.
#[derive(Debug)]
pub enum UpdateMyUserResponse {
    /// 200
    Ok(crate::models::UserAdminResponseDto),
}

impl IntoResponse for UpdateMyUserResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `getUser`.
#[derive(Debug)]
pub enum GetUserResponse {
    /// 200
    Ok(crate::models::UserResponseDto),
}

impl IntoResponse for GetUserResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}
