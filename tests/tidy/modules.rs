//! The order of the server's layers: no two top modules of `server-impl/src` need each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::files::{below, is_test_code, read};
use crate::source::{Keep, line_of, masked, names};

const SOURCE: &str = "server-impl/src/";

/// Where a module first uses another one: `path:line`.
type Uses = BTreeMap<(String, String), String>;

#[test]
fn the_top_modules_of_the_server_form_no_cycle() {
    let cycles: Vec<String> = cycles(&uses()).iter().map(|cycle| format!("  {cycle}")).collect();
    assert!(
        cycles.is_empty(),
        "break each of these {} cycles: move what both sides need to a module below them, or pass it in\n{}",
        cycles.len(),
        cycles.join("\n")
    );
}

/// The modules that `lib.rs` declares are the folders and files beside it.
fn top_module(path: &str) -> Option<&str> {
    let name = path.strip_prefix(SOURCE)?.split('/').next()?.trim_end_matches(".rs");
    (!matches!(name, "lib" | "main")).then_some(name)
}

fn uses() -> Uses {
    let paths: Vec<&str> = below(SOURCE, ".rs").filter(|path| !is_test_code(path)).collect();
    let modules: BTreeSet<&str> = paths.iter().filter_map(|path| top_module(path)).collect();
    let mut found = Uses::new();
    for path in paths {
        let Some(user) = top_module(path) else { continue };
        let code = masked(&read(path), Keep::Code);
        for (offset, used) in used_in(&code, depth(path)) {
            if used != user && modules.contains(used.as_str()) {
                let place = || format!("{path}:{}", line_of(&code, offset));
                found.entry((user.to_owned(), used)).or_insert_with(place);
            }
        }
    }
    assert!(found.len() > 10, "found only {} uses between modules: {found:?}", found.len());
    found
}

/// How many `super::` lead from this file to the root of the crate.
fn depth(path: &str) -> usize {
    let inner = path.trim_start_matches(SOURCE);
    inner.split('/').count() - usize::from(inner.ends_with("/mod.rs"))
}

/// The names that follow `crate::`, or as many `super::` as lead there, one by one or in braces.
fn used_in(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for root in ["crate::".to_owned(), "super::".repeat(depth)] {
        for offset in names(code, &root) {
            let rest = &code[offset + root.len()..];
            let first = |text: &str| {
                text.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned)
            };
            match rest.strip_prefix('{') {
                Some(group) => used.extend(members(group).into_iter().filter_map(first).map(|name| (offset, name))),
                None => used.extend(first(rest).map(|name| (offset, name))),
            }
        }
    }
    used
}

/// What the commas of this group separate, up to the brace that closes it.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (index, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(&group[start..index]);
                start = index + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members
}

/// For every use that is part of a cycle, the shortest cycle that it is part of, each once.
fn cycles(uses: &Uses) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (user, used) in uses.keys() {
        if let Some(mut way) = way(uses, used, user) {
            // `way` leads from `used` back to `user`. Each cycle is written from its alphabetically first module.
            let first = (0..way.len()).min_by_key(|index| way[*index]).unwrap_or(0);
            way.rotate_left(first);
            way.push(way[0]);
            let places = way.windows(2).map(|step| {
                let place = &uses[&(step[0].to_owned(), step[1].to_owned())];
                format!("\n      {} uses {} at {place}", step[0], step[1])
            });
            found.insert(format!("{}{}", way.join(" -> "), places.collect::<String>()));
        }
    }
    found
}

/// The shortest way along uses from one module to another.
fn way<'a>(uses: &'a Uses, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut ways = VecDeque::from([vec![from]]);
    let mut seen = BTreeSet::from([from]);
    while let Some(way) = ways.pop_front() {
        let last = *way.last()?;
        if last == to {
            return Some(way);
        }
        for (_, next) in uses.keys().filter(|(user, _)| user == last) {
            if seen.insert(next) {
                ways.push_back([way.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

#[test]
fn uses_are_found_in_every_form() {
    let code = "use crate::{a, b::{c, d}, e::f}; fn g() -> crate::h::I { super::super::j::k() } use super::l;";

    let used: Vec<_> = used_in(code, 2).into_iter().map(|(_, name)| name).collect();

    assert_eq!(used, ["a", "b", "e", "h", "j"]);
}

#[test]
fn every_cycle_is_reported_once() {
    let edges = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "a"), ("c", "d")];
    let uses: Uses =
        edges.map(|(user, used)| ((user.to_owned(), used.to_owned()), format!("{user}.rs:1"))).into_iter().collect();

    let lines: Vec<String> = cycles(&uses).iter().map(|cycle| cycle.lines().next().unwrap().to_owned()).collect();

    assert_eq!(lines, ["a -> b -> a", "a -> b -> c -> a"]);
}
