//! Is a server, whoever wrote it, conforming to the contract?
//!
//! [`run`] plays requests that are derived from the contract ([`Contract`]): valid ones of every operation with every
//! kind of credential, every constraint of every request broken once, credentials absent, wrong and ended, API keys
//! with too few and with just enough permissions. Every answer is judged: status, headers, and the body by the
//! contract's schemas. The recorded cases of the original ([`golden`]) can be played too. What comes of it is a
//! [`Report`], as text, JSON, JUnit's XML and HTML; [`Waivers`] accept differences.
//!
//! The rules, which reports and waivers name, are those of [`Rule`]. Little is known here that the contract does not
//! say: the cookies of a login (`answer/cookies.rs`), what makes a request meaningful (`exam/draft.rs`), and which
//! kinds of credential the original refuses although its contract lists them (`exam/account.rs`).

mod checks;
mod contract;
pub mod golden;
mod http;
mod options;
mod report;
mod response;
mod results;
mod rule;
mod run;
mod secrets;
mod value;
mod waivers;

pub use contract::{Content, Contract, ContractError, Operation, Parameter, Place, Position, Response, Scheme};
pub use http::TargetError;
pub use indicatif::ProgressBar;
pub use options::{Credentials, Options};
pub use report::{Report, Row, Tally};
pub use results::Finding;
pub use rule::{Check, Rule};
pub use run::{CannotRun, run};
pub use waivers::{Waiver, WaiverError, Waivers};

/// A bar on standard error for the progress of a run; it stays away where nobody watches.
#[must_use]
pub fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    // The template is fixed: without it the bar only looks plainer.
    if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:32.cyan/dim} {percent:>3} %  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}
