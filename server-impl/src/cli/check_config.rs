//! `check-config`: what is wrong with the configuration, or what it amounts to.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::{ConfigFault, DatabaseChoice, Origin, Raw, Setting, Settings, SystemSource, catalogue, one_line};

/// Prints every fault to `stderr`, one a line, and fails; or prints the effective settings to `stdout`, each with
/// where it comes from. Secrets are not shown.
///
/// # Errors
///
/// The output cannot be written.
pub fn run(raw: &Raw, stdout: &mut dyn Write, stderr: &mut dyn Write) -> io::Result<ExitCode> {
    match Settings::from_raw(raw) {
        Ok(settings) => {
            print_settings(raw, &settings, stdout)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => {
            print_faults(&faults, stderr)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Prints faults, one a line.
///
/// # Errors
///
/// The output cannot be written.
pub fn print_faults(faults: &[ConfigFault], output: &mut dyn Write) -> io::Result<()> {
    faults.iter().try_for_each(|fault| writeln!(output, "{fault}"))
}

fn print_settings(raw: &Raw, settings: &Settings, output: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<(&str, String, String)> = catalogue::all()
        .map(|setting| {
            let value = shown(raw, setting);
            let origin = value.as_ref().map_or_else(|| "-".to_owned(), |_| raw.origin(setting).to_string());
            (setting.name, value.unwrap_or_else(|| "(not set)".to_owned()), origin)
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
        DatabaseChoice::Embedded { data_dir, .. } => writeln!(
            output,
            "Database: a PostgreSQL of the program's own, in {}",
            one_line(&data_dir.to_string_lossy())
        )?,
    }
    match settings.system {
        SystemSource::Database => writeln!(output, "System configuration: from the database")?,
        SystemSource::File(_) => writeln!(output, "System configuration: from the file")?,
    }
    for note in &settings.notes {
        writeln!(output, "Note: {note}")?;
    }
    Ok(())
}

/// The effective value as it may be shown; none if there is none.
fn shown(raw: &Raw, setting: &Setting) -> Option<String> {
    let value = match raw.origin(setting) {
        Origin::Default => setting.default.value()?,
        Origin::Flag | Origin::Environment => raw.given(setting)?.to_os_string(),
    };
    if setting.secret {
        return Some("(set)".to_owned());
    }
    Some(one_line(&value.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn setting(name: &str) -> &'static Setting {
        catalogue::all().find(|setting| setting.name == name).unwrap()
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
        let is_it = |line: &&str| line.split(' ').next() == Some(name);
        let line = table.lines().find(is_it).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_sound_configuration_is_told_with_where_each_value_comes_from() {
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
        for setting in catalogue::all() {
            line(&stdout, setting.name);
        }
    }

    #[test]
    fn an_unsound_configuration_is_told_fault_by_fault_without_secrets() {
        let raw = raw(&[("DB_URL", "mysql://ann:canary@db/x"), ("IMMICH_PORT", "many"), ("IMMICH_ENV", "test")]);

        let (status, stdout, stderr) = check(&raw);

        assert_eq!(format!("{status:?}"), format!("{:?}", ExitCode::FAILURE));
        assert_eq!(stdout, "");
        assert_eq!(
            stderr,
            "DB_URL (environment): `mysql://` is not the scheme of a PostgreSQL database; \
             allowed: a URL that starts with postgres:// or postgresql://\n\
             IMMICH_PORT = \"many\" (environment): not a whole number; allowed: a whole number from 0 to 65535\n\
             IMMICH_ENV = \"test\" (environment): unknown word; allowed: production, development\n"
        );
    }

    #[test]
    fn a_secret_that_is_given_is_only_said_to_be_set() {
        let (_, stdout, _) = check(&raw(&[("DB_HOSTNAME", "db"), ("DB_PASSWORD", "canary")]));

        assert_eq!(line(&stdout, "DB_PASSWORD"), "DB_PASSWORD environment (set)");
        assert!(!stdout.contains("canary"), "{stdout}");
    }
}
