//! The kind of installation, and whether it accepts its first administrator.

/// The kind of installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// No CORS: pages of other origins cannot read the answers.
    Production,
    /// CORS for every origin.
    Development,
}

/// Whether the first administrator may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// False: sign-up answers `Admin setup is disabled`.
    pub allowed: bool,
}
