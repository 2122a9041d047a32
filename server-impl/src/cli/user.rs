//! `immich-server user …`: manages users, for which the contract has no operations.

use super::Failure;
use super::args::{CreateUser, ListUsers, ResetPassword, UserCommand, UserName};
use super::open_database::{Purpose, open_database};
use crate::api;
use crate::auth::password::{HasherSettings, PasswordHasher};
use crate::auth::password_policy;
use crate::auth::source::Source;
use crate::config::{SecurityProfile, Settings};
use crate::db::user::{self, NewUser, UserChanges, UserRow};
use crate::db::user_admin::{self, Ended, Ending};
use crate::db::{Constraint, Database, DbError, PasswordHash};
use crate::telemetry::audit;
use immich_api::models::{SignUpDto, UserUpdateMeDto};
use immich_wire::{FromObject, Object, Secret, read_object};
use serde_json::Value;
use std::io::Read as _;
use std::net::Ipv4Addr;
use std::time::Duration;

/// At most this much of standard input is read.
const MAX_PASSWORD: u64 = 64 * 1024;

pub(super) async fn run(command: UserCommand, settings: &Settings) -> Result<(), Failure> {
    let prepared = Prepared::validate(command, settings.security)?;
    let opened = open_database(settings, Purpose::Command).await?;
    let result = prepared.execute(&opened.database).await;
    opened.close().await?;
    result
}

/// A command with validated input. Input is validated before the database is opened.
enum Prepared {
    Create { input: SignUpDto, admin: bool, json: bool },
    List(ListUsers),
    Show(UserName),
    Update { email: String, changes: UserChanges, json: bool },
    ResetPassword { email: String, password: Secret, ending: Ending, json: bool },
    Delete(UserName),
    Restore(UserName),
}

impl Prepared {
    fn validate(command: UserCommand, profile: SecurityProfile) -> Result<Self, Failure> {
        Ok(match command {
            UserCommand::Create(CreateUser { email, name, admin, password_stdin: _, json }) => {
                let password = read_password()?;
                let input: SignUpDto =
                    validated(&[("email", &email), ("name", &name), ("password", password.expose())])?;
                permitted(profile, &input.password, [&input.email, &input.name])?;
                Self::Create { input, admin, json }
            }
            UserCommand::List(options) => Self::List(options),
            UserCommand::Show(name) => Self::Show(name),
            UserCommand::Update(update) => {
                let changes = UserChanges {
                    avatar_color: update.color(),
                    storage_label: update.storage_label.map(|label| label.0),
                    quota_size_in_bytes: update.quota.map(|quota| quota.0),
                    ..UserChanges::default()
                };
                Self::Update { email: update.email, changes, json: update.json }
            }
            UserCommand::ResetPassword(reset) => {
                let ResetPassword { email, password_stdin: _, end_sessions: _, keep_sessions, end_keys, json } = reset;
                let password = read_password()?;
                // The same rules as for a password that a user sets.
                let UserUpdateMeDto { email: _, name: _, password, avatar_color: _ } =
                    validated(&[("password", password.expose())])?;
                let password = password.ok_or("no password on standard input: write it there")?;
                permitted(profile, &password, [&email, ""])?;
                let ending = Ending { sessions: !keep_sessions, keys: end_keys };
                Self::ResetPassword { email, password, ending, json }
            }
            UserCommand::Delete(name) => Self::Delete(name),
            UserCommand::Restore(name) => Self::Restore(name),
        })
    }

    async fn execute(self, database: &Database) -> Result<(), Failure> {
        match self {
            Self::Create { input, admin, json } => {
                print_change("user create", create(database, input, admin).await?, json, print_line)
            }
            Self::List(ListUsers { json, all }) => list(database, json, all).await,
            Self::Show(UserName { email, json }) => print(find(database, &email).await?, json, print_details),
            Self::Update { email, changes, json } => {
                print_change("user update", update(database, &email, &changes).await?, json, print_details)
            }
            Self::ResetPassword { email, password, ending, json } => {
                let changes = UserChanges {
                    password: Some(hash(password).await?),
                    should_change_password: Some(true),
                    ..UserChanges::default()
                };
                let found = live(find(database, &email).await?)?;
                let mut writer = database.writer().await?;
                let updated = user_admin::update_and_end(&mut writer, found.id, &changes, ending).await?;
                let (row, ended) = updated.ok_or_else(|| no_such_user(&email))?;
                let kept_keys = user_admin::count_keys(&database.reader()?, row.id).await?;
                print_change("user reset-password", row, json, |row| print_reset(row, ending, ended, kept_keys))
            }
            Self::Delete(UserName { email, json }) => {
                let found = live(find(database, &email).await?)?;
                let row = user_admin::soft_delete(&mut database.writer().await?, found.id).await?;
                if !user::live_admin_exists(&database.reader()?).await? {
                    tracing::warn!(
                        "no administrator is left: the next client that signs up becomes one; create one with \
                         `immich-server user create --admin`"
                    );
                }
                print_change("user delete", row.ok_or_else(|| no_such_user(&email))?, json, print_line)
            }
            Self::Restore(UserName { email, json }) => {
                let found = find(database, &email).await?;
                if found.deleted_at.is_none() {
                    return Err(format!("the user {email} is not deleted: there is nothing to restore").into());
                }
                let restored = user_admin::restore(&mut database.writer().await?, found.id).await;
                let row = restored.map_err(describe_violation)?;
                print_change("user restore", row.ok_or_else(|| no_such_user(&email))?, json, print_line)
            }
        }
    }
}

