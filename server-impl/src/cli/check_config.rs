//! `check-config`: prints every problem in the configuration, or the effective settings.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::{ConfigError, DatabaseChoice, Raw, SETTINGS, Setting, Settings, SystemSource, one_line};
use crate::service::system_config;

/// Prints every problem to `stderr`, one per line, and fails. Without problems, prints the effective settings to
/// `stdout`, each with its origin. Secrets are not shown.
///
/// # Errors
///
/// Writing the output failed.
pub fn run(raw: &Raw, stdout: &mut dyn Write, stderr: &mut dyn Write) -> io::Result<ExitCode> {
    match Settings::from_raw(raw) {
        Ok(settings) => {
            print_settings(raw, &settings, stdout)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(errors) => {
            print_errors(&errors, raw, stderr)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Prints errors, one a line, and then the variables that have no effect: a misspelled one may be the reason.
///
/// # Errors
///
/// Writing the output failed.
pub fn print_errors(errors: &[ConfigError], raw: &Raw, output: &mut dyn Write) -> io::Result<()> {
    errors.iter().try_for_each(|error| writeln!(output, "{error}"))?;
    raw.notes().iter().try_for_each(|note| writeln!(output, "Note: {note}"))
}

fn print_settings(raw: &Raw, settings: &Settings, output: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<(&str, String, String)> = SETTINGS
        .iter()
        .filter(|setting| setting.commands.include("check-config"))
        .map(|setting| {
            let value = shown(raw, setting);
            let origin = value.as_ref().map_or_else(|| "-".to_owned(), |_| raw.origin(setting).to_string());
            (setting.variable, value.unwrap_or_else(|| "(not set)".to_owned()), origin)
        })
        .collect();
    let widest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let names = widest(&mut rows.iter().map(|(name, ..)| name.len()));
    let origins = widest(&mut rows.iter().map(|(.., origin)| origin.len()));
    writeln!(output, "{:names$}  {:origins$}  VALUE", "SETTING", "FROM")?;
    for (name, value, origin) in &rows {
        writeln!(output, "{name:names$}  {origin:origins$}  {value}")?;
    }
    writeln!(output)?;
    match &settings.database {
        DatabaseChoice::External { described, .. } => writeln!(output, "Database: {described}")?,
        DatabaseChoice::Embedded { data_dir, .. } => {
            writeln!(output, "Database: embedded PostgreSQL in {}", one_line(&data_dir.to_string_lossy()))?;
        }
    }
    let login_warning = match &settings.system {
        SystemSource::Database { .. } => {
            writeln!(output, "System configuration: from the database")?;
            None
        }
        SystemSource::File(config) => {
            writeln!(output, "System configuration: from the file")?;
            // The database is not opened: it may be one of upstream.
            system_config::login_warning(config, true)
        }
    };
    let notes = settings.notes.iter().map(String::as_str).chain(login_warning);
    notes.into_iter().try_for_each(|note| writeln!(output, "Note: {note}"))
}

/// The effective value, with a secret replaced, or the file that contains it; none if the setting has no value.
fn shown(raw: &Raw, setting: &Setting) -> Option<String> {
    let value = match (raw.given(setting), raw.given_file(setting)) {
        (Some(_), _) if setting.secret => return Some("(set)".to_owned()),
        (Some(value), _) => value.to_os_string(),
        (None, Some((_, path))) => return Some(format!("(in the file {})", one_line(&path.to_string_lossy()))),
        (None, None) => setting.default.value().ok().flatten()?,
    };
    Some(one_line(&value.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::config::Origin;

    fn setting(name: &str) -> &'static Setting {
        SETTINGS.iter().find(|setting| setting.variable == name).unwrap()
    }

    fn raw(values: &[(&str, &str)]) -> Raw {
        let mut raw = Raw::default();
        for (name, value) in values {
            raw.set(setting(name), OsString::from(value), Origin::Environment);
        }
        raw
    }

    fn check(raw: &Raw) -> (ExitCode, String, String) {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let status = run(raw, &mut stdout, &mut stderr).unwrap();
        (status, String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    /// The line of a setting, with single spaces.
    fn line(table: &str, name: &str) -> String {
        let is_of_setting = |line: &&str| line.split(' ').next() == Some(name);
        let line = table.lines().find(is_of_setting).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_valid_configuration_is_printed_with_the_origin_of_each_value() {
        let mut raw = raw(&[("DB_URL", "postgres://ann:canary@db/x"), ("DB_PORT", "9"), ("IMMICH_BUILD", "a\nb")]);
        raw.set(setting("IMMICH_PORT"), "8080", Origin::Flag);

        let (status, stdout, stderr) = check(&raw);

        assert_eq!(format!("{status:?}"), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(stderr, "");
        assert_eq!(line(&stdout, "DB_URL"), "DB_URL environment (set)");
        assert_eq!(line(&stdout, "IMMICH_PORT"), "IMMICH_PORT flag 8080");
        assert_eq!(line(&stdout, "IMMICH_HOST"), "IMMICH_HOST default 127.0.0.1");
        assert_eq!(line(&stdout, "IMMICH_BUILD"), "IMMICH_BUILD environment a\\nb");
        assert_eq!(line(&stdout, "IMMICH_BUILD_URL"), "IMMICH_BUILD_URL - (not set)");
        assert_eq!(line(&stdout, "DB_PASSWORD"), "DB_PASSWORD - (not set)");
        assert!(stdout.contains("Database: ann@db:5432/x\n"), "{stdout}");
        assert!(stdout.contains("Note: DB_PORT is ignored: DB_URL is set\n"), "{stdout}");
        assert!(!stdout.contains("canary"), "{stdout}");
        for setting in SETTINGS.iter().filter(|setting| setting.variable != "IMMICH_SEED") {
            line(&stdout, setting.variable);
        }
    }

    #[test]
    fn an_invalid_configuration_is_reported_with_every_error_and_without_secrets() {
        let raw = raw(&[("DB_URL", "mysql://ann:canary@db/x"), ("IMMICH_PORT", "many"), ("IMMICH_ENV", "test")]);

        let (status, stdout, stderr) = check(&raw);

        assert_eq!(format!("{status:?}"), format!("{:?}", ExitCode::FAILURE));
        assert_eq!(stdout, "");
        assert_eq!(
            stderr,
            "DB_URL (environment): `mysql://` is not the scheme of a PostgreSQL database; \
             allowed: a URL that starts with postgres:// or postgresql://\n\
             IMMICH_PORT = \"many\" (environment): not a whole number; allowed: a whole number from 0 to 65535\n\
             IMMICH_ENV = \"test\" (environment): unknown value; allowed: production, development, testing\n"
        );
    }

    #[test]
    fn a_given_secret_is_printed_as_set() {
        let (_, stdout, _) = check(&raw(&[("DB_HOSTNAME", "db"), ("DB_PASSWORD", "canary")]));

        assert_eq!(line(&stdout, "DB_PASSWORD"), "DB_PASSWORD environment (set)");
        assert!(!stdout.contains("canary"), "{stdout}");
    }
}
