//! The program, on a small repository: only what it reads, and a stand-in for cargo.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const PIN: &str = "server-impl/contract.pin.json";

/// A repository in a temporary folder.
struct Repository(TempDir);

impl Repository {
    /// With this contract, which is also the accepted one.
    fn with(contract: &Value) -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        for folder in ["spec", "server-impl"] {
            fs::create_dir(repository.path(folder)).unwrap();
        }
        let add = json!([{"target": "$.paths.*.*", "description": "d", "update": {"x-immich-permission": "all"}}]);
        repository.write("spec/overlay.json", &json!({"overlay": "1.0.0", "actions": add}));
        repository.edit(contract);
        repository.cargo("exit 0");
        let accepted = repository.run(&["accept", "--yes"]);
        assert_eq!(accepted.status.code(), Some(0), "{accepted:?}");
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, document: &Value) {
        fs::write(self.path(name), document.to_string()).unwrap();
    }

    /// Replaces the contract.
    fn edit(&self, contract: &Value) {
        self.write("spec/openapi.json", contract);
    }

    /// Replaces `cargo check` by this script, which also records its arguments. The shell stands in for cargo: a
    /// program that is written here could be busy when it is run, while another test starts a process.
    fn cargo(&self, script: &str) {
        let note = format!("echo \"$IMMICH_ACCEPT $0 $*\" > {}", self.path("called").display());
        fs::write(self.path("check"), format!("{note}\n{script}\n")).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_immich-contract"));
        program.arg("--root").arg(self.0.path()).args(arguments).env("CARGO", "/bin/sh");
        program.stdin(std::process::Stdio::null()).output().unwrap()
    }

    fn accepted(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path(PIN)).unwrap()).unwrap()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn contract() -> Value {
    let answer = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}});
    let operation = |id: &str| json!({"operationId": id, "summary": "s", "responses": {"200": answer}});
    json!({
        "openapi": "3.0.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/users/{id}": {"get": operation("getUser")}, "/users/me": {"get": operation("getMyUser")}},
        "components": {"schemas": {"User": {
            "type": "object",
            "properties": {"email": {"type": "string", "description": "d"}},
            "required": ["email"],
        }}},
    })
}

/// The property may be missing, which breaks clients; an operation is new, which does not.
fn breaking() -> Value {
    let mut contract = contract();
    contract["components"]["schemas"]["User"]["required"] = json!([]);
    contract["paths"]["/ping"] = json!({"get": {"operationId": "ping", "responses": {"204": {}}}});
    contract
}

fn compatible() -> Value {
    let mut contract = contract();
    contract["paths"]["/users/{id}"]["get"]["deprecated"] = json!(true);
    contract
}

#[test]
fn given_nothing_but_other_prose_then_there_is_no_difference_and_nothing_to_accept() {
    let repository = Repository::with(&contract());
    let mut reworded = contract();
    reworded["info"]["title"] = json!("other");
    reworded["paths"]["/users/me"]["get"]["summary"] = json!("other");
    repository.edit(&reworded);
    let before = fs::read(repository.path(PIN)).unwrap();

    let diff = repository.run(&["diff"]);
    assert_eq!(diff.status.code(), Some(0));
    assert_eq!(
        stdout(&diff),
        "No change from the accepted contract (server-impl/contract.pin.json) to the contract in spec/ (prose is not \
         compared)\n"
    );
    let accept = repository.run(&["accept"]);
    assert_eq!(accept.status.code(), Some(0));
    assert_eq!(stderr(&accept), "Nothing to accept: the contract in spec/ is already accepted\n");
    assert_eq!(fs::read(repository.path(PIN)).unwrap(), before);
}

#[test]
fn given_breaking_and_compatible_changes_then_they_are_distinguished_and_the_status_is_2() {
    let repository = Repository::with(&contract());
    repository.edit(&breaking());
    let diff = repository.run(&["diff"]);
    assert_eq!(diff.status.code(), Some(2));
    assert_eq!(
        stdout(&diff),
        "\
Breaking

  User in responses of GET /users/me, GET /users/{id}
    property `email`: became optional  [response-property-became-optional]

Compatible

  GET /ping ping
    added  [endpoint-added]

1 breaking, 1 compatible from the accepted contract (server-impl/contract.pin.json) to the contract in spec/
"
    );
}

#[test]
fn given_markdown_then_a_review_can_show_it() {
    let repository = Repository::with(&contract());
    repository.edit(&breaking());
    let diff = repository.run(&["diff", "--markdown"]);
    assert_eq!(diff.status.code(), Some(2));
    assert_eq!(
        stdout(&diff),
        "\
## Changes of the contract

1 breaking, 1 compatible from the accepted contract (server-impl/contract.pin.json) to the contract in spec/.

### Breaking

- `User` in responses of GET /users/me, GET /users/{id}
  - property `email`: became optional (`response-property-became-optional`)

### Compatible

- `GET /ping` (ping)
  - added (`endpoint-added`)
"
    );
}

#[test]
fn given_only_compatible_changes_then_the_status_is_1_also_as_json() {
    let repository = Repository::with(&contract());
    repository.edit(&compatible());
    let diff = repository.run(&["diff", "--json"]);
    assert_eq!(diff.status.code(), Some(1));
    let printed: Value = serde_json::from_slice(&diff.stdout).unwrap();
    assert_eq!(printed["verdict"], "compatible");
    assert_eq!(printed["breaking"], 0);
    assert_eq!(
        printed["changes"],
        json!([{
            "rule": "endpoint-deprecated", "level": "compatible", "place": "", "text": "deprecated",
            "method": "GET", "path": "/users/{id}", "operationId": "getUser",
        }])
    );
}

