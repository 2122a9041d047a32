//! The command line.

use std::process::Command as Process;

use super::*;
use crate::config::{Allowed, DefaultValue, Origin, SETTINGS, Setting, Settings};

fn stopped(arguments: &[&str]) -> (u8, String) {
    let arguments = ["immich-server"].iter().chain(arguments);
    let stop = parse(arguments).expect_err("the command line is invalid");
    let status = stop.status();
    match stop {
        EarlyExit::Usage(error) => (status, error.to_string()),
        EarlyExit::NoCommand(help) => (status, help),
    }
}

fn parsed(arguments: &[&str]) -> Invocation {
    let arguments = ["immich-server"].iter().chain(arguments);
    parse(arguments).unwrap_or_else(|stop| panic!("{stop:?}"))
}

fn setting(name: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.variable == name).unwrap()
}

/// The help of a subcommand, not wrapped.
fn help(path: &str) -> String {
    let mut root = command_line().term_width(0);
    root.build();
    let command = match path {
        "" => &mut root,
        path => root.find_subcommand_mut(path).unwrap(),
    };
    command.clone().term_width(0).render_help().to_string()
}

/// A setting is one line of help: flag, placeholder, what it is for, possible values, environment variable, default.
fn assert_listed(help: &str, setting: &Setting) {
    let start = format!("--{} <{}>", setting.flag(), setting.placeholder);
    let line = help.lines().find(|line| line.trim_start().starts_with(&start));
    let line = line.unwrap_or_else(|| panic!("{} is missing in: {help}", setting.variable));
    assert!(line.contains(&setting.help.replace('`', "")), "{line}");
    if let Allowed::Words(words) = (setting.allowed)() {
        assert!(line.contains(&format!("[possible values: {}]", words.join(", "))), "{line}");
    }
    if setting.secret {
        assert!(line.contains(&format!("[env: {}]", setting.variable)), "{line}");
    } else {
        assert!(line.contains(&format!("[env: {}=", setting.variable)), "{line}");
    }
    match setting.default {
        DefaultValue::Text(text) | DefaultValue::Computed { description: text, .. } => {
            assert!(line.contains(&format!("[default: {text}]")), "{line}");
        }
        DefaultValue::Unset => assert!(!line.contains("[default"), "{line}"),
    }
    if let (Some(flag), Some(variable)) = (setting.file_flag(), setting.file_variable) {
        let file = help.lines().find(|line| line.trim_start().starts_with(&format!("--{flag} <FILE>"))).unwrap();
        assert!(
            file.contains(&format!("File that contains the value of {} [env: {variable}=", setting.variable)),
            "{file}"
        );
    }
}

#[test]
fn the_command_line_is_well_formed() {
    command_line().debug_assert();
}

#[test]
fn help_lists_every_setting_with_its_variable_and_its_default() {
    for path in [
        "",
        "serve",
        "check-config",
        "migrate",
        "import",
        "user",
        "session",
        "cleanup",
        "mock",
        "conform",
        "diff",
        "routes",
    ] {
        let help = help(path);
        for setting in SETTINGS {
            if setting.commands.include(path) || (path.is_empty() && setting.commands.are_global()) {
                assert_listed(&help, setting);
            } else {
                assert!(!help.contains(&format!("[env: {}", setting.variable)), "{path}: {}", setting.variable);
            }
        }
    }
}

#[test]
fn without_a_subcommand_help_is_printed_and_the_status_is_2() {
    for (arguments, expected) in [
        (&[][..], ["serve", "migrate", "check-config", "import", "user", "session", "cleanup"].as_slice()),
        (&["--db-port", "1"], &["serve", "migrate"]),
        (&["user"], &["create", "list", "reset-password", "delete", "restore"]),
        (&["user", "--db-port", "1"], &["create", "list"]),
        (&["session"], &["list", "revoke"]),
    ] {
        let (status, help) = stopped(arguments);
        assert_eq!(status, 2, "{arguments:?}");
        for word in expected {
            assert!(help.contains(&format!("\n  {word} ")), "{arguments:?}: {help}");
        }
        assert!(help.contains("--db-hostname"), "{help}");
    }
}

#[test]
fn requested_help_and_version_are_no_failure() {
    for argument in ["--help", "-h", "--version", "-V"] {
        assert_eq!(stopped(&[argument]).0, 0, "{argument}");
    }
    assert_eq!(stopped(&["serve", "--help"]).0, 0);
}

