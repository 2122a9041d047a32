//! Settings that an administrator changes in upstream apply here at the next request, and what upstream records about
//! users is shown.

use serde_json::{Value, json};

use super::{ANNA, ANNA_EMAIL, ANNA_PASSWORD, Deployment, is_of_upstream};
use crate::harness::Response;

impl Deployment {
    /// Store settings as the administrator's settings page does.
    async fn configure(&self, settings: Value) {
        must_be_of_upstream(&self.client().put("/system-config", settings).bearer("admin-token").await);
    }

    async fn get(&self, path: &str) -> Value {
        self.client().get(path).bearer("anna-token").await.must_be(200).json()
    }
}

#[track_caller]
fn must_be_of_upstream(response: &Response) {
    assert!(response.status < 300 && is_of_upstream(response), "{response}");
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

#[tokio::test(flavor = "multi_thread")]
async fn onboarding_and_licenses_that_upstream_records_are_shown_here() {
    let deployment = Deployment::start().await;
    let client = deployment.client();

    for is_onboarded in [true, false] {
        let onboarding = json!({"isOnboarded": is_onboarded});
        must_be_of_upstream(&client.put("/users/me/onboarding", onboarding).bearer("anna-token").await);
        let login = client.try_login(ANNA_EMAIL, ANNA_PASSWORD).await.must_be(201).json();
        assert_eq!(login["isOnboarded"], is_onboarded);
    }

    let license = json!({
        "licenseKey": "IMCL-0KEY-0CAN-00BE-FOUD-FROM-YOUR-EMAIL-INBX",
        "activationKey": "activation",
        "activatedAt": "2026-11-24T13:25:01.141Z",
    });
    must_be_of_upstream(&client.put("/users/me/license", license.clone()).bearer("anna-token").await);
    assert_eq!(deployment.get("/users/me").await["license"], license);
    must_be_of_upstream(&client.put("/server/license", license).bearer("admin-token").await);
    assert_eq!(deployment.get("/server/about").await["licensed"], true);
    must_be_of_upstream(&client.delete("/server/license").bearer("admin-token").await);
    assert_eq!(deployment.get("/server/about").await["licensed"], false);
}
