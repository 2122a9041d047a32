//! Operations with the tag `Sessions`.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `Sessions`.
pub trait Sessions: Backend {
    /// Create a session as a child to the current session. This endpoint is used for casting.
    ///
    /// `POST /sessions`, requires the permission `session.create`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn create_session(
        &self,
        caller: Granted<Self::Principal, permission::SessionCreate>,
        body: crate::models::SessionCreateDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<CreateSessionResponse>, Self::Error>> + Send;

    /// Delete all sessions for the user. This will not delete the current session.
    ///
    /// `DELETE /sessions`, requires the permission `session.delete`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn delete_all_sessions(
        &self,
        caller: Granted<Self::Principal, permission::SessionDelete>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<DeleteAllSessionsResponse>, Self::Error>> + Send;

    /// Retrieve a list of sessions for the user.
    ///
    /// `GET /sessions`, requires the permission `session.read`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_sessions(
        &self,
        caller: Granted<Self::Principal, permission::SessionRead>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetSessionsResponse>, Self::Error>> + Send;

    /// Delete a specific session by id.
    ///
    /// `DELETE /sessions/{id}`, requires the permission `session.delete`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn delete_session(
        &self,
        caller: Granted<Self::Principal, permission::SessionDelete>,
        id: uuid::Uuid,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<DeleteSessionResponse>, Self::Error>> + Send;
}

/// Successful responses of `createSession`.
#[derive(Debug)]
pub enum CreateSessionResponse {
    /// 201
    Created(crate::models::SessionCreateResponseDto),
}

impl IntoResponse for CreateSessionResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Created(body) => immich_wire::json(StatusCode::CREATED, &body).map(immich_wire::not_stored),
        }
    }
}

/// Successful responses of `deleteAllSessions`.
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

/// Successful responses of `getSessions`.
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

/// Successful responses of `deleteSession`.
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
