//! What one server revokes, the other one rejects at the next request.

use serde_json::json;

use super::{ANNA, ANNA_EMAIL, ANNA_OAUTH, ANNA_PASSWORD, Credential, Deployment, is_of_upstream};
use crate::harness::{Release, Response};

impl Deployment {
    /// Uses a credential on both servers, as often as a cache of credentials needs to keep it.
    async fn use_everywhere(&self, credential: &Credential) {
        for _ in 0..3 {
            self.must_decide(credential, true, "before the revocation").await;
        }
    }

    /// Both servers accept or reject the credential, at the first request.
    async fn must_decide(&self, credential: &Credential, accepted: bool, when: &str) {
        let client = self.client();
        for (path, by_upstream) in [("/users/me", false), ("/albums", true)] {
            let response = credential.on(client.get(path)).await;
            assert_eq!(is_of_upstream(&response), by_upstream, "{path}");
            assert_eq!(response.status, if accepted { 200 } else { 401 }, "{when}: {response}");
        }
    }

    /// Anna's new session, used on both servers, and its id.
    async fn session_in_use(&self) -> (Credential, String) {
        let session = self.client().login(ANNA_EMAIL, ANNA_PASSWORD).await;
        let credential = Credential::session(&session.token);
        self.use_everywhere(&credential).await;
        (credential, self.client().session_id(&session).await)
    }

    /// Anna's new key with all permissions, used on both servers, and its id.
    async fn key_in_use(&self) -> (Credential, String) {
        let session = self.client().login(ANNA_EMAIL, ANNA_PASSWORD).await;
        let key = self.client().create_key(&session, &["all"]).await;
        let credential = Credential::Key(key.secret);
        self.use_everywhere(&credential).await;
        (credential, key.id)
    }
}

#[track_caller]
fn must_be_of(response: &Response, upstream: bool) {
    assert!(response.status < 300, "{response}");
    assert_eq!(is_of_upstream(response), upstream, "{response}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_here_is_rejected_by_upstream_at_the_next_request() {
    for release in Release::ALL {
        let deployment = Deployment::on(release).await;
        let client = deployment.client();

        let (session, _) = deployment.session_in_use().await;
        must_be_of(&session.on(client.post("/auth/logout", json!({}))).await, false);
        deployment.must_decide(&session, false, "after its logout").await;

        let (session, id) = deployment.session_in_use().await;
        must_be_of(&client.delete(&format!("/sessions/{id}")).bearer("anna-token").await, false);
        deployment.must_decide(&session, false, "after it was deleted").await;

        let (session, _) = deployment.session_in_use().await;
        must_be_of(&client.delete("/sessions").bearer("anna-token").await, false);
        deployment.must_decide(&session, false, "after all other sessions were deleted").await;

        let (session, _) = deployment.session_in_use().await;
        let change = json!({"password": ANNA_PASSWORD, "newPassword": "password2", "invalidateSessions": true});
        must_be_of(&client.post("/auth/change-password", change).bearer("anna-token").await, false);
        deployment.must_decide(&session, false, "after the password was changed").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_upstream_ends_is_rejected_here_at_the_next_request() {
    for release in Release::ALL {
        let deployment = Deployment::on(release).await;

        let (session, id) = deployment.session_in_use().await;
        must_be_of(&deployment.upstream.client().delete(&format!("/sessions/{id}")).bearer("anna-token").await, true);
        deployment.must_decide(&session, false, "after it was deleted").await;

        let (session, _) = deployment.session_in_use().await;
        let logout = json!({"logout_token": ANNA_OAUTH});
        must_be_of(&deployment.client().post("/oauth/backchannel-logout", logout).await, true);
        deployment.must_decide(&session, false, "after the identity provider ended all sessions").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_either_server_deletes_is_rejected_by_both_at_the_next_request() {
    for release in Release::ALL {
        let deployment = Deployment::on(release).await;

        for (deleter, by_upstream) in [(deployment.client(), false), (deployment.upstream.client(), true)] {
            let (key, id) = deployment.key_in_use().await;
            must_be_of(&deleter.delete(&format!("/api-keys/{id}")).bearer("anna-token").await, by_upstream);
            deployment.must_decide(&key, false, "after it was deleted").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credentials_of_a_user_whom_upstream_deletes_are_rejected_here_until_the_user_is_restored() {
    let deployment = Deployment::start().await;
    let client = deployment.client();
    let (session, _) = deployment.session_in_use().await;
    let (key, _) = deployment.key_in_use().await;

    must_be_of(&client.delete(&format!("/admin/users/{ANNA}")).bearer("admin-token").await, true);

    for credential in [&session, &key] {
        deployment.must_decide(credential, false, "after the user was deleted").await;
    }
    client.try_login(ANNA_EMAIL, ANNA_PASSWORD).await.must_be_error(401, "Incorrect email or password");
    must_be_of(&client.post(&format!("/admin/users/{ANNA}/restore"), json!({})).bearer("admin-token").await, true);
    for credential in [&session, &key] {
        deployment.must_decide(credential, true, "after the user was restored").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credentials_of_a_user_who_is_deleted_on_our_command_line_are_rejected_by_upstream() {
    let deployment = Deployment::start().await;
    let (session, _) = deployment.session_in_use().await;
    let (key, _) = deployment.key_in_use().await;

    deployment.server.program(["user", "delete", "--email", ANNA_EMAIL]).await.must_succeed();

    for credential in [&session, &key] {
        deployment.must_decide(credential, false, "after the user was deleted").await;
    }
}
