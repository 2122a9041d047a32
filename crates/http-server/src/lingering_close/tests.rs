use super::*;
use crate::http::deadlines::{Deadlines, Timed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

const DEADLINES: Deadlines =
    Deadlines { head: Duration::from_secs(10), idle: Duration::from_secs(75), write: Duration::from_secs(60) };

/// The two ends of a connection on which a request has come that was answered before its body had ended.
async fn answered_early() -> (DuplexStream, Timed<DuplexStream>) {
    let (client, server, phase) = answered().await;
    phase.leave_unread();
    (client, server)
}

/// The two ends of a connection on which a request has been answered.
async fn answered() -> (DuplexStream, Timed<DuplexStream>, Arc<Phase>) {
    let (mut client, server) = duplex(64 * 1024);
    let phase = Phase::new();
    let mut server = Timed::new(server, Arc::clone(&phase), DEADLINES, false);
    client.write_u8(b'x').await.unwrap();
    server.read_u8().await.unwrap();
    drop(phase.begin());
    (client, server, phase)
}

async fn seconds_to_close(mut server: Timed<DuplexStream>) -> u64 {
    let started = Instant::now();
    server.shutdown().await.unwrap();
    started.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn whose_request_was_read_is_not_waited_for() {
    let (_client, server, _phase) = answered().await;
    assert_eq!(seconds_to_close(server).await, 0);
}

#[tokio::test(start_paused = true)]
async fn who_still_sends_is_read_until_he_closes_and_sees_at_once_that_we_have() {
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
async fn who_says_nothing_is_waited_for_five_seconds() {
    let (_client, server) = answered_early().await;
    assert_eq!(seconds_to_close(server).await, 5);
}

#[tokio::test(start_paused = true)]
async fn who_drips_is_cut_off_after_thirty_seconds() {
    let (mut client, server) = answered_early().await;
    tokio::spawn(async move {
        while client.write_u8(b'x').await.is_ok() {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
    });
    assert_eq!(seconds_to_close(server).await, 30);
}

#[tokio::test(start_paused = true)]
async fn who_sends_without_end_is_cut_off_after_64_mebibytes() {
    let (mut client, server) = answered_early().await;
    let sending = tokio::spawn(async move {
        let mut sent = 0;
        while client.write_all(&[0; PIECE]).await.is_ok() {
            sent += PIECE;
        }
        sent
    });

    assert_eq!(seconds_to_close(server).await, 0);

    let beyond = sending.await.unwrap() - MOST_BYTES;
    assert!(beyond <= 64 * 1024, "{beyond} more than were to be read, which is more than the pipe holds");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_was_begun_and_refused_is_read_on() {
    let (mut client, mut server, _phase) = answered().await;
    client.write_u8(b'x').await.unwrap();
    server.read_u8().await.unwrap();
    assert_eq!(seconds_to_close(server).await, 5);
}
