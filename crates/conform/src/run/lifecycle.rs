//! A run from start to end: find an account, run the checks, clean up, report.

use crate::checks;
use crate::contract::{Contract, Operation};
use crate::coverage::Observed;
use crate::golden;
use crate::http::{Client, Recorder, RequestExt as _, Target, TargetError};
use crate::options::{Credentials, Options};
use crate::profile::ProfileError;
use crate::report::Report;
use crate::results::Results;
use crate::rule::Rule;
use crate::run::identify::{identify, profile};
use crate::run::{Account, CreatedResources, CredentialKind, Expected, RequestDraft, Run};
use crate::secrets::Secrets;
use crate::waivers::Waivers;
use indicatif::ProgressBar;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::time::Instant;

/// Why a server could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address cannot be used.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// No server responds there.
    #[error("no response from {url}: {cause}")]
    Unreachable {
        /// The server.
        url: String,
        /// Why.
        cause: std::io::Error,
    },
    /// Another program responds there.
    #[error(
        "{url} does not serve the API of the contract, because it answered {received}: \
         correct --url; it may include a base path"
    )]
    NotTheApi {
        /// Where the API should be.
        url: String,
        /// A request, and what was received.
        received: String,
    },
    /// The server speaks another dialect than the contract describes.
    #[error(
        "the server reports version {version}, which speaks another dialect than this contract: it has other errors and \
         fields. To check it nevertheless, name the profile: --profile immich-2.5 or --profile none"
    )]
    OtherDialect {
        /// Its version.
        version: String,
    },
    /// A profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The contract does not have this operation.
    #[error("the contract has no operation {0:?}")]
    NoSuchOperation(String),
    /// The server has users, and the options name none.
    #[error("the server already has users: pass an account with --email and --password, --token or --api-key")]
    NeedsCredentials,
    /// The server rejected the credential.
    #[error("the server rejected the {what}: {response}")]
    Rejected {
        /// The kind of credential.
        what: &'static str,
        /// Status and body.
        response: String,
    },
    /// The recorded cases start with an empty server.
    #[error(
        "the recorded cases (--golden on) need an empty server, but this one already has an administrator: \
         empty its database, or omit --golden"
    )]
    NotEmpty,
    /// The user command failed.
    #[error("{0}")]
    UserCommand(String),
}

/// Checks a server against the contract.
///
/// # Errors
/// The server is unreachable, or there is no account to send requests with.
pub async fn run(
    contract: &Contract,
    options: &Options,
    waivers: &Waivers,
    progress: ProgressBar,
) -> Result<Report, RunError> {
    let started = Instant::now();
    let target = Target::parse(&options.url, &contract.base_path)?;
    let operations = selected(contract, options)?;
    let mut run = Run {
        contract,
        options,
        profile: None,
        client: Client { target, timeout: options.timeout, recorder: Recorder::new(options.keeps_exchanges) },
        results: Results::default(),
        secrets: Secrets::new(contract.secret_names().iter().cloned()),
        account: Account::default(),
        created: CreatedResources::default(),
        other_user: None,
        notes: Vec::new(),
        requests: 0,
        observed: Observed::default(),
        progress,
    };
    let identity = identify(&mut run).await?;
    run.profile = profile(options, &identity)?;
    let is_empty = identity.is_initialized.map(|is_initialized| !is_initialized);
    if let Some(cases) = &options.golden {
        if is_empty != Some(true) {
            return Err(RunError::NotEmpty);
        }
        golden::replay(&mut run, cases).await;
    }
    authenticate(&mut run, is_empty == Some(true)).await?;
    run.create_other_user().await.map_err(RunError::UserCommand)?;
    checks::run(&mut run, &operations).await;
    finish(&mut run).await;
    run.progress.finish_and_clear();
    Ok(Report::new(&run, &operations, waivers, started.elapsed()))
}

fn selected<'a>(contract: &'a Contract, options: &Options) -> Result<Vec<&'a Operation>, RunError> {
    if options.operations.is_empty() {
        return Ok(contract.operations.iter().collect());
    }
    let find = |id: &String| contract.operation(id).ok_or_else(|| RunError::NoSuchOperation(id.clone()));
    options.operations.iter().map(find).collect()
}

