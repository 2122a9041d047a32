//! Recorded cases: requests with the answers of the original, played in order against one server that is empty.

mod body;
mod case;
mod compare;
mod pattern;
mod player;

pub use case::{CaseError, Cases, User};
pub use player::{Outcome, Verdict};

use crate::contract::Contract;
use crate::http::{Client, Target, TargetError};
use crate::results::Finding;
use crate::rule::Rule;
use crate::run::Exam;
use crate::run::other_user::{create_user, log_in_as};
use crate::secrets::Secrets;
use std::time::Duration;

/// E-mail address and password of the administrator that the cases sign up, as they are afterwards.
pub(crate) const ADMIN: (&str, &str) = ("admin@immich.cloud", "password");

/// How long to wait for an answer, also at the end of a queue of logins.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Plays cases against the server at `url`. Users are created by `create`, which gives their identifier, or nothing if
/// it cannot create any.
///
/// # Errors
/// The address cannot be used.
pub async fn play(
    contract: &Contract,
    url: &str,
    cases: &Cases,
    create: impl AsyncFnMut(&User) -> Result<Option<String>, String>,
) -> Result<Vec<Outcome>, TargetError> {
    let client = Client { target: Target::parse(url, &contract.base_path)?, timeout: TIMEOUT };
    let secrets = Secrets::new(contract.secret_names().iter().cloned());
    Ok(player::play_with(contract, &client, &secrets, cases, create, || {}).await)
}

/// Plays the cases, and writes down how their answers differ.
pub(crate) async fn check(exam: &mut Exam<'_>) -> Result<(), CaseError> {
    let cases = Cases::embedded()?;
    exam.progress.set_length(u64::try_from(cases.len()).unwrap_or_default());
    exam.progress.set_message("golden");
    let (contract, client, secrets) = (exam.contract, exam.client.clone(), exam.secrets.clone());
    let progress = exam.progress.clone();
    let create = async |user: &User| created(exam, user).await;
    let outcomes = player::play_with(contract, &client, &secrets, &cases, create, || progress.inc(1)).await;
    let skipped = outcomes.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Skipped(_))).count();
    if skipped > 0 {
        exam.notes
            .push(format!("{skipped} recorded cases were skipped: they need a command that creates a second user"));
    }
    for outcome in outcomes {
        exam.requests += 1;
        write_down(exam, outcome);
    }
    exam.notes.push("left behind: the users of the recorded cases, whom the contract cannot remove".to_owned());
    exam.progress.reset();
    Ok(())
}

/// Creates a user with the command that was given; gives the identifier, or nothing where there is no command.
async fn created(exam: &mut Exam<'_>, user: &User) -> Result<Option<String>, String> {
    let Some(command) = &exam.options.user_command else { return Ok(None) };
    create_user(command, &user.email, &user.name, &user.password).await?;
    let (_, id) = log_in_as(exam, &user.email, &user.password).await.ok_or("who was created cannot log in")?;
    exam.clean_up().await;
    Ok(Some(id))
}

fn write_down(exam: &mut Exam<'_>, outcome: Outcome) {
    let Outcome { id, operation, request, verdict } = outcome;
    match verdict {
        Verdict::Agrees => exam.ledger.passed(&operation, Rule::Golden),
        Verdict::Skipped(why) => exam.ledger.skipped(&operation, Rule::Golden, &why),
        Verdict::Differs { differences, answer } => exam.ledger.found(Finding {
            operation,
            rule: Rule::Golden,
            at: id,
            request,
            came: answer,
            expected: differences.join("; "),
            times: 1,
            waived: None,
        }),
    }
}
