//! `immich-server session …`: lists and ends sessions of any user, for which the contract has no operations.

use super::Failure;
use super::args::{ListSessions, RevokeSessions, SessionCommand};
use super::open_database::{Purpose, open_database};
use super::user::find;
use crate::api;
use crate::config::Settings;
use crate::db::session::{self, SessionRow};
use crate::db::{Database, user_admin};
use crate::telemetry::audit;
use uuid::Uuid;

pub(super) async fn run(command: SessionCommand, settings: &Settings) -> Result<(), Failure> {
    let opened = open_database(settings, Purpose::Command).await?;
    let result = match command {
        SessionCommand::List(options) => list(&opened.database, &options).await,
        SessionCommand::Revoke(options) => revoke(&opened.database, &options).await,
    };
    opened.close().await?;
    result
}

async fn list(database: &Database, ListSessions { email, json }: &ListSessions) -> Result<(), Failure> {
    let user = find(database, email).await?;
    let rows = user_admin::list_sessions(&database.reader()?, user.id).await?;
    if *json {
        let dtos: Vec<_> = rows.into_iter().map(|row| api::session(row, None)).collect();
        println!("{}", serde_json::to_string_pretty(&dtos)?);
    } else {
        rows.iter().for_each(print_line);
    }
    Ok(())
}

async fn revoke(database: &Database, options: &RevokeSessions) -> Result<(), Failure> {
    let RevokeSessions { email, ids, all } = options;
    let user = find(database, email).await?;
    let mut writer = database.writer().await?;
    let ended = if *all {
        session::delete_all_of_user(&mut writer, user.id, None).await?
    } else {
        match user_admin::end_sessions(&mut writer, user.id, ids).await? {
            Ok(ended) => ended,
            Err(unknown) => return Err(no_such_session(&user.email, unknown)),
        }
    };
    let objects = ids.iter().copied().map(Some).chain(all.then_some(None));
    objects.for_each(|id| audit::commanded("session revoke", user.id, id));
    let children = if *all { "" } else { ", and those that they created" };
    println!("sessions ended: {ended}{children}");
    Ok(())
}

fn no_such_session(email: &str, id: Uuid) -> Failure {
    format!("the user {email} has no session {id}, so no session was ended; `immich-server session list` lists them")
        .into()
}

fn print_line(row: &SessionRow) {
    let device = [&row.device_type, &row.device_os].into_iter().filter(|text| !text.is_empty()).cloned();
    let version = row.app_version.iter().map(|version| format!("app {version}"));
    let details: Vec<String> = device.chain(version).collect();
    let used = immich_wire::Timestamp::from(row.updated_at);
    let expiry = row.expires_at.map(|at| format!("  expires {}", immich_wire::Timestamp::from(at)));
    // A client chooses these texts: control characters must not reach a terminal.
    let details = crate::config::one_line(&details.join(", "));
    println!("{}  last used {used}{}  {details}", row.id, expiry.unwrap_or_default());
}
