//! `immich-server import`: rows are copied unchanged, all or none, and once.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ANNA, ANNA_EMAIL, ANNA_PASSWORD, ANNAS_KEY, admin, anna, import, on, session};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Program, Proxy, Release, Server, eventually};

/// The columns that both databases have, as text, row by row. `HASH` is the column of hashes.
const COMMON: [&str; 6] = [
    r#"SELECT string_agg(ROW(id, email, password, name, "isAdmin", "shouldChangePassword", status, "storageLabel",
         "profileImagePath", "profileChangedAt", "avatarColor", "oauthId", "quotaSizeInBytes", "quotaUsageInBytes",
         "createdAt", "updatedAt", "deletedAt", "updateId")::text, E'\n' ORDER BY id) FROM "user""#,
    r#"SELECT string_agg(ROW(id, HASH, "userId", "parentId", "expiresAt", "deviceType", "deviceOS", "appVersion",
         "isPendingSyncReset", "createdAt", "updatedAt", "updateId")::text, E'\n' ORDER BY id) FROM session"#,
    r#"SELECT string_agg(ROW(id, name, HASH, "userId", permissions, "createdAt", "updatedAt", "updateId")::text,
         E'\n' ORDER BY id) FROM api_key"#,
    r#"SELECT string_agg(ROW("userId", key, value, "updatedAt", "updateId")::text, E'\n' ORDER BY "userId", key)
         FROM user_metadata"#,
    "SELECT value::text FROM system_metadata WHERE key = 'system-config'",
    "SELECT value::text FROM system_metadata WHERE key = 'admin-onboarding'",
];

/// The target has the rows of the source, with hashes in base64 whatever the form in the source.
async fn assert_same_rows(release: Release, source: &Database, target: &Database) {
    for query in COMMON {
        let column = if query.contains("FROM session") { "token" } else { "key" };
        let base64 = if release.stores_bytes() { format!("encode({column}, 'base64')") } else { column.to_owned() };
        let rows = source.text(&query.replace("HASH", &base64), &[]).await;
        assert!(rows.is_some(), "the source has rows");
        assert_eq!(target.text(&query.replace("HASH", column), &[]).await, rows, "{release:?}: {query}");
    }
}

