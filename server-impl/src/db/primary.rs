//! Which server is the primary, and which connections lead to it.
//!
//! A standby lags behind, so it accepts revoked credentials, and it takes no writes. Every connection is checked when
//! it opens: the server must not be in recovery, and for writes it must not be read-only. It must also have the newest
//! history that this process has seen: a promotion begins a new timeline, so a primary with a lower one was replaced.
//!
//! A primary cannot become a standby without closing its connections. But a pooler may move an open connection to
//! another server, and a dead server may leave connections open. So anything that contradicts the check makes every
//! connection suspect ([`Primary::suspect`]): idle connections for writes are replaced, the others are checked again.

use tokio::sync::watch;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use super::session_options::Purpose;

/// Any role may call these functions.
const STATE: &str = "select pg_is_in_recovery(), current_setting('transaction_read_only')";
/// The first eight hexadecimal digits of the name are the timeline. The function fails in recovery.
const TIMELINE: &str = "select case when not pg_is_in_recovery() then pg_walfile_name(pg_current_wal_lsn()) end";
const CLUSTER: &str = "select system_identifier from pg_control_system()";

/// Why a server is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPrimary {
    /// It is in recovery.
    #[error("it is a standby; connect to the primary, or list all servers in DB_URL")]
    Standby,
    /// It is the primary, but refuses writes.
    #[error("it is read-only (default_transaction_read_only); make it writable")]
    ReadOnly,
    /// Another server was promoted.
    #[error(
        "it is an old primary: its timeline is {timeline}, but a server with timeline {newest} was promoted; stop it, \
         or restart this program if the database was restored from a backup"
    )]
    Replaced {
        /// Its timeline.
        timeline: u32,
        /// The timeline of the promoted server.
        newest: u32,
    },
}

/// What a server reports about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerState {
    in_recovery: bool,
    read_only: bool,
    /// None where the server does not report it.
    history: Option<History>,
}

/// The sequence of writes that a server continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct History {
    /// Given by `initdb`: the same for a primary and its standbys.
    cluster: u64,
    /// Increased by every promotion.
    timeline: u32,
}

impl ServerState {
    /// Asks the server, in one round trip. Call it before the options of the session are set.
    pub(super) async fn read(client: &Client) -> Result<Self, Error> {
        let (state, timeline, cluster) = futures_util::join!(
            client.simple_query(STATE),
            client.simple_query(TIMELINE),
            client.simple_query(CLUSTER)
        );
        let state = state?;
        Ok(Self {
            in_recovery: value(&state, 0) == Some("t"),
            read_only: value(&state, 1) == Some("on"),
            // Some services do not have these functions.
            history: timeline.ok().zip(cluster.ok()).and_then(|(timeline, cluster)| {
                let timeline = u32::from_str_radix(value(&timeline, 0)?.get(..8)?, 16).ok()?;
                // The view shows it as a signed number.
                let cluster: i64 = value(&cluster, 0)?.parse().ok()?;
                Some(History { cluster: cluster.cast_unsigned(), timeline })
            }),
        })
    }

    pub(super) fn history(&self) -> Option<History> {
        self.history
    }
}

fn value(messages: &[SimpleQueryMessage], column: usize) -> Option<&str> {
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(column),
        _ => None,
    })
}

/// What this process knows of the primary. Shared by all connections to the database.
pub(super) struct Primary(watch::Sender<Knowledge>);

#[derive(Clone, Copy, Debug, Default)]
struct Knowledge {
    newest: Option<History>,
    /// Counts the reasons to suspect the open connections.
    suspicions: u64,
}

impl Default for Primary {
    fn default() -> Self {
        Self(watch::Sender::new(Knowledge::default()))
    }
}

