//! The report in all its formats.

use super::*;
use crate::http::RecordedResponse;

pub(crate) fn finding(at: &str, waived: Option<&str>) -> Finding {
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
        incomplete: None,
        conforming: false,
        fail_on: Severity::Error,
        operations: vec![Row { id: "login".to_owned(), method: "POST".to_owned(), path: "/auth/login".to_owned() }],
        results: vec![
            tally(Rule::SuccessStatus, 4, 0, 0, &[]),
            tally(Rule::MissingField, 3, 1, 1, &[]),
            tally(Rule::Ownership, 0, 0, 0, &["no second user"]),
        ],
        findings: vec![finding("/name", None), finding("/id", Some("it is <known>"))],
        groups: groups::groups(&[finding("/name", None), finding("/id", Some("it is <known>"))]),
        coverage: Coverage::default(),
        has_baseline: false,
        stale_baseline: Vec::new(),
        problems: Vec::new(),
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
    assert!(xml.contains("tests=\"3\" failures=\"1\" errors=\"0\" time=\"1.500\""), "{xml}");
    assert!(xml.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"0.750\""), "{xml}");
    assert!(xml.contains("<testcase classname=\"login.bodies\" name=\"missing-field\" time=\"0.250\">"), "{xml}");
    assert!(xml.contains("<skipped message=\"no second user\"/>"), "{xml}");
    assert_eq!(xml.matches("<failure").count(), 1, "what is waived is no failure");
    assert!(xml.contains("accepted: it is &lt;known&gt;</system-out>"), "{xml}");
    assert!(xml.contains("&lt;api&gt;") && !xml.contains('\u{1b}'), "{xml}");
}

#[test]
fn a_server_that_does_not_respond_is_an_error_in_junit() {
    let mut report = report();
    for finding in &mut report.findings {
        finding.rule = Rule::NoAnswer;
    }
    report.results[1].rule = Rule::NoAnswer;

    let xml = report.to_junit().unwrap();

    assert!(xml.contains("failures=\"0\" errors=\"1\""), "{xml}");
    assert_eq!((xml.matches("<error ").count(), xml.matches("<failure").count()), (1, 0), "{xml}");
}

fn contract() -> ContractFile {
    let text = "paths:\n  /auth/login:\n    post: {}\n".to_owned();
    ContractFile { path: "api spec.yaml".to_owned(), text }
}

#[test]
fn sarif_has_a_result_for_each_finding_at_its_operation() {
    let mut report = report();
    report.has_baseline = true;

    let sarif = report.to_sarif(&contract());

    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    let location = &results[0]["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "api%20spec.yaml");
    assert_eq!(location["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "/paths/~1auth~1login/post");
    assert_eq!(results[0]["partialFingerprints"]["conformFinding/v1"], "login missing-field /name");
    assert_eq!((&results[0]["level"], &results[0]["baselineState"]), (&"error".into(), &"new".into()));
    assert_eq!(results[1]["suppressions"][0]["justification"], "it is <known>");
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"], "missing-field");
}

#[test]
fn an_annotation_is_one_line_for_each_cause() {
    let mut report = report();
    report.findings[0].at = "/a, b: 50 %\n\r".to_owned();

    let text = report.to_annotations();

    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("::error title=missing-field (login)::Every required field is there.%0Aat: /a"), "{text}");
    assert!(text.contains("/a, b: 50 %25%0A%0D%0A"), "{text}");
}

#[test]
fn a_title_of_an_annotation_has_no_separators() {
    let mut report = report();
    report.groups[0].operations = vec!["a:b,c".to_owned()];

    assert!(report.to_annotations().contains("title=missing-field (a%3Ab%2Cc)::"), "{}", report.to_annotations());
}

#[test]
fn markdown_shows_text_of_the_server_as_it_is() {
    let mut report = report();
    report.findings[0].received = "200 ```<b>```".to_owned();
    report.coverage.percent = 81.5;

    let text = report.to_markdown();

    for part in ["## ❌ Not conforming", "### Coverage: 81.5 %", "<b>missing-field</b> error: login", "- login `/name`"]
    {
        assert!(text.contains(part), "{part} in:\n{text}");
    }
    assert!(text.contains("````text\nreceived: 200 ```<b>```\n"), "{text}");
    assert!(text.contains("1 more findings are accepted"), "{text}");
    assert!(text.contains("Unused waiver: rule golden, operation \\*"), "{text}");
}

#[test]
fn har_has_an_entry_for_each_exchange_also_without_a_response() {
    let exchange = |response| RecordedExchange {
        operation: "login".to_owned(),
        method: "POST".to_owned(),
        url: "http://localhost:1/api/auth/login?a=b%20c&d".to_owned(),
        request_headers: vec![("Cookie".to_owned(), "x=1; y=2".to_owned())],
        request_body: Some("{}".to_owned()),
        response,
        started: time::OffsetDateTime::UNIX_EPOCH,
        took: std::time::Duration::from_millis(3),
        over_tls: false,
    };
    let received = RecordedResponse {
        status: 201,
        headers: vec![("Set-Cookie".to_owned(), "t=u; Path=/".to_owned())],
        body: "[]".to_owned(),
    };
    let report = Report { exchanges: vec![exchange(Ok(received)), exchange(Err("reset".to_owned()))], ..report() };

    let har = report.to_har();

    let [first, second] = har["log"]["entries"].as_array().unwrap().as_slice() else { panic!("{har}") };
    assert_eq!(first["startedDateTime"], "1970-01-01T00:00:00Z");
    assert_eq!((first["time"].as_f64(), &first["response"]["statusText"]), (Some(3.0), &"Created".into()));
    assert_eq!(first["request"]["queryString"][0]["value"], "b c");
    assert_eq!(first["request"]["cookies"].as_array().unwrap().len(), 2);
    assert_eq!(first["response"]["cookies"].as_array().unwrap().len(), 1);
    assert_eq!((&second["response"]["status"], &second["response"]["_error"]), (&0.into(), &"reset".into()));
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
