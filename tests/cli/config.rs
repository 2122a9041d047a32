//! `immich-server check-config`, and invalid or unreachable databases.

use serde_json::json;

use crate::harness::{Database, Program, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_valid_configuration_is_accepted_and_its_secrets_are_not_shown() {
    let database = Database::new().await;

    let outcome =
        Program::run(["check-config"]).with("DB_URL", database.url()).with("IMMICH_PORT", "8080").await.must_succeed();

    assert!(outcome.stdout.contains("8080"), "{outcome:?}");
    assert!(!outcome.stdout.contains(database.password()));
    assert!(!outcome.stderr.contains(database.password()));
}

#[tokio::test(flavor = "multi_thread")]
async fn by_default_the_server_listens_on_the_loopback_interface() {
    let outcome = Program::run(["check-config"]).with("DB_URL", "postgres://127.0.0.1/immich").await.must_succeed();

    let line = outcome.stdout.lines().find(|line| line.starts_with("IMMICH_HOST "));
    let words: Vec<&str> = line.into_iter().flat_map(str::split_whitespace).collect();
    assert_eq!(words, ["IMMICH_HOST", "default", "127.0.0.1"], "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_reported_at_once() {
    let invalid = [
        ("DB_URL", "mysql://anna:canary@localhost/immich"),
        ("IMMICH_PORT", "many"),
        ("IMMICH_HOST", "no address"),
        ("IMMICH_LOG_LEVEL", "shouting"),
        ("IMMICH_TRUSTED_PROXIES", "300.0.0.0/8"),
        ("IMMICH_ALLOW_SETUP", "perhaps"),
        ("IMMICH_LOGIN_MAX_FAILURES", "-1"),
        ("IMMICH_HEADER_TIMEOUT", "soon"),
    ];
    for subcommand in ["check-config", "serve"] {
        let program =
            invalid.iter().fold(Program::run([subcommand]), |program, (name, value)| program.with(name, *value));

        let outcome = program.await;

        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        for (name, _) in invalid {
            let reported = outcome.stderr.lines().filter(|line| line.starts_with(name)).count();
            assert_eq!(reported, 1, "{name} by {subcommand}: {outcome:?}");
        }
        assert!(!outcome.stderr.contains("canary"), "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_without_effect_are_reported_at_start_and_by_check_config() {
    const TYPO: &str = "the variable IMMICH_LOGIN_MAX_FAILURS is unknown and has no effect; \
                        did you mean IMMICH_LOGIN_MAX_FAILURES?";
    const UPSTREAM: &str =
        "variables of upstream that have no effect here: DB_VECTOR_EXTENSION, IMMICH_WORKERS_INCLUDE";
    let database = Database::new().await;
    let variables =
        [("IMMICH_LOGIN_MAX_FAILURS", "3"), ("IMMICH_WORKERS_INCLUDE", "api"), ("DB_VECTOR_EXTENSION", "pgvector")];

    let launch = Server::on(&database);
    let server = variables.iter().fold(launch, |launch, (name, value)| launch.with(name, *value)).start().await;
    let outcome = server.program(["check-config"]).await.must_succeed();
    for line in [TYPO, UPSTREAM] {
        assert_eq!(outcome.stdout.matches(&format!("Note: {line}\n")).count(), 1, "{outcome:?}");
    }

    let log = server.stop();
    for line in [TYPO, UPSTREAM] {
        assert_eq!(log.matches(line).count(), 1, "{log}");
    }

    // A misspelled variable may be the reason of an error.
    let outcome = Program::run(["check-config"]).with("DB_HOSTNAM", "db").with("DB_PASSWORD", "canary").await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{outcome:?}");
    assert!(lines[0].starts_with("DB_HOSTNAME: not set"), "{outcome:?}");
    assert_eq!(lines[1], "Note: the variable DB_HOSTNAM is unknown and has no effect; did you mean DB_HOSTNAME?");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_reads_its_database_from_files() {
    let database = Database::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, format!("{}\n", database.url())).unwrap();

    let outcome = Program::run(["check-config"]).with("DB_URL_FILE", &file).await.must_succeed();
    assert!(outcome.stdout.contains(&format!("(in the file {})", file.display())), "{outcome:?}");
    assert!(!outcome.stdout.contains(database.password()), "{outcome:?}");
    Program::run(["user", "list"]).with("DB_URL_FILE", &file).await.must_succeed();

    let flag = ["user", "list", "--db-url-file", file.to_str().unwrap()];
    Program::run(flag).await.must_succeed();
    // A flag has precedence over the environment.
    Program::run(flag).with("DB_URL", "postgres://nowhere.invalid/x").await.must_succeed();
    let both = Program::run(["user", "list"]).with("DB_URL_FILE", &file).with("DB_URL", database.url()).await;
    let line = both.must_fail_in_one_line();
    assert!(line.starts_with("DB_URL (environment): DB_URL_FILE is set as well"), "{line}");
    assert!(!line.contains(database.password()), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yaml_file_replaces_the_system_configuration_in_the_database() {
    let database = Database::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("immich.yaml");
    std::fs::write(&file, "passwordLogin:\n  enabled: false\nserver:\n  loginPageMessage: Welcome # home\n").unwrap();

    let server = Server::on(&database).with("IMMICH_CONFIG_FILE", &file).start().await;
    let config = server.get("/server/config").await.must_be(200).json();
    assert_eq!(config["loginPageMessage"], "Welcome");
    let features = server.get("/server/features").await.must_be(200).json();
    assert_eq!((&features["configFile"], &features["passwordLogin"]), (&json!(true), &json!(false)));

    let check = || server.program(["check-config"]);
    let outcome = check().await.must_succeed();
    assert!(outcome.stdout.contains("Note: no user can log in: password login is disabled; set "), "{outcome:?}");

    std::fs::write(&file, "server:\n  loginPageMessage: [canary\n").unwrap();
    let outcome = check().await;
    let line = outcome.must_fail_in_one_line();
    assert!(line.contains(": not valid YAML: unclosed bracket '[' at line 2 column 21; "), "{line}");
    assert!(!line.contains("canary"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_setting_is_listed_by_help() {
    let help = Program::run(["serve", "--help"]).await.must_succeed().stdout;

    for name in [
        "DB_URL",
        "DB_HOSTNAME",
        "DB_PORT",
        "DB_USERNAME",
        "DB_PASSWORD",
        "DB_DATABASE_NAME",
        "IMMICH_HOST",
        "IMMICH_PORT",
        "IMMICH_LOG_LEVEL",
        "IMMICH_TRUSTED_PROXIES",
        "IMMICH_ALLOW_SETUP",
        "IMMICH_CONFIG_FILE",
        "IMMICH_API_METRICS_PORT",
        "IMMICH_LOGIN_MAX_FAILURES",
        "2283",
        "127.0.0.1",
    ] {
        assert!(help.contains(name), "{name} in\n{help}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_used_is_one_line_and_exit_code_1() {
    let database = Database::new().await;
    let url = database.url();
    let address = database.server_address();
    let unused_port = url.replace(&address, &format!("127.0.0.1:{}", local_postgres::free_port()));
    let no_such_host = url.replace(&address, "no-such-host.invalid:5432");
    let wrong_password = url.replace(database.password(), "canary-wrong");
    let name = url.rsplit('/').next().unwrap();
    let no_such_database = url.replace(name, "no_such_database");

    for bad in
        ["mysql://anna:canary-wrong@127.0.0.1/immich", &unused_port, &no_such_host, &wrong_password, &no_such_database]
    {
        for arguments in [&["serve"][..], &["migrate"], &["user", "list"]] {
            let program = Program::run(arguments.iter().copied()).with("DB_URL", bad).with("IMMICH_PORT", "0");
            let outcome = program.with("DB_WAIT", "0").await;

            let line = outcome.must_fail_in_one_line();
            assert!(!line.contains("canary"), "{line}");
            assert!(!line.contains(database.password()), "{line}");
            assert!(!line.contains("panicked"), "{line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named() {
    let database = Database::new().await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    let outcome = Program::run(["serve"]).with("DB_URL", database.url()).with("IMMICH_PORT", &port).await;

    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.contains(&port), "{outcome:?}");
}
