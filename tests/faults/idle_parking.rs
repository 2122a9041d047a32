//! Idle parking: connections that are idle for a while release their buffers and can be used again.

use std::time::Duration;

use crate::harness::{Connection, Server};

/// Long enough for an idle connection to be parked, which happens after one to two seconds.
const UNTIL_PARKED: Duration = Duration::from_millis(2_500);

async fn answered(server: &Server, connection: &mut Connection, path: &str, status: u16) {
    let answer = server.get(path).over(connection).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    answer.must_be(status);
}

/// Twenty parked connections, each after one response.
async fn parked(server: &Server) -> Vec<Connection> {
    let mut connections = Vec::new();
    for _ in 0..20 {
        let mut connection = server.connect().await;
        answered(server, &mut connection, "/server/ping", 200).await;
        connections.push(connection);
    }
    tokio::time::sleep(UNTIL_PARKED).await;
    connections
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_connection_can_send_requests_again_and_again() {
    let server = Server::fresh().await;
    let mut connection = server.connect().await;
    for path in ["/server/ping", "/server/version", "/server/ping"] {
        answered(&server, &mut connection, path, 200).await;
        answered(&server, &mut connection, "/users/me", 401).await;
        tokio::time::sleep(UNTIL_PARKED).await;
    }
    answered(&server, &mut connection, "/server/features", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_of_a_request_that_arrived_with_the_previous_one_is_not_lost() {
    let server = Server::fresh().await;
    let mut connection = server.connect().await;
    let request = server.get("/server/version").to_bytes();
    let (beginning, end) = request.split_at(20);
    let both = [&server.get("/server/ping").to_bytes(), beginning].concat();

    connection.write(&both).await.unwrap();
    connection.read_response(false).await.unwrap().must_be(200);
    tokio::time::sleep(UNTIL_PARKED).await;
    connection.write(end).await.unwrap();

    let answer = connection.read_response(false).await.unwrap();
    assert_eq!(answer.must_be(200).json()["major"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_is_read_slowly_arrives_complete() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    let fill = "INSERT INTO \"user\" (email, name) SELECT i || '@x', repeat('n', 1000) FROM generate_series(1, 4900) i";
    server.database().run(fill).await;
    let mut connection = server.connect().await;

    connection.write(&server.get("/users").bearer(&admin.token).to_bytes()).await.unwrap();
    // More than the socket buffers hold: the rest waits in the server.
    tokio::time::sleep(UNTIL_PARKED).await;

    let answer = connection.read_response(false).await.unwrap().must_be(200);
    assert!(answer.body.len() > 5_000_000, "{} bytes", answer.body.len());
    assert_eq!(answer.json().as_array().map(Vec::len), Some(4_901));
    tokio::time::sleep(UNTIL_PARKED).await;
    answered(&server, &mut connection, "/server/ping", 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_connections_do_not_delay_the_shutdown() {
    let mut server = Server::fresh().await;
    let connections = parked(&server).await;

    server.terminate();

    let status = server.ended_within(Duration::from_secs(5)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    for mut connection in connections {
        connection.closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_connection_is_closed_when_its_client_disconnects() {
    let server = Server::fresh().await;
    let before = server.open_files();
    let connections = parked(&server).await;
    assert!(server.open_files() >= before + 20);

    drop(connections);

    let closed = async {
        while server.open_files() >= before + 20 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), closed)
        .await
        .expect("the server closes the connections that the client closed");
}
