//! Which server it is: whether it serves the API of the contract, in which version, and whether it has users.

use super::lifecycle::RunError;
use super::{RequestDraft, Run};
use crate::contract::{Contract, Operation};
use crate::http::{Request, RequestExt as _, Response};
use crate::options::Options;
use crate::profile::{Profile, ProfileChoice};
use crate::response::{Exchange, check};
use crate::rule::Rule;
use serde_json::Value;
use std::fmt;
use std::io;
use std::time::Duration;

/// How many operations are tried before a server is said not to serve the API.
const TRIES: usize = 6;
/// After a request without a response: how many others are sent, how long each may take, and the pause between them.
const RETRIES: usize = 4;
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(250);
/// Operations whose responses describe the server.
const CONFIG: &str = "getServerConfig";
const VERSION: &str = "getServerVersion";

/// What a server says about itself.
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub(super) version: Option<Version>,
    /// Whether it has an administrator; `None` if it does not say.
    pub(super) is_initialized: Option<bool>,
    /// The names of the headers in its response about its version.
    headers: Vec<String>,
    /// The request that read its configuration, and the response.
    config: Option<(Request, Response)>,
}

/// A version: major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version(u64, u64, u64);

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        write!(formatter, "{major}.{minor}.{patch}")
    }
}

/// Finds out which server it is; a server that does not serve the API is an error.
pub(super) async fn identify(run: &mut Run<'_>) -> Result<Identity, RunError> {
    let mut identity = Identity::default();
    let candidates = candidates(run);
    let (mut is_the_api, mut unreachable, mut wrong) = (candidates.is_empty(), None, None);
    for operation in candidates {
        // Once it is known, only what describes the server is of interest.
        if is_the_api && ![CONFIG, VERSION].contains(&operation.id.as_str()) {
            continue;
        }
        let request = run.request(operation, &RequestDraft::default()).with(run.credential(operation).as_ref());
        match run.send_to_identify(operation, &request).await {
            Err(cause) => drop(unreachable.get_or_insert(cause)),
            Ok(response) if is_of_the_contract(run, operation, &request, &response) => {
                is_the_api = true;
                identity.read(operation, &request, response);
            }
            Ok(response) => {
                wrong.get_or_insert_with(|| format!("{} {}: {}", request.method, request.target, summary(&response)));
                // It may be wrong in one field, and right in others.
                identity.read(operation, &request, response);
            }
        }
    }
    let url = || run.client.target.url(&run.client.target.prefix);
    match (wrong, unreachable) {
        _ if is_the_api => Ok(identity),
        (Some(received), _) => Err(RunError::NotTheApi { url: url(), received }),
        (None, Some(cause)) => Err(RunError::Unreachable { url: url(), cause }),
        (None, None) => Ok(identity),
    }
}

/// The profile that the options name, or that of the version.
pub(super) fn profile(options: &Options, identity: &Identity) -> Result<Option<Profile>, RunError> {
    match (&options.profile, identity.version) {
        (ProfileChoice::None, _) => Ok(None),
        (ProfileChoice::Named(name), _) => Ok(Profile::named(name)?),
        (ProfileChoice::Automatic, Some(version)) => {
            if version.0 > Profile::newest()? {
                return Err(RunError::OtherDialect { version: version.to_string() });
            }
            Ok(Profile::of_version(version.0)?)
        }
        (ProfileChoice::Automatic, None) => Ok(Profile::of_headers(&identity.headers)?),
    }
}

/// Operations to try: those that describe the server, then further reads without parameters, public ones first.
fn candidates<'a>(run: &Run<'a>) -> Vec<&'a Operation> {
    let is_simple = |each: &&Operation| each.is_read() && each.parameters.iter().all(|parameter| !parameter.required);
    let mut simple: Vec<&Operation> = run.contract.operations.iter().filter(is_simple).collect();
    simple.sort_by_key(|each| (![CONFIG, VERSION].contains(&each.id.as_str()), each.is_secured()));
    simple.truncate(TRIES);
    simple
}

/// Whether only a server of this API responds like this. A field may be wrong: that is a finding, not another API.
fn is_of_the_contract(run: &Run<'_>, operation: &Operation, request: &Request, response: &Response) -> bool {
    let is_page = response.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    if operation.is_secured() && [401, 403].contains(&response.status) {
        return !is_page;
    }
    let exchange = Exchange {
        contract: run.contract,
        profile: None,
        operation,
        request,
        response,
        secrets: &run.secrets,
        malformed: false,
    };
    let of_another_api =
        [Rule::ServerError, Rule::UndocumentedStatus, Rule::NotJson, Rule::MissingField, Rule::WrongType];
    let mut broken = check(&exchange).rules.into_iter().filter_map(|(rule, violation)| violation.map(|_| rule));
    response.is_success() && !broken.any(|rule| of_another_api.contains(&rule))
}

/// `302 to https://example.com/login`, `404 text/html`.
fn summary(response: &Response) -> String {
    let detail = match (response.header("location"), response.header("content-type")) {
        (Some(location), _) if (300..400).contains(&response.status) => format!(" to {location}"),
        (_, Some(kind)) => format!(" {}", kind.split(';').next().unwrap_or_default()),
        (_, None) => String::new(),
    };
    format!("{}{detail}", response.status)
}

impl Identity {
    /// The operation that reads the configuration, with its request and response.
    pub(super) fn config<'a>(&'a self, contract: &'a Contract) -> Option<(&'a Operation, &'a Request, &'a Response)> {
        let (request, response) = self.config.as_ref()?;
        Some((contract.operation(CONFIG)?, request, response))
    }

    fn read(&mut self, operation: &Operation, request: &Request, response: Response) {
        let body = response.json().unwrap_or_default();
        match operation.id.as_str() {
            CONFIG => {
                self.is_initialized = body.get("isInitialized").and_then(Value::as_bool);
                self.config = Some((request.clone(), response));
            }
            VERSION => {
                let number = |name: &str| body.get(name).and_then(Value::as_u64);
                self.version = number("major").map(|major| {
                    Version(major, number("minor").unwrap_or_default(), number("patch").unwrap_or_default())
                });
                self.headers = response.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
            }
            _ => {}
        }
    }
}

impl Run<'_> {
    async fn send_to_identify(&mut self, operation: &Operation, request: &Request) -> io::Result<Response> {
        let sent = self.client.send(&operation.id, request).await;
        self.record_exchange(operation, request, &sent);
        sent.result
    }

    /// After a request without a response: ends the run if the server responds to nothing else either.
    pub(super) async fn end_if_silent(&mut self, cause: &str) {
        let mut client = self.client.clone();
        client.timeout = client.timeout.min(PATIENCE);
        let candidates = candidates(self);
        if candidates.is_empty() {
            return;
        }
        for operation in candidates.iter().cycle().take(RETRIES) {
            let request = self.request(operation, &RequestDraft::default());
            if client.send(&operation.id, &request).await.result.is_ok() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.client.stop.stop(format!("the server stopped responding after {} requests: {cause}", self.requests));
    }
}
