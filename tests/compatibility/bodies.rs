//! Decoding of request bodies.

use serde_json::{Value, json};

use crate::harness::{Request, Response, Server, Session};

const FORM: &str = "application/x-www-form-urlencoded";

struct Keys {
    server: Server,
    admin: Session,
}

impl Keys {
    async fn new() -> Self {
        let server = Server::fresh().await;
        let admin = server.sign_up_admin().await;
        Self { server, admin }
    }

    fn create(&self, content_type: &str, body: &[u8]) -> Request {
        self.server
            .call("POST", "/api-keys")
            .header("Content-Type", content_type)
            .bearer(&self.admin.token)
            .body(body.to_vec())
    }
}

#[track_caller]
fn name(response: Response) -> Value {
    response.must_be(201).json()["apiKey"]["name"].clone()
}

#[track_caller]
fn must_be_without_fields(response: Response) {
    let message = &response.must_be(400).must_have_error_shape().json()["message"];
    assert_eq!(message[1], "permissions should not be empty", "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_read_in_utf_8_16_and_32_with_and_without_a_byte_order_mark() {
    let keys = Keys::new().await;
    let text = r#"{"name":"ü🔑","permissions":["all"]}"#;
    let marked = format!("\u{FEFF}{text}");
    for text in [text, &marked] {
        let units: Vec<u16> = text.encode_utf16().collect();
        for (charset, bytes) in [
            ("utf-8", text.as_bytes().to_vec()),
            ("\"UTF-8\"", text.as_bytes().to_vec()),
            ("utf-16", units.iter().copied().flat_map(u16::to_le_bytes).collect()),
            ("utf-16le", units.iter().copied().flat_map(u16::to_le_bytes).collect()),
            ("UTF-16BE", units.iter().copied().flat_map(u16::to_be_bytes).collect()),
            ("utf-32", text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect()),
        ] {
            let created = keys.create(&format!("application/json; charset={charset}"), &bytes).await;
            assert_eq!(name(created), "ü🔑", "{charset}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_charset_or_encoding_is_415() {
    let keys = Keys::new().await;
    let body = br#"{"name":"x","permissions":["all"]}"#;

    for charset in ["latin1", "utf8", "us-ascii"] {
        let refused = keys.create(&format!("application/json; charset={charset}"), body).await;
        refused.must_be_error(415, &format!("Unsupported charset \"{charset}\" of request body"));
    }
    keys.create(&format!("{FORM}; charset=latin1"), b"name=x").await.must_be(415).must_have_error_shape();
    for encoding in ["zstd", "x-gzip", "gzip, gzip"] {
        let refused = keys.create("application/json", body).header("Content-Encoding", encoding).await;
        refused.must_be_error(415, &format!("Unsupported content encoding \"{encoding}\" of request body"));
    }
    let refused = keys.create("application/json", body).header("Content-Encoding", "gzip").await;
    refused.must_be_error(400, "Request body does not match its content encoding");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_or_with_another_media_type_is_ignored() {
    let keys = Keys::new().await;
    let body = br#"{"name":"x","permissions":["all"]}"#;

    for content_type in [
        "",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/vnd.api+json",
        "application/json, text/plain",
        "application/json;",
        "application/json; charset",
        "multipart/form-data; boundary=b",
    ] {
        must_be_without_fields(keys.create(content_type, body).await);
    }
    let untyped = keys.server.call("POST", "/api-keys").bearer(&keys.admin.token).body(body.to_vec());
    must_be_without_fields(untyped.await);
    for (content_type, body) in [("application/json", b"".as_slice()), ("application/json", b"[1]"), (FORM, b"")] {
        must_be_without_fields(keys.create(content_type, body).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_strict_and_its_top_level_is_an_object_or_an_array() {
    let keys = Keys::new().await;

    for body in
        ["{", "null", "true", "1", "\"x\"", " ", "{} {}", "{'name':'x'}", "{\"name\":\"x\",}", "\u{FEFF}\u{FEFF}{}"]
    {
        keys.create("application/json", body.as_bytes()).await.must_be(400).must_have_error_shape();
    }
    let repeated = br#" {"name":1,"permissions":[],"name":"last","permissions":["all"],"__proto__":{"name":"x"}} "#;
    assert_eq!(name(keys.create("application/json", repeated).await), "last");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_may_contain_lists_in_every_notation() {
    let keys = Keys::new().await;
    let [one, two] = ["user.read", "user.update"];

    for form in [
        format!("permissions={one}&permissions={two}"),
        format!("permissions[]={one}&permissions[]={two}"),
        format!("permissions%5B%5D={one}&permissions%5b%5d={two}"),
        format!("permissions[1]={two}&permissions[0]={one}"),
        format!("permissions={one}&permissions[]={two}"),
    ] {
        let created = keys.create(FORM, form.as_bytes()).await.must_be(201).json();
        assert_eq!(created["apiKey"]["permissions"], json!([one, two]), "{form}");
    }
    let single = keys.create(FORM, format!("permissions={one}").as_bytes()).await;
    single.must_be_invalid(&["permissions must contain at least 1 elements"]);
    keys.create(FORM, format!("permissions[a]={one}").as_bytes()).await.must_be(400).must_have_error_shape();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_decoded_in_its_charset() {
    let keys = Keys::new().await;

    for (content_type, form, expected) in [
        (FORM.to_owned(), b"name=a+b%20%C3%BC&permissions[]=all".as_slice(), "a b ü"),
        (FORM.to_owned(), b"name=%zz+%41&permissions[]=all", "%zz %41"),
        (FORM.to_owned(), b"name=%FC&permissions[]=all", "%FC"),
        (format!("{FORM}; charset=UTF-8"), b"name=%C3%BC&permissions[]=all", "ü"),
        (format!("{FORM}; charset=iso-8859-1"), b"name=%FC\xFC%zz&permissions[]=all", "üü%zz"),
    ] {
        assert_eq!(name(keys.create(&content_type, form).await), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_has_its_own_limits_of_bytes_and_of_parameters() {
    let keys = Keys::new().await;
    let padded = |bytes: usize| format!("permissions[]=all&more={}", "n".repeat(bytes - 23));

    keys.create(FORM, padded(100 * 1024).as_bytes()).await.must_be(201);
    keys.create(FORM, padded(100 * 1024 + 1).as_bytes()).await.must_be(413).must_have_error_shape();
    let many = "a=1&".repeat(1000) + "permissions[]=all";
    keys.create(FORM, many.as_bytes()).await.must_be(413).must_have_error_shape();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_length_of_a_password_is_in_characters_without_variation_selectors() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let change = |new: &str| {
        server.post("/auth/change-password", json!({"password": "wrong", "newPassword": new})).bearer(&admin.token)
    };
    let short = ["newPassword must be longer than or equal to 8 characters"];

    for password in ["1234567", "éééé", "🔑🔑🔑🔑🔑🔑🔑", "❤\u{FE0F}❤\u{FE0F}❤\u{FE0F}❤\u{FE0F}"]
    {
        change(password).await.must_be_invalid(&short);
    }
    for password in ["        ", "🔑🔑🔑🔑🔑🔑🔑🔑", "éééééééé"] {
        change(password).await.must_be_error(400, "Wrong password");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_needs_no_top_level_domain_and_is_stored_in_lower_case() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let change = |email: &str| server.put("/users/me", json!({"email": email})).bearer(&admin.token);

    for email in ["a@b", "a@localhost", "\"a b\"@c.d", "ü@c", "a@ü", "o'x+1@y.z", "Aa@B.C"] {
        let changed = change(email).await.must_be(200).json();
        assert_eq!(changed["email"], email.to_lowercase());
    }
    for email in [
        "",
        " ",
        "a",
        "@b",
        "a@",
        "a..b@c",
        ".a@c",
        "a.@c",
        "a b@c",
        " a@b",
        "a@b ",
        "a@b_c",
        "a@-b",
        "a@b.",
        "a@b..c",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@b.123",
        "a@1",
        "Name <a@b>",
        "a,b@c",
        "a\u{0}@b",
        "a@b@c",
    ] {
        change(email).await.must_be_invalid(&["email must be an email"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_body_of_more_than_10_000_values_is_413() {
    let keys = Keys::new().await;
    // The object, its lists, the permission and the name count as values too.
    let body = |more: usize| {
        format!("{{\"name\":\"many\",\"permissions\":[\"user.read\"],\"more\":[{}0]}}", "0,".repeat(more - 1))
    };

    let created = keys.create("application/json", body(9_000).as_bytes()).await;
    assert_eq!(name(created), json!("many"));
    keys.create("application/json", body(10_000).as_bytes())
        .await
        .must_be_error(413, "Request body too large: at most 10000 JSON values are accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_surrogate_is_malformed_json_and_a_pair_is_one_character() {
    let keys = Keys::new().await;
    let create = |name: &str| {
        let body = format!("{{\"name\":\"{name}\",\"permissions\":[\"user.read\"]}}");
        keys.create("application/json", body.as_bytes())
    };

    assert_eq!(name(create(r"\ud83d\udd11").await), json!("🔑"));
    for half in [r"\ud83d", r"\udd11", r"\ud83d and \udd11"] {
        let message = create(half).await.must_be(400).must_have_error_shape().json()["message"].clone();
        assert!(message.as_str().unwrap().starts_with("Malformed JSON in request body: "), "{half}: {message}");
    }
    // Nothing was stored.
    let listed = keys.server.get("/api-keys").bearer(&keys.admin.token).await.must_be(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_values_may_be_nested_500_levels_deep() {
    let server = Server::fresh().await;
    let nested = |levels: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));

    for (levels, message) in [(500, "email should not be empty"), (501, "Malformed JSON in request body")] {
        let login = server.call("POST", "/auth/login").header("Content-Type", "application/json");
        let response = login.body(nested(levels).into_bytes()).await.must_be(400);
        assert!(response.text().contains(message), "{levels}: {}", response.text());
    }
}
