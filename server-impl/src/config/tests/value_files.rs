//! Values in files of their own: `DB_PASSWORD_FILE` and the like.

use super::*;

fn raw_with_files(values: &[(&str, &str)], files: &[(&str, &str)]) -> Raw {
    let mut raw = raw(values);
    for (name, path) in files {
        let setting = SETTINGS.iter().find(|setting| setting.file_variable == Some(name));
        raw.set_file(setting.expect(name), *path, Origin::Environment);
    }
    raw
}

fn file_errors(values: &[(&str, &str)], files: &[(&str, &str)]) -> Vec<String> {
    let errors = Settings::from_raw(&raw_with_files(values, files)).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_value_may_be_the_content_of_a_file_without_the_line_end() {
    let folder = Folder::new("value-files");
    let host = folder.file("host", "db.example\n");
    let name = folder.file("name", "photos\r\n");
    let user = folder.file("user", "ann");
    let password = folder.file("password", " p w\nsecond line \n\n");

    let settings = Settings::from_raw(&raw_with_files(
        &[("DB_PORT", "6000")],
        &[
            ("DB_HOSTNAME_FILE", &host),
            ("DB_DATABASE_NAME_FILE", &name),
            ("DB_USERNAME_FILE", &user),
            ("DB_PASSWORD_FILE", &password),
        ],
    ))
    .unwrap();

    let config: tokio_postgres::Config = url(&settings).parse().unwrap();
    assert_eq!(config.get_password(), Some(b" p w\nsecond line ".as_slice()));
    assert!(matches!(
        &settings.database,
        DatabaseChoice::External { described, .. } if described == "ann@db.example:6000/photos"
    ));

    let file = folder.file("url", "postgres://ann@db/x\n");
    let settings =
        Settings::from_raw(&raw_with_files(&[], &[("DB_URL_FILE", &file), ("DB_HOSTNAME_FILE", &host)])).unwrap();
    assert_eq!(url(&settings), "postgres://ann@db/x");
    assert_eq!(settings.notes, ["DB_HOSTNAME_FILE is ignored: DB_URL_FILE is set"]);
}

#[test]
fn a_value_and_a_file_for_it_are_not_accepted_together() {
    let folder = Folder::new("both");
    let password = folder.file("password", "canary");

    let errors = file_errors(&[("DB_HOSTNAME", "db"), ("DB_PASSWORD", "canary")], &[("DB_PASSWORD_FILE", &password)]);

    assert_eq!(
        errors,
        ["DB_PASSWORD (environment): DB_PASSWORD_FILE is set as well; allowed: one of the two variables"]
    );
}

#[test]
fn a_file_without_a_valid_value_is_reported_with_its_path_and_without_its_content() {
    let folder = Folder::new("invalid-values");
    let missing = folder.0.join("missing");
    let empty = folder.file("empty", "\n");
    let host = folder.file("host", "canary,host\n");
    let url = folder.file("url", "mysql://ann:canary@db/x");

    let errors = file_errors(
        &[],
        &[("DB_HOSTNAME_FILE", &host), ("DB_USERNAME_FILE", &empty), ("DB_PASSWORD_FILE", missing.to_str().unwrap())],
    );

    let starts = [
        format!("DB_HOSTNAME_FILE = {host:?} (environment): not a single host; allowed: a host name"),
        format!("DB_USERNAME_FILE = {empty:?} (environment): the file is empty; allowed: a name"),
        format!("DB_PASSWORD_FILE = {missing:?} (environment): cannot be read: No such file or directory"),
    ];
    assert_eq!(errors.len(), starts.len(), "{errors:#?}");
    for (error, start) in errors.iter().zip(&starts) {
        assert!(error.starts_with(start), "{error}\n{start}");
        assert!(!error.contains("canary"), "{error}");
    }

    let errors = file_errors(&[], &[("DB_URL_FILE", &url)]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].starts_with("DB_URL_FILE = ") && errors[0].contains("`mysql://` is not the scheme"),
        "{errors:?}"
    );
    assert!(!errors[0].contains("canary"), "{errors:?}");
}

#[test]
fn a_password_in_a_file_without_a_host_does_not_start_the_embedded_database() {
    let folder = Folder::new("no-host");
    let password = folder.file("password", "canary");

    let errors = file_errors(&[], &[("DB_PASSWORD_FILE", &password)]);

    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].starts_with("DB_HOSTNAME: not set, but other parts of the address are: DB_PASSWORD_FILE;"),
        "{errors:?}"
    );
}
