//! Operations with the tag `Albums`.

use crate::Backend;
use crate::permission::PasswordCheck;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `Albums`.
pub trait Albums: Backend {
    /// A body with every kind of property
    ///
    /// `POST /albums`, requires the permission `album.write`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn create_album(
        &self,
        caller: Granted<Self::Principal, permission::AlbumWrite>,
        body: crate::models::AlbumCreate,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<CreateAlbumResponse>, Self::Error>> + Send;

    /// A body of DELETE, and a list as a body
    ///
    /// `DELETE /albums`, requires the permission `album.write`, checks a password.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn delete_albums(
        &self,
        caller: Granted<Self::Principal, permission::AlbumWrite>,
        check: PasswordCheck,
        body: crate::models::IdList,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<DeleteAlbumsResponse>, Self::Error>> + Send;

    /// Every kind of query parameter
    ///
    /// `GET /albums`, requires the permission `album.read`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    #[expect(clippy::too_many_arguments, reason = "given by the contract")]
    fn list_albums(
        &self,
        caller: Granted<Self::Principal, permission::AlbumRead>,
        page: i32,
        size: Option<i64>,
        ratio: Option<f64>,
        shared: Option<bool>,
        order: Option<crate::models::SortOrder>,
        state: crate::models::ListAlbumsState,
        ids: Option<Vec<uuid::Uuid>>,
        labels: Option<Vec<crate::models::ListAlbumsLabels>>,
        after: Option<immich_wire::Timestamp>,
        on: Option<immich_wire::Date>,
        owner: Option<String>,
        q: String,
        pin: Option<immich_wire::Secret>,
        r#type: Option<String>,
        context_parameter: Option<String>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ListAlbumsResponse>, Self::Error>> + Send;

    /// One UUID in the path
    ///
    /// `GET /albums/{id}`, requires a credential.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_album(
        &self,
        caller: Granted<Self::Principal, permission::AnyCredential>,
        id: uuid::Uuid,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetAlbumResponse>, Self::Error>> + Send;
}

/// Successful responses of `createAlbum`.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one value per request, sent immediately")]
pub enum CreateAlbumResponse {
    /// 201
    Created(crate::models::Album),
    /// 202
    Accepted(crate::models::Ticket),
    /// 204
    NoContent,
}

impl IntoResponse for CreateAlbumResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Created(body) => immich_wire::json(StatusCode::CREATED, &body),
            Self::Accepted(body) => immich_wire::json(StatusCode::ACCEPTED, &body),
            Self::NoContent => Ok(immich_wire::empty(StatusCode::NO_CONTENT)),
        }
    }
}

/// Successful responses of `deleteAlbums`.
#[derive(Debug)]
pub enum DeleteAlbumsResponse {
    /// 200
    Ok(crate::models::Counts),
}

impl IntoResponse for DeleteAlbumsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `listAlbums`.
#[derive(Debug)]
pub enum ListAlbumsResponse {
    /// 200
    Ok(crate::models::Echo),
}

impl IntoResponse for ListAlbumsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `getAlbum`.
#[derive(Debug)]
pub enum GetAlbumResponse {
    /// 200
    Ok(crate::models::Album),
}

impl IntoResponse for GetAlbumResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}
