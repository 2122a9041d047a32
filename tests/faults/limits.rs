//! Bodies above the limits, and more logins than the server can hash.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Server, padded_login};

/// Of a login and of a sign-up.
const LIMIT: usize = 3 * 1024 * 1024;
/// Of an operation that needs a credential.
const AUTHORIZED_LIMIT: usize = 10 * 1024 * 1024;
/// Of any other operation.
const PUBLIC_LIMIT: usize = 100 * 1024;

/// A JSON object with white space up to this many bytes.
pub(super) fn padded(json: &str, size: usize) -> Vec<u8> {
    [json.as_bytes(), &vec![b' '; size - json.len()]].concat()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(body.len() + body.len() / 1000);
    for chunk in body.chunks(64 * 1024) {
        write!(wire, "{:x}\r\n", chunk.len()).unwrap();
        wire.extend_from_slice(chunk);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\n\r\n");
    wire
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_rejected() {
    let server = Server::fresh().await;
    let send = |method: &str, path: &str, json: &str, size: usize| {
        server.call(method, path).header("Content-Type", "application/json").body(padded(json, size))
    };
    let sign_up = r#"{"email":"admin@immich.cloud","password":"password","name":"Admin"}"#;
    let message = |limit: usize| format!("Request body too large: at most {limit} bytes are accepted");
    send("POST", "/auth/admin-sign-up", sign_up, LIMIT + 1).await.must_be_error(413, &message(LIMIT));
    send("POST", "/auth/admin-sign-up", sign_up, LIMIT).await.must_be(201);
    let admin = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;

    server.padded_login(LIMIT).await.must_be(201);
    server.padded_login(LIMIT + 1).await.must_be_error(413, &message(LIMIT));
    let key = |size: usize| send("POST", "/api-keys", r#"{"permissions":["all"]}"#, size).bearer(&admin.token);
    key(AUTHORIZED_LIMIT).await.must_be(201);
    key(AUTHORIZED_LIMIT + 1).await.must_be_error(413, &message(AUTHORIZED_LIMIT));
    for path in ["/server/ping", "/server/version", "/server/features", "/server/config"] {
        send("GET", path, "{}", PUBLIC_LIMIT).await.must_be(200);
        send("GET", path, "{}", PUBLIC_LIMIT + 1).await.must_be_error(413, &message(PUBLIC_LIMIT));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_declared_too_large_is_rejected_before_it_arrives() {
    let server = Server::fresh().await;
    let before = server.resident_memory();
    let mut connection = server.connect().await;
    let head = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 5000000000\r\n\r\n";

    connection.write(head.as_bytes()).await.unwrap();

    let response = tokio::time::timeout(Duration::from_secs(5), connection.read_response(false))
        .await
        .expect("rejected without waiting for the body")
        .unwrap();
    response.must_be(413).must_have_error_shape();
    assert!(server.resident_memory() < before + 5 * 1024, "nothing was buffered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_is_counted_as_it_arrives() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let login = |size| {
        server
            .call("POST", "/auth/login")
            .header("Content-Type", "application/json")
            .header("Transfer-Encoding", "chunked")
            .body(chunked(&padded_login(size)))
    };

    login(1000).await.must_be(201);
    login(LIMIT + 1).await.must_be(413).must_have_error_shape();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_body_that_decompresses_beyond_the_limit_is_rejected() {
    let server = Server::fresh().await;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&padded_login(100 * 1024 * 1024)).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1024 * 1024);
    let before = server.resident_memory();

    server
        .call("POST", "/auth/login")
        .header("Content-Type", "application/json")
        .header("Content-Encoding", "gzip")
        .body(bomb)
        .await
        .must_be(413)
        .must_have_error_shape();

    assert!(server.resident_memory() < before + 40 * 1024, "it was not decompressed completely");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_accepted_up_to_the_limit_and_a_hundredfold_expansion() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    // Numbers, so that it is compressed about fourfold.
    let text = |values: usize| {
        let list: String =
            (0..values).map(|value: usize| (value.wrapping_mul(0x9E37_79B9) % 1_000_000).to_string() + ",").collect();
        format!(r#"{{"permissions":["all"],"more":"{list}"}}"#).into_bytes()
    };
    let keys = |body: Vec<u8>, encoding: &str| {
        server
            .call("POST", "/api-keys")
            .header("Content-Type", "application/json")
            .header("Content-Encoding", encoding)
            .bearer(&admin.token)
            .body(body)
    };
    for values in [10, 10_000, 1_000_000] {
        for (encoding, packed) in compressed(&text(values)) {
            keys(packed, encoding).await.must_be(201);
        }
    }
    for (encoding, packed) in compressed(&text(2_000_000)) {
        let refused = keys(packed, encoding).await.must_be(413).must_have_error_shape();
        assert!(refused.text().contains("Request body too large"), "{refused}");
    }
    for (encoding, packed) in compressed(&padded(r#"{"permissions":["all"]}"#, 5 * 1024 * 1024)) {
        let refused = keys(packed, encoding).await.must_be(413).must_have_error_shape();
        assert!(refused.text().contains("Request body is compressed implausibly"), "{refused}");
    }
    let members = gzip(b"").repeat(17);
    keys(members, "gzip").await.must_be(413).must_have_error_shape();
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn compressed(plain: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(plain).unwrap();
    let mut brotli = Vec::new();
    brotli::CompressorWriter::new(&mut brotli, 4096, 4, 22).write_all(plain).unwrap();
    [("gzip", gzip(plain)), ("deflate", zlib.finish().unwrap()), ("br", brotli)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deeply_nested_body_is_rejected_and_the_server_keeps_running() {
    let server = Server::fresh().await;
    let depth = 1_000_000;

    server
        .call("POST", "/auth/login")
        .header("Content-Type", "application/json")
        .body(format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes())
        .await
        .must_be(400)
        .must_have_error_shape();

    server.get("/server/ping").await.must_be(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_logins_does_not_block_other_requests() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let login = json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD});
    let flood: Vec<_> =
        (0..60).map(|_| tokio::spawn(server.post("/auth/login", login.clone()).into_future())).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;

    let mut answered = 0;
    while flood.iter().any(|login| !login.is_finished()) && answered < 50 {
        for request in [server.get("/server/ping"), server.get("/users/me").bearer(&admin.token)] {
            let response = tokio::time::timeout(Duration::from_secs(2), request.into_future())
                .await
                .expect("other requests are answered during the flood");
            response.must_be(200);
        }
        answered += 1;
    }

    let mut welcome = 0;
    for login in flood {
        let response = login.await.unwrap();
        if response.status == 201 {
            welcome += 1;
        } else {
            let response = response.must_be(503).must_have_error_shape();
            let seconds = response.header("retry-after").and_then(|value| value.parse::<u32>().ok());
            assert!(seconds.is_some_and(|seconds| seconds > 0), "{response}");
        }
    }
    assert!(welcome > 0);
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_beyond_the_queue_get_503_with_retry_after() {
    let server = Server::on(&Database::new().await)
        .with("IMMICH_HASH_THREADS", "1")
        .with("IMMICH_HASH_QUEUE", "2")
        .start()
        .await;
    server.sign_up_admin().await;
    let login = json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD});
    let flood: Vec<_> =
        (0..30).map(|_| tokio::spawn(server.post("/auth/login", login.clone()).into_future())).collect();

    let mut statuses = Vec::new();
    for login in flood {
        let response = login.await.unwrap();
        if response.status == 503 {
            assert!(response.header("retry-after").is_some(), "{response}");
        }
        statuses.push(response.status);
    }

    assert!(statuses.iter().all(|status| matches!(status, 201 | 503)), "{statuses:?}");
    assert!(statuses.contains(&201) && statuses.contains(&503), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_may_have_up_to_16_kibibytes() {
    let server = Server::fresh().await;
    let ping = |size: usize| server.get("/server/ping").header("X-Long", &"a".repeat(size));

    ping(16 * 1024 - 200).await.must_be(200);
    let rejected = ping(16 * 1024).await.must_be(431).must_have_error_shape();
    assert_eq!(rejected.header("connection"), Some("close"), "each further head costs the client a connection");
}
