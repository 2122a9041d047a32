//! `immich-server user …`: manages users, for which the contract has no operations.

use super::Failure;
use super::args::{CreateUser, ListUsers, ResetPassword, UserCommand, UserName};
use super::open_database::{Purpose, open_database};
use crate::api;
use crate::auth::password::{HasherSettings, PasswordHasher};
use crate::config::Settings;
use crate::db::user::{self, NewUser, UserChanges, UserRow};
use crate::db::{Constraint, Database, DbError, PasswordHash, user_admin};
use immich_api::models::{SignUpDto, UserUpdateMeDto};
use immich_wire::{FromObject, Object, Secret, read_object};
use serde_json::Value;
use std::io::Read as _;
use std::time::Duration;

/// At most this much of standard input is read.
const MAX_PASSWORD: u64 = 64 * 1024;

pub(super) async fn run(command: UserCommand, settings: &Settings) -> Result<(), Failure> {
    let prepared = Prepared::validate(command)?;
    let opened = open_database(settings, Purpose::Command).await?;
    let result = prepared.execute(&opened.database).await;
    opened.close().await?;
    result
}

/// A command with validated input. Input is validated before the database is opened.
enum Prepared {
    Create { input: SignUpDto, admin: bool, json: bool },
    List(ListUsers),
    ResetPassword { email: String, password: Secret },
    Delete(String),
    Restore(String),
}

impl Prepared {
    fn validate(command: UserCommand) -> Result<Self, Failure> {
        Ok(match command {
            UserCommand::Create(CreateUser { email, name, admin, password_stdin: _, json }) => {
                let password = read_password()?;
                let input = validated(&[("email", &email), ("name", &name), ("password", password.expose())])?;
                Self::Create { input, admin, json }
            }
            UserCommand::List(options) => Self::List(options),
            UserCommand::ResetPassword(ResetPassword { email, password_stdin: _ }) => {
                let password = read_password()?;
                // The same rules as for a password that a user sets.
                let UserUpdateMeDto { email: _, name: _, password, avatar_color: _ } =
                    validated(&[("password", password.expose())])?;
                Self::ResetPassword {
                    email,
                    password: password.ok_or("no password on standard input: write it there")?,
                }
            }
            UserCommand::Delete(UserName { email }) => Self::Delete(email),
            UserCommand::Restore(UserName { email }) => Self::Restore(email),
        })
    }

    async fn execute(self, database: &Database) -> Result<(), Failure> {
        match self {
            Self::Create { input, admin, json } => {
                let row = create(database, input, admin).await?;
                if json {
                    return print_json(row);
                }
                print_line(&row);
                Ok(())
            }
            Self::List(ListUsers { json, all }) => list(database, json, all).await,
            Self::ResetPassword { email, password } => {
                let found = existing(database, &email, false).await?;
                let changes = UserChanges {
                    password: Some(hash(password).await?),
                    should_change_password: Some(true),
                    ..UserChanges::default()
                };
                let mut writer = database.writer().await?;
                let row = user::update(&mut writer, found.id, &changes).await?.ok_or_else(|| no_such_user(&email))?;
                println!("the password of {} was changed", row.email);
                Ok(())
            }
            Self::Delete(email) => {
                let found = existing(database, &email, false).await?;
                let row = user_admin::soft_delete(&mut database.writer().await?, found.id).await?;
                print_line(&row.ok_or_else(|| no_such_user(&email))?);
                Ok(())
            }
            Self::Restore(email) => {
                let found = existing(database, &email, true).await?;
                let row =
                    user_admin::restore(&mut database.writer().await?, found.id).await.map_err(describe_violation)?;
                print_line(&row.ok_or_else(|| no_such_user(&email))?);
                Ok(())
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

async fn existing(database: &Database, email: &str, deleted: bool) -> Result<UserRow, Failure> {
    let reader = database.reader()?;
    // In a database that upstream made, an address may have capital letters.
    let row = match user_admin::find_by_email_any(&reader, email).await? {
        Some(row) => row,
        None => {
            user_admin::find_by_email_any(&reader, &email.to_lowercase()).await?.ok_or_else(|| no_such_user(email))?
        }
    };
    match (row.deleted_at.is_some(), deleted) {
        (true, false) => {
            Err(format!("the user {email} is deleted: restore it first with `immich-server user restore`").into())
        }
        (false, true) => Err(format!("the user {email} is not deleted: there is nothing to restore").into()),
        (true, true) | (false, false) => Ok(row),
    }
}

fn no_such_user(email: &str) -> Failure {
    format!("no user has the e-mail address {email}").into()
}

async fn hash(password: Secret) -> Result<PasswordHash, Failure> {
    let hasher = PasswordHasher::new(HasherSettings { threads: 1, queue: 1, deadline: Duration::from_secs(60) })?;
    Ok(PasswordHash::new(hasher.hash(password.into()).await?))
}

/// Validates fields by the rules of the contract, so that the command line accepts what the server accepts.
fn validated<T: FromObject>(fields: &[(&str, &str)]) -> Result<T, Failure> {
    let object: Object =
        fields.iter().map(|(name, value)| ((*name).to_owned(), Value::String((*value).to_owned()))).collect();
    read_object(&object).map_err(|violations| violations.join("; ").into())
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

fn print_json(row: UserRow) -> Result<(), Failure> {
    println!("{}", serde_json::to_string_pretty(&api::user_admin(row))?);
    Ok(())
}
