//! The contract answered by examples: an implementation that stores nothing and decides nothing.
#![allow(
    deprecated,
    unused_variables,
    reason = "what is deprecated is answered until it is gone; an answer without a body needs no context"
)]

use crate::apis::{
    Albums, CreateAlbumResponse, DeleteAlbumsResponse, DropWordsResponse, FilesRaw, GetAlbumResponse, GetCoverResponse,
    ListAlbumsResponse, MoveResponse, PutCoverResponse, PutJsonResponse, PutLabelsResponse, PutNoteResponse,
    PutObjectResponse, PutShapeResponse, PutTreeResponse, PutWordsResponse, ReadLatestResponse, ReadMomentResponse,
    ReadScalarsResponse, Values,
};
use crate::permission::PasswordCheck;
use crate::permission::{self, Granted};
use crate::{Backend, Operation};
use http::StatusCode;
use immich_wire::Reply;
use serde::de::DeserializeOwned;

/// Where the answers of a [`Mock`] come from.
pub trait Examples: Backend {
    /// Whether the caller asked for this one of several successful answers that the contract documents. The first is
    /// given when none is asked for.
    fn prefers(&self, status: StatusCode, context: &Self::Context) -> bool;

    /// An example of the body that an operation answers with this status.
    ///
    /// # Errors
    /// There is none that fits the type.
    fn example<T: DeserializeOwned>(
        &self,
        operation: Operation,
        status: StatusCode,
        context: &Self::Context,
    ) -> Result<T, Self::Error>;
}

/// Implements every operation of the contract with examples of its successful answers. Requests are authorized by `E`,
/// and validated as for every implementation.
#[derive(Debug)]
pub struct Mock<E>(pub E);

impl<E: Examples> Backend for Mock<E> {
    type Context = E::Context;
    type Principal = E::Principal;
    type Error = E::Error;

    fn has_credential(&self, operation: Operation, context: &E::Context) -> bool {
        self.0.has_credential(operation, context)
    }

    async fn authorize(&self, operation: Operation, context: &E::Context) -> Result<E::Principal, E::Error> {
        self.0.authorize(operation, context).await
    }
}

impl<E: Examples> Albums for Mock<E> {
    async fn list_albums(
        &self,
        _: Granted<E::Principal, permission::AlbumRead>,
        _: i32,
        _: Option<i64>,
        _: Option<f64>,
        _: Option<bool>,
        _: Option<crate::models::SortOrder>,
        _: crate::models::ListAlbumsState,
        _: Option<Vec<uuid::Uuid>>,
        _: Option<Vec<crate::models::ListAlbumsLabels>>,
        _: Option<immich_wire::Timestamp>,
        _: Option<immich_wire::Date>,
        _: Option<String>,
        _: String,
        _: Option<immich_wire::Secret>,
        _: Option<String>,
        _: Option<String>,
        context: &E::Context,
    ) -> Result<Reply<ListAlbumsResponse>, E::Error> {
        Ok(ListAlbumsResponse::Ok(self.0.example(Operation::ListAlbums, StatusCode::OK, context)?).into())
    }

    async fn create_album(
        &self,
        _: Granted<E::Principal, permission::AlbumWrite>,
        _: crate::models::AlbumCreate,
        context: &E::Context,
    ) -> Result<Reply<CreateAlbumResponse>, E::Error> {
        if self.0.prefers(StatusCode::ACCEPTED, context) {
            return Ok(CreateAlbumResponse::Accepted(self.0.example(
                Operation::CreateAlbum,
                StatusCode::ACCEPTED,
                context,
            )?)
            .into());
        }

        if self.0.prefers(StatusCode::NO_CONTENT, context) {
            return Ok(CreateAlbumResponse::NoContent.into());
        }

        Ok(CreateAlbumResponse::Created(self.0.example(Operation::CreateAlbum, StatusCode::CREATED, context)?).into())
    }

    async fn delete_albums(
        &self,
        _: Granted<E::Principal, permission::AlbumWrite>,
        _: PasswordCheck,
        _: crate::models::IdList,
        context: &E::Context,
    ) -> Result<Reply<DeleteAlbumsResponse>, E::Error> {
        Ok(DeleteAlbumsResponse::Ok(self.0.example(Operation::DeleteAlbums, StatusCode::OK, context)?).into())
    }

    async fn get_album(
        &self,
        _: Granted<E::Principal, permission::AnyCredential>,
        _: uuid::Uuid,
        context: &E::Context,
    ) -> Result<Reply<GetAlbumResponse>, E::Error> {
        Ok(GetAlbumResponse::Ok(self.0.example(Operation::GetAlbum, StatusCode::OK, context)?).into())
    }
}

