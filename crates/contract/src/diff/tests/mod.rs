//! Pairs of small documents for every rule.

mod body_cases;
mod cases;
mod same;
mod schema_cases;
mod whole;

use super::rule::{Direction, Site};
use super::{Changes, Level, compare, compare_on, rules};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A document with one operation, `PUT /things`.
pub(super) fn document(operation: &Value, components: &Value) -> Value {
    let mut operation = operation.clone();
    operation["operationId"] = json!("putThing");
    json!({"openapi": "3.0.0", "paths": {"/things": {"put": operation}}, "components": components})
}

/// Every finding as `rule level place: text`.
pub(super) fn findings_of(changes: &Changes) -> Vec<String> {
    changes.findings().map(|finding| format!("{} {} {finding}", finding.rule, finding.level)).collect()
}

/// A document with a schema at a site.
fn with_schema_at(site: Site, schema: &Value) -> Value {
    let body = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    let property = json!({"type": "object", "properties": {"name": schema}});
    let operation = match site {
        Site::Parameter => json!({"parameters": [{"name": "q", "in": "query", "schema": schema}]}),
        Site::RequestBody => json!({"requestBody": body(schema.clone())}),
        Site::RequestProperty => json!({"requestBody": body(property)}),
        Site::ResponseBody => json!({"responses": {"200": body(schema.clone())}}),
        Site::ResponseProperty => json!({"responses": {"200": body(property)}}),
        Site::Header => json!({"responses": {"200": {"headers": {"X-Name": {"schema": schema}}}}}),
    };
    document(&operation, &json!({"schemas": {"A": {"type": "string"}, "B": {"type": "string"}}}))
}

fn place_of(site: Site) -> &'static str {
    match site {
        Site::Parameter => "query parameter `q`",
        Site::RequestBody => "request body",
        Site::RequestProperty => "request body: property `name`",
        Site::ResponseBody => "response 200",
        Site::ResponseProperty => "response 200: property `name`",
        Site::Header => "response 200: header X-Name",
    }
}

fn prefix_of(site: Site) -> &'static str {
    match site {
        Site::Parameter => "request-parameter",
        Site::RequestBody => "request-body",
        Site::RequestProperty => "request-property",
        Site::ResponseBody => "response-body",
        Site::ResponseProperty => "response-property",
        Site::Header => "response-header",
    }
}

#[test]
fn a_changed_schema_is_judged_by_who_sends_it_wherever_it_stands() {
    for case in schema_cases::all() {
        for site in Site::ALL {
            let changes = compare(&with_schema_at(site, &case.old), &with_schema_at(site, &case.new));
            let level = match site.direction() {
                Direction::Request => case.request,
                Direction::Response => case.response,
            };
            let expected = format!("{}-{} {level} {}: {}", prefix_of(site), case.end, place_of(site), case.text);
            assert_eq!(findings_of(&changes), [expected]);
        }
    }
}

#[test]
fn every_other_change_has_the_rule_and_the_words_that_are_expected() {
    for (old, new, expected) in cases::all().into_iter().chain(body_cases::all()) {
        assert_eq!(findings_of(&compare_on("2026-06-01", &old, &new)), expected, "\n{old}\n{new}");
    }
}

#[test]
fn there_is_no_rule_without_a_case_and_no_case_without_a_rule() {
    let mut tested: BTreeSet<String> = BTreeSet::new();
    for case in schema_cases::all() {
        tested.extend(Site::ALL.map(|site| format!("{}-{}", prefix_of(site), case.end)));
    }
    for (old, new, _) in cases::all().into_iter().chain(body_cases::all()) {
        tested.extend(compare_on("2026-06-01", &old, &new).findings().map(|finding| finding.rule.clone()));
    }
    let known: BTreeSet<String> = rules().into_iter().map(|rule| rule.id).collect();
    assert_eq!(known.difference(&tested).collect::<Vec<_>>(), [""; 0], "rules without a case");
    assert_eq!(tested.difference(&known).collect::<Vec<_>>(), [""; 0], "cases without a rule");
}

#[test]
fn a_rule_has_one_name_and_one_level() {
    let rules = rules();
    let names: BTreeSet<&String> = rules.iter().map(|rule| &rule.id).collect();
    assert_eq!(names.len(), rules.len());
    let level = |id: &str| rules.iter().find(|rule| rule.id == id).map(|rule| rule.level);
    assert_eq!(level("request-property-enum-value-removed"), Some(Level::Breaking));
    assert_eq!(level("response-property-enum-value-removed"), Some(Level::Compatible));
}
