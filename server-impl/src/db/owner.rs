//! Whose a credential is, as a part of another query: so that the look-up of the caller and a read of what
//! belongs to the caller can travel together.

#![allow(clippy::elidable_lifetime_names, reason = "auto_type wants lifetimes named")]

use diesel::dsl::{auto_type, now};
use diesel::prelude::*;

use super::schema::{api_keys, sessions, users};
use super::secrets::TokenHash;

// Aliases, since the query around may be on the same table.
diesel::alias!(sessions as caller_sessions: CallerSessions, api_keys as caller_keys: CallerKeys);

/// The id of the live user whose unexpired session has this token.
#[auto_type]
pub(super) fn of_token<'a>(token: &'a TokenHash) -> _ {
    caller_sessions
        .inner_join(users::table.on(users::id.eq(caller_sessions.field(sessions::user_id))))
        .filter(caller_sessions.field(sessions::token).eq(token))
        .filter(users::deleted_at.is_null())
        .filter(
            caller_sessions
                .field(sessions::expires_at)
                .is_null()
                .or(caller_sessions.field(sessions::expires_at).gt(now)),
        )
        .select(users::id)
}

/// The id of the live user whose API key has this secret.
#[auto_type]
pub(super) fn of_key<'a>(key: &'a TokenHash) -> _ {
    caller_keys
        .inner_join(users::table.on(users::id.eq(caller_keys.field(api_keys::user_id))))
        .filter(caller_keys.field(api_keys::key).eq(key))
        .filter(users::deleted_at.is_null())
        .select(users::id)
}
