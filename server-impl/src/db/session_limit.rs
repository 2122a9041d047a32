//! The limit of a user's sessions: the longest unused ones are removed.

use diesel::deserialize::QueryableByName;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::error::DbError;
use super::session::SessionRow;
use super::writer::Writer;

/// The most sessions that one call removes, not counting those that they created.
const BATCH: i64 = 500;

/// The first half of the key of the advisory lock that allows one transaction per user to remove sessions: "sess" in
/// ASCII.
const LOCK_CLASS: &str = "1936028531";

/// How many sessions of user `$1` are beyond the limit `$2`, up to `$3`.
const EXCESS: &str =
    "select count(*) as excess from (select from session where \"userId\" = $1 offset $2 limit $3) beyond";

/// What [`enforce`] did about a new session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforced {
    /// This many sessions were removed. If the user still has too many, the next calls remove more; 0 if another
    /// transaction is removing them.
    Removed(i64),
    /// The new session was removed again: with it, its ancestors alone would be more than the limit.
    OnlyAncestors,
    /// The new session was removed again: another transaction is removing sessions of this user, and there are already
    /// many beyond the limit.
    Busy,
}

#[derive(QueryableByName)]
struct Begin {
    #[diesel(sql_type = Bool)]
    locked: bool,
    #[diesel(sql_type = BigInt)]
    excess: i64,
}

#[derive(QueryableByName)]
struct End {
    #[diesel(sql_type = BigInt)]
    removed: i64,
    #[diesel(sql_type = BigInt)]
    kept: i64,
}

/// Removes the longest unused sessions of the user of `new` until no more than `most` are left, but never `new` or its
/// ancestors. Sessions that have expired go first; with each go the sessions that it created.
///
/// Sessions that are created at the same time may exceed the limit until the next call. One call removes at
/// most 500, so that it takes a bounded time also if there are many more.
///
/// # Errors
/// See [`DbError`]. Then no session was removed.
pub async fn enforce(writer: &mut Writer, new: &SessionRow, most: i64) -> Result<Enforced, DbError> {
    writer.transaction(async |writer| enforce_in_transaction(writer, new, most).await).await
}

async fn enforce_in_transaction(writer: &Writer, new: &SessionRow, most: i64) -> Result<Enforced, DbError> {
    // Gives up before Postgres detects a deadlock with a request that removes the same sessions in another order.
    let begin = format!(
        "select pg_try_advisory_xact_lock({LOCK_CLASS}, hashtext($1::text)) as locked,
                set_config('lock_timeout', '500ms', true),
                excess from ({EXCESS}) counted"
    );
    let begin = sql_query(begin).bind::<SqlUuid, _>(new.user_id).bind::<BigInt, _>(most).bind::<BigInt, _>(BATCH);
    let Begin { locked, excess } = writer.read(begin.get_result(&mut writer.shared())).await?;
    if excess == 0 {
        return Ok(Enforced::Removed(0));
    }
    if !locked {
        if excess < BATCH {
            return Ok(Enforced::Removed(0));
        }
        remove(writer, new.id).await?;
        return Ok(Enforced::Busy);
    }
    // With the parent, because another transaction may have removed the new session.
    let kept: Vec<Uuid> = new.parent_id.into_iter().chain([new.id]).collect();
    // As an array, so that Postgres looks the rows up by their ids, however many it expects.
    let unused = format!(
        "with recursive kept as (
           select id, \"parentId\" from session where id = any($4)
           union
           select parent.id, parent.\"parentId\" from kept join session parent on parent.id = kept.\"parentId\"
         ), removed as (
           delete from session where id = any(array(
             select id from session where \"userId\" = $1 and id not in (select id from kept)
             order by coalesce(\"expiresAt\" <= now(), false) desc, \"updatedAt\", \"createdAt\", id
             limit (select case when (select count(*) from kept) > $2 then 0 else excess end from ({EXCESS}) counted)
           )) returning id
         )
         select (select count(*) from removed) as removed, (select count(*) from kept) as kept"
    );
    let unused = sql_query(unused)
        .bind::<SqlUuid, _>(new.user_id)
        .bind::<BigInt, _>(most)
        .bind::<BigInt, _>(BATCH)
        .bind::<Array<SqlUuid>, _>(kept);
    let End { removed, kept } = writer.revoke(unused.get_result(&mut writer.shared())).await?;
    if kept > most {
        remove(writer, new.id).await?;
        return Ok(Enforced::OnlyAncestors);
    }
    Ok(Enforced::Removed(removed))
}

async fn remove(writer: &Writer, id: Uuid) -> Result<(), DbError> {
    let remove = sql_query("delete from session where id = $1").bind::<SqlUuid, _>(id);
    writer.revoke(remove.execute(&mut writer.shared())).await?;
    Ok(())
}
