use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

const LIMITS: Limits = Limits {
    head: Duration::from_secs(10),
    idle: Duration::from_secs(75),
    write: Duration::from_secs(30),
    drain: Duration::from_secs(1),
};

async fn seconds_until_timeout(stream: &mut TimeoutStream<tokio::io::DuplexStream>) -> u64 {
    let started = Instant::now();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    started.elapsed().as_secs()
}

/// The two ends of a connection whose first request was answered.
async fn answered() -> (tokio::io::DuplexStream, TimeoutStream<tokio::io::DuplexStream>) {
    let (mut client, server) = tokio::io::duplex(64);
    let state = ConnectionState::new(None);
    let mut stream = TimeoutStream::new(server, Arc::clone(&state), LIMITS, false);
    client.write_u8(b'x').await.unwrap();
    stream.read_u8().await.unwrap();
    drop(state.begin_request());
    (client, stream)
}

#[tokio::test(start_paused = true)]
async fn a_new_connection_that_sends_nothing_is_closed_after_the_head_limit() {
    let (_client, server) = tokio::io::duplex(64);
    let mut stream = TimeoutStream::new(server, ConnectionState::new(None), LIMITS, false);
    assert_eq!(seconds_until_timeout(&mut stream).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_in_is_closed_although_bytes_keep_coming() {
    let (mut client, server) = tokio::io::duplex(64);
    let mut stream = TimeoutStream::new(server, ConnectionState::new(None), LIMITS, false);
    tokio::spawn(async move {
        while client.write_u8(b'x').await.is_ok() {
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    });
    let started = Instant::now();
    while stream.read_u8().await.is_ok() {}
    assert_eq!(started.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn between_two_requests_the_idle_limit_applies() {
    let (_client, mut stream) = answered().await;
    assert_eq!(seconds_until_timeout(&mut stream).await, 75);
}

#[tokio::test(start_paused = true)]
async fn a_second_head_has_the_head_limit_again() {
    let (mut client, mut stream) = answered().await;
    client.write_u8(b'x').await.unwrap();
    stream.read_u8().await.unwrap();
    assert_eq!(seconds_until_timeout(&mut stream).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_parked_a_second_after_its_answer_until_the_next_byte() {
    let (mut client, server) = tokio::io::duplex(64);
    let state = ConnectionState::new(None);
    let mut stream = TimeoutStream::new(server, Arc::clone(&state), LIMITS, false);
    assert!(timeout(PARK_AFTER * 2, stream.read_u8()).await.is_err());
    assert!(!state.is_parked(), "it has sent no request yet");
    client.write_u8(b'x').await.unwrap();
    stream.read_u8().await.unwrap();
    drop(state.begin_request());

    assert!(timeout(PARK_AFTER / 2, stream.read_u8()).await.is_err());
    assert!(!state.is_parked());
    assert!(timeout(PARK_AFTER, stream.read_u8()).await.is_err());
    assert!(state.is_parked());
    assert_eq!(seconds_until_timeout(&mut stream).await, 73, "75 less the 1.5 before");

    let mut stream = TimeoutStream::new(stream.stream, Arc::clone(&state), LIMITS, false);
    for _ in 0..3 {
        client.write_u8(b'x').await.unwrap();
        stream.read_u8().await.unwrap();
        assert!(!state.is_parked());
        drop(state.begin_request());
        assert!(timeout(PARK_AFTER * 2, stream.read_u8()).await.is_err());
        assert!(state.is_parked(), "after every answer");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_something_left_to_send_is_not_parked() {
    let (mut client, server) = tokio::io::duplex(4);
    let state = ConnectionState::new(None);
    let mut stream = TimeoutStream::new(server, Arc::clone(&state), LIMITS, false);
    client.write_u8(b'x').await.unwrap();
    stream.read_u8().await.unwrap();
    drop(state.begin_request());

    assert!(timeout(PARK_AFTER * 2, stream.write_all(b"more than four")).await.is_err());
    assert!(timeout(PARK_AFTER * 2, stream.read_u8()).await.is_err());

    assert!(!state.is_parked());
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_put_back_come_first_and_start_a_head() {
    let (mut client, server) = tokio::io::duplex(64);
    let mut stream = TimeoutStream::new(server, ConnectionState::new(None), LIMITS, false);
    client.write_all(b"cd").await.unwrap();
    stream.unread(Bytes::from_static(b"ab"));

    let mut read = [0; 4];
    stream.read_exact(&mut read).await.unwrap();

    assert_eq!(&read, b"abcd");
    assert_eq!(seconds_until_timeout(&mut stream).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_of_the_answer_is_closed() {
    let (_client, server) = tokio::io::duplex(4);
    let mut stream = TimeoutStream::new(server, ConnectionState::new(None), LIMITS, false);
    let started = Instant::now();
    let error = stream.write_all(b"more than four").await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (io::ErrorKind::TimedOut, 30));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_a_byte_at_a_time_is_closed_and_one_that_reads_slowly_is_not() {
    for (piece, pause, is_closed) in [(1, 9, true), (4_000, 9, true), (6_000, 9, false), (6_000, 25, true)] {
        let (mut client, server) = tokio::io::duplex(8_000);
        let mut stream = TimeoutStream::new(server, ConnectionState::new(None), LIMITS, false);
        tokio::spawn(async move {
            let mut read = vec![0; piece];
            loop {
                tokio::time::sleep(Duration::from_secs(pause)).await;
                client.read_exact(&mut read).await.unwrap();
            }
        });
        let written = timeout(Duration::from_secs(600), stream.write_all(&vec![0; 10_000_000])).await;
        assert_eq!(written.is_ok(), is_closed, "{piece} bytes every {pause} seconds");
    }
}

#[tokio::test]
async fn a_task_lets_others_run_after_128_kibibytes() {
    let (mut client, server) = tokio::io::duplex(1 << 20);
    client.write_all(&vec![0; 1 << 20]).await.unwrap();
    let mut stream = TimeoutStream::new(server, ConnectionState::new(None), LIMITS, false);
    let mut piece = vec![0; 16 << 10];
    let mut total = 0;
    while total < 1 << 20 {
        let in_one_turn = std::future::poll_fn(|context| {
            let mut length = 0;
            loop {
                let mut buffer = ReadBuf::new(&mut piece);
                match Pin::new(&mut stream).poll_read(context, &mut buffer) {
                    Poll::Ready(outcome) => {
                        outcome.unwrap();
                        length += buffer.filled().len();
                    }
                    Poll::Pending => return Poll::Ready(length),
                }
                if total + length >= 1 << 20 {
                    return Poll::Ready(length);
                }
            }
        })
        .await;
        assert!((1..=144 << 10).contains(&in_one_turn), "{in_one_turn}");
        total += in_one_turn;
        tokio::task::yield_now().await;
    }
}
