//! Where a request is authorized: from its credential to the caller, and whether the caller may.

use crate::app::App;
use crate::auth::caller::{Beside, Caller, CallerCredential};
use crate::auth::device::{self, DeviceDetails};
use crate::db::session::SessionRow;
use crate::db::{DbError, TokenHash, api_key, session};
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::credentials::{self, Credential};
use immich_api::{Backend, Operation};
use immich_wire::Choice as _;
use time::{Duration, OffsetDateTime};

/// A session's last use is noted at most this often.
const SESSION_REFRESH: Duration = Duration::hours(1);

impl Backend for App {
    type Context = RequestContext;
    type Principal = Caller;
    type Error = Error;

    async fn authorize(&self, operation: Operation, context: &RequestContext) -> Result<Caller, Error> {
        let credential = credentials::find(context, operation)?.ok_or_else(credentials::missing)?;
        let found = match &credential {
            // There are no shared links here, so none is valid.
            Credential::SharedLinkKey | Credential::SharedLinkSlug => None,
            Credential::Session(token) => by_session(self, operation, &TokenHash::of(token.expose()), context).await?,
            Credential::ApiKey(secret) => by_api_key(self, operation, &TokenHash::of(secret.expose())).await?,
        };
        let caller = found.ok_or_else(|| credential.refusal())?;
        match operation.permission() {
            Some(needed) if !caller.may(needed) => Err(credentials::not_permitted(needed.as_str())),
            Some(_) | None => Ok(caller),
        }
    }
}

async fn by_session(
    app: &App,
    operation: Operation,
    token: &TokenHash,
    context: &RequestContext,
) -> Result<Option<Caller>, Error> {
    let reader = app.database.reader()?;
    let find = session::find_caller(&reader, token);
    let (found, beside) = if operation == Operation::GetApiKeys {
        along(find, api_key::list_for_token(&reader, token), Beside::ApiKeys).await?
    } else if operation == Operation::GetSessions {
        along(find, session::list_for_token(&reader, token), Beside::Sessions).await?
    } else {
        (find.await?, Beside::Nothing)
    };
    let Some((session, user)) = found else { return Ok(None) };
    let is_refreshed = refresh(app, &session, context).await?;
    Ok(Some(Caller {
        user,
        credential: CallerCredential::Session(session),
        // What was read along shows the session as it was before.
        beside: if is_refreshed { Beside::Nothing } else { beside },
    }))
}

async fn by_api_key(app: &App, operation: Operation, secret: &TokenHash) -> Result<Option<Caller>, Error> {
    let reader = app.database.reader()?;
    let find = api_key::find_caller(&reader, secret);
    let (found, beside) = if operation == Operation::GetApiKeys {
        along(find, api_key::list_for_key(&reader, secret), Beside::ApiKeys).await?
    } else if operation == Operation::GetSessions {
        along(find, session::list_for_key(&reader, secret), Beside::Sessions).await?
    } else {
        (find.await?, Beside::Nothing)
    };
    Ok(found.map(|(key, user)| Caller { user, credential: CallerCredential::ApiKey(key), beside }))
}

/// Finds the caller and reads a list at once: both queries are under way on the same connection. The list's query
/// gives nothing without a valid credential.
async fn along<C, R>(
    find: impl Future<Output = Result<C, DbError>>,
    list: impl Future<Output = Result<Vec<R>, DbError>>,
    beside: impl FnOnce(Vec<R>) -> Beside,
) -> Result<(C, Beside), DbError> {
    let (found, rows) = futures_util::try_join!(find, list)?;
    Ok((found, beside(rows)))
}

/// Notes the use of a session and the device it is used from: when the last note is more than an hour old, or when
/// the app was updated since. Returns whether it did.
async fn refresh(app: &App, session: &SessionRow, context: &RequestContext) -> Result<bool, Error> {
    let headers = &context.head.headers;
    let is_old = OffsetDateTime::now_utc() - session.updated_at > SESSION_REFRESH;
    if !is_old && device::app_version(headers).as_deref() == session.app_version.as_deref() {
        return Ok(false);
    }
    let details = DeviceDetails::from_headers(headers);
    session::touch(&mut app.database.writer().await?, session.id, &details).await?;
    Ok(true)
}
