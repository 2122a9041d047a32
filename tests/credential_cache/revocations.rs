//! After the response to a revocation, the server that handled it rejects the credential immediately, and the other one
//! within 50 ms; in strict mode both immediately.
//!
//! `IMMICH_TEST_REVOCATIONS` is the number of revocations of each kind; `make test-revocations` runs 1,000.

use std::time::{Duration, Instant};

use tokio_postgres::{Client as Sql, NoTls};

use super::pair::{Attempt, Hammer, Pair};
use super::victim::{Revocation, Victim};
use crate::harness::{Database, REVOCATION_LIMIT};

/// The default number of revocations of each kind: the two tests together then take about 20 seconds.
const USUAL: usize = 20;

/// The divisor for slow kinds: a password change takes two bcrypt hashes, deleting a user a start of the program, and an
/// expiry the lifetime of the session.
const FEWER: usize = 4;

/// The lifetime of a session that expires: long enough to be cached.
const LIFE: Duration = Duration::from_millis(150);

const KINDS: [Revocation; 9] = [
    Revocation::Logout,
    Revocation::SessionDeletion,
    Revocation::DeletionOfAllSessions,
    Revocation::KeyDeletion,
    Revocation::PermissionChange,
    Revocation::PasswordChange,
    Revocation::UserDeletion,
    Revocation::UserRemoval,
    Revocation::Expiry,
];

fn rounds(kind: Revocation) -> usize {
    match std::env::var("IMMICH_TEST_REVOCATIONS") {
        Ok(count) => count.parse().expect("IMMICH_TEST_REVOCATIONS is a number"),
        Err(_) if matches!(kind, Revocation::PasswordChange | Revocation::UserDeletion | Revocation::Expiry) => {
            USUAL / FEWER
        }
        Err(_) => USUAL,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_credential_is_rejected_by_this_server_immediately_and_by_others_within_50_ms() {
    check_revocations("on", REVOCATION_LIMIT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_strict_mode_a_revoked_credential_is_rejected_by_every_server_immediately() {
    check_revocations("strict", Duration::ZERO).await;
}

/// Revokes credentials while hammers send requests to both servers.
async fn check_revocations(mode: &str, elsewhere: Duration) {
    let database = Database::new().await;
    let pair = Pair::on(&database, mode).await;
    pair.revoking.server.sign_up_admin().await;
    let sql = connect(&database).await;
    let mut unanswered = 0;
    for kind in KINDS {
        let mut slowest = Duration::ZERO;
        let mut round = 0;
        while round < rounds(kind) {
            let Some((here, there, answered)) = revoke(&pair, (&database, &sql), kind).await else {
                unanswered += 1;
                assert!(unanswered < 10, "the servers answer revocations");
                continue;
            };
            if kind == Revocation::Expiry && [&here, &there].iter().any(|attempts| !attempts[0].accepted) {
                // The machine was so busy that the session expired before the first request.
                continue;
            }
            round += 1;
            assert!(here[0].accepted && there[0].accepted, "{kind:?} {round}: never accepted");
            let (own_limit, other_limit) = match kind {
                // No server handles a change by SQL: both are only notified.
                Revocation::UserRemoval => (REVOCATION_LIMIT, REVOCATION_LIMIT),
                // All servers check the expiry, and a subcommand waits for all servers in every mode.
                Revocation::Expiry | Revocation::UserDeletion => (Duration::ZERO, Duration::ZERO),
                _ => (Duration::ZERO, elsewhere),
            };
            for (attempts, limit) in [(&here, own_limit), (&there, other_limit)] {
                assert!(attempts.iter().any(|attempt| !attempt.accepted), "{kind:?} {round}: never rejected");
                if let Some(last) = attempts.iter().rfind(|attempt| attempt.accepted) {
                    let late = last.sent.saturating_duration_since(answered);
                    assert!(late <= limit && (late.is_zero() || !limit.is_zero()), "{kind:?} {round}: {late:?} late");
                    slowest = slowest.max(late);
                }
            }
        }
        println!("{mode} {kind:?}: {} revocations, the last accepted request was {slowest:?} late", rounds(kind));
    }
    for measured in [&pair.revoking, &pair.other] {
        let (hits, misses) = (measured.counted("hits").await, measured.counted("misses").await);
        assert!(hits > misses, "the cache was used: {hits} hits, {misses} misses");
    }
}

/// The attempts on both servers and the time of the response to the revocation; `None` without a response.
async fn revoke(
    pair: &Pair,
    (database, sql): (&Database, &Sql),
    kind: Revocation,
) -> Option<(Vec<Attempt>, Vec<Attempt>, Instant)> {
    let life = (kind == Revocation::Expiry).then_some(LIFE);
    let victim = Victim::new(sql, life).await;
    // The expiry is by the clock of the database, which was read before this.
    let made = Instant::now();
    let hammer =
        async |client: &crate::harness::Client| Hammer::start(client.clone(), victim.request(client, kind)).await;
    let (here, there) = (&pair.revoking.server, &pair.other.server);
    let (first, second, third) = tokio::join!(hammer(here), hammer(here), hammer(there));
    let is_answered = victim.revoke(kind, here, (database, sql)).await;
    let answered = if kind == Revocation::Expiry { made + LIFE } else { Instant::now() };
    let (first, second, third) = tokio::join!(first.finish(), second.finish(), third.finish());
    let mut here = first;
    here.extend(second);
    here.sort_by_key(|attempt| attempt.sent);
    is_answered.then_some((here, third, answered))
}

/// A connection whose statements fire triggers.
async fn connect(database: &Database) -> Sql {
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.expect("the database answers");
    tokio::spawn(connection);
    client
}
