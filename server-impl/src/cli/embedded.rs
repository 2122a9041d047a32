//! The embedded Postgres: the launcher of `local-postgres` with this program's names and settings.

use std::path::PathBuf;

use local_postgres::{LocalPostgres, Names, Options, PostgresError};

use super::open_database::Purpose;

/// Existing data folders contain these names, so the names must not change.
const NAMES: Names = Names {
    program: "immich-server",
    cluster: "immich-api",
    role: "immich",
    data_dir_setting: "IMMICH_DATA_DIR",
    binaries_setting: "IMMICH_POSTGRES_BIN_DIR",
};

const SETTINGS: &str = "# immich-server: small, for one server on the same machine.
shared_buffers = 32MB
max_connections = 100
max_wal_size = 256MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
";

/// Starts the Postgres of this data folder; for a command, attaches to that of a running server if there is one.
///
/// `binaries` is the folder of `initdb` and `postgres`; none means search for them.
pub(super) async fn open(
    data_dir: PathBuf,
    binaries: Option<PathBuf>,
    purpose: Purpose,
) -> Result<LocalPostgres, PostgresError> {
    let options = Options { binaries, settings: SETTINGS, ..Options::new(data_dir, NAMES) };
    match purpose {
        Purpose::Serve { .. } => LocalPostgres::start(&options).await,
        Purpose::Command => LocalPostgres::attach_or_start(&options).await,
    }
}
