//! Finds or creates the account that requests are sent with, or says why there is none.

use super::identify::Identity;
use super::lifecycle::RunError;
use super::{CredentialKind, Expected, RequestDraft, Run};
use crate::contract::Operation;
use crate::golden;
use crate::http::{RequestExt as _, Response};
use crate::options::Credentials;
use crate::results::Violation;
use crate::rule::Rule;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

/// The administrator that a run signs up, unless the options name one.
const EMAIL: &str = "conform@example.com";
/// The name of that administrator.
const NAME: &str = "Conform";
/// The name that it signs up with: nothing of it may be trimmed, escaped or converted.
const UNUSUAL_NAME: &str = " Conform \u{1f600} \"\u{dc}n\u{ef}\" <b>%41\\ ";
/// The permission that includes all others.
const ALL: &str = "all";

/// Finds or creates the account that requests are sent with; none if the operations need none.
pub(super) async fn authenticate(
    run: &mut Run<'_>,
    identity: &Identity,
    operations: &[&Operation],
) -> Result<(), RunError> {
    let replayed = run.options.golden.is_some();
    match run.options.credentials.clone() {
        Credentials::Session(token) => {
            run.secrets.add_user_supplied(token.expose_secret());
            run.account.session = Some(token.expose_secret().to_owned());
            verify(run, "token", CredentialKind::Session).await?;
        }
        Credentials::Key(key) => {
            run.secrets.add_user_supplied(key.expose_secret());
            run.account.key = Some(key.expose_secret().to_owned());
            verify(run, "API key", CredentialKind::Key).await?;
            check_permissions(run, operations).await?;
        }
        Credentials::Password { email, password } => {
            run.secrets.add_user_supplied(password.expose_secret());
            run.account.basic = Some(format!("{email}:{}", password.expose_secret()));
            run.account.email = Some(email);
            run.account.password = Some(password.expose_secret().to_owned());
            let may_sign_up = run.options.set_up && !replayed && identity.is_initialized != Some(true);
            let signed_up = may_sign_up && sign_up(run, identity).await;
            log_in(run, !signed_up, identity).await?;
        }
        Credentials::None if replayed => {
            let (email, password) = golden::ADMIN;
            run.account.email = Some(email.to_owned());
            run.account.password = Some(password.to_owned());
            run.account.disposable = true;
            log_in(run, false, identity).await?;
        }
        // Without an account, what needs one is only checked for rejecting requests without a credential.
        Credentials::None if !run.contract.conventions().accounts => return Ok(()),
        Credentials::None if !need_account(operations, identity) => return Ok(()),
        Credentials::None if run.options.set_up => {
            let password = uuid::Uuid::new_v4().simple().to_string();
            run.secrets.add(&password);
            run.account.email = Some(EMAIL.to_owned());
            run.account.password = Some(password.clone());
            if sign_up(run, identity).await {
                if let Some(announce) = run.options.on_set_up {
                    run.progress.suspend(|| announce(EMAIL, &password));
                }
                log_in(run, false, identity).await?;
            } else if identity.is_initialized == Some(false) {
                // That is a finding; what needs an account is skipped.
                (run.account.email, run.account.password) = (None, None);
            } else {
                return Err(RunError::NeedsCredentials);
            }
        }
        Credentials::None if identity.is_initialized == Some(false) => return Err(RunError::NeedsSetUp),
        Credentials::None => return Err(RunError::NeedsCredentials),
    }
    inspect_account(run).await;
    if run.account.name.as_deref() == Some(UNUSUAL_NAME) {
        run.restore_profile(run.account.email.clone(), Some(NAME.to_owned())).await;
        run.account.name = Some(NAME.to_owned());
    }
    Ok(())
}

/// Whether the operations need an account. A sign-up on an empty server would create one.
fn need_account(operations: &[&Operation], identity: &Identity) -> bool {
    let needs = |operation: &&Operation| match operation.id.as_str() {
        "login" => true,
        "signUpAdmin" => identity.is_initialized != Some(true),
        _ => operation.is_secured(),
    };
    operations.iter().any(needs)
}

/// Signs up the first administrator; returns whether that succeeded. A rejection is a finding only if the server says
/// that it has no administrator.
async fn sign_up(run: &mut Run<'_>, identity: &Identity) -> bool {
    let Some(sign_up) = run.contract.operation("signUpAdmin") else { return false };
    let body = json!({ "email": run.account.email, "password": run.account.password, "name": UNUSUAL_NAME });
    let request = run.request(sign_up, &RequestDraft::of(body));
    let expected = match identity.is_initialized {
        Some(false) => Expected::Success { rule: Rule::SuccessStatus, at: "on an empty server" },
        _ => Expected::Any,
    };
    let Some(response) = run.send(sign_up, &request, expected).await.filter(|response| response.is_success()) else {
        return false;
    };
    let name = response.text_at("/name");
    let changed = name
        .filter(|name| name != UNUSUAL_NAME)
        .map(|name| Violation::new("/name", format!("{UNUSUAL_NAME:?}, as it was sent")).received(format!("{name:?}")));
    run.record(sign_up, Rule::RoundTrip, &request, &response, changed);
    run.account.disposable = true;
    let email = run.account.email.clone().unwrap_or_default();
    run.notes.push(format!(
        "left behind: the administrator {email}, because the contract has no operation that removes users"
    ));
    check_config(run, identity).await;
    true
}

