//! Tests on a real Postgres, each with a separate database. `TEST_DATABASE_URL` names a server, and a role that may
//! create databases.

mod api_key;
mod connect;
mod indexes;
mod lists;
mod login_throttle;
mod migrations;
mod outage;
mod plans;
mod proxy;
mod reads;
mod session;
mod session_limit;
mod sqlstate;
mod support;
mod system_metadata;
mod transactions;
mod user;
