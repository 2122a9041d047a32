//! Every command of `docs/for-ci.md` does what the page says.

use std::os::unix::fs::symlink;
use std::process::Stdio;

use immich_conform::golden::Cases;
use serde_json::Value;
use tokio::process::Command;

use crate::harness::{Program, Server};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// The address on the page.
const ADDRESS: &str = "http://127.0.0.1:2283";

fn page() -> String {
    std::fs::read_to_string(format!("{ROOT}/docs/for-ci.md")).unwrap()
}

/// The commands of the page that call the checker, each once, with continued lines joined.
fn commands(page: &str) -> Vec<String> {
    let joined = page.replace("\\\n", "");
    let lines = joined.lines().filter_map(|line| {
        let from = line.find("immich-server conform --url")?;
        line.get(from..).map(str::to_owned)
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The text of the first block of code in this language.
fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let (_, from) = page.split_once(&format!("```{language}\n")).unwrap();
    from.split_once("```").unwrap().0
}

#[test]
fn every_number_of_recorded_cases_in_a_document_is_correct() {
    let read = |path: &str| std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap();
    let cases: Value = serde_json::from_str(&read("crates/conform/golden/cases.json")).unwrap();
    let compared: Vec<&str> = cases.as_array().unwrap().iter().filter_map(|case| case["compare"].as_str()).collect();
    let count = |how: &str| compared.iter().filter(|compare| **compare == how).count();

    let requests = format!("{} requests", compared.len());
    for path in ["README.md", "docs/compatibility.md", "docs/for-ci.md"] {
        assert!(read(path).contains(&requests), "{path} does not say {requests}");
    }
    for how in ["exact", "status", "shape", "fixed"] {
        let row = format!("\n| {} | ", count(how));
        assert!(page().contains(&row), "docs/for-ci.md lacks the row {row:?} of {how}");
    }
    assert!(read("docs/compatibility.md").contains(&format!("For {} of them, status, content type", count("exact"))));
}

/// Without a second user, some recorded cases agree and the others are skipped.
#[track_caller]
fn assert_some_cases_were_skipped(printed: &str, report: &[u8]) {
    let report: Value = serde_json::from_slice(report).unwrap();
    let results = report["results"].as_array().unwrap().iter().filter(|result| result["rule"] == "golden");
    let agree: u64 = results.map(|result| result["passed"].as_u64().unwrap()).sum();
    let all = u64::try_from(Cases::embedded().unwrap().len()).unwrap();
    assert!((300..all).contains(&agree), "{agree} of {all}");
    assert!(printed.contains("cases were skipped"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_page_succeeds() {
    let page = page();
    let commands = commands(&page);
    assert!(commands.len() >= 5, "{commands:#?}");
    let folder = tempfile::tempdir().unwrap();
    symlink(Program::executable(), folder.path().join("immich-server")).unwrap();
    symlink(format!("{ROOT}/crates"), folder.path().join("crates")).unwrap();
    std::fs::write(folder.path().join("waivers.toml"), block(&page, "toml")).unwrap();
    std::fs::write(folder.path().join("baseline.toml"), "").unwrap();
    for command in commands {
        let server = if command.contains("mock") { Server::mock().start().await } else { Server::fresh().await };
        let command = format!("{} --json report.json", command.replace(ADDRESS, &server.url()));

        let outcome = Command::new("sh")
            .args(["-c", &command])
            .current_dir(folder.path())
            .envs(server.settings())
            .env("GITHUB_STEP_SUMMARY", "summary.md")
            .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()))
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();

        let printed = String::from_utf8_lossy(&outcome.stdout);
        assert!(outcome.status.success() && printed.contains("\nconforming: 0 findings"), "{command}: {outcome:?}");
        if command.contains("--golden on") {
            assert_some_cases_were_skipped(&printed, &std::fs::read(folder.path().join("report.json")).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_variable_on_the_page_exists_and_every_check_is_explained() {
    let help = Program::run(["conform", "--help"]).await.must_succeed().stdout;
    let page = page();
    let words = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    for variable in words.filter(|word| word.starts_with("IMMICH_CONFORM_")) {
        assert!(help.contains(variable), "{variable}");
    }
    for check in immich_conform::Check::ALL {
        assert!(page.contains(&format!("| `{}` |", check.id())), "{}", check.id());
    }
}
