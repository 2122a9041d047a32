//! A server that runs out of file descriptors recovers as soon as one is free.

use std::time::Duration;

use crate::harness::{Database, Server, eventually};

const LIMIT: u32 = 64;

#[tokio::test(flavor = "multi_thread")]
async fn the_server_recovers_after_connections_took_every_file_descriptor() {
    let server = Server::on(&Database::new().await).with_open_files(LIMIT).start().await;
    let mut held = Vec::new();
    for _ in 0..2 * LIMIT {
        held.push(server.connect().await);
    }
    eventually("the server logs that it has no file descriptors left", Duration::from_secs(10), || async {
        server.log().contains("could not accept a connection; retrying")
    })
    .await;

    drop(held);

    eventually("the server accepts connections again", Duration::from_secs(10), || async {
        server.get("/server/ping").attempt().await.is_ok_and(|response| response.status == 200)
    })
    .await;
    server.sign_up_admin().await;
}
