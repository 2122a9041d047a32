//! Operations with the tag `API keys`.

use crate::Backend;
use crate::permission::{self, Granted};
use http::{Response, StatusCode};
use immich_wire::{Body, IntoResponse, Reply};

/// Operations with the tag `API keys`.
pub trait ApiKeys: Backend {
    /// Creates a new API key. It will be limited to the permissions specified.
    ///
    /// `POST /api-keys`, requires the permission `apiKey.create`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn create_api_key(
        &self,
        caller: Granted<Self::Principal, permission::ApiKeyCreate>,
        body: crate::models::ApiKeyCreateDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<CreateApiKeyResponse>, Self::Error>> + Send;

    /// Retrieve all API keys of the current user.
    ///
    /// `GET /api-keys`, requires the permission `apiKey.read`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_api_keys(
        &self,
        caller: Granted<Self::Principal, permission::ApiKeyRead>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetApiKeysResponse>, Self::Error>> + Send;

    /// Retrieve the API key that is used to access this endpoint.
    ///
    /// `GET /api-keys/me`, requires a credential.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_my_api_key(
        &self,
        caller: Granted<Self::Principal, permission::AnyCredential>,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetMyApiKeyResponse>, Self::Error>> + Send;

    /// Deletes an API key identified by its ID. The current user must own this API key.
    ///
    /// `DELETE /api-keys/{id}`, requires the permission `apiKey.delete`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn delete_api_key(
        &self,
        caller: Granted<Self::Principal, permission::ApiKeyDelete>,
        id: uuid::Uuid,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<DeleteApiKeyResponse>, Self::Error>> + Send;

    /// Retrieve an API key by its ID. The current user must own this API key.
    ///
    /// `GET /api-keys/{id}`, requires the permission `apiKey.read`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn get_api_key(
        &self,
        caller: Granted<Self::Principal, permission::ApiKeyRead>,
        id: uuid::Uuid,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<GetApiKeyResponse>, Self::Error>> + Send;

    /// Updates the name and permissions of an API key by its ID. The current user must own this API key.
    ///
    /// `PUT /api-keys/{id}`, requires the permission `apiKey.update`.
    ///
    /// # Errors
    /// Defined by the implementation; its error type determines the response.
    fn update_api_key(
        &self,
        caller: Granted<Self::Principal, permission::ApiKeyUpdate>,
        id: uuid::Uuid,
        body: crate::models::ApiKeyUpdateDto,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Reply<UpdateApiKeyResponse>, Self::Error>> + Send;
}

/// Successful responses of `createApiKey`.
#[derive(Debug)]
pub enum CreateApiKeyResponse {
    /// 201
    Created(crate::models::ApiKeyCreateResponseDto),
}

impl IntoResponse for CreateApiKeyResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Created(body) => immich_wire::json(StatusCode::CREATED, &body).map(immich_wire::not_stored),
        }
    }
}

/// Successful responses of `getApiKeys`.
#[derive(Debug)]
pub enum GetApiKeysResponse {
    /// 200
    Ok(Vec<crate::models::ApiKeyResponseDto>),
}

impl IntoResponse for GetApiKeysResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `getMyApiKey`.
#[derive(Debug)]
pub enum GetMyApiKeyResponse {
    /// 200
    Ok(crate::models::ApiKeyResponseDto),
}

impl IntoResponse for GetMyApiKeyResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `deleteApiKey`.
#[derive(Debug)]
pub enum DeleteApiKeyResponse {
    /// 204
    NoContent,
}

impl IntoResponse for DeleteApiKeyResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::NoContent => Ok(immich_wire::empty(StatusCode::NO_CONTENT)),
        }
    }
}

/// Successful responses of `getApiKey`.
#[derive(Debug)]
pub enum GetApiKeyResponse {
    /// 200
    Ok(crate::models::ApiKeyResponseDto),
}

impl IntoResponse for GetApiKeyResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}

/// Successful responses of `updateApiKey`.
#[derive(Debug)]
pub enum UpdateApiKeyResponse {
    /// 200
    Ok(crate::models::ApiKeyResponseDto),
}

impl IntoResponse for UpdateApiKeyResponse {
    fn into_response(self) -> Result<Response<Body>, serde_json::Error> {
        match self {
            Self::Ok(body) => immich_wire::json(StatusCode::OK, &body),
        }
    }
}
