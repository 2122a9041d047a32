//! `immich-contract diff OLD NEW`, on files.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

use serde_json::Value;
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

const OLD: &str = r#"{
  "openapi": "3.0.3",
  "info": { "title": "t", "version": "1" },
  "paths": { "/users": { "get": { "operationId": "list", "responses": {
    "200": { "description": "d", "content": { "application/json": { "schema": {
      "type": "object", "properties": { "name": { "type": "string", "nullable": true } } } } } } } } } }
}"#;

/// The same in OpenAPI 3.1 and YAML, with another version and a new operation.
const SAME: &str = "\
openapi: 3.1.0
info: {title: t, version: '2'}
paths:
  /users:
    get:
      operationId: list
      responses:
        200:
          description: other
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/User'
    post:
      operationId: add
      responses: {204: {description: d}}
components:
  schemas:
    User:
      type: object
      properties:
        name:
          type: [string, 'null']
";

fn diff(old: &str, new: &str, options: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("old.json", old),
        ("new.yaml", new),
        ("severities.toml", "response-property-max-length-unset = \"warning\"\n"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut program = Command::new(env!("CARGO_BIN_EXE_immich-contract"));
    program.args(["diff", "old.json", "new.yaml"]).args(options).current_dir(folder.path()).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// The newer document no longer limits a name: responses may have longer ones.
fn with_limit() -> String {
    OLD.replace(r#""nullable": true"#, r#""nullable": true, "maxLength": 10"#)
}

#[test]
fn yaml_and_openapi_3_1_are_compared_with_json_and_openapi_3_0() {
    let all = diff(OLD, SAME, &[]);
    assert_eq!(all.status.code(), Some(1), "{all:?}");
    assert!(stdout(&all).contains("3 compatible from old.json to new.yaml"), "{all:?}");
}

#[test]
fn only_the_operations_of_the_older_document_are_compared_on_demand() {
    let known = diff(OLD, SAME, &["--only-known"]);
    assert_eq!(known.status.code(), Some(0), "{known:?}");
}

#[test]
fn only_breaking_changes_are_printed_on_demand() {
    let breaking = diff(&with_limit(), SAME, &["--breaking"]);
    assert_eq!(breaking.status.code(), Some(2), "{breaking:?}");
    assert!(
        stdout(&breaking).contains("maxLength 10 removed") && !stdout(&breaking).contains("Compatible"),
        "{breaking:?}"
    );
    let none = diff(OLD, SAME, &["--breaking"]);
    assert_eq!(none.status.code(), Some(1), "{none:?}");
    assert!(!stdout(&none).contains("endpoint-added"), "{none:?}");
}

#[test]
fn a_file_gives_rules_other_levels() {
    let judged = diff(&with_limit(), SAME, &["--severities", "severities.toml"]);
    assert_eq!(judged.status.code(), Some(1), "{judged:?}");
    assert!(stdout(&judged).contains("0 breaking, 1 warning, 3 compatible"), "{judged:?}");
    let wrong = diff(OLD, SAME, &["--severities", "new.yaml"]);
    assert_eq!(wrong.status.code(), Some(3), "{wrong:?}");
}

#[test]
fn sarif_and_annotations_have_the_lines_of_the_newer_document() {
    let sarif = diff(&with_limit(), SAME, &["--sarif"]);
    assert_eq!(sarif.status.code(), Some(2), "{sarif:?}");
    let log: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["level"] == "error").unwrap();
    assert_eq!(result["ruleId"], "response-property-max-length-unset");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "new.yaml");
    // The schema is inline in the older document: the line is that of the property to which the reference leads.
    assert_eq!(place["region"]["startLine"], 22);

    let annotations = diff(&with_limit(), SAME, &["--annotations"]);
    assert_eq!(annotations.status.code(), Some(2), "{annotations:?}");
    let line = "::error file=new.yaml,line=22,title=response-property-max-length-unset::GET /users: response 200: \
                property `name`: maxLength 10 removed\n";
    assert!(stdout(&annotations).contains(line), "{annotations:?}");
}
