//! A run from its beginning to its end.

use crate::checks;
use crate::contract::{Contract, Operation};
use crate::golden;
use crate::http::{Client, RequestExt as _, Target, TargetError};
use crate::options::{Credentials, Options};
use crate::report::Report;
use crate::results::Ledger;
use crate::rule::Rule;
use crate::run::{Account, Draft, Exam, Kind, Made, Wanted};
use crate::secrets::Secrets;
use crate::waivers::Waivers;
use indicatif::ProgressBar;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::time::Instant;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum CannotRun {
    /// The address.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Nobody answers there.
    #[error("{url} does not answer: {cause}")]
    Unreachable {
        /// The server.
        url: String,
        /// Why.
        cause: std::io::Error,
    },
    /// An operation was named that the contract does not have.
    #[error("the contract has no operation {0:?}")]
    NoSuchOperation(String),
    /// The server has users, and none is given.
    #[error("the server is in use: give it an account with --email and --password, --token or --api-key")]
    NeedsCredentials,
    /// The account is not accepted.
    #[error("the {what} is not accepted: {answer}")]
    Refused {
        /// What was presented.
        what: &'static str,
        /// Status and body.
        answer: String,
    },
    /// The recorded cases begin with an empty server.
    #[error("the recorded cases need an empty server, and this one has an administrator")]
    NotEmpty,
    /// The command that creates a user.
    #[error("{0}")]
    UserCommand(String),
    /// The recorded cases.
    #[error(transparent)]
    Golden(#[from] golden::CaseError),
}

/// Checks a server against the contract.
///
/// # Errors
/// There is no verdict: the server cannot be reached, or cannot be asked as somebody.
pub async fn run(
    contract: &Contract,
    options: &Options,
    waivers: &Waivers,
    progress: ProgressBar,
) -> Result<Report, CannotRun> {
    let started = Instant::now();
    let target = Target::parse(&options.url, &contract.base_path)?;
    let operations = selected(contract, options)?;
    let mut exam = Exam {
        contract,
        options,
        client: Client { target, timeout: options.timeout },
        ledger: Ledger::default(),
        secrets: Secrets::new(contract.secret_names().iter().cloned()),
        account: Account::default(),
        made: Made::default(),
        stranger: None,
        notes: Vec::new(),
        requests: 0,
        progress,
    };
    let is_empty = is_empty(&mut exam).await?;
    if options.golden {
        if is_empty != Some(true) {
            return Err(CannotRun::NotEmpty);
        }
        golden::check(&mut exam).await?;
    }
    become_somebody(&mut exam, is_empty == Some(true)).await?;
    exam.meet_stranger().await.map_err(CannotRun::UserCommand)?;
    checks::run(&mut exam, &operations).await;
    finish(&mut exam).await;
    exam.progress.finish_and_clear();
    Ok(Report::new(exam, &operations, waivers, started.elapsed()))
}

fn selected<'a>(contract: &'a Contract, options: &Options) -> Result<Vec<&'a Operation>, CannotRun> {
    if options.operations.is_empty() {
        return Ok(contract.operations.iter().collect());
    }
    let find = |id: &String| contract.operation(id).ok_or_else(|| CannotRun::NoSuchOperation(id.clone()));
    options.operations.iter().map(find).collect()
}

/// Whether the server has no administrator yet; `None` when it does not say.
async fn is_empty(exam: &mut Exam<'_>) -> Result<Option<bool>, CannotRun> {
    let asked = exam.contract.operation("getServerConfig").or_else(|| exam.contract.operations.first());
    let Some(asked) = asked else { return Ok(None) };
    let request = exam.request(asked, &Draft::default());
    exam.requests += 1;
    let answer = exam.client.send(&request).await;
    let answer = answer.map_err(|cause| CannotRun::Unreachable { url: exam.options.url.clone(), cause })?;
    Ok(answer.json().ok().and_then(|body| body.get("isInitialized")?.as_bool()).map(|initialized| !initialized))
}

