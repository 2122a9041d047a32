use super::*;
use crate::connections::Connections;
use crate::listener::Limits;
use crate::timeout_stream::TimeoutStream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

const LIMITS: Limits = Limits {
    head: Duration::from_secs(10),
    idle: Duration::from_secs(75),
    write: Duration::from_secs(60),
    drain: Duration::from_secs(1),
};

/// The two ends of a connection whose request was answered before its body ended.
async fn answered_early() -> (DuplexStream, TimeoutStream<DuplexStream>) {
    let (client, server, state) = answered().await;
    state.set_unread_body();
    (client, server)
}

/// The two ends of a connection whose request was answered.
async fn answered() -> (DuplexStream, TimeoutStream<DuplexStream>, Arc<ConnectionState>) {
    let (mut client, server) = duplex(64 * 1024);
    let state = ConnectionState::new(None);
    let mut server = TimeoutStream::new(server, Arc::clone(&state), LIMITS, false);
    client.write_u8(b'x').await.unwrap();
    server.read_u8().await.unwrap();
    drop(state.begin_request());
    (client, server, state)
}

async fn seconds_to_close(mut server: TimeoutStream<DuplexStream>) -> u64 {
    let started = Instant::now();
    server.shutdown().await.unwrap();
    started.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_request_was_read_is_not_waited_for() {
    let (_client, server, _state) = answered().await;
    assert_eq!(seconds_to_close(server).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_still_sends_is_read_until_it_closes_and_sees_that_the_server_has_closed() {
    let (mut client, server) = answered_early().await;
    let closing = tokio::spawn(seconds_to_close(server));

    for _ in 0..3 {
        client.write_all(&vec![0; 1024 * 1024]).await.unwrap();
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    drop(client);

    assert_eq!(closing.await.unwrap(), 12);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_nothing_is_waited_for_five_seconds() {
    let (_client, server) = answered_early().await;
    assert_eq!(seconds_to_close(server).await, 5);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_trickles_is_cut_off_after_thirty_seconds() {
    let (mut client, server) = answered_early().await;
    tokio::spawn(async move {
        while client.write_u8(b'x').await.is_ok() {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
    });
    assert_eq!(seconds_to_close(server).await, 30);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_without_end_is_cut_off_after_64_mebibytes() {
    let (mut client, server) = answered_early().await;
    let sending = tokio::spawn(async move {
        let mut sent = 0;
        while client.write_all(&[0; CHUNK]).await.is_ok() {
            sent += CHUNK;
        }
        sent
    });

    assert_eq!(seconds_to_close(server).await, 0);

    let beyond = sending.await.unwrap() - MAX_BYTES;
    assert!(beyond <= 64 * 1024, "{beyond} bytes beyond the limit, which is more than the pipe holds");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_was_begun_and_refused_is_read_to_its_end() {
    let (mut client, mut server, _state) = answered().await;
    client.write_u8(b'x').await.unwrap();
    server.read_u8().await.unwrap();
    assert_eq!(seconds_to_close(server).await, 5);
}

#[tokio::test(start_paused = true)]
async fn beyond_a_number_of_clients_of_an_address_a_connection_is_closed_at_once() {
    let connections = Arc::new(Connections::new(1_000));
    let state = || ConnectionState::new(connections.admit([192, 0, 2, 1].into()));
    let waiting: Vec<_> = std::iter::from_fn(|| LingeringClose::new(&state(), LIMITS.write)).collect();
    assert_eq!(waiting.len(), 64);
    let (mut client, server) = duplex(64 * 1024);
    let state = state();
    let mut server = TimeoutStream::new(server, Arc::clone(&state), LIMITS, false);
    client.write_u8(b'x').await.unwrap();
    server.read_u8().await.unwrap();

    assert_eq!(seconds_to_close(server).await, 0);
}
