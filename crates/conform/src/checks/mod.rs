//! The checks: which requests are made, and what is wanted of the answers.

mod answers;
mod constraints;
mod effects;
mod ended;
mod ownership;
mod permissions;
mod routing;
mod security;

use crate::contract::Operation;
use crate::rule::Check;
use crate::run::Exam;

/// Makes all checks that are wanted, of all operations that are.
pub(crate) async fn run(exam: &mut Exam<'_>, operations: &[&Operation]) {
    let length = Check::ALL.iter().filter(|check| exam.options.wants(**check)).count() * operations.len();
    exam.progress.set_length(u64::try_from(length).unwrap_or_default());
    // The checks of bodies, headers and errors look at the answers to the others' requests.
    for check in Check::ALL.into_iter().filter(|check| exam.options.wants(*check)) {
        for operation in operations {
            exam.progress.set_message(format!("{} {}", check.id(), operation.id));
            match check {
                Check::Answers => answers::check(exam, operation).await,
                Check::Constraints => constraints::check(exam, operation).await,
                Check::Security => {
                    security::check(exam, operation).await;
                    ended::check(exam, operation).await;
                }
                Check::Permissions => {
                    permissions::check(exam, operation).await;
                    ownership::check(exam, operation).await;
                }
                Check::Effects => effects::check(exam, operation).await,
                Check::Routing => routing::check(exam, operation).await,
                Check::Bodies | Check::Headers | Check::Errors | Check::Golden => {}
            }
            exam.progress.inc(1);
        }
    }
    if exam.options.wants(Check::Routing) {
        routing::unknown_paths(exam).await;
    }
}
