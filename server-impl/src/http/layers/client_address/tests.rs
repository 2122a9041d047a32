use http::header::{HeaderName, HeaderValue};

use ipnet::IpNet;

use super::*;

/// Loopback and private networks.
fn proxies() -> TrustedProxies {
    ["127.0.0.0/8", "10.0.0.0/8", "::1/128", "fc00::/7"]
        .into_iter()
        .map(|network| network.parse::<IpNet>().unwrap())
        .collect()
}

/// Address and https flag of the client of a request from `peer` with these headers.
fn detect(peer: &str, sent: &[(&str, &str)]) -> (String, bool) {
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let client = client(peer.parse().unwrap(), &headers, &proxies());
    (client.address.to_string(), client.secure)
}

fn address(peer: &str, sent: &[(&str, &str)]) -> String {
    detect(peer, sent).0
}

#[test]
fn given_a_peer_that_is_no_trusted_proxy_then_its_headers_are_ignored() {
    for header in ["X-Forwarded-For", "Forwarded"] {
        let sent = [(header, "for=203.0.113.7;proto=https"), (header, "203.0.113.7"), ("X-Forwarded-Proto", "https")];
        assert_eq!(detect("198.51.100.1", &sent), ("198.51.100.1".into(), false));
    }
}

#[test]
fn given_a_proxy_then_the_address_it_appended_is_the_client() {
    let from = |list| address("127.0.0.1", &[("X-Forwarded-For", list)]);
    assert_eq!(from("203.0.113.7"), "203.0.113.7");
    assert_eq!(from(" 203.0.113.7 \t"), "203.0.113.7");
    assert_eq!(from("203.0.113.7,10.0.0.5"), "203.0.113.7");
    assert_eq!(from("203.0.113.7, 10.0.0.5, 10.0.0.6"), "203.0.113.7");
}

#[test]
fn given_forged_entries_then_they_are_ignored() {
    let from = |list| address("127.0.0.1", &[("X-Forwarded-For", list)]);
    assert_eq!(from("192.0.2.99, 203.0.113.7, 10.0.0.5"), "203.0.113.7");
    assert_eq!(from("127.0.0.1, 203.0.113.7"), "203.0.113.7");
    assert_eq!(from("10.0.0.1, 203.0.113.7"), "203.0.113.7");
}

#[test]
fn given_bytes_that_are_no_text_before_what_the_proxy_appended_then_they_are_ignored() {
    for bytes in [&b"\xff, 203.0.113.7"[..], b"127.0.0.1, \xe9, 203.0.113.7", b"\xc3\x28,203.0.113.7"] {
        let headers = HeaderMap::from_iter([(FORWARDED_FOR.clone(), HeaderValue::from_bytes(bytes).unwrap())]);
        let client = client("127.0.0.1".parse().unwrap(), &headers, &proxies());
        assert_eq!(client.address.to_string(), "203.0.113.7");
    }
}

#[test]
fn given_only_trusted_hops_then_the_first_of_the_list_is_the_client() {
    let from = |list| address("::1", &[("X-Forwarded-For", list)]);
    assert_eq!(from("10.0.0.9, 10.0.0.5"), "10.0.0.9");
}

#[test]
fn given_several_headers_then_they_are_one_list() {
    let sent = [("X-Forwarded-For", "192.0.2.99, 203.0.113.7"), ("X-Forwarded-For", "10.0.0.5")];
    assert_eq!(address("127.0.0.1", &sent), "203.0.113.7");
}

#[test]
fn given_an_entry_that_is_no_address_then_reading_stops_and_the_last_valid_one_is_the_client() {
    let from = |list| address("127.0.0.1", &[("X-Forwarded-For", list)]);
    assert_eq!(from("203.0.113.7, unknown, 10.0.0.5"), "10.0.0.5");
    assert_eq!(from("203.0.113.7, , 10.0.0.5"), "10.0.0.5");
    assert_eq!(from("203.0.113.7, 10.0.0.5,"), "127.0.0.1");
    assert_eq!(from(""), "127.0.0.1");
    assert_eq!(from("1.2.3.4.5"), "127.0.0.1");
    assert_eq!(from("010.0.0.1"), "127.0.0.1");
    let sent = [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "é"), ("X-Forwarded-For", "10.0.0.5")];
    assert_eq!(address("127.0.0.1", &sent), "10.0.0.5");
}

#[test]
fn given_addresses_with_ports_or_ipv6_addresses_then_they_are_parsed() {
    let from = |list| address("127.0.0.1", &[("X-Forwarded-For", list)]);
    assert_eq!(from("203.0.113.7:4711"), "203.0.113.7");
    assert_eq!(from("2001:db8::7"), "2001:db8::7");
    assert_eq!(from("[2001:db8::7]"), "2001:db8::7");
    assert_eq!(from("[2001:db8::7]:4711"), "2001:db8::7");
    assert_eq!(from("::ffff:203.0.113.7"), "203.0.113.7");
}

