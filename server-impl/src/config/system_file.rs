//! The file that may replace the system configuration in the database.

use std::path::Path;

use serde_json::Value;
use serde_saphyr::MessageFormatter as _;

use super::error::{Invalid, Problem, Problems};
use super::file;
use super::reader::Reader;
use super::system::SystemConfig;
use super::table::{IMMICH_CONFIG_FILE, IMMICH_MACHINE_LEARNING_ENABLED};

pub(super) const ALLOWED: &str = "a JSON or YAML file with a system configuration";

/// Where the system configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemSource {
    /// The row `system-config` of the table `system_metadata`.
    Database {
        /// What applies where the row has no valid value.
        defaults: SystemConfig,
    },
    /// A file, read at the start of the program. The row in the database is not used.
    File(SystemConfig),
}

impl SystemSource {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        let machine_learning = reader.required(IMMICH_MACHINE_LEARNING_ENABLED);
        let file = reader.optional(IMMICH_CONFIG_FILE);
        let mut config = SystemConfig::default();
        config.machine_learning.enabled = machine_learning?;
        let Some(file) = file? else {
            return Ok(Self::Database { defaults: config });
        };
        let invalid = config.apply(&file).values;
        for value in &invalid {
            let problem = Problem::new(format!("{} is {}", value.display_path(), value.found));
            reader.reject(IMMICH_CONFIG_FILE, problem.allowed(value.expected.clone()));
        }
        if invalid.is_empty() { Ok(Self::File(config)) } else { Err(Invalid) }
    }
}

/// Reads a file as JSON or YAML.
pub(super) fn parse(path: &Path) -> Result<Value, Problems> {
    let text = file::read(path)?;
    Ok(if is_json(path, &text) { parse_json(&text)? } else { parse_yaml(&text)? })
}

/// By the end of the file's name, and for other names by its content: an object in JSON begins with a brace.
fn is_json(path: &Path, text: &[u8]) -> bool {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => true,
        Some("yaml" | "yml") => false,
        _ => text.trim_ascii_start().starts_with(b"{"),
    }
}

fn parse_json(text: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(text).map_err(|error| Problem::new(format!("not valid JSON: {error}")))
}

/// Reads YAML 1.2, as upstream does: `yes` and `no` are text.
fn parse_yaml(text: &[u8]) -> Result<Value, Problem> {
    // The part of the file around an error is not shown: it may contain a secret.
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_slice_with_options(text, options).map_err(|error| {
        let problem = match &error {
            // The default message is for programmers.
            serde_saphyr::Error::DuplicateMappingKey { .. } => "duplicate key".into(),
            error => serde_saphyr::UserMessageFormatter.format_message(error),
        };
        let place = error.location().map(|place| format!(" at line {} column {}", place.line(), place.column()));
        Problem::new(format!("not valid YAML: {problem}{}", place.unwrap_or_default()))
    })
}
