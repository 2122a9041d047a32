//! On upstream's database the credential cache is off, and nothing is added that runs when upstream writes.

use crate::harness::{Database, Release, Server};

/// The triggers and functions of the database, with their definitions.
async fn code(database: &Database) -> String {
    let query = "SELECT string_agg(code, E'\\n' ORDER BY code) FROM ( \
                     SELECT pg_get_triggerdef(oid) AS code FROM pg_trigger WHERE NOT tgisinternal \
                     UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc \
                     WHERE pronamespace = 'public'::regnamespace AND prokind = 'f') AS found";
    database.text(query, &[]).await.expect("upstream has triggers")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credential_cache_is_off_and_no_trigger_or_function_is_added() {
    for (mode, release) in [("on", Release::V2_5), ("strict", Release::V2_7), ("off", Release::V3_2)] {
        let database = Database::of_release(release).await;
        let before = code(&database).await;

        let server = Server::on(&database).with("IMMICH_CREDENTIAL_CACHE", mode).start().await;
        for _ in 0..3 {
            server.get("/users/me").bearer("anna-token").await.must_be(200);
        }
        // Without its triggers: no notification can reach the server.
        let revoke = database.connect().await;
        revoke
            .execute("DELETE FROM session WHERE \"userId\" = (SELECT id FROM \"user\" WHERE name = 'Anna')", &[])
            .await
            .unwrap();
        server.get("/users/me").bearer("anna-token").await.must_be_error(401, "Invalid user token");

        assert_eq!(code(&database).await, before, "{mode}");
        let log = server.stop();
        let reported = log.contains("the credential cache is off: the database of upstream Immich");
        assert_eq!(reported, mode != "off", "{mode}: {log}");
        assert!(!log.contains("revocation listener"), "no connection waits for revocations: {log}");
    }
}
