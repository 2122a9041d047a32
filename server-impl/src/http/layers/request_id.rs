//! Names for requests that bring none.

use bytes::Bytes;
use http::HeaderValue;
use rand::RngExt as _;
use std::cell::RefCell;

/// Letters of a name: eight of lower-case base 36, as upstream makes them.
const LENGTH: usize = 8;

const ALPHABET: [u8; 36] = *b"0123456789abcdefghijklmnopqrstuvwxyz";

thread_local! {
    static NAMES: RefCell<Bytes> = const { RefCell::new(Bytes::new()) };
}

/// A new name.
pub(crate) fn random() -> String {
    next().iter().copied().map(char::from).collect()
}

/// A new name as a header.
#[allow(clippy::expect_used, reason = "digits and letters may all stand in a header")]
pub(crate) fn header() -> HeaderValue {
    HeaderValue::from_maybe_shared(next()).expect("a valid header value")
}

fn next() -> Bytes {
    NAMES.with_borrow_mut(|names| {
        if names.is_empty() {
            *names = batch();
        }
        names.split_to(LENGTH)
    })
}

/// As many names as there are letters, alike but for the last one: it takes one draw for all of them. Two batches share a
/// name only if they share all.
fn batch() -> Bytes {
    let mut random: u64 = rand::rng().random();
    let beginning = [(); LENGTH - 1].map(|()| {
        let letter = ALPHABET[usize::try_from(random % 36).unwrap_or_default()];
        random /= 36;
        letter
    });
    let mut names = Vec::with_capacity(ALPHABET.len() * LENGTH);
    for last in ALPHABET {
        names.extend_from_slice(&beginning);
        names.push(last);
    }
    names.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn given_many_requests_then_each_has_a_name_of_its_own_as_upstream_would_make_it() {
        let names: HashSet<String> = (0..ALPHABET.len() * 3).map(|_| random()).collect();

        assert_eq!(names.len(), ALPHABET.len() * 3);
        let is_name =
            |name: &String| name.len() == 8 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(names.iter().all(is_name));
        assert_eq!(header().len(), LENGTH);
    }
}
