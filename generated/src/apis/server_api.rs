//! Operations with the tag `Server`.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `Server`.
pub trait Server: Backend {
    /// Retrieve a list of information about the server.
    ///
    /// `GET /server/about`, requires the permission `server.about`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_about_info(
        &self,
        caller: Granted<Self::Principal, permission::ServerAbout>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetAboutInfoResponse>, Self::Error>> + Send;

    /// Retrieve the current server configuration.
    ///
    /// `GET /server/config`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_server_config(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetServerConfigResponse>, Self::Error>> + Send;

    /// Retrieve available features supported by this server.
    ///
    /// `GET /server/features`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_server_features(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetServerFeaturesResponse>, Self::Error>> + Send;

    /// Retrieve the current server version in semantic versioning (semver) format.
    ///
    /// `GET /server/version`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_server_version(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetServerVersionResponse>, Self::Error>> + Send;

    /// Pong
    ///
    /// `GET /server/ping`, public.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn ping_server(
        &self,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<PingServerResponse>, Self::Error>> + Send;
}

/// Successful responses of `getAboutInfo`.
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

/// Successful responses of `getServerConfig`.
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

/// Successful responses of `getServerFeatures`.
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

/// Successful responses of `getServerVersion`.
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

/// Successful responses of `pingServer`.
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
