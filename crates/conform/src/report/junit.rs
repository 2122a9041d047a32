//! The report as JUnit XML, for CI systems: a suite for each operation, a case for each rule.
//!
//! It is valid against the schema of Jenkins (`junit-10.xsd`), which is the strictest that is in use.

use super::{Report, Tally, printable};
use crate::results::Finding;
use crate::rule::Rule;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

type Xml = Writer<Vec<u8>>;

/// A case, and why it is not passed.
struct Case<'a> {
    tally: &'a Tally,
    /// Findings that make the server not conforming.
    failures: Vec<&'a Finding>,
    /// Warnings, notes, and what is accepted.
    others: Vec<&'a Finding>,
}

impl<'a> Case<'a> {
    fn new(report: &'a Report, tally: &'a Tally) -> Self {
        let own = |finding: &&Finding| finding.operation == tally.operation && finding.rule == tally.rule;
        let fails = |finding: &&Finding| !finding.is_waived() && finding.severity >= report.fail_on;
        let (failures, others) = report.findings.iter().filter(own).partition(fails);
        Self { tally, failures, others }
    }

    /// Whether the server did not respond, or failed: an error in the words of JUnit.
    fn is_error(&self) -> bool {
        !self.failures.is_empty() && matches!(self.tally.rule, Rule::NoAnswer | Rule::ServerError)
    }

    fn is_failure(&self) -> bool {
        !self.failures.is_empty() && !self.is_error()
    }

    /// Whether nothing of it was checked.
    fn is_skipped(&self) -> bool {
        self.tally.passed == 0 && self.failures.is_empty() && self.others.is_empty()
    }
}

pub(super) fn render(report: &Report) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites: Vec<(&str, Vec<Case<'_>>)> = report
        .operations
        .iter()
        .map(|row| (row.id.as_str(), report.results.iter().filter(|tally| tally.operation == row.id)))
        .map(|(id, tallies)| (id, tallies.map(|tally| Case::new(report, tally)).collect()))
        .collect();
    let all: Vec<&Case<'_>> = suites.iter().flat_map(|(_, cases)| cases).collect();
    let (counts, _) = counts(&all, usize::from(report.incomplete.is_some()));
    xml.create_element("testsuites")
        .with_attribute(("name", printable(&format!("conform {}", report.server)).as_str()))
        .with_attributes(counts.iter().map(|(name, count)| (*name, count.as_str())))
        .with_attribute(("time", seconds(report.seconds).as_str()))
        .write_inner_content(|xml| {
            report.incomplete.iter().try_for_each(|reason| incomplete(reason, xml))?;
            suites.iter().try_for_each(|(id, cases)| suite(report, id, cases, xml))
        })?;
    xml.get_mut().push(b'\n');
    String::from_utf8(xml.into_inner()).map_err(io::Error::other)
}

/// A suite with one error: a run that was ended early does not pass.
fn incomplete(reason: &str, xml: &mut Xml) -> io::Result<()> {
    xml.create_element("testsuite")
        .with_attributes([("name", "conform"), ("tests", "1"), ("failures", "0"), ("errors", "1")])
        .write_inner_content(|xml| {
            let case = xml.create_element("testcase").with_attributes([("classname", "conform"), ("name", "complete")]);
            case.write_inner_content(|xml| {
                xml.create_element("error").with_attribute(("message", printable(reason).as_str())).write_empty()?;
                Ok(())
            })?;
            Ok(())
        })?;
    Ok(())
}

fn seconds(time: f64) -> String {
    format!("{time:.3}")
}

fn suite(report: &Report, operation: &str, cases: &[Case<'_>], xml: &mut Xml) -> io::Result<()> {
    let (counts, skipped) = counts(&cases.iter().collect::<Vec<_>>(), 0);
    let time: f64 = cases.iter().map(|case| case.tally.seconds).sum();
    // ISO 8601 without fraction and zone, as strict readers want it.
    let timestamp = report.finished.split(['.', 'Z']).next().unwrap_or_default();
    xml.create_element("testsuite")
        .with_attribute(("name", printable(operation).as_str()))
        .with_attributes(counts.iter().map(|(name, count)| (*name, count.as_str())))
        .with_attribute(("skipped", skipped.as_str()))
        .with_attribute(("time", seconds(time).as_str()))
        .with_attribute(("timestamp", timestamp))
        .write_inner_content(|xml| {
            xml.create_element("properties").write_inner_content(|xml| {
                let profile = [("name", "profile"), ("value", report.profile.as_str())];
                xml.create_element("property").with_attributes(profile).write_empty()?;
                Ok(())
            })?;
            cases.iter().try_for_each(|each| case(each, xml))
        })?;
    Ok(())
}

/// The counts of every level, and the number of skipped cases, which only suites have. `others` are cases with an error
/// that belong to no operation.
fn counts<'a>(cases: &[&Case<'a>], others: usize) -> ([(&'static str, String); 3], String) {
    let count = |which: fn(&Case<'a>) -> bool| cases.iter().filter(|case| which(case)).count();
    let (failures, errors) = (count(Case::is_failure), count(Case::is_error) + others);
    let counts = [("tests", cases.len() + others), ("failures", failures), ("errors", errors)];
    (counts.map(|(name, count)| (name, count.to_string())), count(Case::is_skipped).to_string())
}

fn case(case: &Case<'_>, xml: &mut Xml) -> io::Result<()> {
    let Case { tally, failures, others } = case;
    let element = xml
        .create_element("testcase")
        .with_attribute(("classname", printable(&format!("{}.{}", tally.operation, tally.check.id())).as_str()))
        .with_attribute(("name", tally.rule.id()))
        .with_attribute(("time", seconds(tally.seconds).as_str()));
    if failures.is_empty() && others.is_empty() && tally.skipped.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|xml| {
        if case.is_skipped() {
            let reasons = printable(&tally.skipped.join("; "));
            xml.create_element("skipped").with_attribute(("message", reasons.as_str())).write_empty()?;
        }
        if let [first, ..] = failures.as_slice() {
            let places: Vec<&str> = failures.iter().map(|finding| finding.at.as_str()).collect();
            let message = printable(&format!("{}: {}", places.join(", "), first.rule.description()));
            let details: Vec<String> = failures.iter().map(|finding| details(finding)).collect();
            xml.create_element(if case.is_error() { "error" } else { "failure" })
                .with_attribute(("type", first.rule.id()))
                .with_attribute(("message", message.as_str()))
                .write_text_content(BytesText::new(&printable(&details.join("\n\n"))))?;
        }
        let mut notes: Vec<String> = others.iter().map(|finding| details(finding)).collect();
        if !case.is_skipped() {
            notes.extend(tally.skipped.iter().map(|why| format!("not checked: {why}")));
        }
        if !notes.is_empty() {
            let text = printable(&notes.join("\n\n"));
            xml.create_element("system-out").write_text_content(BytesText::new(&text))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn details(finding: &Finding) -> String {
    let Finding { severity, at, request, received, expected, times, waived, .. } = finding;
    let accepted = waived.as_ref().map(|reason| format!("\naccepted: {reason}")).unwrap_or_default();
    format!(
        "{}: {at}\nrequest:  {request}\nreceived: {received}\nexpected: {expected}\nseen:     {times} times{accepted}",
        severity.id()
    )
}
