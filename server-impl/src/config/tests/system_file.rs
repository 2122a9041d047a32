//! The file with the system configuration.

use super::*;

#[test]
fn a_configuration_file_replaces_the_one_in_the_database() {
    let folder = Folder::new("file");
    let file = folder.file("immich.json", r#"{"passwordLogin": {"enabled": false}}"#);

    let settings = settings(&[("DB_URL", "postgres://db"), ("IMMICH_CONFIG_FILE", &file)]);

    let expected = SystemConfig { password_login_enabled: false, ..SystemConfig::default() };
    assert_eq!(settings.system, SystemSource::File(expected));
}

#[test]
fn an_invalid_configuration_file_is_reported_with_every_error() {
    let folder = Folder::new("bad-file");
    for (text, problems) in [
        ("", &["not valid JSON: EOF"][..]),
        ("{\"a\": 1,}", &["not valid JSON: trailing comma at line 1 column 9"]),
        ("[]", &["the top level is an array; allowed: an object"]),
        (
            r#"{"server": 1, "trash": {"days": "canary"}}"#,
            &["server is the number 1; allowed: an object", "trash.days is a string; allowed: a whole number"],
        ),
        (&" ".repeat(1024 * 1024 + 1), &["cannot be read: larger than 1 MiB"]),
    ] {
        let file = folder.file("immich.json", text);
        let errors = errors(&[("DB_URL", "postgres://db"), ("IMMICH_CONFIG_FILE", &file)]);
        assert_eq!(errors.len(), problems.len(), "{errors:?}");
        for (error, problem) in errors.iter().zip(problems) {
            assert!(error.contains(problem), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }
}

#[test]
fn a_configuration_file_may_be_yaml() {
    let folder = Folder::new("yaml");
    let yaml = "# Comment\n---\npasswordLogin:\n  enabled: false\nserver: {loginPageMessage: 'Wel: come'}\ntrash:\n  days: 5\n";
    let json =
        r#"{"passwordLogin": {"enabled": false}, "server": {"loginPageMessage": "Wel: come"}, "trash": {"days": 5}}"#;
    let mut expected = SystemConfig { password_login_enabled: false, ..SystemConfig::default() };
    "Wel: come".clone_into(&mut expected.server.login_page_message);
    expected.trash.days = 5;

    for (name, text) in
        [("immich.yaml", yaml), ("immich.yml", yaml), ("immich", yaml), ("immich.conf", json), ("json.yaml", json)]
    {
        let file = folder.file(name, text);
        let settings = settings(&[("DB_URL", "postgres://db"), ("IMMICH_CONFIG_FILE", &file)]);
        assert_eq!(settings.system, SystemSource::File(expected.clone()), "{name}");
    }
}

#[test]
fn an_invalid_yaml_file_is_reported_with_line_and_column_and_without_its_content() {
    let folder = Folder::new("bad-yaml");
    let aliases = (1..30).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}]\n", level - 1));
    let bomb = format!("a0: &a0 [canary, canary]\n{}", aliases.collect::<String>());
    for (text, problem) in [
        ("", "the top level is null; allowed: an object"),
        ("canary", "the top level is a string; allowed: an object"),
        ("server:\n  publicUsers: \"canary\n", "not valid YAML: unclosed quote at line 2 column 16; allowed: "),
        (
            "server: {publicUsers: true\ntrash: canary\n",
            "not valid YAML: while parsing a flow mapping, did not find expected ',' or '}' at line 2 column 6",
        ),
        (
            "oauth:\n  clientSecret: canary\n  clientSecret: canary\n",
            "not valid YAML: duplicate key at line 3 column 3",
        ),
        ("oauth:\n  clientSecret: !!int canary\n", "at line 2 column "),
        ("server:\n  publicUsers: yes\n", "server.publicUsers is a string; allowed: true or false"),
        ("trash: {}\n---\ntrash: {}\n", "multiple found at line 3 column 1"),
        (&bomb, "not valid YAML: YAML document too large or too complex"),
    ] {
        let file = folder.file("immich.yaml", text);
        let errors = errors(&[("DB_URL", "postgres://db"), ("IMMICH_CONFIG_FILE", &file)]);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(problem), "{errors:?}");
        assert!(!errors[0].contains("canary"), "{errors:?}");
    }
}

#[test]
fn the_variable_for_machine_learning_changes_a_default_that_a_configured_value_replaces() {
    let folder = Folder::new("machine-learning");
    let off = ("IMMICH_MACHINE_LEARNING_ENABLED", "false");
    let mut disabled = SystemConfig::default();
    disabled.machine_learning.enabled = false;

    let from_database = settings(&[("DB_URL", "postgres://db"), off]);
    assert_eq!(from_database.system, SystemSource::Database { defaults: disabled.clone() });

    for (text, expected) in [("{}", disabled), (r#"{"machineLearning": {"enabled": true}}"#, SystemConfig::default())] {
        let file = folder.file("immich.json", text);
        let from_file = settings(&[("DB_URL", "postgres://db"), off, ("IMMICH_CONFIG_FILE", &file)]);
        assert_eq!(from_file.system, SystemSource::File(expected), "{text}");
    }
}
