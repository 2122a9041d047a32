//! `immich-server import` with rows in conflict.

use serde_json::{Value, json};

use super::{ADMIN, ANNA, ANNA_EMAIL, ANNA_PASSWORD, import};
use crate::harness::{ADMIN_EMAIL, Database, Release, Server};

/// An import of this source into this database, which must be refused and change nothing. Returns the reasons, with
/// their rows.
async fn refused(source: &Database, target: &Database) -> Vec<String> {
    let before = target.pg_dump(&["--data-only"]);
    let outcome = import(source, target).and(["--json"]).await;
    assert!(outcome.must_fail_in_one_line().contains("nothing was imported"), "{outcome:?}");
    assert_eq!(target.pg_dump(&["--data-only"]), before);
    let report = outcome.json();
    assert_eq!(report["outcome"], "refused");
    let conflicts = report["conflicts"].as_array().unwrap();
    assert!(!conflicts.is_empty());
    let text = |conflict: &Value, field: &str| conflict[field].as_str().unwrap().to_owned();
    conflicts.iter().map(|c| format!("{} {}: {}", text(c, "table"), text(c, "id"), text(c, "reason"))).collect()
}

/// The same without the rows in conflict. Returns inserted, skipped and conflicts of a table.
async fn without_conflicts(source: &Database, target: &Database) -> impl Fn(&str) -> (u64, u64, u64) {
    let report = import(source, target).and(["--json", "--skip-conflicts"]).await.must_succeed().json();
    move |name| {
        let tables = report["tables"].as_array().unwrap();
        let table = tables.iter().find(|table| table["table"] == name).unwrap();
        let count = |of: &str| table[of].as_u64().unwrap();
        (count("inserted"), count("skipped"), count("conflicts"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_an_address_of_another_user_here_then_nothing_is_written_unless_conflicts_are_skipped() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let server = Server::on(&target).start().await;
    let here = server.create_user(ANNA_EMAIL, "Anna here", "password9").await.must_succeed().json();
    let here = here["id"].as_str().unwrap();

    let reason = format!("user {ANNA}: the e-mail address {ANNA_EMAIL} is also that of user {here} of the target");
    assert_eq!(refused(&source, &target).await, std::slice::from_ref(&reason));
    let for_people = import(&source, &target).await;
    assert_eq!(for_people.code, Some(1));
    assert!(for_people.stdout.contains(&format!("Conflicts:\n  {reason}\n")), "{for_people:?}");
    assert!(for_people.stdout.contains("\nNothing was written. With --skip-conflicts"), "{for_people:?}");

    let counts = without_conflicts(&source, &target).await;
    assert_eq!(counts("user"), (3, 0, 1));
    assert_eq!(counts("user_metadata"), (3, 3, 0));
    assert_eq!(counts("session"), (2, 3, 0));
    assert_eq!(counts("api_key"), (1, 2, 0));
    server.login(ANNA_EMAIL, "password9").await;
    server.get("/users/me").bearer("anna-token").await.must_be_error(401, "Invalid user token");
    server.get("/users/me").bearer("admin-token").await.must_be(200);
    let again = import(&source, &target).and(["--json", "--skip-conflicts"]).await.must_succeed().json();
    assert_eq!(again["outcome"], "nothingToDo");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_dry_run_with_conflicts_then_it_fails_too() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    source.run("UPDATE \"user\" SET \"isAdmin\" = true").await;

    let outcome = import(&source, &target).and(["--dry-run"]).await;

    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("would be a second administrator"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_several_administrators_then_the_one_here_or_else_the_oldest_stays_the_only_one() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    source.run(&format!("UPDATE \"user\" SET \"isAdmin\" = true WHERE id = '{ANNA}'")).await;
    assert_eq!(
        refused(&source, &target).await,
        [format!("user {ANNA}: {ANNA_EMAIL} would be a second administrator beside user {ADMIN}")]
    );

    let server = Server::on(&target).start().await;
    let body = json!({"email": "here@immich.cloud", "password": "password", "name": "Here"});
    let here = server.post("/auth/admin-sign-up", body).await.must_be(201).json();
    let here = here["id"].as_str().unwrap();
    assert_eq!(
        refused(&source, &target).await,
        [
            // The label, too: the administrator here has it.
            format!("user {ADMIN}: {ADMIN_EMAIL} would be a second administrator beside user {here}"),
            format!("user {ADMIN}: the storage label admin is also that of user {here} of the target"),
            format!("user {ANNA}: {ANNA_EMAIL} would be a second administrator beside user {here}"),
        ]
    );
    assert_eq!(without_conflicts(&source, &target).await("user"), (2, 0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn given_addresses_with_capital_letters_then_they_are_imported_in_lower_case_and_log_in() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    source.run(&format!("UPDATE \"user\" SET email = 'Anna@Immich.Cloud' WHERE id = '{ANNA}'")).await;
    source.run("UPDATE \"user\" SET email = 'ÄRGER@immich.cloud' WHERE email = 'olga@immich.cloud'").await;

    let report = import(&source, &target).and(["--json"]).await.must_succeed().json();

    assert_eq!(report["notes"], json!(["e-mail addresses converted to lower case: 2"]));
    let server = Server::on(&target).start().await;
    server.login(ANNA_EMAIL, ANNA_PASSWORD).await;
    assert_eq!(target.count("\"user\" WHERE email = 'ärger@immich.cloud'").await, 1);
    let again = import(&source, &target).and(["--json"]).await.must_succeed().json();
    assert_eq!(again["outcome"], "nothingToDo");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_two_spellings_of_an_address_then_the_one_that_could_log_in_keeps_it() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    source.run("UPDATE \"user\" SET email = 'ANNA@immich.cloud' WHERE \"isAdmin\"").await;

    assert_eq!(
        refused(&source, &target).await,
        [format!("user {ADMIN}: the e-mail address {ANNA_EMAIL} is also that of user {ANNA} of the source")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_status_that_is_unknown_here_then_it_is_a_conflict() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    source.run(&format!("UPDATE \"user\" SET status = 'suspended' WHERE id = '{ANNA}'")).await;

    assert_eq!(
        refused(&source, &target).await,
        [format!("user {ANNA}: the status of {ANNA_EMAIL} is 'suspended', which this program does not support")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn given_one_token_for_two_sessions_then_the_later_one_is_in_conflict_and_its_children_go_with_it() {
    for release in Release::ALL {
        let (source, target) = (Database::of_release(release).await, Database::new().await);
        let (first, phone) = ("a1111111-1111-4111-8111-111111111111", "a2222222-2222-4222-8222-222222222222");
        source
            .run(&format!(
                "UPDATE session SET token = (SELECT token FROM session WHERE id = '{first}') WHERE id = '{phone}'"
            ))
            .await;

        assert_eq!(
            refused(&source, &target).await,
            [format!("session {phone}: it has the same token as session {first} of the source")]
        );
        assert_eq!(without_conflicts(&source, &target).await("session"), (3, 1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_hashes_that_others_have_here_then_they_are_in_conflict_and_not_shown() {
    for release in Release::ALL {
        let (source, target) = (Database::of_release(release).await, Database::new().await);
        let server = Server::on(&target).start().await;
        let own = server.user("bert").await;
        server.create_key(&own, &["user.read"]).await;
        for (table, column, secret) in [("session", "token", "anna-token"), ("api_key", "key", "anna-key")] {
            target.run(&format!("UPDATE {table} SET {column} = encode(sha256('{secret}'), 'base64')")).await;
        }

        let reasons = refused(&source, &target).await;

        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons[0].contains("it has the same token as session"), "{reasons:?}");
        assert!(reasons[1].contains("it has the same secret as API key"), "{reasons:?}");
        let hash = "SELECT encode(token, 'base64') || ' ' || encode(token, 'hex') FROM (SELECT sha256('anna-token')) x (token)";
        let hash = source.text(hash, &[]).await.unwrap();
        assert!(hash.split(' ').all(|hash| !reasons.join("").contains(hash)), "{reasons:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_settings_here_that_differ_then_they_are_in_conflict_and_stay() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    target.configure(&json!({"server": {"loginPageMessage": "Hello here"}})).await;

    assert_eq!(refused(&source, &target).await, ["system_metadata system-config: the target has a different value"]);
    let counts = without_conflicts(&source, &target).await;
    assert_eq!((counts("system_metadata"), counts("user")), ((1, 0, 1), (4, 0, 0)));
    let server = Server::on(&target).start().await;
    let config = server.get("/server/config").await.must_be(200).json();
    assert_eq!(config["loginPageMessage"], "Hello here");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_very_many_conflicts_then_some_are_shown_and_all_are_counted() {
    let (source, target) = (Database::of_upstream().await, Database::new().await);
    let users = "INSERT INTO \"user\" (email) SELECT i || '@immich.cloud' FROM generate_series(1, 1200) i";
    source.run(users).await;
    target.run(users).await;

    let for_people = import(&source, &target).await;
    assert_eq!(for_people.stdout.matches("the e-mail address").count(), 20, "{for_people:?}");
    assert!(for_people.stdout.contains("of 1200 rows"), "{for_people:?}");
    let report = import(&source, &target).and(["--json"]).await.json();
    assert_eq!(report["conflictsTotal"], 1200);
    assert_eq!(report["conflicts"].as_array().unwrap().len(), 1000);
}
