use super::*;

fn rewritten(version: &str, schema: &Value) -> (Value, Vec<LeftOut>) {
    let mut document = json!({ "openapi": version, "components": { "schemas": {
        "Base": { "type": "object" },
        "It": schema,
    } } });
    let left_out = in_terms_of_3_0(&mut document);
    (document["components"]["schemas"]["It"].take(), left_out)
}

#[test]
fn what_3_0_has_a_keyword_for_gets_it() {
    for (schema, expected) in [
        (json!({ "type": ["string", "null"] }), json!({ "nullable": true, "type": "string" })),
        (json!({ "type": "null" }), json!({ "nullable": true, "enum": [null] })),
        (json!({ "type": ["string", "integer"] }), json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] })),
        (json!({ "const": 3 }), json!({ "enum": [3] })),
        (json!({ "exclusiveMinimum": 3 }), json!({ "minimum": 3, "exclusiveMinimum": true })),
        (json!({ "maximum": 2, "exclusiveMaximum": 3 }), json!({ "maximum": 2 })),
        (json!({ "maximum": 3, "exclusiveMaximum": 3 }), json!({ "maximum": 3, "exclusiveMaximum": true })),
        (json!({ "minimum": 0, "exclusiveMinimum": true }), json!({ "minimum": 0, "exclusiveMinimum": true })),
        (
            json!({ "oneOf": [{ "$ref": "#/components/schemas/Base" }, { "type": "null" }] }),
            json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Base" }] }),
        ),
        (json!({ "examples": ["a", "b"] }), json!({ "example": "a" })),
        (json!({ "properties": { "a": true, "b": false } }), json!({ "properties": { "a": {}, "b": { "not": {} } } })),
        (json!({ "additionalProperties": false }), json!({ "additionalProperties": false })),
        (
            json!({ "prefixItems": [{ "type": ["string", "null"] }] }),
            json!({ "prefixItems": [{ "nullable": true, "type": "string" }] }),
        ),
    ] {
        assert_eq!(rewritten("3.1.0", &schema), (expected, vec![]), "{schema}");
    }
}

#[test]
fn what_stands_beside_a_reference_counts_from_3_1_on() {
    let base = "#/components/schemas/Base";
    let schema = json!({ "$ref": base, "description": "x", "required": ["a"] });

    let expected = json!({ "description": "x", "allOf": [{ "$ref": base }, { "required": ["a"] }] });
    assert_eq!(rewritten("3.1.0", &schema).0, expected);
    assert_eq!(rewritten("3.0.3", &schema).0, json!({ "$ref": base }));
}

#[test]
fn what_cannot_be_found_is_left_out_and_reported() {
    for reference in ["other.yaml#/Pet", "#/components/schemas/None", "https://example.com/pet.json"] {
        let (schema, left_out) = rewritten("3.0.0", &json!({ "$ref": reference }));
        assert_eq!(schema, json!({}));
        assert_eq!(left_out.len(), 1);
        assert_eq!(left_out[0].at, "/components/schemas/It");
        assert!(left_out[0].what.contains(reference), "{left_out:?}");
    }
}

#[test]
fn a_reference_to_itself_is_left_out() {
    let (schema, left_out) = rewritten("3.0.0", &json!({ "$ref": "#/components/schemas/It" }));
    assert_eq!((schema, left_out.len()), (json!({}), 1));
}

#[test]
fn escapes_in_references_are_undone() {
    let (schema, left_out) = rewritten("3.0.0", &json!({ "not": { "$ref": "#/components/schemas/%42ase" } }));
    assert_eq!((schema, left_out), (json!({ "not": { "$ref": "#/components/schemas/Base" } }), vec![]));
}

#[test]
fn examples_are_not_schemas() {
    let mut document = json!({ "openapi": "3.1.0", "paths": { "/": { "get": { "responses": { "200": { "content": {
        "application/json": { "example": { "schema": { "type": ["a", "null"] } }, "schema": { "type": ["string"] } },
    } } } } } } });

    in_terms_of_3_0(&mut document);

    let content = &document["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"];
    assert_eq!(content["example"]["schema"]["type"], json!(["a", "null"]));
    assert_eq!(content["schema"]["type"], "string");
}
