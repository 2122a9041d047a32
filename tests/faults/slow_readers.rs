//! Clients that do not take their responses, or take them too slowly.

use std::time::Duration;

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream};
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::{Database, Server, eventually};

/// Longer than the credit of a stream with a period of one second, shorter than every default.
const LIMIT: Duration = Duration::from_secs(10);
/// The largest file that the server sends without a credential.
const LARGE: &str = "/api/docs/swagger-ui-bundle.js";

/// In each second, a client must take 500 bytes.
async fn with_short_period() -> Server {
    Server::on(&Database::new().await).with("IMMICH_BODY_TIMEOUT", "1").start().await
}

/// An HTTP/2 connection with this window for each response.
async fn connect(server: &Server, window: u32) -> (SendRequest<Bytes>, tokio::task::JoinHandle<Result<(), h2::Error>>) {
    let stream = TcpStream::connect(server.address()).await.expect("the server listens");
    let (sender, connection) = Builder::new()
        .initial_window_size(window)
        .initial_connection_window_size(1 << 20)
        .handshake(stream)
        .await
        .expect("the server speaks HTTP/2");
    (sender, tokio::spawn(connection))
}

/// The body of a response with status 200, of which nothing is read yet.
async fn body_of(server: &Server, sender: &SendRequest<Bytes>, path: &str) -> RecvStream {
    let request = Request::get(format!("{}{path}", server.url())).body(()).expect("a request");
    let mut sender = sender.clone().ready().await.expect("the connection is open");
    let (response, _) = sender.send_request(request, true).expect("a stream");
    let response = response.await.expect("a response");
    assert_eq!(response.status(), 200);
    response.into_body()
}

/// Why the server reset this stream.
async fn reset_of(mut body: RecvStream) -> Option<Reason> {
    let reading = async {
        while let Some(data) = body.data().await {
            // Nothing is released: the window stays used up.
            if let Err(error) = data {
                return error.is_reset().then(|| error.reason()).flatten();
            }
        }
        None
    };
    tokio::time::timeout(LIMIT, reading).await.expect("the stream ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_streams_with_a_window_of_zero_are_reset() {
    let server = with_short_period().await;
    let before = server.resident_memory();
    let (sender, connection) = connect(&server, 0).await;
    let mut bodies = Vec::new();
    for _ in 0..120 {
        bodies.push(body_of(&server, &sender, LARGE).await);
    }
    bodies.push(body_of(&server, &sender, "/api/server/ping").await);

    // All responses share the bytes of the file, 1.5 MB.
    let grown = server.resident_memory().saturating_sub(before);
    assert!(grown < 20 * 1024, "{grown} KiB");
    let mut reset = 0;
    for body in bodies {
        assert_eq!(reset_of(body).await, Some(Reason::CANCEL));
        reset += 1;
    }
    assert_eq!(reset, 121);
    assert!(!connection.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_2_stream_that_is_not_read_is_reset_and_the_others_are_not() {
    let server = with_short_period().await;
    let (sender, connection) = connect(&server, 64 * 1024).await;

    let stalled = body_of(&server, &sender, LARGE).await;
    let reset = tokio::spawn(reset_of(stalled));
    let mut pings = 0;
    while !reset.is_finished() {
        let mut ping = body_of(&server, &sender, "/api/server/ping").await;
        assert_eq!(ping.data().await.expect("a body").expect("all of it"), r#"{"res":"pong"}"#);
        pings += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    assert_eq!(reset.await.unwrap(), Some(Reason::CANCEL));
    assert!(pings > 1);
    assert!(!connection.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_2_connection_whose_client_does_not_take_the_end_of_a_response_is_closed() {
    let server = with_short_period().await;
    let (sender, connection) = connect(&server, 1).await;

    let mut body = body_of(&server, &sender, "/api/server/ping").await;

    let _ended = tokio::time::timeout(LIMIT, connection).await.expect("the server closes the connection");
    assert_eq!(body.data().await.expect("what fits the window").unwrap(), "{");
    assert!(!body.is_end_stream());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_2_client_that_reads_slowly_gets_the_whole_response() {
    let server = with_short_period().await;
    let complete = server.raw("GET", "/api/docs/swagger-ui.css").await.must_be(200).body.len();
    let (sender, _connection) = connect(&server, 4 * 1024).await;
    let mut body = body_of(&server, &sender, "/api/docs/swagger-ui.css").await;

    let mut read = 0;
    while let Some(data) = body.data().await {
        let data = data.expect("the stream is not reset");
        read += data.len();
        // More than the period for the whole body.
        tokio::time::sleep(Duration::from_millis(60)).await;
        body.flow_control().release_capacity(data.len()).unwrap();
    }

    assert_eq!(read, complete);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_1_client_that_reads_a_byte_at_a_time_is_cut_off() {
    let server = with_short_period().await;
    let before = server.open_files();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    let mut stream = socket.connect(server.address()).await.unwrap();
    // More than the buffers of both sockets hold.
    let request = server.raw("GET", LARGE).to_bytes();
    stream.write_all(&request.repeat(16)).await.unwrap();
    eventually("the server has accepted the connection", LIMIT, || async { server.open_files() > before }).await;

    let reader = tokio::spawn(async move {
        while stream.read_u8().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    });

    eventually("the server closes the connection", LIMIT, || async { server.open_files() <= before }).await;
    reader.abort();
}
