//! Operations with the tag `Files (raw)`.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `Files (raw)`.
pub trait FilesRaw: Backend {
    /// Headers as parameters, bytes as the answer
    ///
    /// `GET /albums/{id}/cover`, requires a credential.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    #[expect(clippy::too_many_arguments, reason = "given by the contract")]
    fn get_cover(
        &self,
        caller: Granted<Self::Principal, permission::AnyCredential>,
        id: uuid::Uuid,
        x_size: i32,
        x_trace: Option<uuid::Uuid>,
        x_scale: Option<f64>,
        x_fit: Option<crate::models::Fit>,
        x_live: bool,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetCoverResponse>, Self::Error>> + Send;

    /// Bytes as the body
    ///
    /// `PUT /albums/{id}/cover`, requires a credential.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_cover(
        &self,
        caller: Granted<Self::Principal, permission::AnyCredential>,
        id: uuid::Uuid,
        body: bytes::Bytes,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutCoverResponse>, Self::Error>> + Send;

    /// Text both ways
    ///
    /// `PUT /albums/{id}/note`, requires a credential.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_note(
        &self,
        caller: Granted<Self::Principal, permission::AnyCredential>,
        id: uuid::Uuid,
        append: bool,
        body: String,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutNoteResponse>, Self::Error>> + Send;
}

/// Successful responses of `getCover`.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one value per request, sent immediately")]
pub enum GetCoverResponse {
    /// 200
    Ok(immich_wire::Body),
    /// 206
    PartialContent(immich_wire::Body),
    /// 304
    NotModified,
    /// 307
    TemporaryRedirect,
}

impl IntoResponse for GetCoverResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => Ok(immich_wire::binary(StatusCode::OK, body)),
            Self::PartialContent(body) => Ok(immich_wire::binary(StatusCode::PARTIAL_CONTENT, body)),
            Self::NotModified => Ok(immich_wire::empty(StatusCode::NOT_MODIFIED)),
            Self::TemporaryRedirect => Ok(immich_wire::empty(StatusCode::TEMPORARY_REDIRECT)),
        }
    }
}

/// Successful responses of `putCover`.
#[derive(Debug)]
pub enum PutCoverResponse {
    /// 200
    Ok(String),
}

impl IntoResponse for PutCoverResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => Ok(immich_wire::text(StatusCode::OK, body)),
        }
    }
}

/// Successful responses of `putNote`.
#[derive(Debug)]
pub enum PutNoteResponse {
    /// 200
    Ok(crate::models::Note),
}

impl IntoResponse for PutNoteResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => Ok(immich_wire::text(StatusCode::OK, body)),
        }
    }
}
