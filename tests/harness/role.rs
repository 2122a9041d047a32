//! A role with exactly the privileges that `migrate --print-grants` prints.

use super::database::run_on_thread;
use super::{Database, Program};

const PASSWORD: &str = "secret";

/// A role for one test. Dropping it drops the role.
pub(crate) struct Role {
    database: Database,
    name: String,
    privileges: Vec<Privilege>,
}

/// One privilege on one object, as in `grant VERB on OBJECT`.
#[derive(Clone, Debug)]
pub(crate) struct Privilege {
    pub(crate) verb: String,
    pub(crate) object: String,
}

impl Role {
    /// Creates a role that has no privileges on this database. Nor has any role that is not the owner.
    pub(crate) async fn without_privileges(database: &Database) -> Self {
        // A name that must be quoted, in SQL and in URLs.
        let name = format!("app \"{}\"", uuid::Uuid::new_v4().simple());
        let schema = "REVOKE ALL ON SCHEMA public FROM PUBLIC; \
                      REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC; \
                      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC";
        let connect = "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$";
        let role = Self { database: database.clone(), name, privileges: Vec::new() };
        let create = format!("CREATE ROLE {} LOGIN PASSWORD '{PASSWORD}'", role.quoted());
        database.run(&format!("{create}; {schema}; {connect}")).await;
        role
    }

    /// Creates a role, and grants it what the program prints.
    pub(crate) async fn with_printed_grants(database: &Database) -> Self {
        let mut role = Self::without_privileges(database).await;
        let print = Program::run(["migrate", "--print-grants", &role.name]).with("DB_URL", database.url());
        let grants = print.await.must_succeed().stdout;
        database.run(&grants).await;
        let end = format!(" to {};", role.quoted());
        for line in grants.lines().filter(|line| !line.starts_with("--")) {
            let grant = line.strip_prefix("grant ").and_then(|line| line.strip_suffix(&end));
            let (verbs, object) = grant.and_then(|grant| grant.split_once(" on ")).unwrap_or_else(|| panic!("{line}"));
            let object = object.to_owned();
            let privileges = verbs.split(", ").map(|verb| Privilege { verb: verb.to_owned(), object: object.clone() });
            role.privileges.extend(privileges);
        }
        role
    }

    /// The URL of the database with the name and password of this role.
    pub(crate) fn url(&self) -> String {
        self.database.url_of(&self.name, PASSWORD)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What was granted.
    pub(crate) fn privileges(&self) -> &[Privilege] {
        &self.privileges
    }

    pub(crate) async fn revoke(&self, privilege: &Privilege) {
        let Privilege { verb, object } = privilege;
        self.database.run(&format!("REVOKE {verb} ON {object} FROM {}", self.quoted())).await;
    }

    pub(crate) async fn grant(&self, privilege: &Privilege) {
        let Privilege { verb, object } = privilege;
        self.database.run(&format!("GRANT {verb} ON {object} TO {}", self.quoted())).await;
    }

    fn quoted(&self) -> String {
        format!("\"{}\"", self.name.replace('"', "\"\""))
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let role = self.quoted();
        run_on_thread(self.database.url(), vec![format!("DROP OWNED BY {role}"), format!("DROP ROLE {role}")]);
    }
}
