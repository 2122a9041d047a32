//! Authorization: resolves a request's credential to its caller, in the same way for every operation.

use crate::auth::caller::{Caller, CallerCredential};
use crate::auth::credential_cache::{CredentialCache, CredentialHash};
use crate::db::session::DeviceDetails;
use crate::db::{Readiness, TokenHash, api_key, session};
use crate::error::Error;
use crate::http::application::{Application, Ready};
use crate::http::context::RequestContext;
use crate::http::credentials::{self, Credential};
use crate::http::device;
use crate::state::AppState;
use immich_api::{Backend, Operation};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use time::OffsetDateTime;

/// The shortest time between two records of a session's last use.
const SESSION_REFRESH: Duration = Duration::from_secs(60 * 60);
/// How long a request waits for the record of its session's use.
const TOUCH_LIMIT: Duration = Duration::from_millis(500);
/// For how long nothing is recorded after a failure, so that an outage of writes does not delay every read.
const TOUCH_PAUSE: Duration = Duration::from_secs(1);

impl Backend for AppState {
    type Context = RequestContext;
    type Principal = Arc<Caller>;
    type Error = Error;

    fn has_credential(&self, operation: Operation, context: &RequestContext) -> bool {
        credentials::is_present(context, operation)
    }

    async fn authorize(&self, operation: Operation, context: &RequestContext) -> Result<Arc<Caller>, Error> {
        if self.info.security.is_strict() {
            credentials::reject_in_query(context)?;
        }
        let credential = credentials::find(context, operation)?.ok_or_else(credentials::missing)?;
        let hash = match &credential {
            // This server does not support shared links, so every such credential is invalid.
            Credential::SharedLinkKey | Credential::SharedLinkSlug => return Err(credential.refusal()),
            Credential::Session(token) => CredentialHash::Session(TokenHash::of(token.expose())),
            Credential::ApiKey(secret) => CredentialHash::ApiKey(TokenHash::of(secret.expose())),
        };
        let caller = self.caller(operation, hash, context).await?.ok_or_else(|| credential.refusal())?;
        if !context.is_read() {
            context.audit.caller(&caller);
        }
        match operation.permission() {
            Some(needed) if !caller.may(needed) => Err(credentials::not_permitted(needed)),
            Some(_) | None => Ok(caller),
        }
    }
}

impl Application for AppState {
    async fn ready(&self) -> Ready {
        let Readiness { reads, writes, revocations } = self.database.readiness().await;
        match (reads, writes) {
            (Ok(()), Err(missing)) if self.info.ready_for_reads => Ready::Partly(format!("reads only: {missing}")),
            (Err(missing), _) | (Ok(()), Err(missing)) => Ready::No(missing.to_string()),
            (Ok(()), Ok(())) if !revocations => {
                Ready::Partly("revocations are not received: the credential cache is bypassed".to_owned())
            }
            (Ok(()), Ok(())) => Ready::Yes,
        }
    }
}

impl AppState {
    /// The caller with this credential, from the cache or from the database.
    async fn caller(
        &self,
        operation: Operation,
        hash: CredentialHash,
        context: &RequestContext,
    ) -> Result<Option<Arc<Caller>>, Error> {
        let lookup = if CredentialCache::serves(operation) {
            match self.credentials.get(&hash, |caller| !is_touch_due(caller, context) && !self.is_over(caller)) {
                Ok(caller) => return Ok(Some(caller)),
                Err(lookup) => lookup,
            }
        } else {
            self.credentials.lookup()
        };
        let Some(caller) = self.find(&hash).await?.filter(|caller| !self.is_over(caller)) else { return Ok(None) };
        let caller = Arc::new(caller);
        self.credentials.put(hash, lookup, &caller);
        if is_touch_due(&caller, context) {
            self.touch(&caller, context).await;
        }
        Ok(Some(caller))
    }

    /// Whether the caller's session has ended by the security profile.
    fn is_over(&self, caller: &Caller) -> bool {
        self.info
            .session_lifetime
            .zip(caller.session())
            .is_some_and(|(lifetime, session)| lifetime.is_over(session, OffsetDateTime::now_utc()))
    }

    async fn find(&self, hash: &CredentialHash) -> Result<Option<Caller>, Error> {
        let reader = self.database.reader()?;
        Ok(match hash {
            CredentialHash::Session(token) => session::find_caller(&reader, token)
                .await?
                .map(|(session, user)| Caller { user, credential: CallerCredential::Session(session) }),
            CredentialHash::ApiKey(secret) => api_key::find_caller(&reader, secret)
                .await?
                .map(|(key, user)| Caller { user, credential: CallerCredential::ApiKey(key) }),
        })
    }

    /// Records the time of a session's use and the device that it is used from. The request does not depend on it: while
    /// the database takes no writes, reads are answered without it.
    async fn touch(&self, caller: &Caller, context: &RequestContext) {
        let Some(session) = caller.session() else { return };
        if self
            .touch_failed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|at| at.elapsed() < TOUCH_PAUSE)
        {
            return;
        }
        let (database, id) = (self.database.clone(), session.id);
        let details = DeviceDetails::from_headers(&context.head.headers);
        // A task, so that a statement that takes long runs to its end.
        let touch = tokio::spawn(async move { session::touch(&mut database.writer().await?, id, &details).await });
        let reason = match tokio::time::timeout(TOUCH_LIMIT, touch).await {
            Ok(Ok(Ok(_))) => return,
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {TOUCH_LIMIT:?}"),
        };
        tracing::warn!(reason, "could not record the use of a session; answering without it");
        *self.touch_failed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

/// Whether this use of a session must be recorded: the last record is more than an hour old, or the version of the app
/// has changed since.
fn is_touch_due(caller: &Caller, context: &RequestContext) -> bool {
    let Some(session) = caller.session() else { return false };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let recorded = u64::try_from(session.updated_at.unix_timestamp()).unwrap_or_default();
    let is_old = now.as_secs() > recorded.saturating_add(SESSION_REFRESH.as_secs());
    is_old || device::app_version(&context.head.headers).as_deref() != session.app_version.as_deref()
}