#[test]
fn given_another_document_then_the_overlay_is_applied_if_possible() {
    let repository = Repository::with(&contract());
    let compare = |document: &Value| {
        repository.write("other.json", document);
        repository.run(&["diff", &repository.path("other.json").display().to_string()])
    };
    let other = repository.path("other.json").display().to_string();

    let plain = compare(&contract());
    assert_eq!(plain.status.code(), Some(0), "{plain:?}");
    assert!(stdout(&plain).starts_with(&format!("spec/overlay.json was applied to {other}\n")), "{plain:?}");

    let mut effective = contract();
    for item in effective["paths"].as_object_mut().unwrap().values_mut() {
        item["get"]["x-immich-permission"] = json!("all");
    }
    let applied = compare(&effective);
    assert_eq!(applied.status.code(), Some(0), "{applied:?}");
    assert!(stdout(&applied).starts_with(&format!("spec/overlay.json is already applied to {other}\n")), "{applied:?}");

    let without_paths = compare(&json!({"openapi": "3.0.0", "paths": {}}));
    assert_eq!(without_paths.status.code(), Some(2), "{without_paths:?}");
    assert!(stdout(&without_paths).contains(&format!(
        "spec/overlay.json was applied to {other}, except: overlay action 0: the target $.paths.*.* "
    )));
}

#[test]
fn given_a_document_that_cannot_be_compared_then_the_status_is_3() {
    let repository = Repository::with(&contract());
    fs::write(repository.path("broken.json"), "{").unwrap();
    repository.write("other.json", &json!({"swagger": "2.0"}));
    for (name, complaint) in
        [("missing.json", "No such file"), ("broken.json", "not JSON: "), ("other.json", "not an OpenAPI")]
    {
        let diff = repository.run(&["diff", &repository.path(name).display().to_string()]);
        assert_eq!(diff.status.code(), Some(3), "{diff:?}");
        assert!(stderr(&diff).contains(complaint), "{diff:?}");
        assert_eq!(stderr(&diff).lines().count(), 1, "{diff:?}");
    }
    assert_eq!(repository.run(&["diff", "--nonsense"]).status.code(), Some(3));
}

#[test]
fn given_a_change_and_a_yes_then_the_accepted_contract_is_what_spec_says_without_prose() {
    let repository = Repository::with(&contract());
    repository.edit(&breaking());
    let accept = repository.run(&["accept", "--yes"]);
    assert_eq!(accept.status.code(), Some(0), "{accept:?}");
    assert!(stdout(&accept).starts_with("Breaking\n"), "{accept:?}");
    assert_eq!(
        stderr(&accept),
        "Accepted: server-impl/contract.pin.json now matches the contract in spec/; commit it\n"
    );
    let called = fs::read_to_string(repository.path("called")).unwrap();
    assert_eq!(called, "1 check --quiet --locked --package immich-server\n");

    let accepted = repository.accepted();
    assert_eq!(accepted["paths"]["/ping"]["get"]["x-immich-permission"], "all");
    assert_eq!(accepted["paths"]["/users/me"]["get"].get("summary"), None);
    assert_eq!(
        accepted["components"]["schemas"]["User"],
        json!({"properties": {"email": {"type": "string"}}, "type": "object"})
    );
    assert_eq!(repository.run(&["diff"]).status.code(), Some(0));
    assert_eq!(leftovers(&repository.path("server-impl")), ["contract.pin.json"]);
}

#[test]
fn given_an_implementation_that_does_not_compile_then_nothing_is_accepted() {
    let repository = Repository::with(&contract());
    repository.edit(&breaking());
    repository.cargo("echo 'error: no such method' >&2; exit 101");
    let before = repository.accepted();
    let accept = repository.run(&["accept", "--yes"]);
    assert_eq!(accept.status.code(), Some(1), "{accept:?}");
    assert_eq!(
        stderr(&accept),
        "error: no such method\nerror: not accepted: the implementation does not compile with the current contract, \
         even without the pins (see above)\n"
    );
    assert_eq!(repository.accepted(), before);
}

#[test]
fn given_no_terminal_then_nothing_is_accepted_and_cargo_is_not_called() {
    let repository = Repository::with(&contract());
    repository.edit(&breaking());
    fs::remove_file(repository.path("called")).unwrap();
    let before = repository.accepted();
    let accept = repository.run(&["accept"]);
    assert_eq!(accept.status.code(), Some(1), "{accept:?}");
    assert!(stderr(&accept).starts_with("error: not accepted: stdin and stderr must be a terminal"), "{accept:?}");
    assert_eq!(repository.accepted(), before);
    assert!(!repository.path("called").exists());
}

#[test]
fn given_a_contract_that_changes_during_the_check_then_nothing_is_accepted() {
    let repository = Repository::with(&contract());
    repository.edit(&breaking());
    repository.write("later.json", &compatible());
    repository.cargo(&format!(
        "cp {} {}",
        repository.path("later.json").display(),
        repository.path("spec/openapi.json").display()
    ));
    let before = repository.accepted();
    let accept = repository.run(&["accept", "--yes"]);
    assert_eq!(accept.status.code(), Some(1), "{accept:?}");
    assert_eq!(stderr(&accept), "error: not accepted: the contract changed during the check; run it again\n");
    assert_eq!(repository.accepted(), before);
}

#[test]
fn the_rules_are_listed_with_their_levels() {
    let repository = Repository::with(&contract());
    let rules = stdout(&repository.run(&["rules"]));
    assert!(rules.contains("breaking    request-property-max-length-decreased\n"), "{rules}");
    assert!(rules.contains("compatible  response-property-max-length-decreased\n"), "{rules}");
}

fn leftovers(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
