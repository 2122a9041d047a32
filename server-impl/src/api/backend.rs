//! Where a request is authorized: from its credential to the caller, and whether the caller may.

use crate::app::App;
use crate::auth::caller::{Beside, Caller, CallerCredential};
use crate::auth::credential_cache::{CredentialCache, CredentialHash, Found};
use crate::auth::device::{self, DeviceDetails};
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
            Credential::Session(token) => {
                self.by_hash(operation, CredentialHash::Session(TokenHash::of(token.expose())), context).await?
            }
            Credential::ApiKey(secret) => {
                self.by_hash(operation, CredentialHash::ApiKey(TokenHash::of(secret.expose())), context).await?
            }
        };
        let caller = found.ok_or_else(|| credential.refusal())?;
        match operation.permission() {
            Some(needed) if !caller.may(needed) => Err(credentials::not_permitted(needed.as_str())),
            Some(_) | None => Ok(caller),
        }
    }
}

impl App {
    async fn by_hash(
        &self,
        operation: Operation,
        hash: CredentialHash,
        context: &RequestContext,
    ) -> Result<Option<Caller>, Error> {
        let reading = if CredentialCache::serves(operation) {
            match self.credentials.get(&hash, |found| !is_touch_due(&found.credential, context)) {
                Ok(Found { user, credential }) => {
                    return Ok(Some(Caller { user, credential, beside: Beside::Nothing }));
                }
                Err(reading) => reading,
            }
        } else {
            self.credentials.reading()
        };
        let (found, mut beside) = match &hash {
            CredentialHash::Session(token) => by_session(self, operation, token).await?,
            CredentialHash::ApiKey(secret) => by_api_key(self, operation, secret).await?,
        };
        let Some(found) = found else { return Ok(None) };
        self.credentials.put(hash, reading, &found);
        if is_touch_due(&found.credential, context) {
            touch(self, &found.credential, context).await?;
            // What was read along shows the session as it was before.
            beside = Beside::Nothing;
        }
        let Found { user, credential } = found;
        Ok(Some(Caller { user, credential, beside }))
    }
}

async fn by_session(app: &App, operation: Operation, token: &TokenHash) -> Result<(Option<Found>, Beside), Error> {
    let reader = app.database.reader()?;
    let find = session::find_caller(&reader, token);
    let (found, beside) = if operation == Operation::GetApiKeys {
        along(find, api_key::list_for_token(&reader, token), Beside::ApiKeys).await?
    } else if operation == Operation::GetSessions {
        along(find, session::list_for_token(&reader, token), Beside::Sessions).await?
    } else {
        (find.await?, Beside::Nothing)
    };
    let found = found.map(|(session, user)| Found { user, credential: CallerCredential::Session(session) });
    Ok((found, beside))
}

async fn by_api_key(app: &App, operation: Operation, secret: &TokenHash) -> Result<(Option<Found>, Beside), Error> {
    let reader = app.database.reader()?;
    let find = api_key::find_caller(&reader, secret);
    let (found, beside) = if operation == Operation::GetApiKeys {
        along(find, api_key::list_for_key(&reader, secret), Beside::ApiKeys).await?
    } else if operation == Operation::GetSessions {
        along(find, session::list_for_key(&reader, secret), Beside::Sessions).await?
    } else {
        (find.await?, Beside::Nothing)
    };
    let found = found.map(|(key, user)| Found { user, credential: CallerCredential::ApiKey(key) });
    Ok((found, beside))
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

/// Whether the use of a session is to be noted: when the last note is more than an hour old, or when the app was
/// updated since.
fn is_touch_due(credential: &CallerCredential, context: &RequestContext) -> bool {
    let CallerCredential::Session(session) = credential else { return false };
    let is_old = OffsetDateTime::now_utc() - session.updated_at > SESSION_REFRESH;
    is_old || device::app_version(&context.head.headers).as_deref() != session.app_version.as_deref()
}

/// Notes the use of a session and the device it is used from.
async fn touch(app: &App, credential: &CallerCredential, context: &RequestContext) -> Result<(), Error> {
    if let CallerCredential::Session(session) = credential {
        let details = DeviceDetails::from_headers(&context.head.headers);
        session::touch(&mut app.database.writer().await?, session.id, &details).await?;
    }
    Ok(())
}
