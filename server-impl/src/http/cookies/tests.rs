use super::*;

fn headers(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap());
    }
    headers
}

/// The value of the cookie `name`.
fn read(lines: &[&str]) -> Option<String> {
    cookie(&headers(lines), "name").map(Cow::into_owned)
}

fn texts(cookies: &[HeaderValue; 3]) -> [&str; 3] {
    cookies.each_ref().map(|cookie| cookie.to_str().unwrap())
}

fn login(secure: bool) -> [HeaderValue; 3] {
    // 2026-01-01T00:00:00Z; 400 days later it is 2027-02-05.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    login_cookies(&"Tok3n".into(), secure, now).unwrap()
}

#[test]
fn given_a_login_over_http_then_the_three_cookies_are_those_of_the_original() {
    assert_eq!(
        texts(&login(false)),
        [
            "immich_access_token=Tok3n; Max-Age=34560000; Path=/; Expires=Fri, 05 Feb 2027 00:00:00 GMT; HttpOnly; SameSite=Lax",
            "immich_auth_type=password; Max-Age=34560000; Path=/; Expires=Fri, 05 Feb 2027 00:00:00 GMT; HttpOnly; SameSite=Lax",
            "immich_is_authenticated=true; Max-Age=34560000; Path=/; Expires=Fri, 05 Feb 2027 00:00:00 GMT; SameSite=Lax",
        ]
    );
}

#[test]
fn given_a_login_over_https_then_the_cookies_are_secure() {
    assert_eq!(
        texts(&login(true)),
        [
            "immich_access_token=Tok3n; Max-Age=34560000; Path=/; Expires=Fri, 05 Feb 2027 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
            "immich_auth_type=password; Max-Age=34560000; Path=/; Expires=Fri, 05 Feb 2027 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
            "immich_is_authenticated=true; Max-Age=34560000; Path=/; Expires=Fri, 05 Feb 2027 00:00:00 GMT; Secure; SameSite=Lax",
        ]
    );
}

#[test]
fn given_a_logout_then_the_same_cookies_are_cleared_in_the_same_order() {
    let cleared = cleared_cookies();
    for (text, name) in texts(&cleared).iter().zip([ACCESS_TOKEN, AUTH_TYPE, IS_AUTHENTICATED]) {
        assert_eq!(*text, format!("{name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
    }
}

#[test]
fn given_any_of_the_cookies_then_its_debug_output_hides_it() {
    for cookie in login(true).iter().chain(&cleared_cookies()) {
        assert!(cookie.is_sensitive());
        assert!(!format!("{cookie:?}").contains("immich"));
    }
}

#[test]
fn given_a_token_with_a_line_break_then_there_is_an_error_and_no_header() {
    let result = login_cookies(&"a\r\nSet-Cookie: b".into(), false, SystemTime::now());
    assert!(result.is_err());
}

#[test]
fn given_the_cookie_among_others_then_it_is_found() {
    assert_eq!(read(&["name=value"]).unwrap(), "value");
    assert_eq!(read(&["a=b; name=value; c=d"]).unwrap(), "value");
    assert_eq!(read(&["a=b;name = value\t;c"]).unwrap(), "value");
    assert_eq!(read(&["a=b", "name=value"]).unwrap(), "value");
    assert_eq!(read(&["name=a=b=="]).unwrap(), "a=b==");
    assert_eq!(read(&["name="]).unwrap(), "");
}

#[test]
fn given_other_names_then_the_cookie_is_not_found() {
    assert_eq!(read(&[]), None);
    assert_eq!(read(&["", ";;=;", "name", "names=1; nam=2; xname=3"]), None);
    assert_eq!(read(&["NAME=1; Name=2"]), None);
}

#[test]
fn given_the_name_twice_then_the_first_counts_even_if_empty() {
    assert_eq!(read(&["name=first; name=second"]).unwrap(), "first");
    assert_eq!(read(&["name=first", "name=second"]).unwrap(), "first");
    assert_eq!(read(&["name=; name=second"]).unwrap(), "");
}

#[test]
fn given_quotes_around_a_value_then_they_are_part_of_it() {
    assert_eq!(read(&["name=\"value\""]).unwrap(), "\"value\"");
    assert_eq!(read(&["name=\""]).unwrap(), "\"");
}

#[test]
fn given_percent_escapes_then_they_are_decoded_unless_invalid() {
    assert_eq!(read(&["name=a%20b%2fc"]).unwrap(), "a b/c");
    assert_eq!(read(&["name=%C3%A4"]).unwrap(), "ä");
    for invalid in ["%", "a%2", "%zz", "%+1", "%e4", "%20%", "%C3%"] {
        assert_eq!(read(&[&format!("name={invalid}")]).unwrap(), invalid);
    }
}

#[test]
fn given_bytes_that_are_not_ascii_then_they_are_read_as_latin_1() {
    assert_eq!(read(&["name=ä"]).unwrap(), "Ã¤");
}