/// Checks what the server said about its administrator before the sign-up, and what it says after it.
async fn check_config(run: &mut Run<'_>, identity: &Identity) {
    let Some((operation, request, before)) = identity.config(run.contract) else { return };
    let wrong = |expected: &str| Violation::new("/isInitialized", expected);
    let violation = (identity.is_initialized == Some(true))
        .then(|| wrong("false before the sign-up of the first administrator, which succeeded"));
    run.record(operation, Rule::WrongValue, request, before, violation);
    let Some(after) = run.send(operation, request, Expected::Any).await else { return };
    let is_initialized = after.json().ok().and_then(|body| body.get("isInitialized")?.as_bool());
    let violation = (is_initialized == Some(false)).then(|| wrong("true after the sign-up of the first administrator"));
    run.record(operation, Rule::WrongValue, request, &after, violation);
}

/// Logs in and checks the response; goes on without a session if the server fails. A rejection of an account that the
/// user named says nothing about the server.
async fn log_in(run: &mut Run<'_>, is_user_supplied: bool, identity: &Identity) -> Result<(), RunError> {
    let Some(login) = run.contract.operation("login") else { return Ok(()) };
    let body = json!({ "email": run.account.email, "password": run.account.password });
    let request = run.request(login, &RequestDraft::of(body));
    let expected = Expected::Success { rule: Rule::SuccessStatus, at: "minimal" };
    let Some(response) = run.send(login, &request, expected).await else { return Ok(()) };
    if is_user_supplied && (400..500).contains(&response.status) {
        if identity.is_initialized == Some(false) && !run.options.set_up {
            return Err(RunError::NeedsSetUp);
        }
        return Err(rejected("password", &response));
    }
    run.account.session = response.text_at("/accessToken");
    if is_user_supplied && run.account.session.is_some() {
        verify_not_forbidden(run, "account", CredentialKind::Session).await?;
    }
    Ok(())
}

fn rejected(what: &'static str, response: &Response) -> RunError {
    RunError::Rejected { what, response: format!("{} {}", response.status, response.text()) }
}

/// Checks that the server accepts the credential.
async fn verify(run: &mut Run<'_>, what: &'static str, kind: CredentialKind) -> Result<(), RunError> {
    let Some(probe) = run.probe() else { return Ok(()) };
    let request = run.request(probe, &RequestDraft::default()).with(run.credential(probe).as_ref());
    match run.send_unchecked(probe, &request).await {
        Some(response) if response.status == 401 => Err(rejected(what, &response)),
        _ => verify_not_forbidden(run, what, kind).await,
    }
}

/// An account that is disabled, or has to change its password first, gets 403 for everything.
async fn verify_not_forbidden(run: &mut Run<'_>, what: &'static str, kind: CredentialKind) -> Result<(), RunError> {
    let contract = run.contract;
    let mut last = None;
    for operation in ["validateAccessToken", "getMyUser"].into_iter().filter_map(|id| contract.operation(id)) {
        for scheme in operation.schemes.iter().filter(|scheme| CredentialKind::of(&scheme.location) == kind) {
            let Some(secret) = run.secret(kind).map(str::to_owned) else { return Ok(()) };
            let request = run.request(operation, &RequestDraft::default()).credential(&scheme.location, &secret);
            match run.send_unchecked(operation, &request).await {
                Some(response) if response.status == 403 => last = Some(response),
                _ => return Ok(()),
            }
        }
    }
    last.map_or(Ok(()), |response| Err(rejected(what, &response)))
}

/// Checks that an API key has the permissions that the operations need.
async fn check_permissions(run: &mut Run<'_>, operations: &[&Operation]) -> Result<(), RunError> {
    let Some(key) = send_and_decode(run, "getMyApiKey", None).await else { return Ok(()) };
    let Some(granted) = key.get("permissions").and_then(Value::as_array) else { return Ok(()) };
    let has = |permission: &str| granted.iter().any(|each| each == permission || each == ALL);
    let mut missing: Vec<&str> = Vec::new();
    for permission in operations.iter().filter_map(|operation| operation.permission.as_deref()) {
        if !has(permission) && !missing.contains(&permission) {
            missing.push(permission);
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(RunError::TooFewPermissions(missing.join(", "))) }
}

/// Reads the account's profile and sessions, and creates an API key with all permissions.
async fn inspect_account(run: &mut Run<'_>) {
    if let Some(me) = send_and_decode(run, "getMyUser", None).await {
        let text = |name: &str| me.get(name).and_then(Value::as_str).map(str::to_owned);
        run.account.id = text("id");
        run.account.name = text("name");
        run.account.email = text("email").or(run.account.email.take());
    }
    if !run.account.disposable
        && let Some(sessions) = send_and_decode(run, "getSessions", None).await
    {
        // All but the one of the run, whichever the server calls the current one.
        let own = usize::from(run.account.session.is_some());
        run.account.foreign_sessions = sessions.as_array().map_or(0, Vec::len).saturating_sub(own);
    }
    if run.secret(CredentialKind::Key).is_none() {
        let body = json!({ "name": "conform", "permissions": [ALL] });
        let created = send_and_decode(run, "createApiKey", Some(body)).await;
        run.account.key = created.and_then(|body| body.get("secret")?.as_str().map(str::to_owned));
    }
}

async fn send_and_decode(run: &mut Run<'_>, id: &str, body: Option<Value>) -> Option<Value> {
    let operation = run.contract.operation(id)?;
    let credential = run.credential(operation)?;
    let request = run.request(operation, &RequestDraft { parameters: Vec::new(), body }).with(Some(&credential));
    run.send_unchecked(operation, &request).await?.json().ok()
}
