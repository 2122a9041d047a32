//! Recorded cases: requests with the responses of the original, replayed in order against an empty server.

mod body;
mod case;
mod compare;
mod pattern;
mod player;

pub use case::{CaseError, Cases};

use crate::results::Finding;
use crate::rule::Rule;
use crate::run::Run;
use crate::run::other_user::{create_user, log_in_as};
use case::User;
use player::{CaseResult, Verdict};

/// E-mail address and password of the administrator that the cases sign up, as they are afterwards.
pub(crate) const ADMIN: (&str, &str) = ("admin@immich.cloud", "password");

/// Replays the cases, and records how the responses differ.
pub(crate) async fn replay(run: &mut Run<'_>, cases: &Cases) {
    run.progress.set_length(u64::try_from(cases.len()).unwrap_or_default());
    run.progress.set_message("golden");
    let (contract, client, secrets) = (run.contract, run.client.clone(), run.secrets.clone());
    let progress = run.progress.clone();
    let create = async |user: &User| create_and_identify(run, user).await;
    let results = player::replay(contract, &client, &secrets, cases, create, || progress.inc(1)).await;
    let skipped = results.iter().filter(|result| matches!(result.verdict, Verdict::Skipped(_))).count();
    if skipped > 0 {
        run.notes.push(format!("{skipped} recorded cases were skipped: they need a second user (--user-command)"));
    }
    for result in results {
        run.requests += 1;
        record(run, result);
    }
    run.notes
        .push("left behind: the users of the recorded cases; the contract has no operation that removes them".into());
    run.progress.reset();
}

/// Creates a user with the user command and returns the identifier; `None` without a command.
async fn create_and_identify(run: &mut Run<'_>, user: &User) -> Result<Option<String>, String> {
    let Some(command) = &run.options.user_command else { return Ok(None) };
    create_user(command, &user.email, &user.name, &user.password).await?;
    let session = log_in_as(run, &user.email, &user.password).await;
    let (_, id) =
        session.ok_or_else(|| format!("the user command succeeded, but its user {} cannot log in", user.email))?;
    run.clean_up().await;
    Ok(Some(id))
}

fn record(run: &mut Run<'_>, result: CaseResult) {
    let CaseResult { id, operation, request, verdict } = result;
    match verdict {
        Verdict::Agrees => run.results.passed(&operation, Rule::Golden),
        Verdict::Skipped(reason) => run.results.skipped(&operation, Rule::Golden, &reason),
        Verdict::Differs { differences, response } => run.found(Finding {
            operation,
            rule: Rule::Golden,
            severity: Rule::Golden.severity(),
            at: id,
            request,
            received: response,
            expected: differences.join("; "),
            times: 1,
            waived: None,
        }),
    }
}
