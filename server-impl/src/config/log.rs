//! What is logged, and how it looks.

use tracing::level_filters::LevelFilter;

use super::fault::Faulted;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

const HEADING: &str = "Log";

/// `IMMICH_LOG_LEVEL`
pub(super) static LEVEL: Setting = Setting {
    name: "IMMICH_LOG_LEVEL",
    flag: "log-level",
    heading: HEADING,
    placeholder: "LEVEL",
    help: "Least important kind of log line to write: verbose, debug, log, warn, error or fatal",
    default: DefaultValue::Text("log"),
    secret: false,
};

/// `IMMICH_LOG_FORMAT`
pub(super) static FORMAT: Setting = Setting {
    name: "IMMICH_LOG_FORMAT",
    flag: "log-format",
    heading: HEADING,
    placeholder: "FORMAT",
    help: "How a log line looks: text or json",
    default: DefaultValue::Text("text"),
    secret: false,
};

/// What is logged, and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// The least important kind of line that is written.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
}

/// Upstream's log levels, from the most to the least talkative.
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

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let level = reader.word(
            &LEVEL,
            &[
                ("verbose", LogLevel::Verbose),
                ("debug", LogLevel::Debug),
                ("log", LogLevel::Log),
                ("warn", LogLevel::Warn),
                ("error", LogLevel::Error),
                ("fatal", LogLevel::Fatal),
            ],
        );
        let format = reader.word(&FORMAT, &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
        Ok(Self { level: level?, format: format? })
    }
}
