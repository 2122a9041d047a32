//! Words: the ones that an engineer would type into a search box, in American spelling.

use crate::files::{is_generated, read, tracked};
use crate::{Allowed, Finding, assert_tidy};

const EXTENSIONS: [&str; 8] = [".rs", ".md", ".sh", ".py", ".ts", ".mjs", ".toml", ".mustache"];

/// What not to write, and what to write in its place. Several words stand side by side, also across lines.
const DIALECT: [(&str, &str); 10] = [
    ("tell", "report, print, say, distinguish"),
    ("tells", "reports, prints, says, distinguishes"),
    ("told", "reported, notified, given"),
    ("telling", "reporting, saying"),
    ("nobody", "no client, no caller"),
    ("somebody", "a client, another process"),
    ("whoever", "the caller, a client that"),
    ("heard", "received, reported"),
    ("a say in", "affects"),
    ("be had", "be available, be supported"),
];

/// British words with other American ones.
const BRITISH: [(&str, &str); 20] = [
    ("artefact", "artifact"),
    ("artefacts", "artifacts"),
    ("catalogue", "catalog"),
    ("catalogues", "catalogs"),
    ("centre", "center"),
    ("centred", "centered"),
    ("defence", "defense"),
    ("fulfil", "fulfill"),
    ("grey", "gray"),
    ("judgement", "judgment"),
    ("labelled", "labeled"),
    ("learnt", "learned"),
    ("licence", "license"),
    ("licenced", "licensed"),
    ("licences", "licenses"),
    ("modelled", "modeled"),
    ("offence", "offense"),
    ("programme", "program"),
    ("signalled", "signaled"),
    ("whilst", "while"),
];

/// Whatever begins so is spelled `or` in America.
const OUR: [&str; 8] = ["behaviour", "colour", "endeavour", "favour", "flavour", "honour", "labour", "neighbour"];

/// Verbs that end in `ize` in America, in all their forms.
const ISE: [&str; 35] = [
    "anonym",
    "author",
    "canonical",
    "capital",
    "categor",
    "central",
    "character",
    "custom",
    "deserial",
    "equal",
    "final",
    "formal",
    "general",
    "initial",
    "item",
    "local",
    "maxim",
    "memor",
    "minim",
    "modern",
    "normal",
    "optim",
    "organ",
    "parallel",
    "parametr",
    "penal",
    "priorit",
    "real",
    "recogn",
    "serial",
    "special",
    "standard",
    "summar",
    "synchron",
    "util",
];
const ISE_ENDINGS: [&str; 9] = ["ise", "ised", "iser", "isers", "ises", "ising", "isable", "isation", "isations"];

#[test]
fn words_are_plain_and_american() {
    let allowed = [
        Allowed { place: "crates/local-postgres/", reason: "`nobody` is the Unix account that may run Postgres" },
        Allowed { place: "tests/tidy/words.rs", reason: "the list itself" },
    ];
    let mut findings = Vec::new();
    for path in tracked().iter().filter(|path| is_ours(path)) {
        findings.extend(findings_in(path, &read(path)));
    }
    assert_tidy("use the plain word (docs/contributing.md, \"Words\"):", &allowed, findings);
}

/// Whether the words in this file are this project's.
fn is_ours(path: &str) -> bool {
    let of_interest =
        EXTENSIONS.iter().any(|extension| path.ends_with(extension)) || ["Makefile", ".ci/run"].contains(&path);
    let received = ["crates/conform/golden/", "server-impl/assets/"].iter().any(|folder| path.starts_with(folder));
    of_interest && !received && !is_generated(path)
}

fn findings_in(path: &str, text: &str) -> Vec<Finding> {
    let words = words(text);
    let mut findings = Vec::new();
    for (index, (line, word)) in words.iter().enumerate() {
        let listed = DIALECT.iter().chain(&BRITISH).find(|(bad, _)| {
            bad.split(' ').enumerate().all(|(step, part)| words.get(index + step).is_some_and(|(_, word)| word == part))
        });
        let plain = listed.map(|(_, plain)| (*plain).to_owned()).or_else(|| american(word));
        if let Some(plain) = plain {
            let bad = listed.map_or(word.as_str(), |(bad, _)| bad);
            findings.push(Finding { path: path.to_owned(), line: *line, what: format!("{bad} (plain: {plain})") });
        }
    }
    findings
}

/// The American spelling of a British word.
fn american(word: &str) -> Option<String> {
    if OUR.iter().any(|british| word.starts_with(british)) {
        return Some(word.replacen("our", "or", 1));
    }
    let (stem, ending) = ISE.iter().find_map(|stem| Some((stem, word.strip_prefix(stem)?)))?;
    ISE_ENDINGS.contains(&ending).then(|| format!("{stem}{}", ending.replacen('s', "z", 1)))
}

/// The words of a text in lower case with their lines. `a_name` and `AName` are two words each.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut word = String::new();
        let mut previous = ' ';
        for character in line.chars().chain([' ']) {
            let begins = previous.is_lowercase() && character.is_uppercase();
            if (begins || !character.is_alphabetic()) && !word.is_empty() {
                words.push((index + 1, std::mem::take(&mut word)));
            }
            if character.is_alphabetic() {
                word.extend(character.to_lowercase());
            }
            previous = character;
        }
    }
    words
}

#[test]
fn words_are_found_in_prose_names_and_across_lines() {
    let text =
        "// It has a\n// say in it.\nfn told_nobody(authorised: Colour) {}\n// stellar, optimistic, realism, behavior";

    let found: Vec<_> = findings_in("a.rs", text).into_iter().map(|finding| (finding.line, finding.what)).collect();

    let expected = [
        (1, "a say in (plain: affects)"),
        (3, "told (plain: reported, notified, given)"),
        (3, "nobody (plain: no client, no caller)"),
        (3, "authorised (plain: authorized)"),
        (3, "colour (plain: color)"),
    ];
    assert_eq!(found, expected.map(|(line, what)| (line, what.to_owned())));
}
