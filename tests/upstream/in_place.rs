//! Upstream's accounts, sessions and API keys work here.

use serde_json::{Value, json};

use super::{ADMIN, ANNA, ANNA_EMAIL, ANNA_PASSWORD, ANNAS_KEY, admin, anna, session};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Release, Server};

async fn server(release: Release) -> Server {
    Server::on(&Database::of_release(release).await).start().await
}

/// The permissions that are in the row.
async fn stored_permissions(server: &Server) -> String {
    let query = "SELECT array_to_string(permissions, ' ') FROM api_key WHERE id = $1::text::uuid";
    server.database().text(query, &[&ANNAS_KEY]).await.unwrap()
}

async fn set_permissions(server: &Server, permissions: &[&str]) -> Value {
    let path = format!("/api-keys/{ANNAS_KEY}");
    server.put(&path, json!({"permissions": permissions})).bearer("anna-token").await.must_be(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_log_in_and_unusable_ones_do_not() {
    for release in Release::ALL {
        let server = server(release).await;

        assert_eq!(server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await.user_id, ADMIN);
        assert_eq!(server.login(ANNA_EMAIL, ANNA_PASSWORD).await.user_id, ANNA);

        for (email, password) in
            [(ANNA_EMAIL, "password"), ("olga@immich.cloud", ""), ("gone@immich.cloud", "password1")]
        {
            let answer = server.post("/auth/login", json!({"email": email, "password": password})).await;
            assert!(matches!(answer.status, 400 | 401), "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_sessions_are_accepted_and_dead_ones_are_not() {
    for release in Release::ALL {
        let server = server(release).await;

        let me = server.get("/users/me").bearer("admin-token").await.must_be(200).json();
        assert_eq!(me["id"], ADMIN);
        assert_eq!(me["isAdmin"], true);
        assert_eq!(me["createdAt"], "2025-01-01T10:00:00.123Z");
        for (token, accepted) in [
            ("anna-token", true),
            ("anna-child-token", true),
            ("anna-old-token", false),
            ("gone-token", false),
            ("no-token", false),
        ] {
            assert_eq!(server.accepts(&session(token, ANNA)).await, accepted, "{token}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_one_that_never_expires_has_no_expiry() {
    for release in Release::ALL {
        let server = server(release).await;

        let listed = server.get("/sessions").bearer("anna-token").header("user-agent", "Immich_Android_2.5.6").await;

        let listed = listed.must_be(200).json();
        let devices: Vec<_> = listed.as_array().unwrap().iter().map(|listed| &listed["deviceType"]).collect();
        assert_eq!(devices.len(), 2, "{listed}");
        let television = listed.as_array().unwrap().iter().find(|listed| listed["deviceType"] == "tv").unwrap();
        assert_eq!(television.get("expiresAt"), None, "{listed}");
        let phone = listed.as_array().unwrap().iter().find(|listed| listed["current"] == true).unwrap();
        assert_eq!(phone["appVersion"], "2.5.6");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_may_do_what_the_contract_knows_and_show_no_more() {
    for release in Release::ALL {
        let server = server(release).await;

        let whole = server.get("/api-keys/me").api_key("admin-key").await.must_be(200).json();
        assert_eq!(whole["permissions"], json!(["all"]));
        server.get("/sessions").api_key("admin-key").await.must_be(200);

        let some = server.get("/api-keys/me").api_key("anna-key").await.must_be(200).json();
        assert_eq!(some["permissions"], json!(["asset.read", "user.read", "apiKey.read", "apiKey.update"]));
        server.get("/users/me").api_key("anna-key").await.must_be(200);
        server
            .get("/sessions")
            .api_key("anna-key")
            .await
            .must_be_error(403, "Missing required permission: session.read");

        let others = server.get("/api-keys/me").api_key("anna-upload-key").await.must_be(200).json();
        assert_eq!(others["permissions"], json!(["asset.upload", "album.read"]));
        server
            .get("/users/me")
            .api_key("anna-upload-key")
            .await
            .must_be_error(403, "Missing required permission: user.read");

        server.database().run("UPDATE api_key SET permissions = '{future.read}' WHERE name = 'uploads only'").await;
        let none = server.get("/api-keys/me").api_key("anna-upload-key").await.must_be(200).json();
        assert_eq!(none["permissions"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_a_name_keeps_permissions_that_the_contract_does_not_know() {
    for release in Release::ALL {
        let server = server(release).await;
        let before = stored_permissions(&server).await;

        let path = format!("/api-keys/{ANNAS_KEY}");
        let shown = server.put(&path, json!({"name": "new phone"})).bearer("anna-token").await.must_be(200).json();

        assert_eq!(shown["name"], "new phone");
        assert_eq!(shown["permissions"], json!(["asset.read", "user.read", "apiKey.read", "apiKey.update"]));
        assert_eq!(stored_permissions(&server).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_permissions_stay_until_an_update_removes_a_permission() {
    for release in Release::ALL {
        let server = server(release).await;

        let permissions = ["asset.read", "apiKey.update", "apiKey.read", "user.read", "session.read"];
        let shown = set_permissions(&server, &permissions).await;
        assert_eq!(shown["permissions"], json!(permissions));
        assert_eq!(
            stored_permissions(&server).await,
            "asset.read apiKey.update apiKey.read user.read session.read future.read future.create"
        );

        let shown = set_permissions(&server, &["user.read"]).await;
        assert_eq!(shown["permissions"], json!(["user.read"]));
        assert_eq!(stored_permissions(&server).await, "user.read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_permission_cannot_be_granted() {
    for release in Release::ALL {
        let server = server(release).await;

        let answer =
            server.put(&format!("/api-keys/{ANNAS_KEY}"), json!({"permissions": ["user.read", "future.read"]}));

        let answer = answer.api_key("anna-key").await.must_be(400).must_have_error_shape();
        assert!(answer.text().contains("each value in permissions must be one of"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_the_administrator_apply() {
    for release in Release::ALL {
        let server = server(release).await;

        let config = server.get("/server/config").await.must_be(200).json();

        assert_eq!(config["loginPageMessage"], "Hello from upstream");
        assert_eq!(config["userDeleteDelay"], 30);
        assert_eq!(config["isInitialized"], true);
        let sign_up = json!({"email": "b@immich.cloud", "password": "password", "name": "B"});
        server.post("/auth/admin-sign-up", sign_up).await.must_be_error(400, "The server already has an admin");
    }
}

/// Upstream's constraints have other names than ours.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_has_its_own_error() {
    for release in Release::ALL {
        let server = server(release).await;

        for email in [ADMIN_EMAIL, "gone@immich.cloud"] {
            server
                .put("/users/me", json!({"email": email}))
                .bearer("anna-token")
                .await
                .must_be_error(400, "Email already in use by another account");
        }
        let outcome = server.create_user(ANNA_EMAIL, "Anna", "password1").await;
        assert!(outcome.must_fail_in_one_line().contains("another user has this e-mail address"), "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_parent() {
    for release in Release::ALL {
        let server = server(release).await;

        server.delete("/sessions/a2222222-2222-4222-8222-222222222222").bearer("anna-token").await.must_be_empty();

        assert!(!server.accepts(&anna()).await);
        assert!(!server.accepts(&session("anna-child-token", ANNA)).await);
        assert!(server.accepts(&admin()).await);
    }
}

/// Upstream's database has no trigger that reports revocations, so nothing is cached.
#[tokio::test(flavor = "multi_thread")]
async fn what_upstream_revokes_is_rejected_from_the_next_request_on() {
    for release in Release::ALL {
        let server = server(release).await;
        let upstream = server.database().connect().await;
        for (statement, token, key) in [
            ("DELETE FROM session WHERE id = 'a1111111-1111-4111-8111-111111111111'", "admin-token", "anna-key"),
            ("DELETE FROM api_key WHERE id = 'b1111111-1111-4111-8111-111111111111'", "anna-token", "admin-key"),
            ("UPDATE \"user\" SET \"deletedAt\" = now() WHERE email = 'anna@immich.cloud'", "anna-token", "anna-key"),
        ] {
            // Often enough that a cache would have it.
            for _ in 0..5 {
                server.get("/users/me").bearer(token).await.must_be(200);
                server.get("/users/me").api_key(key).await.must_be(200);
            }

            upstream.batch_execute(statement).await.unwrap();

            let by_token = server.get("/users/me").bearer(token).await.status;
            let by_key = server.get("/users/me").api_key(key).await.status;
            let expected = match (token, key) {
                ("admin-token", _) => (401, 200),
                (_, "admin-key") => (200, 401),
                _ => (401, 401),
            };
            assert_eq!((by_token, by_key), expected, "{release:?}: {statement}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_columns_of_a_user_are_shown_and_changes_are_in_the_columns() {
    for release in Release::ALL {
        let server = server(release).await;

        let anna = server.get("/users/me").bearer("anna-token").await.must_be(200).json();
        let shown =
            ["avatarColor", "oauthId", "storageLabel", "profileImagePath"].map(|name| anna[name].as_str().unwrap());
        assert_eq!(shown, ["pink", "oauth|anna", "anna", ""], "{anna}");
        assert_eq!(
            (&anna["quotaSizeInBytes"], &anna["quotaUsageInBytes"]),
            (&json!(1_000_000), &json!(5000)),
            "{anna}"
        );
        let license = json!({
            "licenseKey": "IMCL-0000", "activationKey": "made-up", "activatedAt": "2026-02-03T04:05:06.000Z",
        });
        assert_eq!(anna["license"], license);
        let admin = server.get("/users/me").bearer("admin-token").await.must_be(200).json();
        assert_eq!((&admin["license"], &admin["quotaSizeInBytes"]), (&Value::Null, &Value::Null), "{admin}");
        assert_eq!(admin["profileImagePath"], "upload/profile/admin.jpg");
        for (email, password, is_onboarded) in [(ANNA_EMAIL, ANNA_PASSWORD, true), (ADMIN_EMAIL, ADMIN_PASSWORD, false)]
        {
            let login = server.try_login(email, password).await.must_be(201).json();
            assert_eq!(login["isOnboarded"], is_onboarded, "{login}");
        }
        let config = server.get("/server/config").await.must_be(200).json();
        assert_eq!(config["isOnboarded"], true, "{config}");

        server.put("/users/me", json!({"avatarColor": "green"})).bearer("anna-token").await.must_be(200);
        let stored = "SELECT \"avatarColor\" FROM \"user\" WHERE email = $1";
        assert_eq!(server.database().text(stored, &[&ANNA_EMAIL]).await.as_deref(), Some("green"));
        server.put("/users/me", json!({"avatarColor": null})).bearer("anna-token").await.must_be(200);
        assert_eq!(server.database().text(stored, &[&ANNA_EMAIL]).await, None);
    }
}
