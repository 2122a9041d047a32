//! Tag "Sessions".

use super::{convert, list};
use crate::auth::caller::Caller;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::service::sessions;
use crate::state::AppState;
use immich_api::Granted;
use immich_api::apis::{
    CreateSessionResponse, DeleteAllSessionsResponse, DeleteSessionResponse, GetSessionsResponse, Sessions,
};
use immich_api::models::SessionCreateDto;
use immich_api::permission::{SessionCreate, SessionDelete, SessionRead};
use immich_wire::Reply;
use std::sync::Arc;
use uuid::Uuid;

impl Sessions for AppState {
    async fn create_session(
        &self,
        caller: Granted<Arc<Caller>, SessionCreate>,
        body: SessionCreateDto,
        context: &RequestContext,
    ) -> Result<Reply<CreateSessionResponse>, Error> {
        let SessionCreateDto { duration, device_type, device_os } = body;
        let (row, token) = sessions::create(self, &caller, duration, device_type, device_os).await?;
        context.audit.object(row.id);
        Ok(CreateSessionResponse::Created(convert::new_session(row, token)).into())
    }

    async fn delete_all_sessions(
        &self,
        caller: Granted<Arc<Caller>, SessionDelete>,
        _: &RequestContext,
    ) -> Result<Reply<DeleteAllSessionsResponse>, Error> {
        sessions::delete_all(self, &caller).await?;
        Ok(DeleteAllSessionsResponse::NoContent.into())
    }

    async fn get_sessions(
        &self,
        caller: Granted<Arc<Caller>, SessionRead>,
        _: &RequestContext,
    ) -> Result<Reply<GetSessionsResponse>, Error> {
        let current = caller.session_id();
        let rows = sessions::list(self, &caller).await?;
        Ok(list::reply(rows, GetSessionsResponse::Ok, move |row| convert::session(row, current)))
    }

    async fn delete_session(
        &self,
        caller: Granted<Arc<Caller>, SessionDelete>,
        id: Uuid,
        context: &RequestContext,
    ) -> Result<Reply<DeleteSessionResponse>, Error> {
        context.audit.object(id);
        sessions::delete(self, &caller, id).await?;
        Ok(DeleteSessionResponse::NoContent.into())
    }
}
