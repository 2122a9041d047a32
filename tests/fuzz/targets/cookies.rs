//! Cookies: a simpler reader finds the same value, and a cookie that was set is found.

#![no_main]

use http::header::COOKIE;
use immich_fuzz::{headers, latin1, lines};
use immich_server::http::cookies::{ACCESS_TOKEN, cookie};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let sent = headers(lines(data).map(|line| ("cookie", line)));

    let found = cookie(&sent, ACCESS_TOKEN);

    let pieces = sent.get_all(COOKIE).into_iter().flat_map(|line| {
        let text = latin1(line.as_bytes());
        text.split(';').map(str::to_owned).collect::<Vec<_>>()
    });
    let blank = [' ', '\t'];
    let expected = pieces
        .filter_map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .find(|(name, _)| name.trim_matches(blank) == ACCESS_TOKEN)
        .map(|(_, value)| unescaped(value.trim_matches(blank)));
    assert_eq!(found.as_deref(), expected.as_deref());
});

/// The value with its escapes decoded; unchanged if one of them is no escape, or if they are not UTF-8.
fn unescaped(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend(before.bytes());
        let Some(digits) = after.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit())) else {
            return value.to_owned();
        };
        bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
        rest = &after[2..];
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}
