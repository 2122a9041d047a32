//! Query parameters.
//!
//! The query is not parsed up front: most requests have no query, and the others have few parameters, so each access
//! scans the raw text. Names are case-sensitive and flat: `name[]` and `name` are different, except in [`Query::list`].

use std::borrow::Cow;

use thiserror::Error;

use crate::percent::decode_form;

/// The query of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Query<'a>(&'a str);

/// A single-valued parameter was given more than once; holds its name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Query parameter '{0}' must not be given more than once")]
pub struct RepeatedParameter(pub String);

impl<'a> Query<'a> {
    /// Wraps a raw query, without the leading `?`.
    #[must_use]
    pub fn parse(query: &'a str) -> Self {
        Self(query)
    }

    /// The decoded value of a single-valued parameter; `None` if it is absent or empty.
    ///
    /// # Errors
    /// [`RepeatedParameter`] if the name occurs more than once, even with equal or empty values.
    pub fn single(&self, name: &str) -> Result<Option<Cow<'a, str>>, RepeatedParameter> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(RepeatedParameter(name.to_owned()));
        }
        Ok(first.map(decode_form).filter(|value| !value.is_empty()))
    }

    /// All decoded values of a parameter in the order sent, including empty ones.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<Cow<'a, str>> {
        self.values(name).map(decode_form).collect()
    }

    /// All decoded values of a list parameter, given as `name` or as `name[]`, in the order sent.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<Cow<'a, str>> {
        self.matching(|key| key.strip_suffix("[]").unwrap_or(key) == name).map(decode_form).collect()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.matching(move |key| key == name)
    }

    fn matching(&self, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &'a str> {
        self.0.split('&').filter(|pair| !pair.is_empty()).filter_map(move |pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            is_wanted(&decode_form(key)).then_some(value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_given_once_is_decoded() {
        for (query, value) in [
            ("", None),
            ("apiKey=", None),
            ("apiKey", None),
            ("x=1&y", None),
            ("apikey=a", None),
            ("apiKey[]=a", None),
            ("apiKey=a", Some("a")),
            ("x=1&apiKey=a&&y=2", Some("a")),
            ("%61piKey=a%20b+c", Some("a b c")),
            ("apiKey=a=b", Some("a=b")),
            ("apiKey=%zz", Some("%zz")),
        ] {
            assert_eq!(Query::parse(query).single("apiKey").unwrap().as_deref(), value, "{query}");
        }
    }

    #[test]
    fn a_repeated_parameter_is_rejected_by_name() {
        for query in ["k=a&k=b", "k=&k=", "k&%6B=1"] {
            let error = Query::parse(query).single("k").unwrap_err();
            assert_eq!(error, RepeatedParameter("k".into()), "{query}");
            assert_eq!(error.to_string(), "Query parameter 'k' must not be given more than once");
        }
        assert_eq!(Query::parse("k=a&k[]=b").single("k").unwrap().as_deref(), Some("a"));
    }

    #[test]
    fn all_values_are_returned_in_order() {
        assert_eq!(Query::parse("a=1&b=2&a=&a=3+4").all("a"), ["1", "", "3 4"]);
        assert!(Query::parse("").all("").is_empty());
    }

    #[test]
    fn a_list_is_read_with_and_without_brackets_in_order() {
        assert_eq!(Query::parse("a=1&a[]=2&b=0&a%5B%5D=3&a[0]=4&a[][]=5&[]=6").list("a"), ["1", "2", "3"]);
        assert!(Query::parse("aa=1&A=2").list("a").is_empty());
    }

    #[test]
    fn a_value_without_escapes_is_borrowed() {
        assert!(matches!(Query::parse("k=plain").single("k"), Ok(Some(Cow::Borrowed("plain")))));
    }
}
