//! Generated code other than operations: facts, pins, models, the contract itself.

use immich_contract::generate::{Layout, read_effective};
use immich_contract::pins::{Parts, digest};
use immich_contract::without_prose;
use second_contract::models::{Album, AlbumCreate, Odd, Permission, Shape};
use second_contract::{BASE_PATH, CONTRACT, CONTRACT_VERSION, Operation, Place, SecurityScheme, pins};
use serde_json::{Value, json};
use std::path::Path;
use swagger::Nullable;

fn layout() -> Layout {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    Layout::of_crate(own.ancestors().nth(2).unwrap(), own)
}

#[test]
fn every_operation_of_the_document_has_its_facts() {
    let document: Value = serde_json::from_str(CONTRACT).unwrap();
    let declared: Vec<(String, String, String)> = immich_contract::operations(&document)
        .map(|(path, method, _, operation)| {
            (operation["operationId"].as_str().unwrap().to_owned(), method.to_uppercase(), path.to_owned())
        })
        .collect();
    let generated: Vec<(String, String, String)> = Operation::ALL
        .into_iter()
        .map(|operation| (operation.id().to_owned(), operation.method().to_string(), operation.path().to_owned()))
        .collect();
    assert_eq!(generated, declared);
    assert_eq!((BASE_PATH, CONTRACT_VERSION), ("/v2", "2.0.0"));
}

#[test]
fn the_security_of_the_document_applies_to_operations_without_their_own() {
    assert_eq!(Operation::GetAlbum.facts().schemes, [SecurityScheme::Bearer, SecurityScheme::Token]);
    assert!(!Operation::PutShape.is_secured());
    assert_eq!(SecurityScheme::Token.place(), Place::Query("token"));
    assert_eq!(Operation::ListAlbums.permission(), Some(Permission::AlbumRead));
    assert_eq!(Operation::GetAlbum.permission(), None);
}

#[test]
fn the_effective_contract_is_served_and_not_the_input_of_the_generator() {
    let document: Value = serde_json::from_str(CONTRACT).unwrap();
    assert_eq!(document, read_effective(&layout()).unwrap());
    let visibility = &document["components"]["schemas"]["AlbumCreate"]["properties"]["visibility"];
    assert_eq!(visibility["enum"], json!(["private", "shared"]), "an inline enumeration stays inline");
}

#[test]
fn every_part_of_the_effective_contract_has_its_digest() {
    let document: Value = serde_json::from_str(CONTRACT).unwrap();
    let document = without_prose(&document);
    let parts = Parts::of(&document);
    let operations: Vec<_> = parts.operations.iter().map(|(name, part)| (name.clone(), digest(part))).collect();
    let schemas: Vec<_> = parts.schemas.iter().map(|(name, part)| ((*name).to_owned(), digest(part))).collect();
    let stated = |pins: &[(&str, &str)]| -> Vec<(String, String)> {
        pins.iter().map(|(name, digest)| ((*name).to_owned(), (*digest).to_owned())).collect()
    };
    assert_eq!(stated(&pins::OPERATIONS), operations);
    assert_eq!(stated(&pins::SCHEMAS), schemas);
    assert_eq!(pins::DOCUMENT, digest(&parts.document));
}

/// As a client uses the models: with serde alone.
#[test]
fn models_distinguish_null_and_absent_when_read_and_written() {
    let album = |text: &str| serde_json::from_str::<Album>(text).unwrap();
    let common = r#""id":"6f1d7b3e-9c0a-4f52-9b1c-2d3e4f5a6b7c","name":"n","birthDate":null,"visibility":"private",
        "order":"asc","labels":{},"createdAt":"2026-02-06T22:00:56.123Z""#;
    let absent = album(&format!("{{{common}}}"));
    assert!(absent.description.is_none());
    assert!(serde_json::to_value(&absent).unwrap().get("description").is_none());
    let null = album(&format!("{{{common},\"description\":null}}"));
    assert_eq!(null.description, Some(Nullable::Null));
    assert_eq!(serde_json::to_value(&null).unwrap()["description"], json!(null));
    assert!(serde_json::from_str::<AlbumCreate>("{}").is_err());
}

#[test]
fn a_union_and_an_enumeration_are_read_and_written_by_serde_too() {
    let shape: Shape = serde_json::from_str(r#"{"side":1,"kind":"square"}"#).unwrap();
    assert_eq!(serde_json::to_string(&shape).unwrap(), r#"{"kind":"square","side":1}"#);
    let odd: Odd = serde_json::from_str(r#""say \"hi\"""#).unwrap();
    assert_eq!(odd, Odd::SayHi);
}
