use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::*;

const NUL_INSIDE: &str = "$2b$10$7vUv/BxeqF47unvdUMmnMODs2UyUcopkF/7rQNZoWQlxrz40aeBAS"; // of "a\0b"
const LONG: &str = "$2b$10$Ni6sZouGBa3UxnLd0gLuNOdvYLGrRGbVLUXV0L/BkURUQehhNVOua"; // of 100 times "x"
const UMLAUTS: &str = "$2b$10$tw.eMpVNKg2yAamxo9ZED.K01aNURYqkV/P6nAJr7n.x6XkuenIpy"; // of 40 times "é"
const TWO_A: &str = "$2a$10$hmt3Un4dfjRMl9m8hdHpc.B3bjDIvkHZslhhrc2aVJFBSH6jAbh1i"; // of "password"

fn source() -> Source {
    Source::new("user@example.com", Ipv4Addr::LOCALHOST.into())
}

fn hasher(threads: usize, queue: usize) -> PasswordHasher {
    PasswordHasher::new(HasherSettings { threads, queue, deadline: Duration::from_secs(60) }).unwrap()
}

async fn verifies(password: &str, stored: &str) -> bool {
    hasher(1, 1).verify(source(), password.into(), Some(stored.to_owned())).await.unwrap()
}

/// The median duration of five verifications.
async fn median_time(hasher: &PasswordHasher, stored: Option<&str>) -> Duration {
    let mut times = Vec::new();
    for _ in 0..5 {
        let begin = Instant::now();
        let stored = stored.map(str::to_owned);
        assert!(!hasher.verify(source(), "wrong".into(), stored).await.unwrap());
        times.push(begin.elapsed());
    }
    times.sort();
    times[2]
}

#[tokio::test]
async fn given_a_hashed_password_then_only_that_password_verifies() {
    let hasher = hasher(1, 1);
    let hash = hasher.hash(source(), "correct horse".into()).await.unwrap();
    assert!(hash.starts_with("$2b$10$"));
    assert_eq!(hash.len(), 60);
    let stored = Some(hash);
    assert!(hasher.verify(source(), "correct horse".into(), stored.clone()).await.unwrap());
    assert!(!hasher.verify(source(), "Correct horse".into(), stored).await.unwrap());
}

#[tokio::test]
async fn given_one_password_hashed_twice_then_the_salts_differ() {
    let hasher = hasher(2, 1);
    let (first, second) = tokio::join!(hasher.hash(source(), "same".into()), hasher.hash(source(), "same".into()));
    assert_ne!(first.unwrap(), second.unwrap());
}

#[tokio::test]
async fn given_hashes_of_other_programs_then_versions_2a_2b_and_2y_verify() {
    assert!(verifies("password", TWO_A).await);
    assert!(verifies("password", &TWO_A.replacen("$2a$", "$2b$", 1)).await);
    assert!(verifies("password", &TWO_A.replacen("$2a$", "$2y$", 1)).await);
    assert!(!verifies("password", &TWO_A.replacen("$2a$", "$2x$", 1)).await);
}

#[tokio::test]
async fn given_a_long_password_then_only_the_first_72_bytes_are_compared() {
    assert!(verifies(&"x".repeat(100), LONG).await);
    assert!(verifies(&"x".repeat(72), LONG).await);
    assert!(verifies(&format!("{}y", "x".repeat(72)), LONG).await);
    assert!(!verifies(&"x".repeat(71), LONG).await);
    assert!(verifies(&"é".repeat(40), UMLAUTS).await);
    assert!(verifies(&"é".repeat(36), UMLAUTS).await);

    let hasher = hasher(1, 1);
    let hash = hasher.hash(source(), "z".repeat(5000).into()).await.unwrap();
    assert!(hasher.verify(source(), "z".repeat(72).into(), Some(hash)).await.unwrap());
}

#[tokio::test]
async fn given_a_nul_in_the_password_then_the_bytes_after_it_are_compared() {
    assert!(verifies("a\0b", NUL_INSIDE).await);
    assert!(!verifies("a", NUL_INSIDE).await);
    assert!(!verifies("a\0c", NUL_INSIDE).await);

    let hasher = hasher(1, 1);
    let hash = hasher.hash(source(), "\0\0x".into()).await.unwrap();
    assert!(hasher.verify(source(), "\0\0x".into(), Some(hash)).await.unwrap());
}

#[tokio::test]
async fn given_no_usable_hash_then_no_password_verifies() {
    let hasher = hasher(1, 1);
    for stored in [
        None,
        Some(""),
        Some("plain text"),
        Some(DUMMY_HASH),
        Some("$2b$99$hmt3Un4dfjRMl9m8hdHpc.B3bjDIvkHZslhhrc2aVJFBSH6jAbh1i"),
        Some("$2b$31$hmt3Un4dfjRMl9m8hdHpc.B3bjDIvkHZslhhrc2aVJFBSH6jAbh1i"),
        Some("$2b$10$hmt3Un4dfjRMl9m8hdHpc.B3bjDIvkHZslhhrc2aVJFBSH6jAbh1é"),
        Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"),
    ] {
        for password in ["", "password", "plain text"] {
            let stored = stored.map(str::to_owned);
            assert!(!hasher.verify(source(), password.into(), stored).await.unwrap());
        }
    }
}

