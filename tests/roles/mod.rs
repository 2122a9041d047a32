//! A role that does not own the tables: `migrate --print-grants` and `serve --no-migrate`.

mod newer;
mod page;
mod privileges;
mod start;
mod upstream;

use crate::harness::{Database, Launch, Privilege, Program, Role, Server};

/// A server that does not migrate, with this role.
fn serve(database: &Database, role: &Role) -> Launch {
    Server::on(database).and("--no-migrate").with("DB_URL", role.url())
}

/// The same for a server that ends because it refuses to start.
fn refused(url: String) -> Program {
    Program::run(["serve", "--no-migrate"]).with("DB_URL", url).with("IMMICH_PORT", "0")
}

/// A server with this role refuses to start, and names the privilege and the remedy in one line.
async fn refused_start(database: &Database, role: &Role, privilege: &Privilege) {
    let outcome = refused(role.url()).await;
    let line = outcome.must_fail_in_one_line();
    let Privilege { verb, object } = privilege;
    if verb == "connect" {
        let name = database.text("SELECT current_database()::text", &[]).await.unwrap();
        assert!(line.contains(&format!("permission denied for database \"{name}\"")), "{line}");
        return;
    }
    let object = match object.split_once(' ').expect("a kind and a name") {
        ("table", "public.\"user\"") => "table \"user\"".to_owned(),
        ("table", name) => format!("table {}", name.rsplit('.').next().unwrap().trim_matches('"')),
        ("function", name) => format!("function {}", name.rsplit('.').next().unwrap()),
        (kind, name) => format!("{kind} {name}"),
    };
    let missing = format!("lacks privileges: {} on {object}", verb.to_uppercase());
    let missing = missing.replace("timestamp with time zone", "timestamptz");
    assert!(line.contains(&missing) && line.contains(role.name()), "{missing}: {line}");
    assert!(line.contains("immich-server migrate --print-grants"), "{line}");
}
