//! Tag "Users".

use super::{convert, list};
use crate::auth::caller::Caller;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::service::users::{self, OwnChanges};
use crate::state::AppState;
use immich_api::Granted;
use immich_api::apis::{GetMyUserResponse, GetUserResponse, SearchUsersResponse, UpdateMyUserResponse, Users};
use immich_api::models::UserUpdateMeDto;
use immich_api::permission::{UserRead, UserUpdate};
use immich_wire::{Choice as _, Reply};
use std::sync::Arc;
use swagger::Nullable;
use uuid::Uuid;

impl Users for AppState {
    async fn search_users(
        &self,
        caller: Granted<Arc<Caller>, UserRead>,
        _: &RequestContext,
    ) -> Result<Reply<SearchUsersResponse>, Error> {
        let rows = users::search(self, &caller).await?;
        Ok(list::reply(rows, SearchUsersResponse::Ok, convert::user))
    }

    async fn get_my_user(
        &self,
        caller: Granted<Arc<Caller>, UserRead>,
        _: &RequestContext,
    ) -> Result<Reply<GetMyUserResponse>, Error> {
        Ok(GetMyUserResponse::Ok(convert::user_admin(caller.user.clone())).into())
    }

    async fn update_my_user(
        &self,
        caller: Granted<Arc<Caller>, UserUpdate>,
        body: UserUpdateMeDto,
        context: &RequestContext,
    ) -> Result<Reply<UpdateMyUserResponse>, Error> {
        let UserUpdateMeDto { email, name, password, avatar_color } = body;
        for (what, is_given) in [
            ("email", email.is_some()),
            ("name", name.is_some()),
            ("password", password.is_some()),
            ("avatarColor", avatar_color.is_some()),
        ] {
            if is_given {
                context.audit.changed(what);
            }
        }
        if let Some(email) = &email {
            context.audit.email(email);
        }
        let avatar_color = avatar_color.map(|color| match color {
            Nullable::Present(color) => Some(color.as_str()),
            Nullable::Null => None,
        });
        let changes = OwnChanges { email, name, password, avatar_color };
        let user = users::update_me(self, &caller, changes, context.client.counted_address()).await?;
        Ok(UpdateMyUserResponse::Ok(convert::user_admin(user)).into())
    }

    async fn get_user(
        &self,
        _: Granted<Arc<Caller>, UserRead>,
        id: Uuid,
        _: &RequestContext,
    ) -> Result<Reply<GetUserResponse>, Error> {
        Ok(GetUserResponse::Ok(convert::user(users::get(self, id).await?)).into())
    }
}
