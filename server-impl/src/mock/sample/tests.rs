//! Samples of schemas with every keyword that a contract may use.

use super::*;
use serde_json::json;

const EXTENTS: [Extent; 3] = [Extent::Usual, Extent::Minimal, Extent::Full];

fn sample_in(document: &Value, schema: &Value, seed: u64, extent: Extent) -> Value {
    Sampler::new(document, seed, extent).sample(schema, "test")
}

/// Samples of a schema for some seeds and every extent.
fn samples(schema: &Value) -> impl Iterator<Item = Value> {
    let seeds = (0..40).flat_map(|seed| EXTENTS.map(|extent| (seed, extent)));
    seeds.map(|(seed, extent)| sample_in(&Value::Null, schema, seed, extent))
}

/// Samples of a schema of type `string`.
fn texts(property: &Value) -> impl Iterator<Item = String> {
    samples(property).map(|sample| sample.as_str().unwrap_or_else(|| panic!("{sample} is not a text")).to_owned())
}

#[test]
fn a_declared_example_takes_precedence_over_all_other_keywords() {
    let schema = json!({"type": "string", "format": "uuid", "enum": ["a"], "example": "as declared"});
    assert!(samples(&schema).all(|sample| sample == "as declared"));
}

#[test]
fn an_enum_gives_each_of_its_values_for_some_seed() {
    let schema = json!({"type": "string", "enum": ["a", "b", "c"]});
    let found: BTreeSet<String> = texts(&schema).collect();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn texts_are_valid_for_their_format() {
    for text in texts(&json!({"type": "string", "format": "uuid"})) {
        let id = uuid::Uuid::parse_str(&text).unwrap();
        assert_eq!((id.get_version_num(), id.get_variant()), (4, uuid::Variant::RFC4122), "{text}");
    }
    for text in texts(&json!({"type": "string", "format": "date-time"})) {
        assert!(text.len() == 24 && immich_wire::Timestamp::parse(&text).is_some(), "{text}");
    }
    for text in texts(&json!({"type": "string", "format": "date"})) {
        assert!(immich_wire::Timestamp::parse(&format!("{text}T00:00:00Z")).is_some(), "{text}");
    }
    for text in texts(&json!({"type": "string", "format": "email"})) {
        assert!(immich_wire::rules::is_email(&text), "{text}");
    }
    for text in texts(&json!({"type": "string", "format": "uri"})) {
        assert!(text.parse::<http::Uri>().unwrap().scheme_str() == Some("https"), "{text}");
    }
    for text in texts(&json!({"type": "string", "format": "ipv4"})) {
        assert!(text.parse::<std::net::Ipv4Addr>().is_ok(), "{text}");
    }
    for text in texts(&json!({"type": "string", "format": "ipv6"})) {
        assert!(text.parse::<std::net::Ipv6Addr>().is_ok(), "{text}");
    }
}

#[test]
fn texts_have_the_required_length_and_pattern() {
    for text in texts(&json!({"type": "string", "minLength": 30, "maxLength": 40})) {
        assert!((30..=40).contains(&text.chars().count()), "{text}");
    }
    for text in texts(&json!({"type": "string", "maxLength": 3})) {
        assert!(text.chars().count() <= 3, "{text}");
    }
    for text in texts(&json!({"type": "string", "pattern": "^[A-Z]{2,4}[0-9]+$", "minLength": 6})) {
        let letters = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
        assert!((2..=4).contains(&letters.len()) && letters.len() < text.len() && text.len() >= 6, "{text}");
        assert!(letters.bytes().all(|letter| letter.is_ascii_uppercase()), "{text}");
    }
    let usual: Vec<String> = texts(&json!({"type": "string"})).collect();
    let without_nul: Vec<String> = texts(&json!({"type": "string", "pattern": "^[^\\u0000]*$"})).collect();
    assert_eq!(usual, without_nul, "a pattern that the usual text matches changes nothing");
}

#[test]
fn texts_without_a_format_are_generated_by_property_name() {
    let schema = json!({"type": "object", "required": ["userEmail", "repositoryUrl", "note"], "properties": {
        "userEmail": {"type": "string"}, "repositoryUrl": {"type": "string"}, "note": {"type": "string"},
    }});
    for sample in samples(&schema) {
        assert!(immich_wire::rules::is_email(sample["userEmail"].as_str().unwrap()), "{sample}");
        assert!(sample["repositoryUrl"].as_str().unwrap().starts_with("https://"), "{sample}");
        assert!(sample["note"].as_str().unwrap().len() > 3, "{sample}");
    }
}

#[test]
fn minimal_has_only_required_content_full_has_all_and_usual_has_some_optional_content() {
    let schema = json!({"type": "object", "required": ["must"], "properties": {
        "must": {"type": "boolean", "nullable": true}, "may": {"type": "integer"},
        "list": {"type": "array", "items": {"type": "integer"}},
        "no": {"type": "string", "nullable": true, "example": null},
    }});
    for seed in 0..40 {
        assert_eq!(sample_in(&Value::Null, &schema, seed, Extent::Minimal), json!({"must": null}));
        let full = sample_in(&Value::Null, &schema, seed, Extent::Full);
        assert!(full["must"].is_boolean() && full["may"].is_i64() && full["no"].is_string(), "{full}");
        assert_eq!(full["list"].as_array().map(Vec::len), Some(5));
    }
    let usual: Vec<Value> = (0..40).map(|seed| sample_in(&Value::Null, &schema, seed, Extent::Usual)).collect();
    let sometimes = |is_so: &dyn Fn(&Value) -> bool| usual.iter().any(is_so) && !usual.iter().all(is_so);
    assert!(sometimes(&|sample| sample["must"].is_null()));
    assert!(sometimes(&|sample| sample.get("may").is_some()));
    assert!(usual.iter().all(|sample| sample.get("no").is_none_or(Value::is_null)));
}

#[test]
fn lists_have_an_allowed_number_of_items() {
    let lengths = |schema: Value| -> BTreeSet<usize> {
        samples(&schema).filter_map(|sample| sample.as_array().map(Vec::len)).collect()
    };
    let of = |bounds: &str| -> Value {
        let mut schema: Value = serde_json::from_str(bounds).unwrap();
        schema["type"] = json!("array");
        schema["items"] = json!({"type": "integer"});
        schema
    };
    assert_eq!(lengths(of("{}")), BTreeSet::from([0, 1, 2, 3, 5]));
    assert_eq!(lengths(of(r#"{"minItems": 2, "maxItems": 2}"#)), BTreeSet::from([2]));
    assert_eq!(lengths(of(r#"{"minItems": 7}"#)), BTreeSet::from([7]));
    assert_eq!(lengths(of(r#"{"maxItems": 0}"#)), BTreeSet::from([0]));
    let mut unique = of(r#"{"minItems": 3, "uniqueItems": true}"#);
    unique["items"] = json!({"type": "integer", "minimum": 1, "maximum": 5});
    for sample in samples(&unique) {
        let items: BTreeSet<i64> = sample.as_array().unwrap().iter().filter_map(Value::as_i64).collect();
        assert_eq!(items.len(), sample.as_array().unwrap().len(), "{sample}");
    }
    let named = json!({"type": "array", "minItems": 1, "items": {"type": "string", "enum": ["a", "b", "c"]}});
    for sample in samples(&named) {
        let items: Vec<&str> = sample.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!((1..=5).contains(&items.len()), "{sample}");
        let once: BTreeSet<&str> = items.iter().copied().collect();
        assert!(once.len() == items.len().min(3), "{sample}");
    }
}

#[test]
fn all_parts_of_an_all_of_are_merged() {
    let document = json!({"components": {"schemas": {
        "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
        "Status": {"type": "string", "enum": ["on", "off"]},
    }}});
    let both = json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["name"], "properties": {
        "name": {"type": "string"}, "status": {"allOf": [{"$ref": "#/components/schemas/Status"}]},
    }}]});
    let beside = json!({"allOf": [{"$ref": "#/components/schemas/Base"}], "properties": {"name": {"type": "string"}}});
    let sample = sample_in(&document, &beside, 0, Extent::Full);
    assert!(sample["id"].is_i64() && sample["name"].is_string(), "{sample}");
    for seed in 0..40 {
        let sample = sample_in(&document, &both, seed, Extent::Full);
        assert!(sample["id"].is_i64() && sample["name"].is_string(), "{sample}");
        assert!(sample["status"] == "on" || sample["status"] == "off", "{sample}");
    }
}

#[test]
fn a_union_gives_one_branch_and_its_discriminator_names_it() {
    let kind = json!({"type": "string"});
    let document = json!({"components": {"schemas": {
        "Cat": {"type": "object", "required": ["kind", "purrs"], "properties": {"kind": kind, "purrs": {"type": "boolean"}}},
        "Dog": {"type": "object", "required": ["kind", "barks"], "properties": {"kind": kind, "barks": {"type": "boolean"}}},
    }}});
    let cat_or_dog = json!({
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"feline": "#/components/schemas/Cat"}},
    });
    let mut found = BTreeSet::new();
    for seed in 0..40 {
        let sample = sample_in(&document, &cat_or_dog, seed, Extent::Usual);
        let wanted = if sample.get("purrs").is_some() { "feline" } else { "Dog" };
        assert_eq!(sample["kind"], wanted, "{sample}");
        found.insert(wanted);
    }
    assert_eq!(found.len(), 2);
}

#[test]
fn additional_properties_match_their_schema() {
    let map =
        json!({"type": "object", "minProperties": 1, "maxProperties": 2, "additionalProperties": {"type": "integer"}});
    for sample in samples(&map) {
        let entries = sample.as_object().unwrap();
        assert!((1..=2).contains(&entries.len()) && entries.values().all(Value::is_i64), "{sample}");
    }
}

#[test]
fn a_sample_of_a_recursive_schema_is_finite() {
    let reference = json!({"$ref": "#/components/schemas/Node"});
    for children in [
        json!({"type": "array", "items": reference}),
        json!({"nullable": true, "allOf": [reference]}),
        json!({"type": "object", "additionalProperties": reference}),
    ] {
        let document = json!({"components": {"schemas": {"Node": {
            "type": "object", "required": ["id", "children"], "properties": {"id": {"type": "integer"}, "children": children},
        }}}});
        for (seed, extent) in (0..20).flat_map(|seed| EXTENTS.map(|extent| (seed, extent))) {
            let sample = sample_in(&document, &reference, seed, extent);
            assert!(sample["id"].is_i64(), "{sample}");
            assert!(!sample["children"].is_null() || children.get("nullable").is_some(), "{sample}");
        }
    }
}

#[test]
fn a_sample_of_a_recursive_union_is_finite_and_has_all_required_properties() {
    let either = json!({"oneOf": [{"$ref": "#/components/schemas/Pair"}, {"$ref": "#/components/schemas/Leaf"}]});
    let document = json!({"components": {"schemas": {
        "Either": either,
        "Pair": {"type": "object", "required": ["left", "right"], "properties": {
            "left": {"$ref": "#/components/schemas/Either"}, "right": {"$ref": "#/components/schemas/Either"},
        }},
        "Leaf": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
    }}});
    for (seed, extent) in (0..20).flat_map(|seed| EXTENTS.map(|extent| (seed, extent))) {
        let sample = sample_in(&document, &either, seed, extent);
        let leaves = if sample.get("left").is_some() { [&sample["left"], &sample["right"]] } else { [&sample; 2] };
        assert!(leaves.iter().all(|leaf| leaf["id"].is_i64()), "{sample}");
    }
}

#[test]
fn moments_of_an_object_are_in_order() {
    let moment = json!({"type": "string", "format": "date-time"});
    let schema = json!({"type": "object", "required": ["createdAt", "updatedAt"], "properties": {
        "createdAt": moment, "updatedAt": moment,
    }});
    for sample in samples(&schema) {
        assert!(sample["createdAt"].as_str() <= sample["updatedAt"].as_str(), "{sample}");
    }
}

#[test]
fn the_same_seed_gives_the_same_sample_and_a_new_property_changes_no_other() {
    let mut schema = json!({"type": "object", "required": ["a", "c"], "properties": {
        "a": {"type": "string"}, "c": {"type": "string", "format": "uuid"},
    }});
    let before = sample_in(&Value::Null, &schema, 7, Extent::Usual);
    assert_eq!(before, sample_in(&Value::Null, &schema, 7, Extent::Usual));
    assert_ne!(before, sample_in(&Value::Null, &schema, 8, Extent::Usual));
    // Literal values, so that the test notices when a change of the program changes the samples.
    assert_eq!(before, json!({"a": "willow grove", "c": "1ee42007-4754-472d-b368-fdd2de8deb55"}));

    schema["properties"]["b"] = json!({"type": "string"});
    let after = sample_in(&Value::Null, &schema, 7, Extent::Usual);
    assert_eq!((&after["a"], &after["c"]), (&before["a"], &before["c"]));
}

#[test]
fn a_named_object_is_the_same_alone_and_as_the_first_of_a_list() {
    let document = json!({"components": {"schemas": {"User": {
        "type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}},
    }}}});
    let user = json!({"$ref": "#/components/schemas/User"});
    let alone = sample_in(&document, &user, 0, Extent::Full);
    let list = sample_in(&document, &json!({"type": "array", "items": user}), 0, Extent::Full);
    let ids: BTreeSet<&str> = list.as_array().unwrap().iter().filter_map(|user| user["id"].as_str()).collect();
    assert_eq!(list[0], alone);
    assert_eq!(ids.len(), 5, "the others differ: {list}");
}
