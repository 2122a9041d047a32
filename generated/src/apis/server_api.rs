//! Operations tagged `Server`, generated from the contract.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations tagged `Server`.
pub trait Server: Backend {
    /// Retrieve a list of information about the server.
    ///
    /// `GET /server/about`, for a caller with permission `server.about`.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn get_about_info(
        &self,
        caller: Granted<Self::Principal, permission::ServerAbout>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetAboutInfoResponse>, Self::Error>> + Send;

    /// Retrieve the current server configuration.
    ///
    /// `GET /server/config`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn get_server_config(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetServerConfigResponse>, Self::Error>> + Send;

    /// Retrieve available features supported by this server.
    ///
    /// `GET /server/features`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn get_server_features(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetServerFeaturesResponse>, Self::Error>> + Send;

    /// Retrieve the current server version in semantic versioning (semver) format.
    ///
    /// `GET /server/version`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn get_server_version(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetServerVersionResponse>, Self::Error>> + Send;

    /// Pong
    ///
    /// `GET /server/ping`, for everyone.
    ///
    /// # Errors
    /// Whatever the implementation refuses; its error type says how that is answered.
    fn ping_server(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PingServerResponse>, Self::Error>> + Send;
}

/// Successful answers of `getAboutInfo`.
#[derive(Debug)]
pub enum GetAboutInfoResponse {
    /// 200
    Ok(crate::models::ServerAboutResponseDto),
}

impl IntoResponse for GetAboutInfoResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `getServerConfig`.
#[derive(Debug)]
pub enum GetServerConfigResponse {
    /// 200
    Ok(crate::models::ServerConfigDto),
}

impl IntoResponse for GetServerConfigResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `getServerFeatures`.
#[derive(Debug)]
pub enum GetServerFeaturesResponse {
    /// 200
    Ok(crate::models::ServerFeaturesDto),
}

impl IntoResponse for GetServerFeaturesResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `getServerVersion`.
#[derive(Debug)]
pub enum GetServerVersionResponse {
    /// 200
    Ok(crate::models::ServerVersionResponseDto),
}

impl IntoResponse for GetServerVersionResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful answers of `pingServer`.
#[derive(Debug)]
pub enum PingServerResponse {
    /// 200
    Ok(crate::models::ServerPingResponse),
}

impl IntoResponse for PingServerResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}
