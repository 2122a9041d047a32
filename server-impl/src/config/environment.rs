//! Variables of the environment that have no effect: misspelled ones, and those that only upstream uses.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::error::one_line;
use super::unused::UNUSED;

/// Variables with these prefixes are checked.
const PREFIXES: [&str; 2] = ["IMMICH_", "DB_"];
/// The most unknown variables that are reported one by one.
const MAX_REPORTED: usize = 20;
/// How similar a known name must be to be suggested, from 0 to 1.
const MIN_SIMILARITY: f64 = 0.85;
/// The similarity of names of which one has all words of the other is above this.
const SAME_WORDS: f64 = 0.9;
/// Longer names are cut in messages; in characters.
const MAX_SHOWN: usize = 80;

/// One line for each variable of the environment that has a checked prefix and is not known, and one line for all
/// known variables that have no effect here. `used` are the variables that this program reads.
pub(super) fn notes(used: &BTreeSet<&str>) -> Vec<String> {
    let given = std::env::vars_os().filter(|(_, value)| !value.is_empty());
    notes_on(&given.map(|(name, _)| name.to_string_lossy().into_owned()).collect(), used)
}

fn notes_on(given: &BTreeSet<String>, used: &BTreeSet<&str>) -> Vec<String> {
    let unused: BTreeSet<&str> = UNUSED.iter().map(|variable| variable.name).collect();
    let (unused_here, unknown): (Vec<&str>, Vec<&str>) = given
        .iter()
        .map(String::as_str)
        .filter(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|name| !used.contains(name) && !is_of_kubernetes(name, given))
        .partition(|name| unused.contains(name));

    let describe = |name: &&str| describe(name, nearest(name, used).or_else(|| nearest(name, &unused)));
    let mut notes: Vec<String> = unknown.iter().take(MAX_REPORTED).map(describe).collect();
    if unknown.len() > MAX_REPORTED {
        notes.push(format!("{} more variables are unknown and have no effect", unknown.len() - MAX_REPORTED));
    }
    if !unused_here.is_empty() {
        notes.push(format!("variables of upstream that have no effect here: {}", unused_here.join(", ")));
    }
    notes
}

fn describe(name: &str, nearest: Option<&str>) -> String {
    let shown: String = one_line(name).chars().take(MAX_SHOWN).collect();
    match nearest {
        Some(nearest) => format!("the variable {shown} is unknown and has no effect; did you mean {nearest}?"),
        None => format!("the variable {shown} is unknown and has no effect"),
    }
}

/// The most similar known name, if any is similar enough for a spelling mistake. A name with the same prefix comes
/// first; the prefixes are not compared, because they are a large part of a name.
fn nearest<'name>(name: &str, known: &BTreeSet<&'name str>) -> Option<&'name str> {
    let name = name.to_uppercase();
    let (prefix, rest) = split(&name);
    let similar = known.iter().filter_map(|&known| {
        let (known_prefix, known_rest) = split(known);
        let spelling = strsim::jaro_winkler(rest, known_rest);
        let similarity = shared_words(rest, known_rest).max(spelling);
        (similarity >= MIN_SIMILARITY).then_some((prefix == known_prefix, similarity, known))
    });
    similar.max_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))).map(|(.., known)| known)
}

/// The similarity of two names by their words, if one of them has all words of the other.
fn shared_words(one: &str, other: &str) -> f64 {
    let words = |name: &str| -> BTreeSet<String> { name.split('_').map(str::to_owned).collect() };
    let (one, other) = (words(one), words(other));
    if one.is_subset(&other) || other.is_subset(&one) {
        let share = |count: usize| u32::try_from(count).map_or(0.0, f64::from);
        SAME_WORDS + (1.0 - SAME_WORDS) * share(one.intersection(&other).count()) / share(one.union(&other).count())
    } else {
        0.0
    }
}

/// Whether this value is one that Kubernetes gives to the variable `{NAME}_PORT` of a service, such as
/// `IMMICH_PORT` of a service `immich`.
pub(super) fn is_port_of_kubernetes(variable: &str, value: &OsStr) -> bool {
    variable.ends_with("_PORT") && value.to_str().is_some_and(|value| value.starts_with("tcp://"))
}

/// The prefix of a checked variable, and the rest of its name.
fn split(name: &str) -> (&str, &str) {
    let prefix = PREFIXES.into_iter().find(|prefix| name.starts_with(prefix)).unwrap_or_default();
    (prefix, &name[prefix.len()..])
}

