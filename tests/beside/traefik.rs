//! The rule for Traefik. Traefik itself is not run: the test evaluates the rule.

use regex::Regex;

use super::routes;
use super::routing::{Sent, requests};

/// The alternatives of the rule: methods, and the expression for the path.
fn alternatives(configuration: &str) -> Vec<(Vec<String>, Regex)> {
    let (_, rule) = configuration.split_once("rule: >-\n").expect("the configuration has a folded rule");
    let (rule, _) = rule.split_once("      priority: 2").expect("the rule ends before its priority");
    let lines = rule.trim_end().lines().map(|line| line.trim_start().trim_start_matches("|| "));
    let alternatives = lines.map(|line| {
        let (methods, path) = line
            .strip_prefix("((")
            .and_then(|rest| rest.strip_suffix("`))"))
            .and_then(|rest| rest.split_once(") && PathRegexp(`"))
            .unwrap_or_else(|| panic!("no alternative: {line}"));
        let methods = methods.split(" || ").map(|method| {
            let method = method.strip_prefix("Method(`").and_then(|rest| rest.strip_suffix("`)"));
            method.unwrap_or_else(|| panic!("no method: {line}")).to_owned()
        });
        (methods.collect(), Regex::new(path).expect("an expression"))
    });
    alternatives.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rule_matches_exactly_the_operations_of_the_contract() {
    let address = |port| std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let configuration = routes("--traefik", address(4001), address(4002)).await.must_succeed().stdout;

    let alternatives = alternatives(&configuration);
    for Sent { method, target, is_ours } in requests() {
        let path = target.split('?').next().unwrap_or_default();
        let matches = alternatives.iter().any(|(methods, rule)| methods.contains(&method) && rule.is_match(path));
        assert_eq!(matches, is_ours, "{method} {target}");
    }
    for (name, port) in [("immich-api", 4001), ("immich-upstream", 4002)] {
        let service =
            format!("    {name}:\n      loadBalancer:\n        servers:\n          - url: http://127.0.0.1:{port}\n");
        assert!(configuration.contains(&service), "{configuration}");
        assert_eq!(configuration.matches(&format!("      service: {name}\n")).count(), 1, "{configuration}");
    }
}
