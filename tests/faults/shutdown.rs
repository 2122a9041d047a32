//! SIGTERM: requests in progress are completed, no new ones are accepted, and the exit code is 0. SIGHUP stops nothing.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Server, eventually};

const STOP_LIMIT: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_server_stops_immediately() {
    let mut server = Server::fresh().await;
    let mut idle = server.connect().await;
    server.get("/server/ping").over(&mut idle).await.unwrap();

    server.terminate();

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    idle.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_in_progress_are_answered_before_the_shutdown() {
    let mut server = Server::fresh().await;
    server.sign_up_admin().await;
    let login = json!({"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD});
    let mut in_progress = Vec::new();
    for _ in 0..6 {
        let mut connection = server.connect().await;
        let request = server.post("/auth/login", login.clone());
        // After this response, the server has accepted the connection.
        server.get("/server/ping").over(&mut connection).await.unwrap();
        connection.write(&request.to_bytes()).await.unwrap();
        in_progress.push(connection);
    }
    // Long enough for the requests to be read, much shorter than six hashes.
    tokio::time::sleep(Duration::from_millis(150)).await;

    server.terminate();

    for mut connection in in_progress {
        let response = connection.read_response(false).await.expect("a response before the shutdown");
        assert_eq!(response.status, 201, "{response}");
    }
    let status = server.ended_within(STOP_LIMIT).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_every_started_response_is_completed() {
    let mut server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let load: Vec<_> = (0..16)
        .map(|_| {
            let request = server.get("/users/me").bearer(&admin.token);
            let client = server.client();
            tokio::spawn(async move {
                let mut answered = 0;
                // A refused or closed connection ends the load; a truncated response is an error.
                while let Ok(mut connection) = client.try_connect().await {
                    loop {
                        match request.over(&mut connection).await {
                            Ok(response) => {
                                assert_eq!(response.status, 200, "{response}");
                                answered += 1;
                            }
                            Err(error) => {
                                assert_ne!(error.kind(), ErrorKind::InvalidData, "{error}");
                                break;
                            }
                        }
                    }
                }
                answered
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;

    server.terminate();

    let status = server.ended_within(STOP_LIMIT).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    for client in load {
        assert!(client.await.unwrap() > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_finishes_does_not_block_the_shutdown() {
    let mut server = Server::on(&Database::new().await).with("IMMICH_SHUTDOWN_TIMEOUT", "1").start().await;
    let mut stalled = server.connect().await;
    let head =
        "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    stalled.write(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;

    server.terminate();

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_has_sent_nothing_does_not_delay_the_shutdown() {
    let mut server = Server::fresh().await;
    let mut silent = server.connect().await;
    server.get("/server/ping").await.must_be(200);

    server.terminate();

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    silent.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_that_are_not_read_do_not_delay_the_shutdown_beyond_its_timeout() {
    let mut server = Server::on(&Database::new().await).with("IMMICH_SHUTDOWN_TIMEOUT", "1").start().await;
    let admin = server.sign_up_admin().await;
    let fill =
        "INSERT INTO \"user\" (email, name) SELECT i || '@x', repeat('n', 1000) FROM generate_series(1, 20000) i";
    server.database().run(fill).await;
    let mut unread = Vec::new();
    for _ in 0..4 {
        let mut connection = server.connect().await;
        connection.write(&server.get("/users").bearer(&admin.token).to_bytes()).await.unwrap();
        unread.push(connection);
    }
    let stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    let (mut sender, connection) =
        h2::client::Builder::new().initial_window_size(0).handshake::<_, bytes::Bytes>(stream).await.unwrap();
    tokio::spawn(connection);
    let mut responses = Vec::new();
    for _ in 0..20 {
        let request = http::Request::get(format!("{}/api/docs/swagger-ui-bundle.js", server.url())).body(()).unwrap();
        let (response, _) = sender.send_request(request, true).unwrap();
        responses.push(response.await.expect("the head of the response"));
        sender = sender.ready().await.unwrap();
    }

    server.terminate();

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_stops_the_server_immediately() {
    let mut server = Server::on(&Database::new().await).with("IMMICH_SHUTDOWN_TIMEOUT", "60").start().await;
    // A request that never completes: the server waits for it.
    let mut unfinished = server.connect().await;
    let head =
        "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    unfinished.write(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;

    server.terminate();
    assert!(server.ended_within(Duration::from_millis(500)).await.is_none(), "it waits for the request");
    server.terminate();

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn during_the_drain_delay_the_server_is_not_ready_and_answers_requests() {
    let mut server = Server::on(&Database::new().await).with("IMMICH_DRAIN_DELAY", "2").start().await;
    let admin = server.sign_up_admin().await;

    server.terminate();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(1_500) {
        // New connections, as those of a load balancer that has not noticed yet.
        server.get("/users/me").bearer(&admin.token).await.must_be(200);
        let ready = server.raw("GET", "/readyz").await;
        if begin.elapsed() > Duration::from_millis(200) {
            assert_eq!(ready.must_be(503).json()["reason"], "the server is stopping");
        }
    }

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    assert!(begin.elapsed() >= Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_the_drain_delay() {
    let mut server = Server::on(&Database::new().await).with("IMMICH_DRAIN_DELAY", "60").start().await;
    server.terminate();
    assert!(server.ended_within(Duration::from_millis(300)).await.is_none(), "it drains");

    server.terminate();

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_does_not_stop_the_server() {
    let mut server = Server::fresh().await;

    server.hang_up();

    let noticed = "SIGHUP received: settings are read at start only";
    eventually("it is logged", STOP_LIMIT, async || server.log().contains(noticed)).await;
    assert!(server.ended_within(Duration::from_millis(100)).await.is_none());
    server.get("/server/ping").await.must_be(200);
}
