//! Operations tagged `Values`, generated from the contract.

use crate::Backend;
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations tagged `Values`.
pub trait Values: Backend {
    /// Many flags
    ///
    /// `DELETE /words`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    #[expect(clippy::fn_params_excessive_bools, reason = "the contract has them so")]
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
    /// `GET /words`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    #[deprecated = "the contract says so"]
    fn r#move(&self, context: &Self::Context) -> impl Future<Output = Result<Reply<MoveResponse>, Self::Error>> + Send;

    /// Any JSON as a body
    ///
    /// `POST /json`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn put_json(
        &self,
        body: serde_json::Value,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutJsonResponse>, Self::Error>> + Send;

    /// A map as a body
    ///
    /// `POST /labels`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn put_labels(
        &self,
        body: std::collections::BTreeMap<String, i64>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutLabelsResponse>, Self::Error>> + Send;

    /// Any object as a body
    ///
    /// `POST /objects`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn put_object(
        &self,
        body: immich_wire::Object,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutObjectResponse>, Self::Error>> + Send;

    /// One of several objects
    ///
    /// `POST /shapes`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn put_shape(
        &self,
        body: crate::models::Shape,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutShapeResponse>, Self::Error>> + Send;

    /// A schema that contains itself
    ///
    /// `POST /trees`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn put_tree(
        &self,
        body: crate::models::Tree,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutTreeResponse>, Self::Error>> + Send;

    /// Names and texts that need care
    ///
    /// `PUT /words`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn put_words(
        &self,
        body: crate::models::Words,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PutWordsResponse>, Self::Error>> + Send;

    /// `readLatest`
    ///
    /// `GET /moments/{moment}/latest`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn read_latest(
        &self,
        moment: String,
        ids: Vec<i64>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ReadLatestResponse>, Self::Error>> + Send;

    /// `readMoment`
    ///
    /// `GET /moments/{moment}/{small}/{id}`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn read_moment(
        &self,
        id: uuid::Uuid,
        small: i32,
        moment: immich_wire::Timestamp,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<ReadMomentResponse>, Self::Error>> + Send;

    /// Every kind of path parameter, and the longest path
    ///
    /// `GET /scalars/{text}/{number}/{ratio}/{flag}/{choice}/{day}`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    #[expect(clippy::too_many_arguments, reason = "the contract has them so")]
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

/// Successful answers of `dropWords`.
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

/// Successful answers of `move`.
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

/// Successful answers of `putJson`.
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

/// Successful answers of `putLabels`.
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

/// Successful answers of `putObject`.
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

/// Successful answers of `putShape`.
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

/// Successful answers of `putTree`.
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

/// Successful answers of `putWords`.
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

/// Successful answers of `readLatest`.
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

/// Successful answers of `readMoment`.
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

/// Successful answers of `readScalars`.
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