async fn create(database: &Database, input: SignUpDto, is_admin: bool) -> Result<UserRow, Failure> {
    let SignUpDto { email, password, name } = input;
    let new = NewUser { email, password_hash: hash(password).await?, name, is_admin, storage_label: None };
    let mut writer = database.writer().await?;
    let inserted =
        if is_admin { user::insert_admin(&mut writer, &new).await } else { user::insert(&mut writer, &new).await };
    inserted.map_err(describe_violation)
}

fn describe_violation(error: DbError) -> Failure {
    match error {
        DbError::Violated(Constraint::UserEmail) => {
            "another user has this e-mail address; if that user is deleted, `immich-server user restore` restores it"
                .into()
        }
        DbError::Violated(Constraint::OneLiveAdmin) => {
            "the server already has an administrator, and can have only one".into()
        }
        DbError::Violated(Constraint::UserStorageLabel) => {
            "another user, live or deleted, has this storage label: choose another one".into()
        }
        other => other.into(),
    }
}

async fn list(database: &Database, json: bool, all: bool) -> Result<(), Failure> {
    let rows = user_admin::list_all(&database.reader()?).await?;
    let rows: Vec<UserRow> = rows.into_iter().filter(|row| all || row.deleted_at.is_none()).collect();
    if json {
        let dtos: Vec<_> = rows.into_iter().map(api::user_admin).collect();
        println!("{}", serde_json::to_string_pretty(&dtos)?);
    } else {
        rows.iter().for_each(print_line);
    }
    Ok(())
}

pub(super) async fn find(database: &Database, email: &str) -> Result<UserRow, Failure> {
    let reader = database.reader()?;
    // In a database that upstream made, an address may have capital letters.
    if let Some(row) = user_admin::find_by_email_any(&reader, email).await? {
        return Ok(row);
    }
    let lower_case = user_admin::find_by_email_any(&reader, &email.to_lowercase()).await?;
    lower_case.ok_or_else(|| no_such_user(email))
}

fn live(row: UserRow) -> Result<UserRow, Failure> {
    if row.deleted_at.is_none() {
        return Ok(row);
    }
    Err(format!("the user {} is deleted: restore it first with `immich-server user restore`", row.email).into())
}

async fn update(database: &Database, email: &str, changes: &UserChanges) -> Result<UserRow, Failure> {
    let found = live(find(database, email).await?)?;
    let updated = user::update(&mut database.writer().await?, found.id, changes).await;
    updated.map_err(describe_violation)?.ok_or_else(|| no_such_user(email))
}

fn no_such_user(email: &str) -> Failure {
    format!("no user has the e-mail address {email}").into()
}

async fn hash(password: Secret) -> Result<PasswordHash, Failure> {
    let hasher = PasswordHasher::new(HasherSettings { threads: 1, queue: 1, deadline: Duration::from_secs(60) })?;
    Ok(PasswordHash::new(hasher.hash(Source::new("", Ipv4Addr::LOCALHOST.into()), password.into()).await?))
}

/// Validates fields by the rules of the contract, so that the command line accepts what the server accepts.
fn validated<T: FromObject>(fields: &[(&str, &str)]) -> Result<T, Failure> {
    let object: Object =
        fields.iter().map(|(name, value)| ((*name).to_owned(), Value::String((*value).to_owned()))).collect();
    read_object(&object).map_err(|violations| violations.join("; ").into())
}

/// Checks a password by the rules of the security profile.
fn permitted(profile: SecurityProfile, password: &Secret, account: [&str; 2]) -> Result<(), Failure> {
    let violations = password_policy::violations(profile, "password", password, account);
    if violations.is_empty() { Ok(()) } else { Err(violations.join("; ").into()) }
}

/// Reads the password from standard input, without the line break at its end.
fn read_password() -> Result<Secret, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .take(MAX_PASSWORD)
        .read_to_string(&mut text)
        .map_err(|error| format!("could not read the password from standard input: {error}; it must be UTF-8 text"))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(Secret::from(text.to_owned()))
}

fn print_line(row: &UserRow) {
    let admin = if row.is_admin { "  admin" } else { "" };
    let deleted = if row.deleted_at.is_some() { "  deleted" } else { "" };
    println!("{}  {}  {}{admin}{deleted}", row.id, row.email, row.name);
}

fn print_details(row: &UserRow) {
    print_line(row);
    let usage = row.quota_usage_in_bytes.unwrap_or_default();
    let quota = row.quota_size_in_bytes.map_or("no limit".to_owned(), |quota| format!("{quota} bytes"));
    println!("  storage label  {}", row.storage_label.as_deref().unwrap_or("none"));
    println!("  quota          {quota}, {usage} bytes used");
    println!("  avatar color   {}", row.avatar_color.as_deref().unwrap_or("derived from the e-mail address"));
}

fn print_reset(row: &UserRow, ending: Ending, ended: Ended, kept_keys: i64) {
    println!("the password of {} was changed", row.email);
    if ending.sessions {
        println!("sessions ended: {}", ended.sessions);
    } else {
        println!("the sessions of the user were kept");
    }
    if ending.keys {
        println!("API keys deleted: {}", ended.keys);
    } else if kept_keys > 0 {
        println!("API keys kept: {kept_keys}; --end-keys deletes them");
    }
}

/// Prints a user who was changed, and writes the audit line of the change.
fn print_change(
    event: &'static str,
    row: UserRow,
    json: bool,
    for_people: impl FnOnce(&UserRow),
) -> Result<(), Failure> {
    audit::commanded(event, row.id, None);
    print(row, json, for_people)
}

fn print(row: UserRow, json: bool, for_people: impl FnOnce(&UserRow)) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(&api::user_admin(row))?);
    } else {
        for_people(&row);
    }
    Ok(())
}