impl<E: Examples> FilesRaw for Mock<E> {
    async fn get_cover(
        &self,
        _: Granted<E::Principal, permission::AnyCredential>,
        _: uuid::Uuid,
        _: i32,
        _: Option<uuid::Uuid>,
        _: Option<f64>,
        _: Option<crate::models::Fit>,
        _: bool,
        context: &E::Context,
    ) -> Result<Reply<GetCoverResponse>, E::Error> {
        if self.0.prefers(StatusCode::PARTIAL_CONTENT, context) {
            return Ok(GetCoverResponse::PartialContent(immich_wire::Body::from(bytes::Bytes::from(
                self.0.example::<String>(Operation::GetCover, StatusCode::PARTIAL_CONTENT, context)?,
            )))
            .into());
        }

        if self.0.prefers(StatusCode::NOT_MODIFIED, context) {
            return Ok(GetCoverResponse::NotModified.into());
        }

        if self.0.prefers(StatusCode::TEMPORARY_REDIRECT, context) {
            return Ok(GetCoverResponse::TemporaryRedirect.into());
        }

        Ok(GetCoverResponse::Ok(immich_wire::Body::from(bytes::Bytes::from(self.0.example::<String>(
            Operation::GetCover,
            StatusCode::OK,
            context,
        )?)))
        .into())
    }

    async fn put_cover(
        &self,
        _: Granted<E::Principal, permission::AnyCredential>,
        _: uuid::Uuid,
        _: bytes::Bytes,
        context: &E::Context,
    ) -> Result<Reply<PutCoverResponse>, E::Error> {
        Ok(PutCoverResponse::Ok(self.0.example(Operation::PutCover, StatusCode::OK, context)?).into())
    }

    async fn put_note(
        &self,
        _: Granted<E::Principal, permission::AnyCredential>,
        _: uuid::Uuid,
        _: bool,
        _: String,
        context: &E::Context,
    ) -> Result<Reply<PutNoteResponse>, E::Error> {
        Ok(PutNoteResponse::Ok(self.0.example(Operation::PutNote, StatusCode::OK, context)?).into())
    }
}

impl<E: Examples> Values for Mock<E> {
    async fn read_scalars(
        &self,
        _: crate::models::Slug,
        _: i64,
        _: f64,
        _: bool,
        _: crate::models::Odd,
        _: immich_wire::Date,
        context: &E::Context,
    ) -> Result<Reply<ReadScalarsResponse>, E::Error> {
        Ok(ReadScalarsResponse::Ok(self.0.example(Operation::ReadScalars, StatusCode::OK, context)?).into())
    }

    async fn read_moment(
        &self,
        _: uuid::Uuid,
        _: i32,
        _: immich_wire::Timestamp,
        context: &E::Context,
    ) -> Result<Reply<ReadMomentResponse>, E::Error> {
        Ok(ReadMomentResponse::Ok(self.0.example(Operation::ReadMoment, StatusCode::OK, context)?).into())
    }

    async fn read_latest(
        &self,
        _: String,
        _: Vec<i64>,
        context: &E::Context,
    ) -> Result<Reply<ReadLatestResponse>, E::Error> {
        Ok(ReadLatestResponse::Ok(self.0.example(Operation::ReadLatest, StatusCode::OK, context)?).into())
    }

    async fn put_shape(
        &self,
        _: crate::models::Shape,
        context: &E::Context,
    ) -> Result<Reply<PutShapeResponse>, E::Error> {
        Ok(PutShapeResponse::Ok(self.0.example(Operation::PutShape, StatusCode::OK, context)?).into())
    }

    async fn put_labels(
        &self,
        _: std::collections::BTreeMap<String, i64>,
        context: &E::Context,
    ) -> Result<Reply<PutLabelsResponse>, E::Error> {
        Ok(PutLabelsResponse::Ok(self.0.example(Operation::PutLabels, StatusCode::OK, context)?).into())
    }

    async fn put_json(&self, _: serde_json::Value, context: &E::Context) -> Result<Reply<PutJsonResponse>, E::Error> {
        Ok(PutJsonResponse::Ok(self.0.example(Operation::PutJson, StatusCode::OK, context)?).into())
    }

    async fn put_object(
        &self,
        _: immich_wire::Object,
        context: &E::Context,
    ) -> Result<Reply<PutObjectResponse>, E::Error> {
        Ok(PutObjectResponse::Ok(self.0.example(Operation::PutObject, StatusCode::OK, context)?).into())
    }

    async fn put_tree(&self, _: crate::models::Tree, context: &E::Context) -> Result<Reply<PutTreeResponse>, E::Error> {
        Ok(PutTreeResponse::Ok(self.0.example(Operation::PutTree, StatusCode::OK, context)?).into())
    }

    async fn put_words(
        &self,
        _: crate::models::Words,
        context: &E::Context,
    ) -> Result<Reply<PutWordsResponse>, E::Error> {
        Ok(PutWordsResponse::Ok(self.0.example(Operation::PutWords, StatusCode::OK, context)?).into())
    }

    async fn r#move(&self, context: &E::Context) -> Result<Reply<MoveResponse>, E::Error> {
        Ok(MoveResponse::Ok(self.0.example(Operation::Move, StatusCode::OK, context)?).into())
    }

    async fn drop_words(
        &self,
        _: bool,
        _: bool,
        _: bool,
        _: bool,
        context: &E::Context,
    ) -> Result<Reply<DropWordsResponse>, E::Error> {
        Ok(DropWordsResponse::NoContent.into())
    }
}
