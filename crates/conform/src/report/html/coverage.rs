//! The coverage of the page: what of the contract was exercised, and what was not.

use crate::coverage::Coverage;
use maud::{Markup, html};

/// How many missing parts are listed.
const LISTED: usize = 500;

pub(super) fn render(coverage: &Coverage) -> Markup {
    html! {
        h2 { "Coverage of the contract: " (coverage.percent) " %" }
        div.card.coverage {
            @for (name, share) in coverage.parts() {
                details {
                    summary {
                        span { (name) }
                        meter min="0" max="100" value=(share.percent()) {}
                        span.share { (share.covered) " of " (share.total) ", " (share.percent()) " %" }
                    }
                    @if share.missing.is_empty() { p { "Everything was exercised." } } @else {
                        p { (explained(name)) }
                        p {
                            @for missing in share.missing.iter().take(LISTED) { code { (missing) } " " }
                            @if share.missing.len() > LISTED { "and " (share.missing.len() - LISTED) " more" }
                        }
                    }
                }
            }
        }
    }
}

fn explained(part: &str) -> &'static str {
    match part {
        "operations" => "No request of these succeeded:",
        "statuses" => "These documented statuses were not received:",
        "parameters" => "No request with these parameters or properties succeeded:",
        _ => {
            "Keywords of requests that no request broke, and keywords of responses that no response had a value under:"
        }
    }
}