/// The counts of a table: read, inserted, updated, unchanged, skipped, conflicts.
fn counts(report: &Value, table: &str) -> [u64; 6] {
    let tables = report["tables"].as_array().unwrap();
    let table = tables.iter().find(|counted| counted["table"] == table).unwrap();
    let counts =
        ["read", "inserted", "updated", "unchanged", "skipped", "conflicts"].map(|of| table[of].as_u64().unwrap());
    assert_eq!(counts[0], counts[1..].iter().sum::<u64>(), "every row is counted once: {report}");
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn given_upstreams_database_when_imported_then_accounts_sessions_keys_and_settings_work() {
    for release in Release::ALL {
        let (source, target) = (Database::of_release(release).await, Database::new().await);

        let done = import(&source, &target).await.must_succeed();

        assert!(done.stdout.contains("\nImported.\n"), "{done:?}");
        assert_same_rows(release, &source, &target).await;
        let server = Server::on(&target).start().await;
        server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        server.login(ANNA_EMAIL, ANNA_PASSWORD).await;
        assert!(server.accepts(&admin()).await);
        assert!(server.accepts(&session("anna-child-token", ANNA)).await);
        assert!(!server.accepts(&session("anna-old-token", ANNA)).await);
        let key = server.get("/api-keys/me").api_key("anna-key").await.must_be(200).json();
        assert_eq!(key["permissions"], json!(["asset.read", "user.read", "apiKey.read", "apiKey.update"]));
        let config = server.get("/server/config").await.must_be(200).json();
        assert_eq!(
            (&config["loginPageMessage"], &config["isOnboarded"]),
            (&json!("Hello from upstream"), &json!(true))
        );
        let me = server.get("/users/me").bearer("anna-token").await.must_be(200).json();
        assert_eq!((&me["avatarColor"], &me["quotaUsageInBytes"]), (&json!("pink"), &json!(5000)), "{me}");
        assert_eq!(me["license"]["licenseKey"], "IMCL-0000", "{me}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_an_import_when_repeated_then_nothing_changes_and_it_says_so() {
    for release in Release::ALL {
        let (source, target) = (Database::of_release(release).await, Database::new().await);
        let first = import(&source, &target).and(["--json"]).await.must_succeed().json();
        assert_eq!(first["outcome"], "imported");
        let before = target.pg_dump(&[]);

        let again = import(&source, &target).and(["--json"]).await.must_succeed().json();

        assert_eq!(again["outcome"], "nothingToDo");
        for (table, rows) in [("user", 4), ("user_metadata", 6), ("session", 5), ("api_key", 3), ("system_metadata", 2)]
        {
            assert_eq!(counts(&first, table), [rows, rows, 0, 0, 0, 0], "{table}");
            assert_eq!(counts(&again, table), [rows, 0, 0, rows, 0, 0], "{table}");
        }
        assert_eq!(target.pg_dump(&[]), before);
        let for_people = import(&source, &target).await.must_succeed();
        assert!(for_people.stdout.contains("Nothing to do"), "{for_people:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_dry_run_then_it_reports_what_would_be_done_and_writes_nothing() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let before = target.pg_dump(&[]);

    let tried = import(&source, &target).and(["--dry-run", "--json"]).await.must_succeed().json();

    assert_eq!(tried["outcome"], "tried");
    assert_eq!(counts(&tried, "session"), [5, 5, 0, 0, 0, 0]);
    assert_eq!(target.pg_dump(&[]), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_source_that_may_only_be_read_when_imported_then_it_is_read_and_never_written() {
    for release in Release::ALL {
        let (source, target) = (Database::of_release(release).await, Database::new().await);
        let role = format!("immich_test_reader_{}", uuid::Uuid::new_v4().simple());
        source
            .run(&format!(
                "CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
            ))
            .await;
        let before = source.pg_dump(&[]);

        let url = source.url().replacen(&format!(":{}@", source.password()), ":secret@", 1).replacen(
            "postgres:secret",
            &format!("{role}:secret"),
            1,
        );
        let outcome = import(&source, &target).with("IMMICH_IMPORT_FROM", url).await;

        assert_eq!(source.pg_dump(&[]), before);
        source.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
        outcome.must_succeed();
        assert_eq!(target.count("session").await, 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_rows_changed_on_both_sides_when_imported_again_then_the_newer_ones_are_kept() {
    for release in Release::ALL {
        let (source, target) = (Database::of_release(release).await, Database::new().await);
        import(&source, &target).await.must_succeed();
        let server = Server::on(&target).start().await;
        // Anna changes her name here; there, later, the administrator changes his and Anna's key gets more permissions.
        server.put("/users/me", json!({"name": "Anna here"})).bearer("anna-token").await.must_be(200);
        source.run("UPDATE \"user\" SET name = 'Admin there', email = 'chief@immich.cloud' WHERE \"isAdmin\"").await;
        source
            .run(&format!("UPDATE api_key SET permissions = permissions || '{{album.read}}' WHERE id = '{ANNAS_KEY}'"))
            .await;

        // A license is newer here, an onboarding is newer there.
        target.run("UPDATE user_metadata SET value = '{}' WHERE key = 'license'").await;
        source.run("UPDATE user_metadata SET value = '{\"isOnboarded\": false}', \"updatedAt\" = now() WHERE key = 'onboarding'").await;

        let report = import(&source, &target).and(["--json"]).await.must_succeed().json();

        assert_eq!(counts(&report, "user"), [4, 0, 1, 2, 1, 0]);
        assert_eq!(counts(&report, "user_metadata"), [6, 0, 1, 4, 1, 0]);
        assert_eq!(target.count("user_metadata WHERE value = '{}'").await, 1);
        assert_eq!(target.count("user_metadata WHERE value = '{\"isOnboarded\": false}'").await, 1);
        // Anna's session was used here, from another client.
        assert_eq!(counts(&report, "session"), [5, 0, 0, 4, 1, 0]);
        assert_eq!(counts(&report, "api_key"), [3, 0, 1, 2, 0, 0]);
        assert!(
            report["notes"][0].as_str().unwrap().contains("because the copy in the target is newer: 3"),
            "{report}"
        );
        let me = server.get("/users/me").bearer("admin-token").await.must_be(200).json();
        assert_eq!((&me["name"], &me["email"]), (&json!("Admin there"), &json!("chief@immich.cloud")));
        let me = server.get("/users/me").bearer("anna-token").await.must_be(200).json();
        assert_eq!(me["name"], "Anna here");
        // The time of the change is the source's, and changes count again from now on.
        let time = "SELECT \"updatedAt\"::text FROM \"user\" WHERE \"isAdmin\"";
        assert_eq!(target.text(time, &[]).await, source.text(time, &[]).await);
        let before = server.get("/users/me").bearer("admin-token").await.json();
        let after = server.put("/users/me", json!({"name": "X"})).bearer("admin-token").await.must_be(200).json();
        assert!(after["updatedAt"].as_str() > before["updatedAt"].as_str());
        server.stop();
        let again = import(&source, &target).and(["--json"]).await.must_succeed().json();
        assert_eq!(counts(&again, "user"), [4, 0, 0, 2, 2, 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_rows_of_our_own_when_imported_then_they_stay() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    source.run("UPDATE \"user\" SET \"isAdmin\" = false").await;
    let server = Server::on(&target).start().await;
    let own = server.user("bert").await;
    let key = server.create_key(&own, &["user.read"]).await;

    import(&source, &target).await.must_succeed();

    assert!(server.accepts(&own).await && server.accepts(&anna()).await);
    server.get("/users/me").api_key(&key.secret).await.must_be(200);
    assert_eq!(target.count("\"user\"").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_the_database_is_lost_in_the_middle_then_it_fails_in_one_line_and_nothing_is_written() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let proxy = Proxy::to(&target.server_address()).await;
    let blocker = target.connect().await;
    blocker.batch_execute("BEGIN; LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let run = tokio::spawn(import(&source, &target).with("DB_URL", target.url_through(&proxy)).into_future());
    let waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let is_waiting = || async { target.count(waiting).await == 1 };
    eventually("the import waits for the table", Duration::from_secs(20), is_waiting).await;

    proxy.cut();

    let outcome = run.await.unwrap();
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stderr.starts_with("immich-server: nothing was imported: "), "{outcome:?}");
    blocker.batch_execute("ROLLBACK").await.unwrap();
    for table in ["\"user\"", "user_metadata", "session", "api_key", "system_metadata"] {
        assert_eq!(target.count(table).await, 0, "{table}");
    }
    import(&source, &target).await.must_succeed();
    assert_same_rows(Release::V2_5, &source, &target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_long_run_without_a_terminal_then_it_reports_regularly_what_it_is_doing() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let blocker = target.connect().await;
    blocker.batch_execute("BEGIN; LOCK TABLE session IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let run = tokio::spawn(import(&source, &target).into_future());
    tokio::time::sleep(Duration::from_secs(7)).await;
    blocker.batch_execute("ROLLBACK").await.unwrap();

    let outcome = run.await.unwrap().must_succeed();

    let lines: Vec<_> = outcome.stderr.lines().filter(|line| line.starts_with("import: comparing for ")).collect();
    assert_eq!(lines.len(), 1, "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_long_run_on_a_terminal_then_it_shows_its_progress_and_then_only_the_table() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let blocker = source.connect().await;
    blocker.batch_execute("BEGIN; LOCK TABLE session IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let run = tokio::spawn(import(&source, &target).on_a_terminal().into_future());
    tokio::time::sleep(Duration::from_secs(3)).await;
    blocker.batch_execute("ROLLBACK").await.unwrap();

    let shown = run.await.unwrap().must_succeed().stdout;

    // Every drawing begins by erasing the line.
    let (drawings, after) = shown.rsplit_once("\u{1b}[2K").expect("something was drawn");
    // A thread of its own writes the audit line, before the table or after it.
    let (audit, table): (Vec<&str>, Vec<&str>) = after.lines().partition(|line| line.contains("audit"));
    assert!(audit.len() == 1 && audit[0].contains("\"import\""), "{after:?}");
    let table = table.join("\n");
    let bars: Vec<_> = drawings.split("\u{1b}[2K").filter(|drawing| drawing.contains(" rows, ")).collect();
    for (doing, rows) in [("reading user ", "4/4"), ("reading session ", "/5 "), ("reading system_metadata ", "/2 ")] {
        assert!(bars.iter().any(|bar| bar.starts_with(doing) && bar.contains(rows)), "{doing}: {shown:?}");
    }
    for bar in bars {
        let (done, all) = bar.split_whitespace().find_map(|word| word.split_once('/')).expect("rows of rows");
        assert!(done.parse::<u64>().unwrap() <= all.parse().unwrap(), "{bar:?}");
    }
    assert!(table.starts_with("TABLE ") && table.trim_end().ends_with("Imported."), "{table:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_an_unusable_source_or_target_then_the_error_is_one_line_without_the_password() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let closed = format!("postgres://ann:canary@127.0.0.1:{}/x", local_postgres::free_port());
    let empty = Database::without_tables().await;
    for (from, to, reason) in [
        (
            "mysql://ann:canary@db/x".to_owned(),
            &target,
            "the URL of the source database (--from): `mysql://` is not the scheme",
        ),
        (closed, &target, "could not connect to the source database (--from): the database at 127.0.0.1"),
        (
            empty.url(),
            &target,
            "the schema of the source database differs from those of upstream Immich 2.0 to 3.2: there is no table api_key",
        ),
        (source.url(), &source, "the configured database was created by upstream Immich"),
    ] {
        let outcome = Program::run(["import", "--from", &from]).with("DB_URL", to.url()).await;
        assert!(outcome.must_fail_in_one_line().contains(reason), "{outcome:?}");
        assert!(!outcome.stderr.contains("canary") && !outcome.stderr.contains(target.password()), "{outcome:?}");
    }
    let before = source.pg_dump(&["--schema-only"]);
    assert!(!before.contains("import_user"), "{before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_may_be_named_by_a_file() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("source");
    let run = || on(&target, ["import", "--dry-run"]).with("IMMICH_IMPORT_FROM_FILE", &file);

    let missing = run().await;
    let line = missing.must_fail_in_one_line();
    assert!(line.contains(file.to_str().unwrap()) && line.contains("cannot be read: No such file"), "{line}");

    std::fs::write(&file, format!("{}\n", source.url())).unwrap();
    run().await.must_succeed();

    std::fs::write(&file, "mysql://ann:canary@db/x").unwrap();
    let invalid = run().await;
    let line = invalid.must_fail_in_one_line();
    assert!(line.contains("the URL of the source database (--from-file "), "{line}");
    assert!(!line.contains("canary"), "{line}");
}
