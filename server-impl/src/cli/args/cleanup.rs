//! `cleanup`: its options.

/// `cleanup`
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct Cleanup {
    /// Print what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

pub(super) const HELP: &str = "\
The server does the same every night, at IMMICH_API_CLEANUP_TIME. Users are removed when they were deleted longer ago \
than user.deleteDelay of the system configuration (7 days, unless it is set). On a database of upstream Immich, only \
sessions are removed: upstream removes users together with their files.\n\
Exit status: 0 done, or another process is cleaning up the same database; 1 failure, with the reason on standard error.";
