//! The report as JUnit XML, for CI systems: a suite for each operation, a case for each rule.

use super::{Report, Tally, printable};
use crate::results::Finding;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

type Xml = Writer<Vec<u8>>;

pub(super) fn render(report: &Report) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<&Tally> = report.results.iter().collect();
    xml.create_element("testsuites")
        .with_attribute(("name", printable(&format!("conform {}", report.server)).as_str()))
        .with_attributes(counts(&all).iter().map(|(name, count)| (*name, count.as_str())))
        .with_attribute(("time", format!("{:.3}", report.seconds).as_str()))
        .write_inner_content(|xml| report.operations.iter().try_for_each(|row| suite(report, &row.id, xml)))?;
    xml.get_mut().push(b'\n');
    String::from_utf8(xml.into_inner()).map_err(io::Error::other)
}

fn suite(report: &Report, operation: &str, xml: &mut Xml) -> io::Result<()> {
    let cases: Vec<&Tally> = report.results.iter().filter(|tally| tally.operation == operation).collect();
    xml.create_element("testsuite")
        .with_attribute(("name", printable(operation).as_str()))
        .with_attributes(counts(&cases).iter().map(|(name, count)| (*name, count.as_str())))
        .with_attribute(("timestamp", report.finished.as_str()))
        .write_inner_content(|xml| {
            xml.create_element("properties").write_inner_content(|xml| {
                let profile = [("name", "profile"), ("value", report.profile.as_str())];
                xml.create_element("property").with_attributes(profile).write_empty()?;
                Ok(())
            })?;
            cases.iter().try_for_each(|tally| case(report, tally, xml))
        })?;
    Ok(())
}

fn counts(cases: &[&Tally]) -> [(&'static str, String); 4] {
    let count = |which: fn(&Tally) -> bool| cases.iter().filter(|tally| which(tally)).count().to_string();
    [
        ("tests", cases.len().to_string()),
        ("failures", count(|tally| tally.failed > 0)),
        ("skipped", count(is_skipped)),
        ("errors", "0".to_owned()),
    ]
}

/// Whether nothing of it was checked.
fn is_skipped(tally: &Tally) -> bool {
    tally.passed == 0 && tally.failed == 0 && tally.tolerated == 0 && tally.waived == 0
}

fn case(report: &Report, tally: &Tally, xml: &mut Xml) -> io::Result<()> {
    let of_case = |finding: &&Finding| {
        finding.operation == tally.operation
            && finding.rule == tally.rule
            && !finding.is_waived()
            && finding.severity >= report.fail_on
    };
    let failures: Vec<&Finding> = report.findings.iter().filter(of_case).collect();
    let element = xml
        .create_element("testcase")
        .with_attribute(("classname", printable(&format!("{}.{}", tally.operation, tally.check.id())).as_str()))
        .with_attribute(("name", tally.rule.id()))
        .with_attribute((
            "assertions",
            (tally.passed + tally.failed + tally.tolerated + tally.waived).to_string().as_str(),
        ));
    if failures.is_empty() && !is_skipped(tally) {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|xml| {
        if is_skipped(tally) {
            let reasons = printable(&tally.skipped.join("; "));
            xml.create_element("skipped").with_attribute(("message", reasons.as_str())).write_empty()?;
        }
        failures.into_iter().try_for_each(|finding| failure(finding, xml))
    })?;
    Ok(())
}

fn failure(finding: &Finding, xml: &mut Xml) -> io::Result<()> {
    let message = printable(&format!("{}: {}", finding.at, finding.rule.description()));
    let details = printable(&format!(
        "request:  {}\nreceived: {}\nexpected: {}\nseen:     {} times",
        finding.request, finding.received, finding.expected, finding.times
    ));
    xml.create_element("failure")
        .with_attribute(("type", finding.rule.id()))
        .with_attribute(("message", message.as_str()))
        .write_text_content(BytesText::new(&details))?;
    Ok(())
}