#[test]
fn given_an_ipv4_mapped_peer_then_it_is_an_ipv4_address() {
    assert_eq!(address("::ffff:198.51.100.1", &[]), "198.51.100.1");
    let sent = [("X-Forwarded-For", "203.0.113.7, ::ffff:10.0.0.5")];
    assert_eq!(address("::ffff:127.0.0.1", &sent), "203.0.113.7");
}

#[test]
fn given_x_forwarded_proto_then_its_first_entry_is_the_protocol() {
    let secure = |list| detect("127.0.0.1", &[("X-Forwarded-Proto", list)]).1;
    assert!(secure("https"));
    // As in the recorded cases `whole/secure-HTTPS` and `whole/secure-Https`.
    assert!(!secure("HTTPS"));
    assert!(secure(" https , http"));
    assert!(!secure("http, https"));
    assert!(!secure("http"));
    assert!(!secure("httpsx"));
    assert!(!secure(""));
    assert!(!detect("127.0.0.1", &[]).1);
}

#[test]
fn given_a_client_behind_an_https_proxy_then_address_and_protocol_are_detected() {
    let sent = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.7")];
    assert_eq!(detect("127.0.0.1", &sent), ("203.0.113.7".into(), true));
}

#[test]
fn given_forwarded_then_it_is_read_like_x_forwarded() {
    let from = |list| detect("127.0.0.1", &[("Forwarded", list)]);
    assert_eq!(from("for=203.0.113.7"), ("203.0.113.7".into(), false));
    assert_eq!(from("For=203.0.113.7 ; Proto=HTTPS;by=10.0.0.1"), ("203.0.113.7".into(), true));
    assert_eq!(
        from(r#"for=192.0.2.99;proto=http, for="[2001:db8:cafe::17]:4711";proto=https, for=10.0.0.5"#),
        ("2001:db8:cafe::17".into(), false)
    );
    assert_eq!(from(r#"for="203.0.113.7:4711";proto="https""#), ("203.0.113.7".into(), true));
    assert_eq!(from(r#"for="[2001:db8::7]:_port""#).0, "2001:db8::7");
    assert_eq!(from(r#"host="a,for=1.1.1.1;\",";for=203.0.113.7"#).0, "203.0.113.7");
}

#[test]
fn given_forwarded_nodes_without_an_address_then_reading_stops_before_them() {
    let from = |list| address("127.0.0.1", &[("Forwarded", list)]);
    assert_eq!(from("for=203.0.113.7, for=unknown, for=10.0.0.5"), "10.0.0.5");
    assert_eq!(from("for=203.0.113.7, for=_hidden"), "127.0.0.1");
    assert_eq!(from("for=203.0.113.7, proto=https"), "127.0.0.1");
    assert_eq!(from("for=\"[2001:db8::7"), "127.0.0.1");
    // nginx's `for=$remote_addr`.
    assert_eq!(from("for=2001:db8::7;proto=https"), "2001:db8::7");
    assert_eq!(from(";;==,\"\\"), "127.0.0.1");
}

#[test]
fn given_both_kinds_of_headers_then_x_forwarded_has_precedence() {
    let sent = [("Forwarded", "for=192.0.2.99;proto=https"), ("X-Forwarded-For", "203.0.113.7")];
    assert_eq!(detect("127.0.0.1", &sent), ("203.0.113.7".into(), false));
    let sent = [("Forwarded", "for=192.0.2.99;proto=http"), ("X-Forwarded-Proto", "https")];
    assert_eq!(detect("127.0.0.1", &sent), ("127.0.0.1".into(), true));
}

#[test]
fn given_no_trusted_networks_then_no_proxy_is_trusted() {
    let mut headers = HeaderMap::new();
    headers.insert(&FORWARDED_FOR, HeaderValue::from_static("203.0.113.7"));
    let peer = "127.0.0.1".parse().unwrap();
    let found = client(peer, &headers, &TrustedProxies::default());
    assert_eq!(found.address, peer);
}

#[test]
fn given_forwarded_headers_of_a_peer_that_is_not_trusted_then_its_address_may_be_shared() {
    let shared = |peer: &str, name: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_static("203.0.113.7"));
        client(peer.parse().unwrap(), &headers, &proxies()).may_be_shared
    };
    for header in ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"] {
        assert!(shared("198.51.100.1", header), "{header}");
        assert!(!shared("127.0.0.1", header), "{header}");
    }
    assert!(!shared("198.51.100.1", "Via"));
}
