use std::time::{Duration, Instant};

use super::samples::SAMPLES;
use super::*;
use http::header::HeaderValue;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

/// Device type, operating system and app version.
fn details(pairs: &[(&'static str, &str)]) -> (String, String, Option<String>) {
    let found = DeviceDetails::from_headers(&headers(pairs));
    (found.device_type, found.device_os, found.app_version)
}

fn row(kind: &str, system: &str, version: Option<&str>) -> (String, String, Option<String>) {
    (kind.into(), system.into(), version.map(str::to_owned))
}

#[test]
fn given_the_patterns_then_they_compile() {
    assert!(EXTRACTOR.is_ok());
}

#[test]
fn given_known_user_agents_then_the_names_are_those_of_the_original() {
    for (kind, system, user_agent) in SAMPLES {
        let found = DeviceDetails::from_headers(&headers(&[("user-agent", user_agent)]));
        assert_eq!((&*found.device_type, &*found.device_os), (*kind, *system), "{user_agent}");
    }
}

#[test]
fn given_the_mobile_app_then_its_version_is_detected() {
    for (user_agent, system, version) in [
        ("Immich_Android_1.2.3", "Android", Some("1.2.3")),
        ("Immich_iOS_2.5.5", "", Some("2.5.5")),
        ("Immich_iOS_2.5.0+123", "", Some("2.5.0+123")),
        ("Immich_Android_1.0_b (x)", "Android", Some("1.0_b (x)")),
        ("immich_android_1.0", "android", None),
        ("Immich_Android_", "Android", None),
        ("Immich_iOS_", "", None),
        ("Immich_Web_1.0", "", None),
        (" Immich_iOS_1.0", "", Some("1.0")),
        ("x Immich_iOS_1.0", "", None),
    ] {
        // hyper trims the white space around a header.
        let expected = row("", system, version);
        assert_eq!(details(&[("user-agent", user_agent.trim())]), expected);
    }
}

#[test]
fn given_device_headers_then_they_supply_what_the_user_agent_does_not_name() {
    let sent = [("devicemodel", "Pixel 9"), ("devicetype", "Android")];
    assert_eq!(details(&sent), row("Pixel 9", "Android", None));

    let with = |user_agent| details(&[("user-agent", user_agent), sent[0], sent[1]]);
    assert_eq!(with("golden/1.0"), row("Pixel 9", "Android", None));
    assert_eq!(with("Dart/3.3 (dart:io)"), row("Pixel 9", "Android", None));
    assert_eq!(with("Immich_iOS_2.5.5"), row("Pixel 9", "Android", Some("2.5.5")));
    assert_eq!(with("firefox/1"), row("firefox", "Android", None));
    assert_eq!(with("Immich (iPad; iOS 17.2)"), row("tablet", "iOS", None));
}

#[test]
fn given_no_headers_then_everything_is_empty() {
    assert_eq!(details(&[]), row("", "", None));
    assert_eq!(details(&[("user-agent", "")]), row("", "", None));
}

#[test]
fn given_a_header_twice_then_the_first_user_agent_counts_and_other_headers_are_joined() {
    let sent = [("user-agent", "Immich_iOS_1"), ("user-agent", "Immich_iOS_2")];
    assert_eq!(details(&sent), row("", "", Some("1")));
    let sent = [("devicemodel", "Pixel"), ("devicemodel", "9")];
    assert_eq!(details(&sent), row("Pixel, 9", "", None));
}

#[test]
fn given_bytes_that_are_not_ascii_then_they_are_read_as_latin_1() {
    assert_eq!(details(&[("devicemodel", "Größe"), ("devicetype", "é")]), row("GrÃ¶Ã\u{9f}e", "Ã©", None));
    assert_eq!(details(&[("user-agent", "ä Firefox/1 (X11; Linux) ö")]), row("Firefox", "Linux", None));
    assert_eq!(app_version(&headers(&[("user-agent", "Immich_iOS_ä")])).unwrap(), "Ã¤");
}

#[test]
fn given_long_headers_then_only_the_first_500_bytes_are_read() {
    let late = format!("{} Firefox/1 (X11; Linux)", "x".repeat(500));
    assert_eq!(details(&[("user-agent", &late)]), row("", "", None));

    let long = "m".repeat(4000);
    assert_eq!(details(&[("devicemodel", &long)]).0.len(), 500);
    let version = format!("Immich_iOS_{long}");
    assert_eq!(details(&[("user-agent", &version)]).2.unwrap().len(), 489);
}

#[test]
fn given_hostile_user_agents_then_detection_stays_fast() {
    for part in ["a", "(", "android ", "mobile;", "Version/1 ", "iphone ", "(iphone ", "; sm-t", "wv) ", "é"] {
        let headers = headers(&[("user-agent", &part.repeat(8000 / part.len()))]);
        let _ = DeviceDetails::from_headers(&headers);
        let begin = Instant::now();
        let _ = DeviceDetails::from_headers(&headers);
        let took = begin.elapsed();
        assert!(took < Duration::from_millis(20), "{part} {took:?}");
    }
}
