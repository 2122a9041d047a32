//! Responses of the mock: examples that match the contract, the same for the same seed.

use immich_api::Operation;
use serde_json::Value;

use super::authorized;
use crate::harness::{Contract, Server};

/// All differences between the responses of all operations and the contract.
async fn differences(server: &Server, prefer: &str) -> Vec<String> {
    let contract = Contract::read();
    let mut found = Vec::new();
    for operation in Operation::ALL {
        let response = authorized(server, operation).header("Prefer", prefer).await;
        let differences = match contract.response_schema(operation.id(), response.status) {
            Some(schema) => contract.violations(schema, &response.json()),
            None if response.status == 204 && response.body.is_empty() => Vec::new(),
            None => vec!["not in the contract".to_owned()],
        };
        if !differences.is_empty() {
            found.push(format!("{}: {differences:?} in {response}", operation.id()));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_responds_as_the_contract_says_for_any_seed() {
    for seed in ["0", "1", "2", "3", "18446744073709551615"] {
        let server = Server::mock().with("IMMICH_SEED", seed).start().await;
        for prefer in ["", "example=minimal", "example=full"] {
            let found = differences(&server, prefer).await;
            assert!(found.is_empty(), "seed {seed}, {prefer:?}:\n{}", found.join("\n"));
        }
    }
}

/// The examples that the contract declares for successful responses: operation, status, name, value.
fn declared_examples() -> Vec<(String, u16, String, Value)> {
    let contract: Value = serde_json::from_str(immich_api::CONTRACT).expect("the contract is JSON");
    let operations = contract["paths"]
        .as_object()
        .expect("there are paths")
        .values()
        .flat_map(|item| item.as_object().expect("a path has operations").values());
    let mut found = Vec::new();
    for operation in operations {
        for (status, response) in operation["responses"].as_object().expect("an operation has answers") {
            let examples = response.pointer("/content/application~1json/examples").and_then(Value::as_object);
            for (name, example) in examples.into_iter().flatten() {
                let id = operation["operationId"].as_str().expect("an operation has a name").to_owned();
                found.push((id, status.parse().expect("examples are of a status"), name.clone(), example.clone()));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn declared_examples_match_the_contract_and_are_returned_unchanged() {
    let server = Server::mock().start().await;
    let contract = Contract::read();
    let declared = declared_examples();
    assert!(!declared.is_empty(), "there is nothing to test");
    for (id, status, name, example) in declared {
        let schema = contract.response_schema(&id, status).expect("an example has a schema");
        assert_eq!(contract.violations(schema, &example["value"]), [""; 0], "{id}, {name}");

        let operation = Operation::ALL.into_iter().find(|operation| operation.id() == id).expect("an operation");
        let prefer = format!("code={status}, example={name}");
        let response = authorized(&server, operation).header("Prefer", &prefer).await.must_be(status);
        assert_eq!(response.json(), example["value"], "{response}");
        assert_eq!(response.header("preference-applied"), Some(prefer.as_str()), "{response}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let (one, same) = (Server::mock().start().await, Server::mock().with("IMMICH_SEED", "0").start().await);
    let other = Server::mock().with("IMMICH_SEED", "1").start().await;
    let mut different = 0;
    for operation in Operation::ALL {
        let first = authorized(&one, operation).await;
        for again in [authorized(&one, operation).await, authorized(&same, operation).await] {
            assert_eq!(first.body, again.body, "{first}\n{again}");
            assert_eq!(first.header("etag"), again.header("etag"), "{first}\n{again}");
        }
        different += usize::from(authorized(&other, operation).await.body != first.body);
    }
    assert!(different > 0, "another seed changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_has_the_same_values_in_every_operation() {
    let server = Server::mock().start().await;
    let mine = authorized(&server, Operation::GetMyUser).await.json();
    assert_eq!(authorized(&server, Operation::UpdateMyUser).await.json(), mine);
    assert_eq!(authorized(&server, Operation::SignUpAdmin).await.json(), mine);
    let key = authorized(&server, Operation::GetMyApiKey).await.json();
    assert_eq!(authorized(&server, Operation::CreateApiKey).await.json()["apiKey"], key);
    assert_eq!(authorized(&server, Operation::GetApiKeys).await.json()[0], key);
}
