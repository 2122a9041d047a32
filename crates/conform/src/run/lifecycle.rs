//! A run from start to end: find an account, run the checks, clean up, report.

use crate::checks;
use crate::contract::{Contract, Operation};
use crate::control::{Control, Snapshots, Status, Stop};
use crate::coverage::Observed;
use crate::golden;
use crate::http::{Client, Connector, Recorder, TransportError};
use crate::options::Options;
use crate::profile::ProfileError;
use crate::report::Report;
use crate::results::Results;
use crate::rule::Rule;
use crate::run::authenticate::authenticate;
use crate::run::identify::{identify, profile};
use crate::run::supervise::supervise;
use crate::run::{Account, CreatedResources, Run};
use crate::secrets::Secrets;
use crate::waivers::Waivers;
use std::time::{Duration, Instant};

/// Why a server could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address, or how to reach it, cannot be used.
    #[error(transparent)]
    Transport(#[from] TransportError),
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
    /// The server has no users, and the options do not allow to sign up the first one.
    #[error(
        "the server has no administrator yet: pass --set-up to sign up the first one, who then stays on \
         the server"
    )]
    NeedsSetUp,
    /// The API key lacks permissions.
    #[error(
        "the API key lacks permissions that the operations need: {0}. Pass a key with the permission all, or limit the \
         run with --operation"
    )]
    TooFewPermissions(String),
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
    control: Control<'_>,
) -> Result<Report, RunError> {
    // Its state is large.
    Box::pin(check(contract, options, waivers, control)).await
}

async fn check(
    contract: &Contract,
    options: &Options,
    waivers: &Waivers,
    control: Control<'_>,
) -> Result<Report, RunError> {
    let connector = Connector::new(&options.url, &contract.base_path, &options.transport)?;
    let mut secrets = Secrets::new(contract.secret_names().iter().cloned());
    connector.secrets().into_iter().for_each(|secret| secrets.add_user_supplied(secret));
    let operations = selected(contract, options)?;
    let mut run = Run {
        contract,
        options,
        profile: None,
        waivers,
        operations,
        started: Instant::now(),
        client: Client::new(connector, options.timeout, Recorder::new(options.keeps_exchanges), control.stop.clone()),
        results: Results::default(),
        secrets,
        account: Account::default(),
        created: CreatedResources::default(),
        other_user: None,
        fixture: None,
        snapshot: None,
        notes: Vec::new(),
        requests: 0,
        observed: Observed::default(),
        progress: control.progress.handle(),
        status: Status::default(),
        snapshots: Snapshots::new(control.snapshots),
    };
    let status = run.status.clone();
    let done = supervise(work(&mut run), &control.stop, options.max_time, &control.progress, &status).await;
    let incomplete = match done {
        Some(Ok(())) => None,
        Some(Err(error)) => {
            let mut snapshots = std::mem::take(&mut run.snapshots);
            snapshots.take(|| Report::new(&run, Some(&error.to_string())));
            return Err(error);
        }
        None => {
            clean_up_early(&mut run).await;
            control.stop.reason()
        }
    };
    run.progress.finish_and_clear();
    Ok(Report::new(&run, incomplete))
}

/// Finds an account, runs the checks, and cleans up.
async fn work(run: &mut Run<'_>) -> Result<(), RunError> {
    let identity = identify(run).await?;
    run.profile = profile(run.options, &identity)?;
    if let Some(cases) = &run.options.golden {
        if identity.is_initialized != Some(false) {
            return Err(RunError::NotEmpty);
        }
        if !run.options.set_up {
            return Err(RunError::NeedsSetUp);
        }
        golden::replay(run, cases).await;
    }
    let operations = run.operations.clone();
    authenticate(run, &identity, &operations).await?;
    report_unchecked(run, &operations);
    run.create_other_user().await.map_err(RunError::UserCommand)?;
    checks::run(run, &operations).await;
    finish(run).await;
    Ok(())
}

fn selected<'a>(contract: &'a Contract, options: &Options) -> Result<Vec<&'a Operation>, RunError> {
    if options.operations.is_empty() {
        return Ok(contract.operations.iter().collect());
    }
    let find = |id: &String| contract.find(id).ok_or_else(|| RunError::NoSuchOperation(id.clone()));
    options.operations.iter().map(find).collect()
}

/// Reports what the contract says and this program does not check.
fn report_unchecked(run: &mut Run<'_>, operations: &[&Operation]) {
    run.notes.extend(run.contract.unchecked.iter().cloned());
    for operation in operations {
        for why in operation.unsendable.iter().chain(&operation.unchecked) {
            run.skip(operation, Rule::SuccessStatus, why);
        }
    }
}

/// Removes what the run created, after a run that was ended early: within some seconds, and without waiting long for a
/// server that may not respond.
async fn clean_up_early(run: &mut Run<'_>) {
    const LIMIT: Duration = Duration::from_secs(5);
    const TIMEOUT: Duration = Duration::from_secs(2);
    let stop = Stop::default();
    run.client.stop = stop.clone();
    run.client.timeout = run.client.timeout.min(TIMEOUT);
    tokio::select! {
        () = finish(run) => {}
        () = stop.stopped() => {}
        () = tokio::time::sleep(LIMIT) => {}
    }
    for (collection, id) in std::mem::take(&mut run.created.items) {
        run.notes.push(format!("left behind: {collection}/{id}, because the run was ended early"));
    }
}

/// Removes what the run created, as far as the contract has operations for that.
async fn finish(run: &mut Run<'_>) {
    run.progress.set_message("cleaning up");
    run.clean_up().await;
}
