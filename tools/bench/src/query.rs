//! The queries of a request, read from the database's log while the server makes them.

use regex::Regex;

/// A query and its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    /// With `$1`, `$2`, ….
    pub(crate) sql: String,
    /// As text.
    pub(crate) parameters: Vec<String>,
}

/// What the server asks on idle connections, at any time.
const IDLE_CHECK: &str = "SELECT pg_is_in_recovery()";

/// The prepared statements in a database's log (`log_statement = all`), in their order.
pub(crate) fn in_log(log: &str) -> Vec<Query> {
    let mut queries = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((_, executed)) = line.split_once(" LOG:  execute ") else { continue };
        let Some((_, sql)) = executed.split_once(": ").filter(|(_, sql)| *sql != IDLE_CHECK) else { continue };
        let detail = lines.peek().and_then(|next| next.split_once(" DETAIL:  parameters: ")).map(|(_, list)| list);
        queries.push(Query { sql: sql.to_owned(), parameters: detail.map(parameters).unwrap_or_default() });
    }
    queries
}

/// Reads `$1 = 'a', $2 = 'it''s', $3 = NULL`; NULL becomes an empty text, which no query measured here has.
fn parameters(list: &str) -> Vec<String> {
    let Ok(parameter) = Regex::new(r"\$\d+ = (?:NULL|'((?:[^']|'')*)'?)") else { return Vec::new() };
    let value =
        |found: regex::Captures<'_>| found.get(1).map_or(String::new(), |text| text.as_str().replace("''", "'"));
    parameter.captures_iter(list).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_statement_is_found_with_its_parameters() {
        let log = "\
2026-11-24 14:00:00.000 UTC [7] LOG:  statement: select 1
2026-11-24 14:00:00.001 UTC [7] LOG:  execute s0: SELECT \"a\" FROM \"b\" WHERE \"c\" = $1 LIMIT $2
2026-11-24 14:00:00.001 UTC [7] DETAIL:  parameters: $1 = 'Zm9v+/=', $2 = '1'
2026-11-24 14:00:00.002 UTC [7] LOG:  execute s1: SELECT 2
2026-11-24 14:00:00.003 UTC [8] LOG:  execute s0: SELECT pg_is_in_recovery()
";
        let expected = [
            Query {
                sql: "SELECT \"a\" FROM \"b\" WHERE \"c\" = $1 LIMIT $2".to_owned(),
                parameters: vec!["Zm9v+/=".to_owned(), "1".to_owned()],
            },
            Query { sql: "SELECT 2".to_owned(), parameters: Vec::new() },
        ];
        assert_eq!(in_log(log), expected);
    }

    #[test]
    fn quotes_and_separators_within_a_parameter_belong_to_it() {
        assert_eq!(parameters("$1 = 'it''s, $2 = ''x''', $2 = '', $3 = NULL"), ["it's, $2 = 'x'", "", ""]);
    }

    #[test]
    fn a_parameter_that_is_cut_off_is_no_panic() {
        assert_eq!(parameters("$1 = 'abc"), ["abc"]);
        assert_eq!(parameters("$1 = 'abc''"), ["abc'"]);
    }
}
