//! Two versions of a schema, and what the change does in a request and in a response.

use crate::diff::Level;
use serde_json::{Value, json};

pub(super) struct Case {
    /// How the rule's name ends.
    pub(super) end: &'static str,
    pub(super) old: Value,
    pub(super) new: Value,
    pub(super) text: &'static str,
    pub(super) request: Level,
    pub(super) response: Level,
}

/// In the order: end of the rule, old and new schema, words, in a request, in a response.
macro_rules! cases {
    ($($end:literal: $old:tt => $new:tt, $text:literal, $request:ident / $response:ident;)*) => {
        vec![$(Case {
            end: $end,
            old: json!($old),
            new: json!($new),
            text: $text,
            request: Level::$request,
            response: Level::$response,
        }),*]
    };
}

/// All cases: what narrows breaks requests, what widens breaks responses.
#[rustfmt::skip]
pub(super) fn all() -> Vec<Case> {
    let mut all = limits();
    all.extend(cases![
        "additional-properties-forbidden": {} => {"additionalProperties": false}, "further properties changed from allowed to forbidden", Breaking / Compatible;
        "additional-properties-allowed": {"additionalProperties": false} => {"additionalProperties": true}, "further properties changed from forbidden to allowed", Compatible / Breaking;
        "all-of-added": {"allOf": [{"$ref": "#/components/schemas/B"}, {"type": "object"}]} => {"allOf": [{"$ref": "#/components/schemas/B"}, {"type": "object"}, {"$ref": "#/components/schemas/A"}]}, "A added to allOf", Breaking / Compatible;
        "all-of-removed": {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}, {"type": "string"}]} => {"allOf": [{"type": "object"}, {"type": "string"}]}, "A removed from allOf", Compatible / Breaking;
        "any-of-added": {"anyOf": [{"type": "string"}]} => {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "{\"type\":\"integer\"} added to anyOf", Compatible / Breaking;
        "any-of-removed": {"anyOf": [{"type": "string"}, {"type": "integer"}]} => {"anyOf": [{"type": "string"}]}, "{\"type\":\"integer\"} removed from anyOf", Breaking / Compatible;
        "one-of-added": {"oneOf": [{"$ref": "#/components/schemas/A"}]} => {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}, "B added to oneOf", Compatible / Breaking;
        "one-of-removed": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]} => {"oneOf": [{"$ref": "#/components/schemas/A"}]}, "B removed from oneOf", Breaking / Compatible;
        "composition-order-changed": {"anyOf": [{"type": "string"}, {"type": "integer"}]} => {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "order of anyOf changed", Compatible / Compatible;
        "became-enum": {"type": "string"} => {"type": "string", "enum": ["a", "b"]}, "now restricted to the values `a`, `b`", Breaking / Compatible;
        "became-not-enum": {"type": "string", "enum": ["a"]} => {"type": "string"}, "no longer restricted to the values `a`", Compatible / Breaking;
        "enum-value-added": {"enum": ["a"]} => {"enum": ["a", "b"]}, "value `b` added", Compatible / Breaking;
        "enum-value-removed": {"enum": ["a", "b"]} => {"enum": ["a"]}, "value `b` removed", Breaking / Compatible;
        "enum-order-changed": {"enum": ["a", "b"]} => {"enum": ["b", "a"]}, "order of the values changed to `b`, `a`", Compatible / Compatible;
        "became-nullable": {} => {"nullable": true}, "may now be null", Compatible / Breaking;
        "became-not-nullable": {"nullable": true} => {}, "may no longer be null", Breaking / Compatible;
        "became-read-only": {} => {"readOnly": true}, "now read-only", Compatible / Compatible;
        "became-not-read-only": {"readOnly": true} => {}, "no longer read-only", Compatible / Compatible;
        "became-write-only": {} => {"writeOnly": true}, "now write-only", Compatible / Breaking;
        "became-not-write-only": {"writeOnly": true} => {}, "no longer write-only", Compatible / Compatible;
        "deprecated": {} => {"deprecated": true}, "deprecated", Compatible / Compatible;
        "reactivated": {"deprecated": true} => {}, "no longer deprecated", Compatible / Compatible;
        "became-enum": {} => {"const": 1}, "now restricted to the values 1", Breaking / Compatible;
        "became-not-enum": {"const": 1} => {}, "no longer restricted to the values 1", Compatible / Breaking;
        "enum-value-added": {"const": 1} => {"enum": [1, 2]}, "value 2 added", Compatible / Breaking;
        "any-of-set": {} => {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "now restricted to anyOf {\"type\":\"string\"}, {\"type\":\"integer\"}", Breaking / Compatible;
        "any-of-unset": {"anyOf": [{"type": "string"}, {"type": "integer"}]} => {}, "no longer restricted to anyOf {\"type\":\"string\"}, {\"type\":\"integer\"}", Compatible / Breaking;
        "one-of-became-any-of": {"oneOf": [{"type": "string"}, {"type": "integer"}]} => {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "several branches may now apply", Compatible / Breaking;
        "any-of-became-one-of": {"anyOf": [{"type": "string"}, {"type": "integer"}]} => {"oneOf": [{"type": "string"}, {"type": "integer"}]}, "exactly one branch must now apply", Breaking / Compatible;
        "one-of-set": {} => {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "integer"}]}, "now restricted to oneOf A, {\"type\":\"integer\"}", Breaking / Compatible;
        "one-of-unset": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "integer"}]} => {}, "no longer restricted to oneOf A, {\"type\":\"integer\"}", Compatible / Breaking;
        "discriminator-property-changed": {"discriminator": {"propertyName": "a"}} => {"discriminator": {"propertyName": "b"}}, "discriminator changed from `a` to `b`", Breaking / Breaking;
        "discriminator-mapping-added": {"discriminator": {"mapping": {"a": "A"}}} => {"discriminator": {"mapping": {"a": "A", "b": "B"}}}, "discriminator value `b` added", Compatible / Breaking;
        "discriminator-mapping-removed": {"discriminator": {"mapping": {"a": "A", "b": "B"}}} => {"discriminator": {"mapping": {"a": "A"}}}, "discriminator value `b` removed", Breaking / Compatible;
        "discriminator-mapping-changed": {"discriminator": {"mapping": {"a": "A"}}} => {"discriminator": {"mapping": {"a": "C"}}}, "discriminator value `a` now means C", Breaking / Breaking;
        "default-value-added": {} => {"default": false}, "default false added", Compatible / Compatible;
        "default-value-removed": {"default": false} => {}, "default false removed", Compatible / Compatible;
        "default-value-changed": {"default": false} => {"default": true}, "default changed from false to true", Compatible / Compatible;
        "discriminator-added": {} => {"discriminator": {"propertyName": "a"}}, "discriminator {\"propertyName\":\"a\"} added", Compatible / Compatible;
        "discriminator-removed": {"discriminator": {"propertyName": "a"}} => {}, "discriminator removed", Compatible / Compatible;
        "type-changed": {"type": "string"} => {"type": "integer"}, "type changed from `string` to `integer`", Breaking / Breaking;
        "type-changed": {"type": "array", "items": {"type": "string"}} => {"type": "string"}, "type changed from `array` to `string`", Breaking / Breaking;
        "type-changed": {"format": "uuid"} => {"format": "date-time"}, "format changed from `uuid` to `date-time`", Breaking / Breaking;
        "type-generalized": {"type": "integer"} => {"type": "number"}, "type changed from `integer` to `number`", Compatible / Breaking;
        "type-generalized": {"type": "integer", "format": "int32"} => {"type": "integer", "format": "int64"}, "format changed from `int32` to `int64`", Compatible / Breaking;
        "type-generalized": {"format": "uuid"} => {}, "format changed from `uuid` to none", Compatible / Breaking;
        "type-specialized": {"type": "number"} => {"type": "integer"}, "type changed from `number` to `integer`", Breaking / Compatible;
        "type-specialized": {} => {"type": "integer"}, "type changed from none to `integer`", Breaking / Compatible;
        "type-specialized": {"format": "int64"} => {"format": "int32"}, "format changed from `int64` to `int32`", Breaking / Compatible;
        "type-specialized": {} => {"format": "email"}, "format changed from none to `email`", Breaking / Compatible;
        "format-hint-changed": {"type": "string"} => {"type": "string", "format": "password"}, "format changed from none to `password`", Compatible / Compatible;
        "pattern-added": {} => {"pattern": "^a"}, "pattern `^a` added", Breaking / Compatible;
        "pattern-removed": {"pattern": "^a"} => {}, "pattern `^a` removed", Compatible / Breaking;
        "pattern-changed": {"pattern": "^a"} => {"pattern": "^b"}, "pattern changed from `^a` to `^b`", Breaking / Breaking;
        "multiple-of-set": {} => {"multipleOf": 2}, "multipleOf 2 added", Breaking / Compatible;
        "multiple-of-unset": {"multipleOf": 2} => {}, "multipleOf 2 removed", Compatible / Breaking;
        "multiple-of-changed": {"multipleOf": 2} => {"multipleOf": 3}, "multipleOf changed from 2 to 3", Breaking / Breaking;
        "unique-items-set": {} => {"uniqueItems": true}, "items must now be unique", Breaking / Compatible;
        "unique-items-unset": {"uniqueItems": true} => {}, "items may now repeat", Compatible / Breaking;
        "schema-renamed": {"$ref": "#/components/schemas/A"} => {"$ref": "#/components/schemas/B"}, "schema changed from A to B", Compatible / Compatible;
        "validation-order-changed": {"x-validation-order": ["a", "b"]} => {"x-validation-order": ["b", "a"]}, "x-validation-order changed from [\"a\",\"b\"] to [\"b\",\"a\"]", Compatible / Compatible;
        "keyword-changed": {} => {"x-lowercase": true}, "x-lowercase changed from none to true", Breaking / Breaking;
        "keyword-changed": {"not": {"type": "string"}} => {"not": {"type": "integer"}}, "not changed from {\"type\":\"string\"} to {\"type\":\"integer\"}", Breaking / Breaking;
        "keyword-changed": {"type": "array", "items": {"type": "string"}} => {"type": "array"}, "items changed from {\"type\":\"string\"} to none", Breaking / Breaking;
    ]);
    all
}

