//! The audit log: one line for each attempt to log in or to change users, sessions or API keys.

use std::future::IntoFuture as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Http2, Program, Server, eventually};

/// The audit lines of a log in JSON, without their times.
fn audit_lines(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    let audit = lines.filter(|line: &Value| line["target"] == "audit");
    audit
        .map(|mut line| {
            let fields = line.as_object_mut().unwrap();
            fields.retain(|name, _| !["timestamp", "level", "target", "message"].contains(&name.as_str()));
            line
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_leaves_one_line_with_the_user_the_credential_the_client_and_the_outcome() {
    let server = Server::on(&Database::new().await).with("IMMICH_LOG_FORMAT", "json").start().await;
    let client = server.client().from([127, 0, 0, 9]);
    let cid = "cid-of-audit";
    let sign_up = json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD, "name": "Admin"});
    let admin = client.post("/auth/admin-sign-up", sign_up).header("x-immich-cid", cid).await.must_be(201).json();
    let user = admin["id"].as_str().unwrap();
    client.try_login(ADMIN_EMAIL, "wrong").header("x-immich-cid", cid).await.must_be(401);
    for stranger in ["stranger@immich.cloud", "STRANGER@immich.cloud", "other@immich.cloud"] {
        client.try_login(stranger, "wrong").header("x-immich-cid", cid).await.must_be(401);
    }
    let session = client.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let (child_id, _) = client.create_child(&session).await;
    let key = client.create_key(&session, &["apiKey.update", "user.update"]).await;
    let key_path = format!("/api-keys/{}", key.id);
    client.put(&key_path, json!({"permissions": ["apiKey.update"]})).api_key(&key.secret).await.must_be(200);
    client.put("/users/me", json!({"password": "password"})).api_key(&key.secret).await.must_be(403);
    let changes = json!({"email": "new@immich.cloud", "name": "New"});
    client.put("/users/me", changes).bearer(&session.token).await.must_be(200);
    let changes = json!({"password": ADMIN_PASSWORD, "newPassword": "password2", "invalidateSessions": true});
    client.post("/auth/change-password", changes).bearer(&session.token).await.must_be(200);
    client.delete(&format!("/sessions/{child_id}")).bearer(&session.token).await.must_be(400);
    client.delete("/sessions").bearer(&session.token).await.must_be(204);
    client.delete(&key_path).bearer(&session.token).await.must_be(204);
    // Reads leave no line, and neither does a check of the token.
    client.get("/users/me").bearer(&session.token).await.must_be(200);
    client.call("POST", "/auth/validateToken").bearer(&session.token).await.must_be(200);
    // Without a valid credential, nothing can change.
    client.delete("/sessions").bearer("bad").await.must_be(401);
    let own = client.session_id(&session).await;
    client.call("POST", "/auth/logout").bearer(&session.token).await.must_be(200);

    let log = server.stop();

    let lines = audit_lines(&log);
    let by_session = format!("session {own}");
    let by_key = format!("api key {}", key.id);
    let line = |event: &str, status: u16, actor: &str, object: Option<&str>, changed: &[&str]| {
        let outcome = if status < 400 { "success" } else { "refused" };
        let mut line = json!({"event": event, "outcome": outcome, "status": status, "user": user, "actor": actor});
        if let Some(object) = object {
            line["object"] = json!(object);
        }
        if !changed.is_empty() {
            line["changed"] = json!(changed.join(", "));
        }
        line
    };
    let without = |line: &Value, names: &[&str]| {
        let mut line = line.clone();
        line.as_object_mut().unwrap().retain(|name, _| !names.contains(&name.as_str()));
        line
    };
    assert!(lines.iter().all(|line| line["client"] == "127.0.0.9"), "{lines:?}");
    assert!(lines.iter().take(5).all(|line| line["correlation_id"] == cid), "{lines:?}");
    let hashes: Vec<&str> = lines.iter().filter_map(|line| line["email_hash"].as_str()).collect();
    assert_eq!(hashes.len(), 3, "an account is identified by its id: {lines:?}");
    assert!(hashes[0] == hashes[1] && hashes[0] != hashes[2] && hashes[0].len() == 32, "{hashes:?}");
    assert!(lines[2..5].iter().all(|line| line["email_hash"].is_string()), "{lines:?}");
    let rest: Vec<Value> =
        lines.iter().map(|line| without(line, &["client", "correlation_id", "email_hash"])).collect();
    assert_eq!(
        rest[..6],
        [
            json!({"event": "signUpAdmin", "outcome": "success", "status": 201, "user": user}),
            json!({"event": "login", "outcome": "refused", "status": 401, "user": user}),
            json!({"event": "login", "outcome": "refused", "status": 401}),
            json!({"event": "login", "outcome": "refused", "status": 401}),
            json!({"event": "login", "outcome": "refused", "status": 401}),
            json!({"event": "login", "outcome": "success", "status": 201, "user": user, "object": own}),
        ]
    );
    assert_eq!(
        rest[6..],
        [
            line("createSession", 201, &by_session, Some(&child_id), &[]),
            line("createApiKey", 201, &by_session, Some(&key.id), &[]),
            line("updateApiKey", 200, &by_key, Some(&key.id), &["permissions"]),
            line("updateMyUser", 403, &by_key, None, &[]),
            line("updateMyUser", 200, &by_session, None, &["email", "name"]),
            line("changePassword", 200, &by_session, None, &["sessions"]),
            line("deleteSession", 400, &by_session, Some(&child_id), &[]),
            line("deleteAllSessions", 204, &by_session, None, &[]),
            line("deleteApiKey", 204, &by_session, Some(&key.id), &[]),
            line("logout", 200, &by_session, None, &[]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hash_of_an_address_is_the_same_after_a_restart_and_the_address_is_logged_only_if_asked() {
    let database = Database::new().await;
    let mut logged = Vec::new();
    for (setting, level) in [("false", "log"), ("false", "error"), ("true", "log")] {
        let server = Server::on(&database).with("IMMICH_LOG_FORMAT", "json");
        let server = server.with("IMMICH_LOG_EMAIL", setting).with("IMMICH_LOG_LEVEL", level).start().await;
        server.try_login(ADMIN_EMAIL, "wrong").await.must_be(401);
        let log = server.stop();
        assert_eq!(log.contains(ADMIN_EMAIL), setting == "true", "{log}");
        let lines = audit_lines(&log);
        assert_eq!(lines.len(), 1, "an audit line does not depend on the level: {log}");
        logged.extend(lines);
    }

    assert!(logged[0]["email_hash"].is_string(), "{logged:?}");
    assert_eq!(logged[0]["email_hash"], logged[1]["email_hash"]);
    assert_eq!((&logged[2]["email"], &logged[2]["email_hash"]), (&json!(ADMIN_EMAIL), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_its_client_cancels_leaves_a_line() {
    let server = Server::on(&Database::new().await)
        .with("IMMICH_LOG_FORMAT", "json")
        .with("IMMICH_HASH_THREADS", "1")
        .start()
        .await;
    let session = server.sign_up_admin().await;
    let id = server.session_id(&session).await;
    // They occupy the thread that hashes passwords.
    let logins: Vec<_> = (0..20).map(|_| tokio::spawn(server.try_login(ADMIN_EMAIL, "wrong").into_future())).collect();
    eventually("a login", Duration::from_secs(5), || async { server.log().contains("\"status\":401") }).await;

    let connection = Http2::open(server.address()).await;
    let change = http::Request::put(format!("{}/api/users/me", server.url()))
        .header("authorization", format!("Bearer {}", session.token))
        .header("content-type", "application/json")
        .body(())
        .unwrap();
    let body = json!({"password": "password2"}).to_string().into_bytes();
    // A future that is dropped cancels its request.
    let cancelled = tokio::time::timeout(Duration::from_millis(100), connection.send(change, Some(body))).await;
    assert!(cancelled.is_err(), "{cancelled:?}");
    eventually("the line", Duration::from_secs(5), || async { server.log().contains("updateMyUser") }).await;
    for login in logins {
        login.await.unwrap();
    }

    let lines = audit_lines(&server.stop());
    let line = lines.iter().find(|line| line["event"] == "updateMyUser").unwrap();
    assert_eq!((&line["user"], &line["changed"]), (&json!(session.user_id), &json!("password")));
    assert_eq!((&line["actor"], &line["outcome"]), (&json!(format!("session {id}")), &json!("unknown")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_changes_an_account_leaves_a_line_without_the_address() {
    let server = Server::fresh().await;
    let on = |arguments: &[&str]| server.program(arguments.to_vec()).with("IMMICH_LOG_FORMAT", "json");
    let email = "anna@immich.cloud";
    let created = server.create_user(email, "Anna", "password1").with("IMMICH_LOG_FORMAT", "json").await;
    let id = created.json()["id"].clone();
    server.login(email, "password1").await;
    let of = |command: &[&str]| on(command).and(["--email", email]);
    let commands: [(&str, Program); 7] = [
        ("user update", of(&["user", "update", "--quota", "1"])),
        ("user reset-password", of(&["user", "reset-password", "--password-stdin"]).reading("password2")),
        ("session revoke", of(&["session", "revoke", "--all"])),
        ("user delete", of(&["user", "delete"])),
        ("user restore", of(&["user", "restore"])),
        ("", of(&["user", "show"])),
        ("", of(&["session", "list"])),
    ];

    assert_eq!(
        audit_lines(&created.stderr),
        [json!({"event": "user create", "outcome": "success", "user": id, "actor": "operator"})]
    );
    for (event, program) in commands {
        let outcome = program.await.must_succeed();
        assert!(!outcome.stderr.contains(email) && !outcome.stderr.contains("password2"), "{outcome:?}");
        let lines = audit_lines(&outcome.stderr);
        if event.is_empty() {
            assert_eq!(lines, [Value::Null; 0], "{outcome:?}");
        } else {
            assert_eq!(lines, [json!({"event": event, "outcome": "success", "user": id, "actor": "operator"})]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_and_a_cleanup_leave_one_line_each_with_their_counts() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let run = async |arguments: &[&str]| {
        let program = Program::run(arguments.to_vec()).with("DB_URL", target.url()).with("IMMICH_LOG_FORMAT", "json");
        let outcome = program.with("IMMICH_IMPORT_FROM", source.url()).await.must_succeed();
        audit_lines(&outcome.stderr)
    };
    let line = |event: &str, users: u64, sessions: u64, keys: Option<u64>| {
        let mut line = json!({"event": event, "outcome": "success", "actor": "operator"});
        (line["users"], line["sessions"]) = (json!(users), json!(sessions));
        if let Some(keys) = keys {
            line["api_keys"] = json!(keys);
        }
        line
    };

    assert_eq!(run(&["import", "--dry-run"]).await, [Value::Null; 0]);
    assert_eq!(run(&["import"]).await, [line("import", 4, 5, Some(3))]);
    assert_eq!(run(&["import"]).await, [line("import", 0, 0, Some(0))]);
    target.run("DELETE FROM session; UPDATE \"user\" SET \"deletedAt\" = null").await;
    target.run("UPDATE \"user\" SET \"deletedAt\" = now() - interval '1 year' WHERE NOT \"isAdmin\"").await;
    target.run("INSERT INTO session (token, \"userId\", \"expiresAt\") SELECT 'x', id, now() FROM \"user\" WHERE \"isAdmin\"").await;
    let removed = target.count("\"user\" WHERE NOT \"isAdmin\"").await;
    assert_eq!(run(&["cleanup", "--dry-run"]).await, [Value::Null; 0]);
    assert_eq!(run(&["cleanup"]).await, [line("cleanup", u64::try_from(removed).unwrap(), 1, None)]);
}
