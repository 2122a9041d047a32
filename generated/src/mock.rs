//! The contract answered by examples: an implementation that stores nothing and decides nothing.
#![allow(
    unused_variables,
    reason = "what is deprecated is answered until it is gone; an answer without a body needs no context"
)]

use crate::apis::{
    ApiKeys, Authentication, ChangePasswordResponse, CreateApiKeyResponse, CreateSessionResponse,
    DeleteAllSessionsResponse, DeleteApiKeyResponse, DeleteSessionResponse, GetAboutInfoResponse, GetApiKeyResponse,
    GetApiKeysResponse, GetMyApiKeyResponse, GetMyUserResponse, GetServerConfigResponse, GetServerFeaturesResponse,
    GetServerVersionResponse, GetSessionsResponse, GetUserResponse, LoginResponse, LogoutResponse, PingServerResponse,
    SearchUsersResponse, Server, Sessions, SignUpAdminResponse, UpdateApiKeyResponse, UpdateMyUserResponse, Users,
    ValidateAccessTokenResponse,
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

impl<E: Examples> ApiKeys for Mock<E> {
    async fn create_api_key(
        &self,
        _: Granted<E::Principal, permission::ApiKeyCreate>,
        _: crate::models::ApiKeyCreateDto,
        context: &E::Context,
    ) -> Result<Reply<CreateApiKeyResponse>, E::Error> {
        Ok(CreateApiKeyResponse::Created(self.0.example(Operation::CreateApiKey, StatusCode::CREATED, context)?).into())
    }

    async fn get_api_keys(
        &self,
        _: Granted<E::Principal, permission::ApiKeyRead>,
        context: &E::Context,
    ) -> Result<Reply<GetApiKeysResponse>, E::Error> {
        Ok(GetApiKeysResponse::Ok(self.0.example(Operation::GetApiKeys, StatusCode::OK, context)?).into())
    }

    async fn get_my_api_key(
        &self,
        _: Granted<E::Principal, permission::AnyCredential>,
        context: &E::Context,
    ) -> Result<Reply<GetMyApiKeyResponse>, E::Error> {
        Ok(GetMyApiKeyResponse::Ok(self.0.example(Operation::GetMyApiKey, StatusCode::OK, context)?).into())
    }

    async fn get_api_key(
        &self,
        _: Granted<E::Principal, permission::ApiKeyRead>,
        _: uuid::Uuid,
        context: &E::Context,
    ) -> Result<Reply<GetApiKeyResponse>, E::Error> {
        Ok(GetApiKeyResponse::Ok(self.0.example(Operation::GetApiKey, StatusCode::OK, context)?).into())
    }

    async fn update_api_key(
        &self,
        _: Granted<E::Principal, permission::ApiKeyUpdate>,
        _: uuid::Uuid,
        _: crate::models::ApiKeyUpdateDto,
        context: &E::Context,
    ) -> Result<Reply<UpdateApiKeyResponse>, E::Error> {
        Ok(UpdateApiKeyResponse::Ok(self.0.example(Operation::UpdateApiKey, StatusCode::OK, context)?).into())
    }

    async fn delete_api_key(
        &self,
        _: Granted<E::Principal, permission::ApiKeyDelete>,
        _: uuid::Uuid,
        context: &E::Context,
    ) -> Result<Reply<DeleteApiKeyResponse>, E::Error> {
        Ok(DeleteApiKeyResponse::NoContent.into())
    }
}

impl<E: Examples> Authentication for Mock<E> {
    async fn login(
        &self,
        _: PasswordCheck,
        _: crate::models::LoginCredentialDto,
        context: &E::Context,
    ) -> Result<Reply<LoginResponse>, E::Error> {
        Ok(LoginResponse::Created(self.0.example(Operation::Login, StatusCode::CREATED, context)?).into())
    }

    async fn sign_up_admin(
        &self,
        _: crate::models::SignUpDto,
        context: &E::Context,
    ) -> Result<Reply<SignUpAdminResponse>, E::Error> {
        Ok(SignUpAdminResponse::Created(self.0.example(Operation::SignUpAdmin, StatusCode::CREATED, context)?).into())
    }

    async fn validate_access_token(
        &self,
        _: Granted<E::Principal, permission::AnyCredential>,
        context: &E::Context,
    ) -> Result<Reply<ValidateAccessTokenResponse>, E::Error> {
        Ok(ValidateAccessTokenResponse::Ok(self.0.example(Operation::ValidateAccessToken, StatusCode::OK, context)?)
            .into())
    }

    async fn change_password(
        &self,
        _: Granted<E::Principal, permission::AuthChangePassword>,
        _: PasswordCheck,
        _: crate::models::ChangePasswordDto,
        context: &E::Context,
    ) -> Result<Reply<ChangePasswordResponse>, E::Error> {
        Ok(ChangePasswordResponse::Ok(self.0.example(Operation::ChangePassword, StatusCode::OK, context)?).into())
    }

    async fn logout(
        &self,
        _: Granted<E::Principal, permission::All>,
        context: &E::Context,
    ) -> Result<Reply<LogoutResponse>, E::Error> {
        Ok(LogoutResponse::Ok(self.0.example(Operation::Logout, StatusCode::OK, context)?).into())
    }
}

impl<E: Examples> Server for Mock<E> {
    async fn get_about_info(
        &self,
        _: Granted<E::Principal, permission::ServerAbout>,
        context: &E::Context,
    ) -> Result<Reply<GetAboutInfoResponse>, E::Error> {
        Ok(GetAboutInfoResponse::Ok(self.0.example(Operation::GetAboutInfo, StatusCode::OK, context)?).into())
    }

    async fn ping_server(&self, context: &E::Context) -> Result<Reply<PingServerResponse>, E::Error> {
        Ok(PingServerResponse::Ok(self.0.example(Operation::PingServer, StatusCode::OK, context)?).into())
    }

    async fn get_server_version(&self, context: &E::Context) -> Result<Reply<GetServerVersionResponse>, E::Error> {
        Ok(GetServerVersionResponse::Ok(self.0.example(Operation::GetServerVersion, StatusCode::OK, context)?).into())
    }

    async fn get_server_features(&self, context: &E::Context) -> Result<Reply<GetServerFeaturesResponse>, E::Error> {
        Ok(GetServerFeaturesResponse::Ok(self.0.example(Operation::GetServerFeatures, StatusCode::OK, context)?).into())
    }

    async fn get_server_config(&self, context: &E::Context) -> Result<Reply<GetServerConfigResponse>, E::Error> {
        Ok(GetServerConfigResponse::Ok(self.0.example(Operation::GetServerConfig, StatusCode::OK, context)?).into())
    }
}

impl<E: Examples> Sessions for Mock<E> {
    async fn create_session(
        &self,
        _: Granted<E::Principal, permission::SessionCreate>,
        _: crate::models::SessionCreateDto,
        context: &E::Context,
    ) -> Result<Reply<CreateSessionResponse>, E::Error> {
        Ok(CreateSessionResponse::Created(self.0.example(Operation::CreateSession, StatusCode::CREATED, context)?)
            .into())
    }

    async fn get_sessions(
        &self,
        _: Granted<E::Principal, permission::SessionRead>,
        context: &E::Context,
    ) -> Result<Reply<GetSessionsResponse>, E::Error> {
        Ok(GetSessionsResponse::Ok(self.0.example(Operation::GetSessions, StatusCode::OK, context)?).into())
    }

    async fn delete_all_sessions(
        &self,
        _: Granted<E::Principal, permission::SessionDelete>,
        context: &E::Context,
    ) -> Result<Reply<DeleteAllSessionsResponse>, E::Error> {
        Ok(DeleteAllSessionsResponse::NoContent.into())
    }

    async fn delete_session(
        &self,
        _: Granted<E::Principal, permission::SessionDelete>,
        _: uuid::Uuid,
        context: &E::Context,
    ) -> Result<Reply<DeleteSessionResponse>, E::Error> {
        Ok(DeleteSessionResponse::NoContent.into())
    }
}

impl<E: Examples> Users for Mock<E> {
    async fn search_users(
        &self,
        _: Granted<E::Principal, permission::UserRead>,
        context: &E::Context,
    ) -> Result<Reply<SearchUsersResponse>, E::Error> {
        Ok(SearchUsersResponse::Ok(self.0.example(Operation::SearchUsers, StatusCode::OK, context)?).into())
    }

    async fn get_my_user(
        &self,
        _: Granted<E::Principal, permission::UserRead>,
        context: &E::Context,
    ) -> Result<Reply<GetMyUserResponse>, E::Error> {
        Ok(GetMyUserResponse::Ok(self.0.example(Operation::GetMyUser, StatusCode::OK, context)?).into())
    }

    async fn update_my_user(
        &self,
        _: Granted<E::Principal, permission::UserUpdate>,
        _: crate::models::UserUpdateMeDto,
        context: &E::Context,
    ) -> Result<Reply<UpdateMyUserResponse>, E::Error> {
        Ok(UpdateMyUserResponse::Ok(self.0.example(Operation::UpdateMyUser, StatusCode::OK, context)?).into())
    }

    async fn get_user(
        &self,
        _: Granted<E::Principal, permission::UserRead>,
        _: uuid::Uuid,
        context: &E::Context,
    ) -> Result<Reply<GetUserResponse>, E::Error> {
        Ok(GetUserResponse::Ok(self.0.example(Operation::GetUser, StatusCode::OK, context)?).into())
    }
}
