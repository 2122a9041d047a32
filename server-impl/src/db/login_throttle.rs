//! The tables `login_failure`, `login_address` and `login_hash_key`, which all processes share: see
//! [`crate::auth::throttle`]. A database that upstream created does not have them.

use std::sync::Arc;
use std::time::Duration;

use diesel::deserialize::QueryableByName;
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Double, Integer, Timestamptz};
use diesel_async::RunQueryDsl;
use time::OffsetDateTime;
use uuid::Uuid;

use super::built_once::BuildOnce as _;
use super::connection::DbConnection;
use super::error::DbError;
use super::reader::Reader;
use super::schema::{login_addresses, login_failures, login_hash_keys};
use super::writer::Writer;

/// The most rows of failures that stay after [`purge`]. Those that expire first are removed.
const MOST_FAILURES: i64 = 100_000;

/// The most addresses that are remembered of one account: those of its latest logins.
const MOST_ADDRESSES: i64 = 16;

/// Counts one failure in each of the rows `$1`, for `$3` seconds. `$2` is the row in which each failure begins the
/// time again; in the others the first one does. The order of the keys prevents deadlocks.
const ADD_FAILURE: &str = "
    insert into login_failure as stored (key, failures, \"expiresAt\")
    select key, 1, now() + make_interval(secs => $3) from unnest($1) key order by key
    on conflict (key) do update set
      failures = case when stored.\"expiresAt\" > now() then stored.failures + 1 else 1 end,
      \"expiresAt\" = case
        when stored.\"expiresAt\" > now() and stored.key <> $2 then stored.\"expiresAt\" else excluded.\"expiresAt\"
      end
    returning key, failures, extract(epoch from \"expiresAt\" - now())::float8 as seconds";

/// Remembers the address `$2` of the account `$1` for `$3` seconds, and forgets the account's oldest ones.
const REMEMBER: &str = "
    with remembered as (
      insert into login_address (account, address, \"expiresAt\")
      values ($1, $2, now() + make_interval(secs => $3))
      on conflict (account, address) do update set \"expiresAt\" = excluded.\"expiresAt\"
    )
    delete from login_address where account = $1 and address in (
      select address from login_address where account = $1 and address <> $2 order by \"expiresAt\" desc offset $4 - 1
    )";

/// Waits for no lock, so that it cannot be in a deadlock with [`ADD_FAILURE`].
const PURGE_FAILURES: &str = "
    delete from login_failure where key in (
      select key from login_failure
      where \"expiresAt\" <= now() or key in (select key from login_failure order by \"expiresAt\" desc offset $1)
      for update skip locked
    )";

/// The hashes under which an attempt is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Of the account and the address.
    pub pair: i64,
    /// Of the address.
    pub address: i64,
    /// Of the account.
    pub account: i64,
}

/// Failures that count, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// How long they still count.
    pub remaining: Duration,
}

/// What is stored about an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The failures under each key that has any.
    pub failures: Vec<(i64, Failures)>,
    /// For how long the address stays familiar to the account; none if it is not.
    pub familiar: Option<Duration>,
}

#[derive(QueryableByName)]
struct FailureRow {
    #[diesel(sql_type = BigInt)]
    key: i64,
    #[diesel(sql_type = Integer)]
    failures: i32,
    #[diesel(sql_type = Double)]
    seconds: f64,
}

fn failures(count: i32, remaining: Duration) -> Failures {
    Failures { count: u32::try_from(count).unwrap_or_default(), remaining }
}

/// The time between two times of the database.
fn between(end: OffsetDateTime, begin: OffsetDateTime) -> Duration {
    Duration::try_from(end - begin).unwrap_or_default()
}

/// The key of the hashes; none if its row was removed.
///
/// # Errors
/// See [`DbError`].
pub async fn hash_key(reader: &Reader) -> Result<Option<Uuid>, DbError> {
    let find = |connection: Arc<DbConnection>| async move {
        login_hash_keys::table.select(login_hash_keys::key).first(&mut connection.shared()).await.optional()
    };
    reader.run(find).await
}

