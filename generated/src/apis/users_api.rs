//! Operations with the tag `Users`.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `Users`.
pub trait Users: Backend {
    /// Retrieve information about the user making the API request.
    ///
    /// `GET /users/me`, requires the permission `user.read`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_my_user(
        &self,
        caller: Granted<Self::Principal, permission::UserRead>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetMyUserResponse>, Self::Error>> + Send;

    /// Retrieve a list of all users on the server.
    ///
    /// `GET /users`, requires the permission `user.read`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn search_users(
        &self,
        caller: Granted<Self::Principal, permission::UserRead>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<SearchUsersResponse>, Self::Error>> + Send;

    /// Update the current user making the API request.
    ///
    /// `PUT /users/me`, requires the permission `user.update`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn update_my_user(
        &self,
        caller: Granted<Self::Principal, permission::UserUpdate>,
        body: crate::models::UserUpdateMeDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<UpdateMyUserResponse>, Self::Error>> + Send;

    /// Retrieve a specific user by their ID.
    ///
    /// `GET /users/{id}`, requires the permission `user.read`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_user(
        &self,
        caller: Granted<Self::Principal, permission::UserRead>,
        id: uuid::Uuid,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetUserResponse>, Self::Error>> + Send;
}

/// Successful responses of `getMyUser`.
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

/// Successful responses of `searchUsers`.
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

/// Successful responses of `updateMyUser`.
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

/// Successful responses of `getUser`.
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