#[test]
fn an_invalid_command_line_has_the_status_2() {
    for arguments in [
        &["nonsense"][..],
        &["serve", "--nonsense"],
        &["serve", "extra"],
        &["migrate", "--port", "1"],
        &["migrate", "--revert", "all"],
        &["cleanup", "--port", "1"],
        &["cleanup", "now"],
        &["import"],
        &["import", "postgres://db/x"],
        &["import", "--from"],
        &["import", "--from", "postgres://db/x", "--from-file", "url"],
        &["user", "create", "--email", "a@b", "--name", "A"],
        &["user", "create", "--email", "a@b", "--password-stdin"],
        &["user", "create", "--name", "A", "--password-stdin"],
        &["user", "reset-password", "--email", "a@b"],
        &["user", "delete"],
        &["user", "restore"],
        &["user", "reset-password", "--email", "a@b", "--password-stdin", "--end-sessions", "--keep-sessions"],
        &["session", "list"],
        &["session", "revoke", "--email", "a@b"],
        &["session", "revoke", "--email", "a@b", "--id", "1"],
        &["session", "revoke", "--email", "a@b", "--all", "--id", "6ff0ef62-55f8-4a51-8b2e-6c5d9bd4a2b1"],
    ] {
        assert_eq!(stopped(arguments).0, 2, "{arguments:?}");
    }
}

#[test]
fn flags_of_the_database_are_accepted_before_and_after_the_subcommand() {
    for arguments in [
        &["--db-hostname", "db", "serve"][..],
        &["serve", "--db-hostname", "db"],
        &["migrate", "--db-hostname", "db"],
        &["import", "--from", "postgres://db/x", "--db-hostname", "db"],
        &["check-config", "--db-hostname", "db"],
        &["cleanup", "--db-hostname", "db"],
        &["user", "list", "--db-hostname", "db"],
        &["user", "--db-hostname", "db", "list"],
        &["--db-hostname", "db", "user", "list"],
    ] {
        let raw = parsed(arguments).raw;
        let hostname = setting("DB_HOSTNAME");
        assert_eq!(raw.given(hostname), Some("db".as_ref()), "{arguments:?}");
        assert_eq!(raw.origin(hostname), Origin::Flag, "{arguments:?}");
    }
}

#[test]
fn any_value_is_accepted_so_that_all_errors_are_reported_together() {
    let invocation =
        parsed(&["serve", "--db-hostname", "db", "--port", "many", "--host", "", "--log-level=-1", "--idle-timeout="]);

    let errors = Settings::from_raw(&invocation.raw).unwrap_err();

    let names: Vec<&str> = errors.iter().map(|error| error.variable).collect();
    assert_eq!(names, ["IMMICH_LOG_LEVEL", "IMMICH_HOST", "IMMICH_PORT", "IMMICH_IDLE_TIMEOUT"]);
}

#[test]
fn subcommands_for_users_accept_their_options() {
    let command = |arguments: &[&str]| match parsed(arguments).command {
        Command::User(command) => command,
        other => panic!("{other:?}"),
    };

    assert_eq!(
        command(&["user", "create", "--email", "a@b", "--name", "A", "--admin", "--password-stdin", "--json"]),
        UserCommand::Create(CreateUser {
            email: "a@b".to_owned(),
            name: "A".to_owned(),
            admin: true,
            password_stdin: true,
            json: true,
        })
    );
    assert_eq!(command(&["user", "list"]), UserCommand::List(ListUsers { json: false, all: false }));
    assert_eq!(command(&["user", "list", "--json", "--all"]), UserCommand::List(ListUsers { json: true, all: true }));
    let user = UserName { email: "a@b".to_owned(), json: false };
    assert_eq!(command(&["user", "delete", "--email", "a@b"]), UserCommand::Delete(user.clone()));
    assert_eq!(command(&["user", "restore", "--email", "a@b"]), UserCommand::Restore(user));
    assert_eq!(
        command(&["user", "reset-password", "--email", "a@b", "--password-stdin"]),
        UserCommand::ResetPassword(ResetPassword {
            email: "a@b".to_owned(),
            password_stdin: true,
            end_sessions: false,
            keep_sessions: false,
            end_keys: false,
            json: false,
        })
    );
}

#[test]
fn sessions_are_revoked_by_id_or_all_together() {
    let revoked = |arguments: &[&str]| match parsed(arguments).command {
        Command::Session(SessionCommand::Revoke(revoked)) => revoked,
        other => panic!("{other:?}"),
    };
    let id = "6ff0ef62-55f8-4a51-8b2e-6c5d9bd4a2b1";

    let two = revoked(&["session", "revoke", "--email", "a@b", "--id", id, "--id", id]);
    assert_eq!((two.ids.len(), two.all), (2, false));
    let all = revoked(&["session", "revoke", "--email", "a@b", "--all"]);
    assert_eq!((all.ids.len(), all.all), (0, true));
}

