//! Operations tagged `Sessions`, generated from the contract.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations tagged `Sessions`.
pub trait Sessions: Backend {
    /// Create a session as a child to the current session. This endpoint is used for casting.
    ///
    /// `POST /sessions`, for a caller with permission `session.create`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn create_session(
        &self,
        caller: Granted<Self::Principal, permission::SessionCreate>,
        body: crate::models::SessionCreateDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<CreateSessionResponse>, Self::Error>> + Send;

    /// Delete all sessions for the user. This will not delete the current session.
    ///
    /// `DELETE /sessions`, for a caller with permission `session.delete`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn delete_all_sessions(
        &self,
        caller: Granted<Self::Principal, permission::SessionDelete>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<DeleteAllSessionsResponse>, Self::Error>> + Send;

    /// Retrieve a list of sessions for the user.
    ///
    /// `GET /sessions`, for a caller with permission `session.read`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn get_sessions(
        &self,
        caller: Granted<Self::Principal, permission::SessionRead>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetSessionsResponse>, Self::Error>> + Send;

    /// Delete a specific session by id.
    ///
    /// `DELETE /sessions/{id}`, for a caller with permission `session.delete`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn delete_session(
        &self,
        caller: Granted<Self::Principal, permission::SessionDelete>,
        id: uuid::Uuid,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<DeleteSessionResponse>, Self::Error>> + Send;
}

/// Successful answers of `createSession`.
#[derive(Debug)]
pub enum CreateSessionResponse {
    /// 201
    Created(crate::models::SessionCreateResponseDto),
}

impl IntoResponse for CreateSessionResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Created(body) => immich_wire::json(StatusCode::CREATED, &body),
        }
    }
}

/// Successful answers of `deleteAllSessions`.
#[derive(Debug)]
pub enum DeleteAllSessionsResponse {
    /// 204
    NoContent,
}

impl IntoResponse for DeleteAllSessionsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::NoContent => Ok(immich_wire::empty(StatusCode::NO_CONTENT)),
        }
    }
}

/// Successful answers of `getSessions`.
#[derive(Debug)]
pub enum GetSessionsResponse {
    /// 200
    Ok(Vec<crate::models::SessionResponseDto>),
}

impl IntoResponse for GetSessionsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `deleteSession`.
#[derive(Debug)]
pub enum DeleteSessionResponse {
    /// 204
    NoContent,
}

impl IntoResponse for DeleteSessionResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::NoContent => Ok(immich_wire::empty(StatusCode::NO_CONTENT)),
        }
    }
}