/// Finds or makes the account that requests are made with.
async fn become_somebody(exam: &mut Exam<'_>, was_empty: bool) -> Result<(), CannotRun> {
    match exam.options.credentials.clone() {
        Credentials::Session(token) => {
            exam.secrets.learn_given(token.expose_secret());
            exam.account.session = Some(token.expose_secret().to_owned());
            accepted(exam, "token").await?;
        }
        Credentials::Key(key) => {
            exam.secrets.learn_given(key.expose_secret());
            exam.account.key = Some(key.expose_secret().to_owned());
            accepted(exam, "API key").await?;
        }
        Credentials::Password { email, password } => {
            exam.secrets.learn_given(password.expose_secret());
            exam.account.email = Some(email);
            exam.account.password = Some(password.expose_secret().to_owned());
            if was_empty && !exam.options.golden {
                sign_up(exam).await;
            }
            log_in(exam).await?;
        }
        Credentials::None if exam.options.golden => {
            let (email, password) = golden::ADMIN;
            exam.account.email = Some(email.to_owned());
            exam.account.password = Some(password.to_owned());
            exam.account.disposable = true;
            log_in(exam).await?;
        }
        Credentials::None if was_empty => {
            let unique = uuid::Uuid::new_v4().simple().to_string();
            exam.secrets.learn(&unique);
            exam.account.email = Some("conform@example.com".to_owned());
            exam.account.password = Some(unique);
            sign_up(exam).await;
            log_in(exam).await?;
        }
        Credentials::None => return Err(CannotRun::NeedsCredentials),
    }
    look_around(exam).await;
    Ok(())
}

/// Signs up as the first administrator, with a judgement: an empty server is the only one that can be asked this.
async fn sign_up(exam: &mut Exam<'_>) {
    let Some(sign_up) = exam.contract.operation("signUpAdmin") else { return };
    let body = json!({ "email": exam.account.email, "password": exam.account.password, "name": "Conform" });
    let request = exam.request(sign_up, &Draft::of(body));
    let wanted = Wanted::Success { rule: Rule::SuccessStatus, at: "on an empty server" };
    if exam.ask(sign_up, &request, wanted).await.is_some_and(|answer| answer.is_success()) {
        exam.account.disposable = true;
        let email = exam.account.email.clone().unwrap_or_default();
        exam.notes.push(format!("left behind: the administrator {email}, whom the contract cannot remove"));
    }
}

/// Logs in, with a judgement, and goes on without a session when the server fails at it.
async fn log_in(exam: &mut Exam<'_>) -> Result<(), CannotRun> {
    let Some(login) = exam.contract.operation("login") else { return Ok(()) };
    let body = json!({ "email": exam.account.email, "password": exam.account.password });
    let request = exam.request(login, &Draft::of(body));
    let wanted = Wanted::Success { rule: Rule::SuccessStatus, at: "minimal" };
    let given = !matches!(exam.options.credentials, Credentials::None);
    match exam.ask(login, &request, wanted).await {
        Some(answer) if given && answer.status == 401 => {
            Err(CannotRun::Refused { what: "password", answer: format!("401 {}", answer.text()) })
        }
        Some(answer) => {
            exam.account.session = answer.text_at("/accessToken");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whether what was given is accepted at all.
async fn accepted(exam: &mut Exam<'_>, what: &'static str) -> Result<(), CannotRun> {
    let Some(probe) = exam.probe() else { return Ok(()) };
    let request = exam.request(probe, &Draft::default()).with(exam.credential(probe).as_ref());
    match exam.prepare(probe, &request).await {
        Some(answer) if answer.status == 401 => {
            Err(CannotRun::Refused { what, answer: format!("401 {}", answer.text()) })
        }
        _ => Ok(()),
    }
}

/// Gets to know the account, and an API key that may do everything.
async fn look_around(exam: &mut Exam<'_>) {
    if let Some(me) = ask_plainly(exam, "getMyUser", None).await {
        let text = |name: &str| me.get(name).and_then(Value::as_str).map(str::to_owned);
        exam.account.id = text("id");
        exam.account.name = text("name");
        exam.account.email = text("email").or(exam.account.email.take());
    }
    if !exam.account.disposable
        && let Some(sessions) = ask_plainly(exam, "getSessions", None).await
    {
        let others =
            sessions.as_array().into_iter().flatten().filter(|session| session.get("current") != Some(&json!(true)));
        exam.account.foreign_sessions = others.count();
    }
    if exam.secret(Kind::Key).is_none() {
        let body = json!({ "name": "conform", "permissions": ["all"] });
        let created = ask_plainly(exam, "createApiKey", Some(body)).await;
        exam.account.key = created.and_then(|body| body.get("secret")?.as_str().map(str::to_owned));
    }
}

async fn ask_plainly(exam: &mut Exam<'_>, id: &str, body: Option<Value>) -> Option<Value> {
    let operation = exam.contract.operation(id)?;
    let credential = exam.credential(operation)?;
    let request = exam.request(operation, &Draft { parameters: Vec::new(), body }).with(Some(&credential));
    exam.prepare(operation, &request).await?.json().ok()
}

/// Leaves the server as it was found, as far as the contract allows it.
async fn finish(exam: &mut Exam<'_>) {
    exam.progress.set_message("cleaning up");
    exam.clean_up().await;
}
