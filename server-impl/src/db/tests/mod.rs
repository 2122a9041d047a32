//! Tests on a real Postgres, each on a database of its own. `TEST_DATABASE_URL` names a server and a role that
//! may make databases.

mod api_key;
mod connect;
mod indexes;
mod migrations;
mod outage;
mod plans;
mod proxy;
mod reads;
mod session;
mod support;
mod system_metadata;
mod transactions;
mod user;
