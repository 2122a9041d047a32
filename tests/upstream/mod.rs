//! Upstream's database: used in place, or imported. Its schema and rows are in `tests/fixtures/`.

mod adoption;
mod hard_cases;
mod import;
mod import_conflicts;
mod in_place;
mod upgrades;

use crate::harness::{Database, Program, Session};

const ADMIN: &str = "11111111-1111-4111-8111-111111111111";
const ANNA: &str = "22222222-2222-4222-8222-222222222222";
const ANNA_EMAIL: &str = "anna@immich.cloud";
const ANNA_PASSWORD: &str = "password1";

/// Anna's key with the permissions `asset.read`, `user.read`, `apiKey.read` and `apiKey.update`, and with two that the
/// contract does not know: `future.read` and `future.create`.
const ANNAS_KEY: &str = "b2222222-2222-4222-8222-222222222222";

fn session(token: &str, user_id: &str) -> Session {
    Session { token: token.to_owned(), user_id: user_id.to_owned() }
}

fn admin() -> Session {
    session("admin-token", ADMIN)
}

fn anna() -> Session {
    session("anna-token", ANNA)
}

/// An import of this source into this database.
fn import(source: &Database, target: &Database) -> Program {
    on(target, ["import"]).with("IMMICH_IMPORT_FROM", source.url())
}

/// A subcommand on a database.
fn on<'a>(database: &Database, arguments: impl IntoIterator<Item = &'a str>) -> Program {
    Program::run(arguments).with("DB_URL", database.url())
}
