//! Operations with the tag `Values`.

use crate::Backend;
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `Values`.
pub trait Values: Backend {
    /// Many flags
    ///
    /// `DELETE /words`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    #[expect(clippy::fn_params_excessive_bools, reason = "given by the contract")]
    fn drop_words(
        &self,
        reply_parameter: bool,
        route_parameter: bool,
        head_parameter: bool,
        parameters_parameter: bool,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<DropWordsResponse>, Self::Error>> + Send;

    /// Deprecated, and a keyword in Rust
    ///
    /// `GET /words`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    #[deprecated = "deprecated in the contract"]
    fn r#move(&self, context: &Self::Context) -> impl Future<Output = Result<Reply<MoveResponse>, Self::Error>> + Send;

    /// Any JSON as a body
    ///
    /// `POST /json`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_json(
        &self,
        body: serde_json::Value,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutJsonResponse>, Self::Error>> + Send;

    /// A map as a body
    ///
    /// `POST /labels`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_labels(
        &self,
        body: std::collections::BTreeMap<String, i64>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutLabelsResponse>, Self::Error>> + Send;

    /// Any object as a body
    ///
    /// `POST /objects`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_object(
        &self,
        body: immich_wire::Object,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutObjectResponse>, Self::Error>> + Send;

    /// One of several objects
    ///
    /// `POST /shapes`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_shape(
        &self,
        body: crate::models::Shape,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutShapeResponse>, Self::Error>> + Send;

    /// A schema that contains itself
    ///
    /// `POST /trees`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_tree(
        &self,
        body: crate::models::Tree,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutTreeResponse>, Self::Error>> + Send;

    /// Names and texts that need care
    ///
    /// `PUT /words`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn put_words(
        &self,
        body: crate::models::Words,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutWordsResponse>, Self::Error>> + Send;

    /// `readLatest`
    ///
    /// `GET /moments/{moment}/latest`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn read_latest(
        &self,
        moment: String,
        ids: Vec<i64>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ReadLatestResponse>, Self::Error>> + Send;

    /// `readMoment`
    ///
    /// `GET /moments/{moment}/{small}/{id}`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn read_moment(
        &self,
        id: uuid::Uuid,
        small: i32,
        moment: immich_wire::Timestamp,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ReadMomentResponse>, Self::Error>> + Send;

    /// Every kind of path parameter, and the longest path
    ///
    /// `GET /scalars/{text}/{number}/{ratio}/{flag}/{choice}/{day}`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    #[expect(clippy::too_many_arguments, reason = "given by the contract")]
    fn read_scalars(
        &self,
        text: crate::models::Slug,
        number: i64,
        ratio: f64,
        flag: bool,
        choice: crate::models::Odd,
        day: immich_wire::Date,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ReadScalarsResponse>, Self::Error>> + Send;
}

/// Successful responses of `dropWords`.
#[derive(Debug)]
pub enum DropWordsResponse {
    /// 204
    NoContent,
}

impl IntoResponse for DropWordsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::NoContent => Ok(immich_wire::empty(StatusCode::NO_CONTENT)),
        }
    }
}

/// Successful responses of `move`.
#[derive(Debug)]
pub enum MoveResponse {
    /// 200
    Ok(bool),
}

impl IntoResponse for MoveResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `putJson`.
#[derive(Debug)]
pub enum PutJsonResponse {
    /// 200
    Ok(serde_json::Value),
}

impl IntoResponse for PutJsonResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `putLabels`.
#[derive(Debug)]
pub enum PutLabelsResponse {
    /// 200
    Ok(std::collections::BTreeMap<String, i64>),
}

impl IntoResponse for PutLabelsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `putObject`.
#[derive(Debug)]
pub enum PutObjectResponse {
    /// 200
    Ok(immich_wire::Object),
}

impl IntoResponse for PutObjectResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `putShape`.
#[derive(Debug)]
pub enum PutShapeResponse {
    /// 200
    Ok(crate::models::Shape),
}

impl IntoResponse for PutShapeResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `putTree`.
#[derive(Debug)]
pub enum PutTreeResponse {
    /// 200
    Ok(crate::models::Tree),
}

impl IntoResponse for PutTreeResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `putWords`.
#[derive(Debug)]
pub enum PutWordsResponse {
    /// 200
    Ok(crate::models::Words),
}

impl IntoResponse for PutWordsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `readLatest`.
#[derive(Debug)]
pub enum ReadLatestResponse {
    /// 200
    Ok(Vec<i64>),
}

impl IntoResponse for ReadLatestResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `readMoment`.
#[derive(Debug)]
pub enum ReadMomentResponse {
    /// 200
    Ok(crate::models::Echo),
}

impl IntoResponse for ReadMomentResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `readScalars`.
#[derive(Debug)]
pub enum ReadScalarsResponse {
    /// 200
    Ok(crate::models::Echo),
}

impl IntoResponse for ReadScalarsResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}
