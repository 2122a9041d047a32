//! The account that requests are sent with.

use super::{Credential, Run};
use crate::contract::{CredentialLocation, Operation};
use crate::http::{Request, RequestExt as _};
use serde_json::json;

/// The account that requests are sent with.
#[derive(Debug, Default, Clone)]
pub(crate) struct Account {
    pub(crate) email: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) id: Option<String>,
    /// The token of a session.
    pub(crate) session: Option<String>,
    /// An API key.
    pub(crate) key: Option<String>,
    /// Name and password, separated by a colon.
    pub(crate) basic: Option<String>,
    /// The account was created for this run: it may be changed.
    pub(crate) disposable: bool,
    /// How many sessions of the account this run did not create.
    pub(crate) foreign_sessions: usize,
}

/// A kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialKind {
    Session,
    Key,
    /// Name and password, sent with each request.
    Password,
}

impl CredentialKind {
    pub(crate) fn of(location: &CredentialLocation) -> Self {
        match location {
            CredentialLocation::Bearer | CredentialLocation::Cookie(_) => Self::Session,
            CredentialLocation::Header(_) | CredentialLocation::Query(_) => Self::Key,
            CredentialLocation::Basic => Self::Password,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Key => "API key",
            Self::Password => "name and password",
        }
    }
}

impl<'a> Run<'a> {
    /// The status with which an operation rejects a kind of credential that the contract lists for it, and why.
    pub(crate) fn rejection(&self, operation: &Operation, kind: CredentialKind) -> Option<(u16, String)> {
        let credential = match kind {
            CredentialKind::Session => "session",
            CredentialKind::Key => "api-key",
            CredentialKind::Password => "password",
        };
        let rejected = self.profile.as_ref()?.rejection(&operation.id, credential)?;
        Some((rejected.status, rejected.reason.clone()))
    }

    /// The account's secret of this kind.
    pub(crate) fn secret(&self, kind: CredentialKind) -> Option<&str> {
        match kind {
            CredentialKind::Session => self.account.session.as_deref(),
            CredentialKind::Key => self.account.key.as_deref(),
            CredentialKind::Password => self.account.basic.as_deref(),
        }
    }

    /// The account's credential for an operation: a session, unless the operation or the account has none.
    pub(crate) fn credential(&self, operation: &Operation) -> Option<Credential> {
        let mut usable = operation
            .schemes
            .iter()
            .filter(|scheme| self.rejection(operation, CredentialKind::of(&scheme.location)).is_none());
        usable.find_map(|scheme| {
            let secret = self.secret(CredentialKind::of(&scheme.location))?.to_owned();
            Some(Credential { location: scheme.location.clone(), secret })
        })
    }

    /// The credential, or why there is none; a public operation needs none.
    pub(crate) fn credential_or_why(&self, operation: &Operation) -> Result<Option<Credential>, String> {
        match self.credential(operation) {
            None if operation.is_secured() => {
                let accepted = operation.schemes.iter().map(|scheme| CredentialKind::of(&scheme.location));
                let mut accepted = accepted.filter(|kind| self.rejection(operation, *kind).is_none());
                let kind = accepted.next().map_or("credential that can be sent", CredentialKind::name);
                Err(format!("no {kind} to send the request with"))
            }
            credential => Ok(credential),
        }
    }

    /// Logs in and returns the token; the response is not checked.
    pub(crate) async fn log_in(&mut self) -> Option<String> {
        let login = self.contract.operation("login")?;
        let (email, password) = (self.account.email.clone()?, self.account.password.clone()?);
        let request = self.request(login, &super::RequestDraft::of(json!({ "email": email, "password": password })));
        self.send_unchecked(login, &request).await?.text_at("/accessToken")
    }

    /// Logs in again if the account's session has ended, after a request that may have ended it.
    pub(crate) async fn renew_session(&mut self) {
        if self.account.session.is_none() || self.session_is_valid().await {
            return;
        }
        self.account.session = self.log_in().await;
        if self.account.session.is_none() {
            self.notes.push("the session of this run ended, and there is no password to log in again".to_owned());
        }
    }

    async fn session_is_valid(&mut self) -> bool {
        let Some(probe) = self.probe() else { return true };
        let request = self.request(probe, &super::RequestDraft::default()).with(self.credential(probe).as_ref());
        self.send_unchecked(probe, &request).await.is_none_or(|response| response.status != 401)
    }

    /// An operation that shows whether a credential is valid, whatever its permissions are.
    pub(crate) fn probe(&self) -> Option<&'a Operation> {
        self.contract.operation("validateAccessToken").or_else(|| self.contract.operation("getMyUser"))
    }

    /// A separate session, for requests that end it.
    pub(crate) async fn new_session(&mut self) -> Option<String> {
        let create = self.contract.operation("createSession")?;
        let credential = self.credential(create)?;
        let request: Request = self.request(create, &super::RequestDraft::of(json!({}))).with(Some(&credential));
        match self.send_unchecked(create, &request).await.and_then(|response| response.text_at("/token")) {
            Some(token) => Some(token),
            None => self.log_in().await,
        }
    }
}