#[tokio::test]
async fn given_an_unknown_user_or_a_broken_hash_then_the_check_takes_as_long_as_a_real_one() {
    let hasher = hasher(1, 1);
    let known = median_time(&hasher, Some(TWO_A)).await;
    for stored in [None, Some(""), Some("broken")] {
        let unknown = median_time(&hasher, stored).await;
        // Wide bounds, for a busy machine; without the dummy hash the check would be a thousand times faster.
        assert!(unknown > known / 3 && unknown < known * 3, "{known:?} {unknown:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn given_a_flood_of_jobs_then_the_excess_is_rejected_as_busy_and_other_tasks_keep_running() {
    let hasher = Arc::new(hasher(1, 10));
    let ticks = Arc::new(AtomicUsize::new(0));
    let ticker = tokio::spawn({
        let ticks = Arc::clone(&ticks);
        async move {
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let begin = Instant::now();
    let flood: Vec<_> = (0..200)
        .map(|_| {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move { hasher.verify(source(), "password".into(), Some(TWO_A.into())).await })
        })
        .collect();
    let (mut done, mut busy) = (0, 0);
    for answer in flood {
        match answer.await.unwrap() {
            Ok(matches) => {
                assert!(matches);
                done += 1;
            }
            Err(HashError::Busy { retry_after }) => {
                assert!(retry_after >= Duration::from_secs(1));
                assert!(retry_after <= Duration::from_secs(60));
                busy += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    let took = begin.elapsed();
    ticker.abort();
    assert!(done >= 10, "{done} done");
    assert!(busy >= 150, "{busy} busy");
    // The ticker runs at no less than a tenth of its full rate.
    let expected = usize::try_from(took.as_millis() / 5 / 10).unwrap();
    assert!(ticks.load(Ordering::Relaxed) >= expected);
    // A thread sends its result before it counts itself as idle.
    let idle = HasherStatistics { queued: 0, busy: 0, threads: 1 };
    let deadline = Instant::now() + Duration::from_secs(5);
    while hasher.statistics() != idle {
        assert!(Instant::now() < deadline, "{:?}", hasher.statistics());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn given_a_deadline_that_passes_then_the_job_is_rejected_as_busy() {
    let hasher =
        PasswordHasher::new(HasherSettings { threads: 1, queue: 10, deadline: Duration::from_millis(1) }).unwrap();
    let answer = hasher.hash(source(), "password".into()).await;
    assert!(matches!(answer, Err(HashError::Busy { .. })));
}

#[tokio::test]
async fn given_callers_that_stopped_waiting_then_their_jobs_are_skipped_and_take_no_place_in_the_queue() {
    let pool = Pool::start(HasherSettings { threads: 1, queue: 5, deadline: Duration::from_secs(60) }).unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    let job = |milliseconds| {
        let ran = Arc::clone(&ran);
        move || {
            std::thread::sleep(Duration::from_millis(milliseconds));
            ran.fetch_add(1, Ordering::Relaxed)
        }
    };
    let first = pool.run(source(), job(300));
    tokio::pin!(first);
    tokio::select! {
        _ = &mut first => panic!("the first job must take longer"),
        () = tokio::time::sleep(Duration::from_millis(100)) => {}
    }
    for _ in 0..20 {
        // Polled once, so that the job is queued, then dropped.
        let abandoned = pool.run(source(), job(0));
        tokio::select! { biased; _ = abandoned => panic!("the thread must be busy"), () = std::future::ready(()) => {} }
    }
    assert_eq!(pool.run(source(), job(0)).await.unwrap(), 1);
    assert_eq!(first.await.unwrap(), 0);
    assert_eq!(ran.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn given_a_job_that_panics_then_its_caller_gets_an_error_and_the_thread_keeps_running() {
    let pool = Pool::start(HasherSettings { threads: 1, queue: 1, deadline: Duration::from_secs(10) }).unwrap();
    let answer = pool.run(source(), || panic!("on purpose")).await;
    assert!(matches!(answer, Err::<(), _>(Refusal::Stopped)));
    assert_eq!(pool.run(source(), || 7).await.unwrap(), 7);
}

#[tokio::test]
async fn given_the_pool_is_dropped_then_its_threads_end() {
    let pool = Pool::start(HasherSettings { threads: 2, queue: 1, deadline: Duration::from_secs(10) }).unwrap();
    pool.run(source(), || ()).await.unwrap();
    let shared = pool.downgrade();
    assert!(shared.upgrade().is_some());
    drop(pool);
    for _ in 0..200 {
        if shared.upgrade().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the threads are still running");
}

#[test]
fn given_a_busy_error_then_its_text_says_when_to_retry() {
    let error = HashError::Busy { retry_after: Duration::from_secs(3) };
    assert_eq!(error.to_string(), "too many passwords are being hashed; retry in 3 s");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn given_a_hashing_thread_then_its_priority_is_lower() {
    let pool = Pool::start(HasherSettings { threads: 1, queue: 1, deadline: Duration::from_secs(10) }).unwrap();
    let niceness = || rustix::process::getpriority_process(None).unwrap();
    let own = niceness();
    let lowered = pool.run(source(), niceness).await.unwrap();
    assert_eq!(lowered, (own + 5).min(19));
    assert_eq!(niceness(), own);
}