/// Whether Kubernetes sets this variable for a service with a name such as `immich-server` or `db`.
///
/// Source: Kubernetes documentation, "Service", "Environment variables": `{NAME}_SERVICE_HOST`,
/// `{NAME}_SERVICE_PORT`, and `{NAME}_PORT` with variables that begin with it.
fn is_of_kubernetes(name: &str, given: &BTreeSet<String>) -> bool {
    ["_SERVICE_", "_PORT"]
        .iter()
        .any(|infix| name.match_indices(infix).any(|(at, _)| given.contains(&format!("{}_SERVICE_HOST", &name[..at]))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SETTINGS;

    fn notes_on_names(names: &[&str]) -> Vec<String> {
        let settings = SETTINGS.iter().flat_map(|setting| setting.variables());
        let used = settings.chain(["IMMICH_IMPORT_FROM"]).collect();
        notes_on(&names.iter().map(|name| (*name).to_owned()).collect(), &used)
    }

    #[test]
    fn an_unknown_variable_is_reported_with_the_nearest_known_name() {
        for (name, nearest) in [
            ("IMMICH_TRUSTED_PROXYS", "IMMICH_TRUSTED_PROXIES"),
            ("IMMICH_LOGLEVEL", "IMMICH_LOG_LEVEL"),
            ("DB_HOST", "DB_HOSTNAME"),
            ("IMMICH_DB_PASSWORD", "DB_PASSWORD"),
            ("DB_USER_NAME", "DB_USERNAME"),
            ("DB_PASSWORD_FIEL", "DB_PASSWORD_FILE"),
            ("IMMICH_MEDIA_LOCATOIN", "IMMICH_MEDIA_LOCATION"),
            ("IMMICH_IMPORT_FORM", "IMMICH_IMPORT_FROM"),
            ("IMMICH_METRICS_PORT", "IMMICH_API_METRICS_PORT"),
            ("IMMICH_SERVER_PORT", "IMMICH_PORT"),
            ("DB_NAME", "DB_DATABASE_NAME"),
            ("IMMICH_CLEANUP_TIME", "IMMICH_API_CLEANUP_TIME"),
            ("IMMICH_log_level", "IMMICH_LOG_LEVEL"),
        ] {
            assert_eq!(
                notes_on_names(&[name]),
                [format!("the variable {name} is unknown and has no effect; did you mean {nearest}?")]
            );
        }
        assert_eq!(
            notes_on_names(&["IMMICH_FROBNICATE"]),
            ["the variable IMMICH_FROBNICATE is unknown and has no effect"]
        );
    }

    #[test]
    fn known_variables_and_those_of_other_programs_are_not_reported() {
        let known = ["DB_URL", "DB_PASSWORD_FILE", "IMMICH_PORT", "IMMICH_SEED", "IMMICH_IMPORT_FROM"];
        let others = ["PATH", "REDIS_HOSTNAME", "immich_port", "IMMICH", "POSTGRES_DB_NAME"];

        assert_eq!(notes_on_names(&known), [""; 0]);
        assert_eq!(notes_on_names(&others), [""; 0]);
    }

    #[test]
    fn variables_that_only_upstream_uses_are_reported_in_one_line() {
        assert_eq!(
            notes_on_names(&["IMMICH_MEDIA_LOCATION", "DB_VECTOR_EXTENSION", "IMMICH_PORT"]),
            ["variables of upstream that have no effect here: DB_VECTOR_EXTENSION, IMMICH_MEDIA_LOCATION"]
        );
    }

    #[test]
    fn variables_that_kubernetes_sets_for_services_are_not_reported() {
        let of_service = [
            "IMMICH_SERVER_SERVICE_HOST",
            "IMMICH_SERVER_SERVICE_PORT",
            "IMMICH_SERVER_SERVICE_PORT_HTTP",
            "IMMICH_SERVER_PORT",
            "IMMICH_SERVER_PORT_2283_TCP",
            "IMMICH_SERVER_PORT_2283_TCP_ADDR",
        ];

        assert_eq!(notes_on_names(&of_service), [""; 0]);
        assert_eq!(notes_on_names(&of_service[1..]).len(), 5);
    }

    #[test]
    fn the_number_of_lines_and_the_length_of_a_line_are_limited() {
        let mut names: Vec<String> = (100..150).map(|number| format!("IMMICH_FROBNICATE_{number}")).collect();
        names.push(format!("DB_{}\n", "X".repeat(10_000)));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();

        let notes = notes_on_names(&names);

        assert_eq!(notes.len(), MAX_REPORTED + 1);
        assert_eq!(notes[MAX_REPORTED], "31 more variables are unknown and have no effect");
        assert!(notes.iter().all(|note| note.len() < 200 && !note.contains('\n')), "{notes:?}");
    }

    #[test]
    fn no_setting_is_also_listed_as_unused() {
        let unused: BTreeSet<&str> = UNUSED.iter().map(|variable| variable.name).collect();

        assert_eq!(unused.len(), UNUSED.len());
        assert!(UNUSED.is_sorted_by_key(|variable| variable.name));
        for setting in SETTINGS.iter().flat_map(|setting| setting.variables()) {
            assert!(!unused.contains(setting), "{setting}");
        }
        for name in unused {
            assert!(PREFIXES.iter().any(|prefix| name.starts_with(prefix)), "{name}");
        }
    }
}
