//! The report in its four formats.

use super::*;

fn finding(at: &str, waived: Option<&str>) -> Finding {
    Finding {
        operation: "login".to_owned(),
        rule: Rule::MissingField,
        severity: Severity::Error,
        at: at.to_owned(),
        request: "curl -i 'http://x/<api>'".to_owned(),
        received: "200 {\"a\":\"\u{1b}&\"}".to_owned(),
        expected: "the field \"name\"".to_owned(),
        times: 2,
        waived: waived.map(str::to_owned),
    }
}

fn report() -> Report {
    let tally = |rule: Rule, passed, failed, waived, skipped: &[&str]| Tally {
        operation: "login".to_owned(),
        check: rule.check(),
        rule,
        passed,
        failed,
        tolerated: 0,
        waived,
        skipped: skipped.iter().map(|why| (*why).to_owned()).collect(),
        seconds: 0.25,
    };
    Report {
        server: "http://localhost:1/api".to_owned(),
        contract: "API 1".to_owned(),
        profile: "immich-2.5".to_owned(),
        finished: "2026-01-31T23:59:59Z".to_owned(),
        seconds: 1.5,
        requests: 7,
        conforming: false,
        fail_on: Severity::Error,
        operations: vec![Row { id: "login".to_owned(), method: "POST".to_owned(), path: "/auth/login".to_owned() }],
        results: vec![
            tally(Rule::SuccessStatus, 4, 0, 0, &[]),
            tally(Rule::MissingField, 3, 1, 1, &[]),
            tally(Rule::Ownership, 0, 0, 0, &["no second user"]),
        ],
        findings: vec![finding("/name", None), finding("/id", Some("it is <known>"))],
        coverage: Coverage::default(),
        unused_waivers: vec![Waiver {
            rule: "golden".to_owned(),
            operation: "*".to_owned(),
            at: "*".to_owned(),
            reason: "gone".to_owned(),
        }],
        notes: vec!["left behind: a user".to_owned()],
        exchanges: Vec::new(),
    }
}

/// Every tag that is opened is closed, in order; `void` ones need not be.
fn assert_well_formed(text: &str, void: &[&str]) {
    let mut open: Vec<&str> = Vec::new();
    for part in text.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
        if tag.starts_with(['?', '!']) || tag.ends_with('/') || void.contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "in {tag}");
        } else {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn every_format_names_the_profile() {
    let report = report();

    assert!(report.to_text(false).contains("API 1, profile immich-2.5"));
    assert!(report.to_json().unwrap().contains("\"profile\": \"immich-2.5\""));
    assert!(report.to_junit().unwrap().contains("<property name=\"profile\" value=\"immich-2.5\"/>"));
    assert!(report.to_html().contains("API 1, profile immich-2.5"));
}

#[test]
fn text_has_operation_rule_request_and_what_was_received_and_expected() {
    let text = report().to_text(false);

    for part in [
        "login  missing-field  /name",
        "Every required field is there.",
        "curl -i 'http://x/<api>'",
        "the field \"name\"",
        "2 times",
        "it is <known>",
        "no second user: login ownership",
        "Unused waiver: rule golden",
        "Note: left behind: a user",
        "NOT conforming: 1 finding, 1 waived, 7 checks passed, 1 skipped; 7 requests in 1.5 s",
    ] {
        assert!(text.contains(part), "{part} in:\n{text}");
    }
    assert!(!text.contains('\u{1b}') || text.contains("\"\u{1b}&\""), "no colors were requested");
    assert!(report().to_text(true).contains("\u{1b}[31m"));
}

#[test]
fn junit_has_a_suite_for_each_operation_and_a_case_for_each_rule() {
    let xml = report().to_junit().unwrap();

    assert_well_formed(&xml, &[]);
    assert!(xml.contains("tests=\"3\" failures=\"1\" skipped=\"1\""), "{xml}");
    assert!(xml.contains("<testcase classname=\"login.bodies\" name=\"missing-field\" assertions=\"5\">"), "{xml}");
    assert!(xml.contains("<skipped message=\"no second user\"/>"), "{xml}");
    assert_eq!(xml.matches("<failure").count(), 1, "what is waived is no failure");
    assert!(xml.contains("&lt;api&gt;") && !xml.contains('\u{1b}'), "{xml}");
}

#[test]
fn the_page_is_one_file_that_loads_and_runs_nothing() {
    let html = report().to_html();

    assert_well_formed(&html, &["meta"]);
    for forbidden in ["<script", "<link", "src=", "@import", "url(", "onclick"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("href=\"#login-bodies\"") && html.contains("id=\"login-bodies\""), "the table leads there");
    assert_eq!(html.matches("id=\"login-bodies\"").count(), 1);
    assert!(html.contains("it is &lt;known&gt;"));
    assert!(html.contains("prefers-color-scheme: dark"));
}

#[test]
fn json_has_everything() {
    let json: serde_json::Value = serde_json::from_str(&report().to_json().unwrap()).unwrap();

    assert_eq!(json["conforming"], false);
    assert_eq!(json["results"][1]["rule"], "missing-field");
    assert_eq!(json["results"][1]["check"], "bodies");
    assert_eq!(json["findings"][1]["waived"], "it is <known>");
    assert_eq!(json["findings"][0].get("waived"), None);
}
