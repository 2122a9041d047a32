//! As whom requests are made.

use super::{Credential, Exam};
use crate::contract::{Operation, Place};
use crate::http::{Request, RequestExt as _};
use serde_json::json;

/// The account that requests are made with.
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
    /// The account was made for this run: it may be changed.
    pub(crate) disposable: bool,
    /// Sessions of the account that this run did not make.
    pub(crate) foreign_sessions: usize,
}

/// Which kind of credential is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Session,
    Key,
}

impl Kind {
    pub(crate) fn of(place: &Place) -> Self {
        if place.is_for_sessions() { Self::Session } else { Self::Key }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Key => "API key",
        }
    }
}

/// The status with which an operation refuses a kind of credential that the contract lists for it.
///
/// The contract lists the same credentials for all secured operations, but a session is only made from a session, and
/// only a key can ask which key it is.
pub(crate) fn refusal(operation: &Operation, kind: Kind) -> Option<u16> {
    match (operation.id.as_str(), kind) {
        ("createSession", Kind::Key) => Some(400),
        ("getMyApiKey", Kind::Session) => Some(403),
        _ => None,
    }
}

impl<'a> Exam<'a> {
    /// The account's secret of this kind.
    pub(crate) fn secret(&self, kind: Kind) -> Option<&str> {
        match kind {
            Kind::Session => self.account.session.as_deref(),
            Kind::Key => self.account.key.as_deref(),
        }
    }

    /// The account's credential for an operation: a session, unless the operation or the account has none.
    pub(crate) fn credential(&self, operation: &Operation) -> Option<Credential> {
        let mut usable =
            operation.schemes.iter().filter(|scheme| refusal(operation, Kind::of(&scheme.place)).is_none());
        usable.find_map(|scheme| {
            let secret = self.secret(Kind::of(&scheme.place))?.to_owned();
            Some(Credential { place: scheme.place.clone(), secret })
        })
    }

    /// The credential, or why there is none; a public operation needs none.
    pub(crate) fn credential_or_why(&self, operation: &Operation) -> Result<Option<Credential>, String> {
        match self.credential(operation) {
            None if operation.is_secured() => {
                let accepts_keys = refusal(operation, Kind::Key).is_none();
                let kind = if accepts_keys && self.account.session.is_some() { Kind::Key } else { Kind::Session };
                Err(format!("no {} to ask with", kind.name()))
            }
            credential => Ok(credential),
        }
    }

    /// Logs in, without a judgement, and gives the token.
    pub(crate) async fn log_in(&mut self) -> Option<String> {
        let login = self.contract.operation("login")?;
        let (email, password) = (self.account.email.clone()?, self.account.password.clone()?);
        let request = self.request(login, &super::Draft::of(json!({ "email": email, "password": password })));
        self.prepare(login, &request).await?.text_at("/accessToken")
    }

    /// Makes sure that the account's session still lives, after something that may have ended it.
    pub(crate) async fn revive(&mut self) {
        if self.account.session.is_none() || self.is_alive().await {
            return;
        }
        self.account.session = self.log_in().await;
        if self.account.session.is_none() {
            self.notes
                .push("the session that was used ended, and there is no password to log in again with".to_owned());
        }
    }

    async fn is_alive(&mut self) -> bool {
        let Some(probe) = self.probe() else { return true };
        let request = self.request(probe, &super::Draft::default()).with(self.credential(probe).as_ref());
        self.prepare(probe, &request).await.is_none_or(|answer| answer.status != 401)
    }

    /// An operation that tells whether a credential is accepted, whatever it is permitted to do.
    pub(crate) fn probe(&self) -> Option<&'a Operation> {
        self.contract.operation("validateAccessToken").or_else(|| self.contract.operation("getMyUser"))
    }

    /// A session of its own, for requests that end it.
    pub(crate) async fn spare_session(&mut self) -> Option<String> {
        let create = self.contract.operation("createSession")?;
        let credential = self.credential(create)?;
        let request: Request = self.request(create, &super::Draft::of(json!({}))).with(Some(&credential));
        match self.prepare(create, &request).await.and_then(|answer| answer.text_at("/token")) {
            Some(token) => Some(token),
            None => self.log_in().await,
        }
    }
}
