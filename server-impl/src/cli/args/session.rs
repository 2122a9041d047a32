//! The arguments of `immich-server session`.

use clap::{ArgGroup, Args, Subcommand};
use uuid::Uuid;

/// What to do with sessions.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SessionCommand {
    /// List the sessions of a user that have not expired, last used first
    List(ListSessions),
    /// End sessions of a user, and the sessions that they created
    Revoke(RevokeSessions),
}

/// `session list`
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ListSessions {
    /// E-mail address of the user
    #[arg(long)]
    pub email: String,
    /// Print the sessions as JSON, as the contract shows sessions
    #[arg(long)]
    pub json: bool,
}

/// `session revoke`
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(group(ArgGroup::new("which").args(["ids", "all"]).required(true)))]
pub struct RevokeSessions {
    /// E-mail address of the user
    #[arg(long)]
    pub email: String,
    /// Id of a session to end; may be given several times
    #[arg(long = "id", value_name = "ID")]
    pub ids: Vec<Uuid>,
    /// End all sessions of the user
    #[arg(long)]
    pub all: bool,
}