/// Finds or creates the account that requests are sent with.
async fn authenticate(run: &mut Run<'_>, was_empty: bool) -> Result<(), RunError> {
    match run.options.credentials.clone() {
        Credentials::Session(token) => {
            run.secrets.add_user_supplied(token.expose_secret());
            run.account.session = Some(token.expose_secret().to_owned());
            verify(run, "token").await?;
        }
        Credentials::Key(key) => {
            run.secrets.add_user_supplied(key.expose_secret());
            run.account.key = Some(key.expose_secret().to_owned());
            verify(run, "API key").await?;
        }
        Credentials::Password { email, password } => {
            run.secrets.add_user_supplied(password.expose_secret());
            run.account.email = Some(email);
            run.account.password = Some(password.expose_secret().to_owned());
            if was_empty && run.options.golden.is_none() {
                sign_up(run).await;
            }
            log_in(run).await?;
        }
        Credentials::None if run.options.golden.is_some() => {
            let (email, password) = golden::ADMIN;
            run.account.email = Some(email.to_owned());
            run.account.password = Some(password.to_owned());
            run.account.disposable = true;
            log_in(run).await?;
        }
        Credentials::None if was_empty => {
            let unique = uuid::Uuid::new_v4().simple().to_string();
            run.secrets.add(&unique);
            run.account.email = Some("conform@example.com".to_owned());
            run.account.password = Some(unique);
            sign_up(run).await;
            log_in(run).await?;
        }
        Credentials::None => return Err(RunError::NeedsCredentials),
    }
    inspect_account(run).await;
    Ok(())
}

/// Signs up the first administrator, and checks the response: only an empty server can be asked this.
async fn sign_up(run: &mut Run<'_>) {
    let Some(sign_up) = run.contract.operation("signUpAdmin") else { return };
    let body = json!({ "email": run.account.email, "password": run.account.password, "name": "Conform" });
    let request = run.request(sign_up, &RequestDraft::of(body));
    let expected = Expected::Success { rule: Rule::SuccessStatus, at: "on an empty server" };
    if run.send(sign_up, &request, expected).await.is_some_and(|response| response.is_success()) {
        run.account.disposable = true;
        let email = run.account.email.clone().unwrap_or_default();
        run.notes.push(format!(
            "left behind: the administrator {email}, because the contract has no operation that removes users"
        ));
    }
}

/// Logs in and checks the response; goes on without a session if the server fails.
async fn log_in(run: &mut Run<'_>) -> Result<(), RunError> {
    let Some(login) = run.contract.operation("login") else { return Ok(()) };
    let body = json!({ "email": run.account.email, "password": run.account.password });
    let request = run.request(login, &RequestDraft::of(body));
    let expected = Expected::Success { rule: Rule::SuccessStatus, at: "minimal" };
    let is_user_supplied = !matches!(run.options.credentials, Credentials::None);
    match run.send(login, &request, expected).await {
        Some(response) if is_user_supplied && response.status == 401 => {
            Err(RunError::Rejected { what: "password", response: format!("401 {}", response.text()) })
        }
        Some(response) => {
            run.account.session = response.text_at("/accessToken");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Checks that the server accepts the credential.
async fn verify(run: &mut Run<'_>, what: &'static str) -> Result<(), RunError> {
    let Some(probe) = run.probe() else { return Ok(()) };
    let request = run.request(probe, &RequestDraft::default()).with(run.credential(probe).as_ref());
    match run.send_unchecked(probe, &request).await {
        Some(response) if response.status == 401 => {
            Err(RunError::Rejected { what, response: format!("401 {}", response.text()) })
        }
        _ => Ok(()),
    }
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
        let others =
            sessions.as_array().into_iter().flatten().filter(|session| session.get("current") != Some(&json!(true)));
        run.account.foreign_sessions = others.count();
    }
    if run.secret(CredentialKind::Key).is_none() {
        let body = json!({ "name": "conform", "permissions": ["all"] });
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

/// Removes what the run created, as far as the contract has operations for that.
async fn finish(run: &mut Run<'_>) {
    run.progress.set_message("cleaning up");
    run.clean_up().await;
}