#[test]
fn the_import_accepts_its_options_and_never_shows_its_source() {
    let import = |arguments: &[&str]| match parsed(arguments).command {
        Command::Import(import) => import,
        other => panic!("{other:?}"),
    };
    let source = || SourceUrl("postgres://ann:canary@db/x".into());

    let plain = import(&["import", "--from", "postgres://ann:canary@db/x"]);
    let only_source =
        Import { from: Some(source()), from_file: None, dry_run: false, skip_conflicts: false, json: false };
    assert_eq!(plain, only_source);
    let all = ["import", "--from", "postgres://ann:canary@db/x", "--dry-run", "--skip-conflicts", "--json"];
    let with_all = Import { dry_run: true, skip_conflicts: true, json: true, ..only_source.clone() };
    assert_eq!(import(&all), with_all);
    let from_file = import(&["import", "--from-file", "/run/secrets/url"]);
    assert_eq!(from_file, Import { from: None, from_file: Some("/run/secrets/url".into()), ..only_source });
    assert!(!format!("{plain:?}").contains("canary"));
    assert!(plain != import(&["import", "--from", "postgres://ann@db/x"]));

    for (arguments, revert) in [(&["migrate"][..], false), (&["migrate", "--revert"], true)] {
        assert!(
            matches!(parsed(arguments).command, Command::Migrate(Migrate { revert: given, print_grants: None }) if given == revert)
        );
    }
}

#[test]
fn the_cleanup_accepts_its_options() {
    for (arguments, dry_run, json) in
        [(&["cleanup"][..], false, false), (&["cleanup", "--dry-run", "--json"], true, true)]
    {
        let command = parsed(arguments).command;
        assert!(matches!(command, Command::Cleanup(given) if given == Cleanup { dry_run, json }), "{command:?}");
    }
}

/// The environment of a running process cannot be changed safely, so the test starts itself with another one.
#[test]
fn the_environment_applies_where_there_is_no_flag_and_secrets_are_never_printed() {
    const CHILD: &str = "IMMICH_SERVER_TEST_CHILD";
    if std::env::var_os(CHILD).is_none() {
        let test = std::thread::current().name().unwrap().to_owned();
        let output = Process::new(std::env::current_exe().unwrap())
            .args([test.as_str(), "--exact", "--nocapture"])
            .env_clear()
            .env(CHILD, "1")
            .env("DB_URL", "postgres://ann:canary@db/x")
            .env("DB_PASSWORD", "canary")
            .env("IMMICH_IMPORT_FROM", "canary")
            .env("DB_PORT", "7")
            .env("IMMICH_PORT", "8")
            .env("IMMICH_HOST", "")
            .env("IMMICH_LOG_LEVEL", "nonsense")
            .env("IMMICH_WORKERS_INCLUDE", "api")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }

    let raw = parsed(&["serve", "--log-level", "warn", "--db-port", "9"]).raw;
    let settings = Settings::from_raw(&raw).unwrap();
    assert_eq!(settings.listen.address, "127.0.0.1:8".parse().unwrap());
    assert_eq!(raw.origin(setting("IMMICH_PORT")), Origin::Environment);
    assert_eq!(raw.origin(setting("IMMICH_HOST")), Origin::Default);
    assert_eq!(raw.origin(setting("DB_URL")), Origin::Environment);
    assert_eq!(raw.given(setting("DB_PORT")), Some("9".as_ref()));
    assert_eq!(raw.origin(setting("DB_PORT")), Origin::Flag);

    // A variable of the server only is ignored elsewhere.
    let raw = parsed(&["migrate", "--log-level", "warn"]).raw;
    assert_eq!(raw.origin(setting("IMMICH_PORT")), Origin::Default);
    assert_eq!(raw.given(setting("DB_PORT")), Some("7".as_ref()));

    // A flag before the subcommand beats the environment too.
    let raw = parsed(&["--db-port", "9", "user", "list"]).raw;
    assert_eq!(raw.given(setting("DB_PORT")), Some("9".as_ref()));

    assert!(matches!(parsed(&["import"]).command, Command::Import(_)));
    let leaky = [&["import", "--help"][..], &["import", "--nonsense"], &["serve", "--db-pasword", "x"]];
    for arguments in [&[][..], &["user"], &["serve", "--help"]].into_iter().chain(leaky) {
        let (_, text) = stopped(arguments);
        assert!(!text.contains("canary"), "{text}");
    }
    assert_eq!(stopped(&[]).0, 2);
    assert_eq!(stopped(&["user"]).0, 2);
}
