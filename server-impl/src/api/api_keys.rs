//! Tag "API keys".

use super::{convert, list};
use crate::auth::caller::Caller;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::service::api_keys;
use crate::state::AppState;
use immich_api::Granted;
use immich_api::apis::{
    ApiKeys, CreateApiKeyResponse, DeleteApiKeyResponse, GetApiKeyResponse, GetApiKeysResponse, GetMyApiKeyResponse,
    UpdateApiKeyResponse,
};
use immich_api::models::{ApiKeyCreateDto, ApiKeyCreateResponseDto, ApiKeyUpdateDto};
use immich_api::permission::{AnyCredential, ApiKeyCreate, ApiKeyDelete, ApiKeyRead, ApiKeyUpdate};
use immich_wire::Reply;
use std::sync::Arc;
use uuid::Uuid;

impl ApiKeys for AppState {
    async fn create_api_key(
        &self,
        caller: Granted<Arc<Caller>, ApiKeyCreate>,
        body: ApiKeyCreateDto,
        context: &RequestContext,
    ) -> Result<Reply<CreateApiKeyResponse>, Error> {
        let ApiKeyCreateDto { name, permissions } = body;
        let (row, secret) = api_keys::create(self, &caller, name, &permissions).await?;
        context.audit.object(row.id);
        let body = ApiKeyCreateResponseDto { secret, api_key: convert::api_key(row) };
        Ok(CreateApiKeyResponse::Created(body).into())
    }

    async fn get_api_keys(
        &self,
        caller: Granted<Arc<Caller>, ApiKeyRead>,
        _: &RequestContext,
    ) -> Result<Reply<GetApiKeysResponse>, Error> {
        let rows = api_keys::list(self, &caller).await?;
        Ok(list::reply(rows, GetApiKeysResponse::Ok, convert::api_key))
    }

    async fn get_my_api_key(
        &self,
        caller: Granted<Arc<Caller>, AnyCredential>,
        _: &RequestContext,
    ) -> Result<Reply<GetMyApiKeyResponse>, Error> {
        let row = api_keys::mine(&caller)?;
        Ok(GetMyApiKeyResponse::Ok(convert::api_key(row)).into())
    }

    async fn get_api_key(
        &self,
        caller: Granted<Arc<Caller>, ApiKeyRead>,
        id: Uuid,
        _: &RequestContext,
    ) -> Result<Reply<GetApiKeyResponse>, Error> {
        let row = api_keys::get(self, &caller, id).await?;
        Ok(GetApiKeyResponse::Ok(convert::api_key(row)).into())
    }

    async fn update_api_key(
        &self,
        caller: Granted<Arc<Caller>, ApiKeyUpdate>,
        id: Uuid,
        body: ApiKeyUpdateDto,
        context: &RequestContext,
    ) -> Result<Reply<UpdateApiKeyResponse>, Error> {
        context.audit.object(id);
        let ApiKeyUpdateDto { name, permissions } = body;
        if permissions.is_some() {
            context.audit.changed("permissions");
        }
        let row = api_keys::update(self, &caller, id, name, permissions.as_deref()).await?;
        Ok(UpdateApiKeyResponse::Ok(convert::api_key(row)).into())
    }

    async fn delete_api_key(
        &self,
        caller: Granted<Arc<Caller>, ApiKeyDelete>,
        id: Uuid,
        context: &RequestContext,
    ) -> Result<Reply<DeleteApiKeyResponse>, Error> {
        context.audit.object(id);
        api_keys::delete(self, &caller, id).await?;
        Ok(DeleteApiKeyResponse::NoContent.into())
    }
}