#[rustfmt::skip]
fn limits() -> Vec<Case> {
    cases![
        "max-set": {} => {"maximum": 9}, "maximum 9 added", Breaking / Compatible;
        "max-unset": {"maximum": 9} => {}, "maximum 9 removed", Compatible / Breaking;
        "max-increased": {"maximum": 8} => {"maximum": 9}, "maximum raised from 8 to 9", Compatible / Breaking;
        "max-decreased": {"maximum": 9} => {"maximum": 8}, "maximum lowered from 9 to 8", Breaking / Compatible;
        "min-set": {} => {"minimum": 1}, "minimum 1 added", Breaking / Compatible;
        "min-unset": {"minimum": 1} => {}, "minimum 1 removed", Compatible / Breaking;
        "min-increased": {"minimum": 1} => {"minimum": 1.5}, "minimum raised from 1 to 1.5", Breaking / Compatible;
        "min-decreased": {"minimum": 0} => {"minimum": -1}, "minimum lowered from 0 to -1", Compatible / Breaking;
        "exclusive-max-set": {"maximum": 9} => {"maximum": 9, "exclusiveMaximum": true}, "maximum 9 is now excluded", Breaking / Compatible;
        "exclusive-max-unset": {"maximum": 9, "exclusiveMaximum": true} => {"maximum": 9}, "maximum 9 is now included", Compatible / Breaking;
        "exclusive-min-set": {"minimum": 1} => {"exclusiveMinimum": 1}, "minimum 1 is now excluded", Breaking / Compatible;
        "exclusive-min-unset": {"exclusiveMinimum": 1} => {"minimum": 1}, "minimum 1 is now included", Compatible / Breaking;
        "max-increased": {"exclusiveMaximum": 8} => {"exclusiveMaximum": 9}, "maximum raised from 8 to 9", Compatible / Breaking;
        "min-decreased": {"exclusiveMinimum": 2} => {"exclusiveMinimum": 1}, "minimum lowered from 2 to 1", Compatible / Breaking;
        "max-length-set": {} => {"maxLength": 9}, "maxLength 9 added", Breaking / Compatible;
        "max-length-unset": {"maxLength": 9} => {}, "maxLength 9 removed", Compatible / Breaking;
        "max-length-increased": {"maxLength": 8} => {"maxLength": 9}, "maxLength raised from 8 to 9", Compatible / Breaking;
        "max-length-decreased": {"maxLength": 9} => {"maxLength": 8}, "maxLength lowered from 9 to 8", Breaking / Compatible;
        "min-length-set": {} => {"minLength": 1}, "minLength 1 added", Breaking / Compatible;
        "min-length-unset": {"minLength": 1} => {}, "minLength 1 removed", Compatible / Breaking;
        "min-length-increased": {"minLength": 1} => {"minLength": 2}, "minLength raised from 1 to 2", Breaking / Compatible;
        "min-length-decreased": {"minLength": 2} => {"minLength": 1}, "minLength lowered from 2 to 1", Compatible / Breaking;
        "max-items-set": {} => {"maxItems": 9}, "maxItems 9 added", Breaking / Compatible;
        "max-items-unset": {"maxItems": 9} => {}, "maxItems 9 removed", Compatible / Breaking;
        "max-items-increased": {"maxItems": 8} => {"maxItems": 9}, "maxItems raised from 8 to 9", Compatible / Breaking;
        "max-items-decreased": {"maxItems": 9} => {"maxItems": 8}, "maxItems lowered from 9 to 8", Breaking / Compatible;
        "min-items-set": {} => {"minItems": 1}, "minItems 1 added", Breaking / Compatible;
        "min-items-unset": {"minItems": 1} => {}, "minItems 1 removed", Compatible / Breaking;
        "min-items-increased": {"minItems": 1} => {"minItems": 2}, "minItems raised from 1 to 2", Breaking / Compatible;
        "min-items-decreased": {"minItems": 2} => {"minItems": 1}, "minItems lowered from 2 to 1", Compatible / Breaking;
        "max-properties-set": {} => {"maxProperties": 9}, "maxProperties 9 added", Breaking / Compatible;
        "max-properties-unset": {"maxProperties": 9} => {}, "maxProperties 9 removed", Compatible / Breaking;
        "max-properties-increased": {"maxProperties": 8} => {"maxProperties": 9}, "maxProperties raised from 8 to 9", Compatible / Breaking;
        "max-properties-decreased": {"maxProperties": 9} => {"maxProperties": 8}, "maxProperties lowered from 9 to 8", Breaking / Compatible;
        "min-properties-set": {} => {"minProperties": 1}, "minProperties 1 added", Breaking / Compatible;
        "min-properties-unset": {"minProperties": 1} => {}, "minProperties 1 removed", Compatible / Breaking;
        "min-properties-increased": {"minProperties": 1} => {"minProperties": 2}, "minProperties raised from 1 to 2", Breaking / Compatible;
        "min-properties-decreased": {"minProperties": 2} => {"minProperties": 1}, "minProperties lowered from 2 to 1", Compatible / Breaking;
    ]
}
