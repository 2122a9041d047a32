//! The arguments of `immich-server user`.

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand};
use immich_api::models::UserAvatarColor;
use immich_wire::rules::Choice as _;

/// The word that removes a value.
const NONE: &str = "none";

/// What to do with users.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum UserCommand {
    /// Create a user
    Create(CreateUser),
    /// List users
    List(ListUsers),
    /// Show a user, deleted or not
    Show(UserName),
    /// Change the quota, the storage label or the avatar color of a user
    Update(UpdateUser),
    /// Set a new password for a user, and end the user's sessions
    ResetPassword(ResetPassword),
    /// Delete a user; `user restore` undoes it
    Delete(UserName),
    /// Restore a deleted user, without the user's earlier sessions and API keys
    Restore(UserName),
}

/// `user create`
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct CreateUser {
    /// E-mail address for logging in
    #[arg(long)]
    pub email: String,
    /// Name shown to other users
    #[arg(long)]
    pub name: String,
    /// Make the user an administrator
    #[arg(long)]
    pub admin: bool,
    /// Read the password from standard input
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// Print the new user as JSON, as the contract shows users
    #[arg(long)]
    pub json: bool,
}

/// `user list`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct ListUsers {
    /// Print the users as JSON, as the contract shows users
    #[arg(long)]
    pub json: bool,
    /// Include deleted users
    #[arg(long)]
    pub all: bool,
}

/// `user update`
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(group(ArgGroup::new("change").args(["quota", "storage_label", "avatar_color"]).required(true).multiple(true)))]
pub struct UpdateUser {
    /// E-mail address of the user
    #[arg(long)]
    pub email: String,
    /// The most that the user may store, in bytes or with a unit (`50GiB`); `none` for no limit
    #[arg(long, value_name = "SIZE", value_parser = parse_quota)]
    pub quota: Option<Change<i64>>,
    /// Name of the folder of the user's files, unique; `none` for the id of the user
    #[arg(long, value_name = "LABEL", value_parser = parse_label)]
    pub storage_label: Option<Change<String>>,
    /// Color of a user without a profile image; `none` for the one derived from the e-mail address
    #[arg(long, value_name = "COLOR", value_parser = colors())]
    pub avatar_color: Option<String>,
    /// Print the user as JSON, as the contract shows users
    #[arg(long)]
    pub json: bool,
}

/// `user reset-password`
#[allow(clippy::struct_excessive_bools, reason = "one for each flag")]
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ResetPassword {
    /// E-mail address of the user
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// End all sessions of the user; this is the default
    #[arg(long)]
    pub end_sessions: bool,
    /// Keep the sessions of the user
    #[arg(long, conflicts_with = "end_sessions")]
    pub keep_sessions: bool,
    /// Delete the API keys of the user as well
    #[arg(long)]
    pub end_keys: bool,
    /// Print the user as JSON, as the contract shows users
    #[arg(long)]
    pub json: bool,
}

/// `user show`, `user delete` and `user restore`
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct UserName {
    /// E-mail address of the user
    #[arg(long)]
    pub email: String,
    /// Print the user as JSON, as the contract shows users
    #[arg(long)]
    pub json: bool,
}

/// A new value, or none. `Option` would mean that the flag is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<T>(pub Option<T>);

impl UpdateUser {
    /// The new color, or none for the derived one.
    #[must_use]
    pub fn color(&self) -> Option<Option<String>> {
        self.avatar_color.as_ref().map(|color| (color != NONE).then(|| color.clone()))
    }
}

fn colors() -> PossibleValuesParser {
    PossibleValuesParser::new(UserAvatarColor::TEXTS.iter().copied().chain([NONE]))
}

fn parse_quota(text: &str) -> Result<Change<i64>, &'static str> {
    if text == NONE {
        return Ok(Change(None));
    }
    let expected = "expected a number of bytes, such as 5000000, or with a unit, KiB, MiB, GiB or TiB, or none";
    let (digits, factor) = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]
        .into_iter()
        .find_map(|(unit, power)| Some((text.strip_suffix(unit)?, 1_i64 << power)))
        .unwrap_or((text, 1));
    let count: u32 = match digits.parse::<i64>() {
        Ok(bytes) if factor == 1 && bytes >= 0 => return Ok(Change(Some(bytes))),
        Ok(count) => u32::try_from(count).map_err(|_| expected)?,
        Err(_) => return Err(expected),
    };
    i64::from(count).checked_mul(factor).map(|bytes| Change(Some(bytes))).ok_or(expected)
}

fn parse_label(text: &str) -> Result<Change<String>, &'static str> {
    if text == NONE {
        return Ok(Change(None));
    }
    let is_folder = !text.is_empty() && !text.starts_with('.') && !text.contains(['/', '\\', '\0']);
    if is_folder {
        Ok(Change(Some(text.to_owned())))
    } else {
        Err("expected the name of a folder: not empty, without / and \\, and not starting with a dot")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_number_of_bytes_or_has_a_unit() {
        for (text, bytes) in [
            ("none", None),
            ("0", Some(0)),
            ("5000000000", Some(5_000_000_000)),
            ("9223372036854775807", Some(i64::MAX)),
            ("50GiB", Some(53_687_091_200)),
            ("1TiB", Some(1_099_511_627_776)),
        ] {
            assert_eq!(parse_quota(text), Ok(Change(bytes)), "{text}");
        }
        for text in ["", "-1", "1.5GiB", "GiB", "-1KiB", "9223372036854775808", "4294967295TiB", "1 GiB", "None"] {
            assert!(parse_quota(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_storage_label_is_the_name_of_a_folder() {
        assert_eq!(parse_label("none"), Ok(Change(None)));
        assert_eq!(parse_label("anna 2"), Ok(Change(Some("anna 2".to_owned()))));
        for text in ["", "..", ".x", "a/b", "a\\b", "a\0b"] {
            assert!(parse_label(text).is_err(), "{text}");
        }
    }
}
