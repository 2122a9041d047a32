//! What is logged, and in which format.

use tracing::level_filters::LevelFilter;

use super::error::Invalid;
use super::reader::{Reader, read_fields};
use super::table::{IMMICH_LOG_EMAIL, IMMICH_LOG_FORMAT, IMMICH_LOG_LEVEL};

/// What is logged, and in which format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// The lowest level that is logged.
    pub level: LogLevel,
    /// The format of log lines.
    pub format: LogFormat,
    /// Whether audit lines have e-mail addresses, instead of hashes of them.
    pub emails: bool,
}

/// Upstream's log levels, from the lowest to the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Everything.
    Verbose,
    /// What a developer wants to know.
    Debug,
    /// What an operator wants to know.
    Log,
    /// What may need attention.
    Warn,
    /// What failed.
    Error,
    /// What ends the program.
    Fatal,
}

impl LogLevel {
    /// The filter of the `tracing` crate. It has no level above error: `fatal` shows errors too.
    #[must_use]
    pub fn filter(self) -> LevelFilter {
        match self {
            Self::Verbose => LevelFilter::TRACE,
            Self::Debug => LevelFilter::DEBUG,
            Self::Log => LevelFilter::INFO,
            Self::Warn => LevelFilter::WARN,
            Self::Error | Self::Fatal => LevelFilter::ERROR,
        }
    }
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            level: reader.required(IMMICH_LOG_LEVEL),
            format: reader.required(IMMICH_LOG_FORMAT),
            emails: reader.required(IMMICH_LOG_EMAIL),
        })
    }
}
