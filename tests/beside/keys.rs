//! API keys and their permissions are shared.

use serde_json::json;

use super::{ANNA_EMAIL, ANNA_PASSWORD, Deployment, is_of_upstream, text};
use crate::harness::Release;

/// Permissions, and whether a key with them may read the user here and the albums there.
const KEYS: [(&[&str], bool, bool); 4] = [
    (&["all"], true, true),
    (&["user.read"], true, false),
    (&["album.read"], false, true),
    (&["album.read", "user.read"], true, true),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_permissions_of_a_key_from_either_server_decide_on_both() {
    for release in Release::ALL {
        let deployment = Deployment::on(release).await;
        let client = deployment.client();
        let session = client.login(ANNA_EMAIL, ANNA_PASSWORD).await;

        for creator in [client.clone(), deployment.upstream.client()] {
            for (permissions, user, albums) in KEYS {
                let created = creator.post("/api-keys", json!({"name": "key", "permissions": permissions}));
                let created = created.bearer(&session.token).await.must_be(201);
                let secret = text(&created.json()["secret"]);

                let me = client.get("/users/me").api_key(&secret).await;
                let listed = client.get("/albums").api_key(&secret).await;

                let who = format!("{permissions:?}, created by upstream: {}", is_of_upstream(&created));
                assert!(!is_of_upstream(&me) && is_of_upstream(&listed), "{who}");
                let expected = |granted| if granted { 200 } else { 403 };
                assert_eq!((me.status, listed.status), (expected(user), expected(albums)), "{who}: {me} {listed}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_that_either_server_changed_decide_on_both_at_the_next_request() {
    let deployment = Deployment::start().await;
    let client = deployment.client();
    let session = client.login(ANNA_EMAIL, ANNA_PASSWORD).await;
    let key = client.create_key(&session, &["all"]).await;
    let path = format!("/api-keys/{}", key.id);

    for writer in [client.clone(), deployment.upstream.client()] {
        for (permissions, user, albums) in KEYS {
            let change = json!({"name": "key", "permissions": permissions});
            writer.put(&path, change).bearer(&session.token).await.must_be(200);

            // The second request would find what the first one has cached.
            for _ in 0..2 {
                let me = client.get("/users/me").api_key(&key.secret).await;
                assert_eq!(me.status == 200, user, "{permissions:?}: {me}");
                let listed = client.get("/albums").api_key(&key.secret).await;
                assert_eq!(listed.status == 200, albums, "{permissions:?}: {listed}");
            }
        }
    }
}
