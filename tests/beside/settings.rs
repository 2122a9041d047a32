//! Settings that an administrator changes in upstream apply here at the next request.

use serde_json::{Value, json};

use super::{ANNA, ANNA_EMAIL, ANNA_PASSWORD, Deployment, is_of_upstream};

impl Deployment {
    /// Store settings as the administrator's settings page does.
    async fn configure(&self, settings: Value) {
        let stored = self.client().put("/system-config", settings).bearer("admin-token").await.must_be(200);
        assert!(is_of_upstream(&stored));
    }

    async fn get(&self, path: &str) -> Value {
        self.client().get(path).bearer("anna-token").await.must_be(200).json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_changes_in_upstream_applies_here_at_the_next_request() {
    let deployment = Deployment::start().await;
    let client = deployment.client();

    assert_eq!(deployment.get("/server/config").await["loginPageMessage"], "Hello from upstream");
    deployment.configure(json!({"server": {"loginPageMessage": "New"}, "user": {"deleteDelay": 3}})).await;
    let config = deployment.get("/server/config").await;
    assert_eq!((&config["loginPageMessage"], &config["userDeleteDelay"]), (&json!("New"), &json!(3)));

    assert!(deployment.get("/users").await.as_array().unwrap().len() > 1);
    deployment.configure(json!({"server": {"publicUsers": false}})).await;
    let users = deployment.get("/users").await;
    assert_eq!(users.as_array().unwrap().iter().map(|user| &user["id"]).collect::<Vec<_>>(), [ANNA]);

    for enabled in [false, true] {
        deployment.configure(json!({"passwordLogin": {"enabled": enabled}})).await;
        assert_eq!(deployment.get("/server/features").await["passwordLogin"], enabled);
        let login = client.try_login(ANNA_EMAIL, ANNA_PASSWORD).await;
        if enabled {
            login.must_be(201);
        } else {
            login.must_be_error(401, "Password login has been disabled");
        }
    }
}