impl Primary {
    /// Whether a server may be used for this purpose. A newer history than the known one makes all connections suspect.
    pub(super) fn admit(&self, server: &ServerState, purpose: Purpose) -> Result<(), NotPrimary> {
        if server.in_recovery {
            return Err(NotPrimary::Standby);
        }
        if server.read_only && purpose.writes() {
            return Err(NotPrimary::ReadOnly);
        }
        let Some(history) = server.history else { return Ok(()) };
        let mut admitted = Ok(());
        self.0.send_if_modified(|known| match known.newest {
            Some(newest) if newest == history => false,
            Some(newest) if newest.cluster == history.cluster && newest.timeline > history.timeline => {
                admitted = Err(NotPrimary::Replaced { timeline: history.timeline, newest: newest.timeline });
                false
            }
            former => {
                known.newest = Some(history);
                if former.is_some() {
                    tracing::warn!(
                        timeline = history.timeline,
                        "another server is the primary now; replacing all database connections"
                    );
                    known.suspicions += 1;
                }
                former.is_some()
            }
        });
        admitted
    }

    /// Whether a server with this history is still the primary, as far as is known without a query.
    pub(super) fn is_newest(&self, history: Option<History>) -> bool {
        let newest = self.0.borrow().newest;
        history.is_none() || newest.is_none() || newest == history
    }

    /// How often the connections became suspect. A connection that is checked after taking this number is not suspect
    /// while the number stays the same.
    pub(super) fn suspicions(&self) -> u64 {
        self.0.borrow().suspicions
    }

    /// Makes all connections suspect, unless they are since a connection was checked at this number.
    pub(super) fn suspect(&self, checked: u64) {
        self.0.send_if_modified(|known| {
            let is_new = known.suspicions == checked;
            known.suspicions += u64::from(is_new);
            is_new
        });
    }

    /// Changes when the connections become suspect.
    pub(super) fn changes(&self) -> Changes {
        Changes(self.0.subscribe())
    }
}

/// Reports that the connections have become suspect.
pub(super) struct Changes(watch::Receiver<Knowledge>);

impl Changes {
    /// Waits for the next change. Cancel safe.
    pub(super) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // The database is closed.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(cluster: u64, timeline: u32) -> ServerState {
        ServerState { history: Some(History { cluster, timeline }), ..ServerState::default() }
    }

    #[test]
    fn a_standby_is_used_for_nothing_and_a_read_only_primary_for_reads() {
        let primary = Primary::default();
        let standby = ServerState { in_recovery: true, read_only: true, history: None };
        let read_only = ServerState { in_recovery: false, ..standby };

        for purpose in [Purpose::Read, Purpose::Write, Purpose::Migrate] {
            assert_eq!(primary.admit(&standby, purpose), Err(NotPrimary::Standby));
        }
        assert_eq!(primary.admit(&read_only, Purpose::Read), Ok(()));
        assert_eq!(primary.admit(&read_only, Purpose::Write), Err(NotPrimary::ReadOnly));
    }

    #[test]
    fn after_a_promotion_the_old_primary_is_refused_and_its_connections_are_suspect() {
        let primary = Primary::default();
        let (old, promoted) = (server(1, 3), server(1, 4));
        primary.admit(&old, Purpose::Read).unwrap();
        assert_eq!(primary.suspicions(), 0);

        primary.admit(&promoted, Purpose::Read).unwrap();

        assert_eq!(primary.suspicions(), 1);
        assert!(!primary.is_newest(old.history) && primary.is_newest(promoted.history));
        let refused = Err(NotPrimary::Replaced { timeline: 3, newest: 4 });
        assert_eq!(primary.admit(&old, Purpose::Write), refused);
        assert_eq!(primary.suspicions(), 1);
    }

    #[test]
    fn another_cluster_is_used_whatever_its_timeline() {
        let primary = Primary::default();
        primary.admit(&server(1, 9), Purpose::Read).unwrap();

        primary.admit(&server(2, 1), Purpose::Read).unwrap();

        assert!(primary.is_newest(server(2, 1).history) && !primary.is_newest(server(1, 9).history));
    }

    #[test]
    fn a_server_that_does_not_report_its_history_is_used() {
        let primary = Primary::default();
        primary.admit(&server(1, 9), Purpose::Read).unwrap();

        assert_eq!(primary.admit(&ServerState::default(), Purpose::Write), Ok(()));
        assert!(primary.is_newest(None));
    }

    #[test]
    fn connections_that_are_suspect_already_do_not_become_suspect_twice() {
        let primary = Primary::default();
        let checked = primary.suspicions();

        primary.suspect(checked);
        primary.suspect(checked);

        assert_eq!(primary.suspicions(), 1);
    }
}
