//! The checks: which requests are sent, and which responses are expected.

mod answers;
mod constraints;
mod effects;
mod ended;
mod foreign;
mod login;
mod near_miss;
mod ownership;
mod parameters;
mod passwords;
mod permissions;
mod right;
mod round_trip;
mod routing;
mod security;
pub(crate) mod state;

use crate::contract::Operation;
use crate::rule::Check;
use crate::run::Run;
use near_miss::Prepared;

/// Runs the selected checks on the selected operations.
pub(crate) async fn run(run: &mut Run<'_>, operations: &[&Operation]) {
    let length = Check::ALL.iter().filter(|check| run.options.wants(**check)).count() * operations.len();
    run.progress.set_length(u64::try_from(length).unwrap_or_default());
    // The checks of bodies, headers and errors apply to the responses to the other checks' requests.
    let mut prepared = Prepared::default();
    for check in Check::ALL.into_iter().filter(|check| run.options.wants(*check)) {
        for operation in operations {
            run.progress.set_message(format!("{} {}", check.id(), operation.id));
            match check {
                Check::Answers => answers::check(run, operation).await,
                Check::Constraints => constraints::check(run, operation).await,
                Check::Security => {
                    security::check(run, operation).await;
                    near_miss::check(run, operation, &mut prepared).await;
                    right::check(run, operation).await;
                    login::check(run, operation).await;
                    ended::check(run, operation).await;
                }
                Check::Permissions => {
                    permissions::check(run, operation).await;
                    ownership::check(run, operation).await;
                    foreign::check(run, operation).await;
                }
                Check::Effects => {
                    effects::check(run, operation).await;
                    round_trip::check(run, operation).await;
                    parameters::check(run, operation).await;
                    passwords::check(run, operation).await;
                    state::check(run, operation).await;
                }
                Check::Routing => routing::check(run, operation).await,
                Check::Bodies | Check::Headers | Check::Errors | Check::Golden => {}
            }
            run.progress.inc(1);
        }
        if check == Check::Security {
            near_miss::expired(run, operations, &prepared).await;
        }
    }
    if run.options.wants(Check::Routing) {
        routing::unknown_paths(run).await;
    }
}
