//! `docs/beside.md` shows what the program prints.

use crate::harness::Program;

const DOCUMENT: &str = include_str!("../../docs/beside.md");

#[tokio::test(flavor = "multi_thread")]
async fn the_document_shows_the_output_of_the_commands() {
    for (proxy, language) in [("--nginx", "nginx"), ("--caddy", "caddy"), ("--traefik", "yaml")] {
        let printed = Program::run(["routes", proxy]).await.must_succeed().stdout;

        let start = format!("```{language}\n");
        let shown: Vec<_> = DOCUMENT.split(&start).skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(shown.iter().any(|block| is_excerpt(block, &printed)), "{proxy} prints:\n{printed}\n{shown:#?}");
    }
}

/// Whether the block is the output. A line of the block that consists of dots stands for any number of lines.
fn is_excerpt(block: &str, printed: &str) -> bool {
    let mut rest = printed;
    for (index, part) in block.split("[…]\n").enumerate() {
        let part = part.trim_start_matches([' ', '\t']);
        match rest.find(part) {
            Some(at) if at == 0 || index > 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty()
}
