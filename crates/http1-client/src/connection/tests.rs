//! A client against a few lines of server.

use super::*;

const PATIENCE: Duration = Duration::from_millis(50);
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// A connection to a server that has sent these bytes and closed its side.
fn received(bytes: &[u8]) -> Connection<&[u8]> {
    Connection::new(bytes)
}

#[tokio::test]
async fn responses_are_read_one_after_the_other() {
    let bytes = [OK, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"].concat();
    let mut connection = received(&bytes);

    assert_eq!(connection.read_response(false).await.unwrap().body, b"{}");
    assert_eq!(connection.read_response(false).await.unwrap().status, 404);
    assert_eq!(connection.read_response(false).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_body_where_none_belongs_is_seen() {
    for (bytes, to_head) in [("HTTP/1.1 204 No Content\r\n\r\n{}", false), ("HTTP/1.1 200 OK\r\n\r\n{}", true)] {
        let mut connection = received(bytes.as_bytes());
        connection.read_response(to_head).await.unwrap();
        assert_eq!(connection.read_surplus(PATIENCE).await, b"{}", "{bytes}");
    }
    let mut connection = received(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    connection.read_response(true).await.unwrap();
    assert!(connection.read_surplus(PATIENCE).await.is_empty());
}

#[tokio::test]
async fn a_response_that_is_cut_off_or_malformed_is_invalid() {
    for bytes in ["HTTP/1.1 200 OK\r\n", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"] {
        let error = received(bytes.as_bytes()).read_response(false).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{bytes}: {error}");
    }
}

#[tokio::test]
async fn a_response_is_read_before_the_whole_request_is_sent() {
    // The pipe holds less than the request, and the server reads none of it.
    let (client, mut server) = tokio::io::duplex(64);
    let mut connection = Connection::new(client);
    server.write_all(OK).await.unwrap();

    let response = connection.exchange(&[b'x'; 1024], false).await.unwrap();

    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn bytes_can_be_read_as_they_are() {
    let mut connection = received(b"abcdef");

    assert_eq!(connection.read_bytes(2).await.unwrap(), b"ab");
    assert_eq!(connection.read_to_end().await, b"cdef");
    assert_eq!(connection.read_bytes(1).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_invalid() {
    let error = received(OK).max_body(1).read_response(false).await.unwrap_err();

    assert_eq!(error.to_string(), "the body of the response is longer than 1 bytes");
}

#[tokio::test]
async fn a_closed_connection_is_noticed() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut connection = Connection::open_from("127.0.0.2".parse().unwrap(), address).await.unwrap();
    let (mut server, peer) = listener.accept().await.unwrap();
    server.write_all(b"bye").await.unwrap();
    drop(server);

    connection.closed().await;

    assert_eq!(peer.ip().to_string(), "127.0.0.2");
}
