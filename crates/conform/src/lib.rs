//! Checks whether a server conforms to the contract.
//!
//! [`run`] sends requests that are derived from the contract ([`Contract`]): valid ones of every operation with every
//! kind of credential; requests that break one constraint each; missing, wrong and revoked credentials; API keys with
//! too few and with just enough permissions. It checks every response: status, headers, and the body against the
//! contract's schemas. It can also replay the recorded cases of the original ([`golden`]). The result is a [`Report`], as
//! text, JSON, JUnit XML and HTML. [`Waivers`] accept findings.
//!
//! Reports and waivers name rules by their ids ([`Rule::id`]). Everything is derived from the contract, except for what
//! it does not say: the cookies of a login (`response/cookies.rs`), values that make a request meaningful
//! (`run/request_draft.rs`), and kinds of credential that the original rejects although its contract lists them
//! (`run/account.rs`).

mod baseline;
mod checks;
mod contract;
mod control;
mod coverage;
pub mod golden;
mod http;
mod options;
mod profile;
mod report;
mod response;
mod results;
mod rule;
mod run;
mod secret_forms;
mod secret_parts;
mod secrets;
mod severity;
mod value;
mod waivers;

pub use baseline::{Baseline, KnownFinding};
pub use contract::{
    BodyFormat, Content, Contract, ContractError, CredentialLocation, Operation, Parameter, ParameterLocation,
    Response, Scheme, SourceError, read_source,
};
pub use control::{Control, Progress, Receiver, Stop};
pub use coverage::{Coverage, Share};
pub use http::{RecordedExchange, RecordedResponse, Transport, TransportError, proxy_of_environment};
pub use options::{Credentials, Options};
pub use profile::{ProfileChoice, ProfileError};
pub use report::{ContractFile, Group, Report, Row, Tally};
pub use results::Finding;
pub use rule::{Check, Rule};
pub use run::{RunError, run};
pub use severity::Severity;
pub use waivers::{Waiver, WaiverError, Waivers};
