//! Open files and connections: the limits, and who gives way when they are reached.

use std::time::Duration;

use crate::harness::{Client, Connection, Database, Server, eventually};

const LIMIT: Duration = Duration::from_secs(10);
/// An attacker and a bystander, with addresses of their own.
const ATTACKER: [u8; 4] = [127, 0, 0, 2];
const BYSTANDER: [u8; 4] = [127, 0, 0, 3];

/// Connections that wait for a response: the head of their request is not complete.
async fn busy(client: &Client, count: usize) -> Vec<Connection> {
    let mut connections = Vec::new();
    for _ in 0..count {
        let mut connection = client.connect().await;
        connection.write(b"GET /api/server/ping HTTP/1.1\r\n").await.unwrap();
        connections.push(connection);
    }
    connections
}

/// How many of these get a response when they complete their request.
async fn answered(connections: Vec<Connection>) -> usize {
    let mut answered = 0;
    for mut connection in connections {
        if connection.write(b"Host: x\r\n\r\n").await.is_ok() && connection.read_response(false).await.is_ok() {
            answered += 1;
        }
    }
    answered
}

async fn of_few_connections(count: u32) -> Server {
    Server::on(&Database::new().await)
        .with("IMMICH_TRUSTED_PROXIES", "none")
        .with("IMMICH_MAX_CONNECTIONS", count.to_string())
        .start()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_soft_limit_on_open_files_does_not_limit_connections() {
    let server = Server::on(&Database::new().await).with_soft_open_files(128).start().await;
    let idle: Vec<_> = futures_util::future::join_all((0..300).map(|_| server.connect())).await;

    tokio::time::timeout(Duration::from_secs(2), server.get("/server/ping")).await.expect("at once").must_be(200);

    assert_eq!(idle.len(), 300);
    let all_are_accepted = async || server.open_files() > 300;
    crate::harness::eventually("all connections are accepted", Duration::from_secs(10), all_are_accepted).await;
    assert!(!server.log().contains("could not accept"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_answers_although_idle_connections_exceed_the_hard_limit_on_open_files() {
    let server = Server::on(&Database::new().await).with_open_files(128).start().await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(server.connect().await);
    }

    for _ in 0..10 {
        tokio::time::timeout(Duration::from_secs(2), server.get("/server/ping")).await.expect("at once").must_be(200);
    }
    assert!(!server.log().contains("could not accept"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_takes_no_more_than_its_share() {
    let server = of_few_connections(64).await;
    let attacker = server.client().from(ATTACKER);
    let bystander = server.client().from(BYSTANDER);

    let held = busy(&attacker, 100).await;

    for _ in 0..10 {
        bystander.get("/server/ping").await.must_be(200);
    }
    assert_eq!(answered(busy(&bystander, 10).await).await, 10);
    assert_eq!(answered(held).await, 16, "a quarter of 64");
    assert!(server.log().contains("closed a new connection: its address has too many"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_takes_the_place_of_the_one_of_its_address_that_was_idle_longest() {
    let server = of_few_connections(64).await;
    let (one, other) = (server.client().from(ATTACKER), server.client().from(BYSTANDER));
    let mut of_other = other.connect().await;
    let mut first = one.connect().await;
    let mut second = one.connect().await;
    let held = busy(&one, 14).await;
    eventually("the server knows which connections are idle", LIMIT, || async {
        // A new connection counts as idle until its first bytes are read.
        tokio::time::sleep(Duration::from_millis(200)).await;
        true
    })
    .await;

    one.get("/server/ping").await.must_be(200);

    first.closed().await;
    server.get("/server/ping").over(&mut second).await.unwrap().must_be(200);
    server.get("/server/ping").over(&mut of_other).await.unwrap().must_be(200);
    assert_eq!(answered(held).await, 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_may_use_all_connections_and_idle_ones_give_way_beyond() {
    let server = Server::on(&Database::new().await).with("IMMICH_MAX_CONNECTIONS", "64").start().await;
    let mut idle = Vec::new();
    for _ in 0..14 {
        idle.push(server.connect().await);
    }
    let held = busy(&server, 50).await;
    tokio::time::sleep(Duration::from_millis(200)).await;

    for _ in 0..10 {
        server.get("/server/ping").await.must_be(200);
    }

    assert_eq!(answered(held).await, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_recovers_after_connections_took_every_file_descriptor() {
    // So few that the least connections do not fit.
    let server = Server::on(&Database::new().await).with_open_files(24).start().await;
    let mut held = busy(&server, 16).await;
    for _ in 0..64 {
        held.push(server.connect().await);
    }
    eventually("the server logs that it has no file descriptors left", LIMIT, || async {
        server.log().contains("could not accept a connection; retrying")
    })
    .await;

    drop(held);

    eventually("the server accepts connections again", LIMIT, || async {
        server.get("/server/ping").attempt().await.is_ok_and(|response| response.status == 200)
    })
    .await;
    server.sign_up_admin().await;
}