/// What is stored under these keys.
///
/// # Errors
/// See [`DbError`].
pub async fn read(reader: &Reader, keys: Keys) -> Result<Stored, DbError> {
    let failed = |connection: Arc<DbConnection>| async move {
        let is_one = login_failures::key.eq(keys.pair);
        let is_one = is_one.or(login_failures::key.eq(keys.address)).or(login_failures::key.eq(keys.account));
        let found = login_failures::table.filter(is_one).filter(login_failures::expires_at.gt(now)).select((
            login_failures::key,
            login_failures::failures,
            login_failures::expires_at,
            now.into_sql::<Timestamptz>(),
        ));
        found.built_once().load::<(i64, i32, OffsetDateTime, OffsetDateTime)>(&mut connection.shared()).await
    };
    let familiar = |connection: Arc<DbConnection>| async move {
        let found = login_addresses::table
            .find((keys.account, keys.address))
            .filter(login_addresses::expires_at.gt(now))
            .select((login_addresses::expires_at, now.into_sql::<Timestamptz>()));
        let found = found.built_once().first::<(OffsetDateTime, OffsetDateTime)>(&mut connection.shared());
        found.await.optional()
    };
    // Both in one round trip.
    let (failed, familiar) = tokio::try_join!(reader.run(failed), reader.run(familiar))?;
    Ok(Stored {
        failures: failed.into_iter().map(|(key, count, end, at)| (key, failures(count, between(end, at)))).collect(),
        familiar: familiar.map(|(end, at)| between(end, at)),
    })
}

/// Counts a failure under each of `keys`, and returns the new counts. Each failure prolongs those of `pair`.
///
/// # Errors
/// See [`DbError`].
pub async fn add_failure(
    writer: &mut Writer,
    keys: &[i64],
    pair: i64,
    window: Duration,
) -> Result<Vec<(i64, Failures)>, DbError> {
    let add = diesel::sql_query(ADD_FAILURE)
        .bind::<Array<BigInt>, _>(keys)
        .bind::<BigInt, _>(pair)
        .bind::<Double, _>(window.as_secs_f64());
    let rows: Vec<FailureRow> = writer.insert(add.load(&mut writer.shared())).await?;
    let remaining = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
    Ok(rows.into_iter().map(|row| (row.key, failures(row.failures, remaining(row.seconds)))).collect())
}

/// Resets the failures under this key.
///
/// # Errors
/// See [`DbError`].
pub async fn reset(writer: &mut Writer, key: i64) -> Result<(), DbError> {
    let delete = diesel::delete(login_failures::table.find(key));
    writer.insert(delete.execute(&mut writer.shared())).await.map(|_| ())
}

/// Remembers for so long that the account has logged in from the address.
///
/// # Errors
/// See [`DbError`].
pub async fn remember(writer: &mut Writer, keys: Keys, duration: Duration) -> Result<(), DbError> {
    let remember = diesel::sql_query(REMEMBER)
        .bind::<BigInt, _>(keys.account)
        .bind::<BigInt, _>(keys.address)
        .bind::<Double, _>(duration.as_secs_f64())
        .bind::<BigInt, _>(MOST_ADDRESSES);
    writer.insert(remember.execute(&mut writer.shared())).await.map(|_| ())
}

/// Removes what has expired, and failures beyond the bound.
///
/// # Errors
/// See [`DbError`].
pub async fn purge(writer: &mut Writer) -> Result<(), DbError> {
    let failures = diesel::sql_query(PURGE_FAILURES).bind::<BigInt, _>(MOST_FAILURES);
    writer.insert(failures.execute(&mut writer.shared())).await?;
    let addresses = diesel::delete(login_addresses::table.filter(login_addresses::expires_at.le(now)));
    writer.insert(addresses.execute(&mut writer.shared())).await.map(|_| ())
}
