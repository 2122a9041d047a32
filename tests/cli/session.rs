//! `immich-server session …`

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Contract, Program, Server, Session};

fn sessions(server: &Server, arguments: &[&str]) -> Program {
    let (command, options) = arguments.split_first().unwrap();
    server.program(["session", command, "--email", ADMIN_EMAIL]).and(options.to_vec())
}

/// The administrator and a user, with two sessions each.
async fn with_sessions() -> (Server, [Session; 2], [Session; 2]) {
    let server = Server::fresh().await;
    let admin = [server.sign_up_admin().await, server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await];
    let anna = [server.user("anna").await, server.login("anna@immich.cloud", "password1").await];
    (server, admin, anna)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sessions_of_a_user_are_listed_as_the_contract_shows_sessions() {
    let (server, [admin, _], _) = with_sessions().await;
    let chrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
    server.try_login(ADMIN_EMAIL, ADMIN_PASSWORD).header("User-Agent", chrome).await.must_be(201);
    server.database().run("UPDATE session SET \"deviceOS\" = E'\\x1b[31mLinux' WHERE \"deviceOS\" = 'Linux'").await;

    let mut shown = server.get("/sessions").bearer(&admin.token).await.must_be(200).json();
    for session in shown.as_array_mut().unwrap() {
        // No session is the one that a command uses.
        session["current"] = json!(false);
    }
    let listed = sessions(&server, &["list", "--json"]).await.must_succeed().json();
    let contract = Contract::read();
    let schema = contract.response_schema("getSessions", 200).unwrap();
    assert_eq!(contract.violations(schema, &listed), Vec::<String>::new());
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(listed, shown);

    let for_people = sessions(&server, &["list"]).await.must_succeed().stdout;
    assert_eq!(for_people.lines().count(), 3, "{for_people}");
    for session in listed.as_array().unwrap() {
        assert!(for_people.contains(session["id"].as_str().unwrap()), "{for_people}");
    }
    assert!(for_people.contains("Chrome") && !for_people.contains('\u{1b}'), "{for_people}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_session_ends_with_those_that_it_created_and_the_others_stay_valid() {
    let (server, [first, second], [anna, _]) = with_sessions().await;
    let (_, child) = server.create_child(&first).await;
    let id = server.session_id(&first).await;

    let revoked = sessions(&server, &["revoke", "--id", &id]).await.must_succeed();

    assert!(revoked.stdout.starts_with("sessions ended: 1"), "{revoked:?}");
    for ended in [&first, &child] {
        assert!(!server.accepts(ended).await);
    }
    for valid in [&second, &anna] {
        assert!(server.accepts(valid).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_sessions_of_a_user_are_revoked_and_those_of_others_stay_valid() {
    let (server, admin, anna) = with_sessions().await;

    let revoked = sessions(&server, &["revoke", "--all"]).await.must_succeed();

    assert_eq!(revoked.stdout, "sessions ended: 2\n");
    for session in &admin {
        assert!(!server.accepts(session).await);
    }
    for session in &anna {
        assert!(server.accepts(session).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn if_one_of_the_sessions_is_not_the_users_none_is_revoked() {
    let (server, [first, _], [anna, _]) = with_sessions().await;
    let own = server.session_id(&first).await;
    let foreign = server.session_id(&anna).await;

    let outcome = sessions(&server, &["revoke", "--id", &own, "--id", &foreign]).await;

    let line = outcome.must_fail_in_one_line();
    assert!(line.contains(&foreign) && line.contains(ADMIN_EMAIL), "{line}");
    assert!(server.accepts(&first).await);
    assert!(server.accepts(&anna).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_sessions_and_an_unknown_user_are_distinguished() {
    let server = Server::fresh().await;
    server.create_user("b@immich.cloud", "B", "password1").await.must_succeed();

    let of = |email| server.program(["session", "list", "--json", "--email", email]);
    assert_eq!(of("b@immich.cloud").await.must_succeed().json(), json!([]));
    let unknown = of("unknown@immich.cloud").await;
    assert!(unknown.must_fail_in_one_line().contains("unknown@immich.cloud"));
}
