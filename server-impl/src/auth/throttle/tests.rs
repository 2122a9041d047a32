use std::net::Ipv4Addr;

use futures_util::FutureExt as _;

use super::counter::Counter;
use super::local::FAMILIAR_FOR;
use super::*;

const ACCOUNT: &str = "user@example.com";
const WINDOW: Duration = Duration::from_secs(300);

fn throttle() -> LoginThrottle {
    with_capacity(10_000)
}

fn with_capacity(capacity: usize) -> LoginThrottle {
    LoginThrottle::per_process(ThrottleSettings { max_failures: 10, window: WINDOW, capacity })
}

fn address(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number))
}

/// The number of counters in the table.
fn counters(throttle: &LoginThrottle) -> usize {
    throttle.inner.as_ref().map_or(0, |inner| inner.local.len())
}

/// Nothing waits in a throttle of one process.
fn admit(throttle: &LoginThrottle, account: &str, address: IpAddr) -> Result<Attempt, Throttled> {
    admit_from(throttle, account, ClientAddress { address, may_be_shared: false })
}

fn admit_from(throttle: &LoginThrottle, account: &str, client: ClientAddress) -> Result<Attempt, Throttled> {
    throttle.reserve(account, client).now_or_never().unwrap()
}

impl Attempt {
    fn failed(self) {
        self.finish(false).now_or_never().unwrap().unwrap();
    }

    fn succeeded(self) {
        self.finish(true).now_or_never().unwrap().unwrap();
    }
}

fn fail(throttle: &LoginThrottle, times: usize, account: &str, from: IpAddr) {
    for _ in 0..times {
        admit(throttle, account, from).unwrap().failed();
    }
}

fn retry_after(throttle: &LoginThrottle, account: &str, from: IpAddr) -> u64 {
    admit(throttle, account, from).unwrap_err().retry_after.as_secs()
}

#[tokio::test(start_paused = true)]
async fn given_ten_failures_then_the_eleventh_attempt_is_rejected_until_the_window_ends() {
    let throttle = throttle();
    fail(&throttle, 10, ACCOUNT, address(1));
    assert_eq!(retry_after(&throttle, ACCOUNT, address(1)), 300);
    tokio::time::advance(Duration::from_millis(100_500)).await;
    assert_eq!(retry_after(&throttle, ACCOUNT, address(1)), 200);
    tokio::time::advance(Duration::from_secs(199)).await;
    assert_eq!(retry_after(&throttle, ACCOUNT, address(1)), 1);
    tokio::time::advance(Duration::from_secs(1)).await;
    fail(&throttle, 10, ACCOUNT, address(1));
    admit(&throttle, ACCOUNT, address(1)).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn given_steady_failures_then_no_five_minutes_have_more_than_ten() {
    let throttle = throttle();
    let mut failures = Vec::new();
    for second in 0..4000_u32 {
        if let Ok(attempt) = admit(&throttle, ACCOUNT, address(1)) {
            attempt.failed();
            failures.push(second);
        }
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert!(failures.len() > 50);
    for first in &failures {
        let within = failures.iter().filter(|at| (*first..first + 300).contains(at));
        assert!(within.count() <= 10);
    }
}

#[tokio::test(start_paused = true)]
async fn given_a_rejected_attempt_then_it_does_not_prolong_the_wait() {
    let throttle = throttle();
    fail(&throttle, 10, ACCOUNT, address(1));
    for _ in 0..299 {
        admit(&throttle, ACCOUNT, address(1)).unwrap_err();
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    admit(&throttle, ACCOUNT, address(1)).unwrap().succeeded();
}

#[tokio::test(start_paused = true)]
async fn given_a_locked_pair_then_other_accounts_and_other_addresses_are_unaffected() {
    let throttle = throttle();
    fail(&throttle, 10, ACCOUNT, address(1));
    admit(&throttle, "other@example.com", address(1)).unwrap().failed();
    admit(&throttle, ACCOUNT, address(2)).unwrap().succeeded();
}

#[tokio::test(start_paused = true)]
async fn given_a_hundred_guesses_at_once_then_ten_are_admitted() {
    let throttle = throttle();
    let admitted: Vec<_> = (0..100).filter_map(|_| admit(&throttle, ACCOUNT, address(1)).ok()).collect();
    assert_eq!(admitted.len(), 10);
    assert_eq!(retry_after(&throttle, ACCOUNT, address(1)), 1);
    admitted.into_iter().for_each(Attempt::failed);
    assert_eq!(retry_after(&throttle, ACCOUNT, address(1)), 300);
}

#[tokio::test]
async fn given_guesses_from_many_threads_then_ten_are_admitted() {
    let throttle = throttle();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let throttle = throttle.clone();
            std::thread::spawn(move || {
                (0..50).filter_map(|_| admit(&throttle, ACCOUNT, address(1)).ok()).map(Attempt::failed).count()
            })
        })
        .collect();
    let admitted: usize = threads.into_iter().map(|one| one.join().unwrap()).sum();
    assert_eq!(admitted, 10);
}

#[tokio::test(start_paused = true)]
async fn given_an_attempt_without_a_result_then_it_is_not_counted() {
    let throttle = throttle();
    for _ in 0..100 {
        drop(admit(&throttle, ACCOUNT, address(1)).unwrap());
    }
    assert_eq!(counters(&throttle), 0);
    fail(&throttle, 10, ACCOUNT, address(1));
    admit(&throttle, ACCOUNT, address(1)).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn given_a_success_then_the_failures_of_account_and_address_are_reset() {
    let throttle = throttle();
    for _ in 0..3 {
        fail(&throttle, 9, ACCOUNT, address(1));
        admit(&throttle, ACCOUNT, address(1)).unwrap().succeeded();
    }
}

#[tokio::test(start_paused = true)]
async fn given_an_address_that_tries_many_accounts_then_it_is_rejected_and_successful_logins_do_not_reset_it() {
    let throttle = throttle();
    for number in 0..100 {
        fail(&throttle, 1, &format!("{number}@example.com"), address(1));
        admit(&throttle, "own@example.com", address(1)).unwrap().succeeded();
    }
    assert_eq!(retry_after(&throttle, "next@example.com", address(1)), 300);
    admit(&throttle, "next@example.com", address(2)).unwrap().failed();
    let before = counters(&throttle);
    admit(&throttle, "new@example.com", address(1)).unwrap_err();
    assert_eq!(counters(&throttle), before);
}

#[tokio::test(start_paused = true)]
async fn given_an_address_at_its_limit_then_an_account_familiar_there_still_has_ten_failures_of_its_own() {
    let throttle = throttle();
    admit(&throttle, ACCOUNT, address(1)).unwrap().succeeded();
    for number in 0..100 {
        fail(&throttle, 1, &format!("{number}@example.com"), address(1));
    }
    admit(&throttle, "next@example.com", address(1)).unwrap_err();
    fail(&throttle, 9, ACCOUNT, address(1));
    admit(&throttle, ACCOUNT, address(1)).unwrap().succeeded();
    fail(&throttle, 10, ACCOUNT, address(1));
    admit(&throttle, ACCOUNT, address(1)).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn given_occasional_failures_of_many_users_at_one_address_then_they_do_not_add_up() {
    let throttle = throttle();
    for minute in 0..600 {
        let account = format!("{}@example.com", minute % 50);
        admit(&throttle, &account, address(1)).unwrap().failed();
        tokio::time::advance(Duration::from_secs(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn given_guesses_from_many_addresses_then_unfamiliar_ones_are_rejected_and_a_familiar_one_is_admitted() {
    let throttle = throttle();
    admit(&throttle, ACCOUNT, address(7)).unwrap().succeeded();
    for number in 0..100 {
        fail(&throttle, 1, ACCOUNT, address(1000 + number));
    }
    assert_eq!(retry_after(&throttle, ACCOUNT, address(2000)), 300);
    fail(&throttle, 9, ACCOUNT, address(7));
    admit(&throttle, ACCOUNT, address(7)).unwrap().succeeded();
    fail(&throttle, 10, ACCOUNT, address(7));
    admit(&throttle, ACCOUNT, address(7)).unwrap_err();
    admit(&throttle, "other@example.com", address(2000)).unwrap().failed();
}

#[tokio::test(start_paused = true)]
async fn given_a_month_without_login_then_an_address_is_no_longer_familiar() {
    let throttle = throttle();
    admit(&throttle, ACCOUNT, address(7)).unwrap().succeeded();
    tokio::time::advance(FAMILIAR_FOR).await;
    for number in 0..100 {
        fail(&throttle, 1, ACCOUNT, address(1000 + number));
    }
    admit(&throttle, ACCOUNT, address(7)).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn given_one_ipv6_network_then_its_addresses_count_together() {
    let throttle = throttle();
    for host in 0..10 {
        let from: IpAddr = format!("2001:db8:0:1::{host:x}").parse().unwrap();
        fail(&throttle, 1, ACCOUNT, from);
    }
    admit(&throttle, ACCOUNT, "2001:db8:0:1:ffff::1".parse().unwrap()).unwrap_err();
    admit(&throttle, ACCOUNT, "2001:db8:0:2::1".parse().unwrap()).unwrap().failed();
}

#[tokio::test(start_paused = true)]
async fn given_mapped_addresses_then_they_count_as_ipv4() {
    let throttle = throttle();
    fail(&throttle, 10, ACCOUNT, "::ffff:192.0.2.1".parse().unwrap());
    admit(&throttle, ACCOUNT, "192.0.2.1".parse().unwrap()).unwrap_err();
    admit(&throttle, ACCOUNT, "::ffff:192.0.2.2".parse().unwrap()).unwrap().failed();
}

#[tokio::test(start_paused = true)]
async fn given_the_same_account_in_another_case_then_it_counts_as_one() {
    let throttle = throttle();
    fail(&throttle, 10, "Ünal@Example.com", address(1));
    admit(&throttle, "üNAL@eXAMPLE.COM", address(1)).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn given_a_flood_of_addresses_then_the_table_stays_bounded_and_a_counter_in_use_is_kept() {
    let throttle = with_capacity(1000);
    fail(&throttle, 10, ACCOUNT, address(1));
    for number in 0..20_000 {
        fail(&throttle, 1, &format!("{number}@example.com"), address(10_000 + number));
        if number % 100 == 0 {
            admit(&throttle, ACCOUNT, address(1)).unwrap_err();
        }
    }
    assert!(counters(&throttle) <= 1000, "{}", counters(&throttle));
    admit(&throttle, ACCOUNT, address(1)).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn given_a_table_too_small_for_the_attempts_in_progress_then_all_are_admitted_and_it_stays_bounded() {
    let throttle = with_capacity(1);
    let attempts: Vec<_> =
        (0..500).filter_map(|number| admit(&throttle, &number.to_string(), address(number)).ok()).collect();
    assert_eq!(attempts.len(), 500);
    attempts.into_iter().for_each(Attempt::failed);
    assert!(counters(&throttle) <= 16);
}

#[tokio::test(start_paused = true)]
async fn given_no_limit_then_everything_is_admitted() {
    let throttle = LoginThrottle::per_process(ThrottleSettings { max_failures: 0, window: WINDOW, capacity: 100 });
    fail(&throttle, 1000, ACCOUNT, address(1));
    admit(&throttle, ACCOUNT, address(1)).unwrap().succeeded();
    assert_eq!(counters(&throttle), 0);
}

#[test]
fn given_a_counter_then_it_is_small() {
    assert!(size_of::<Counter>() <= 40, "{}", size_of::<Counter>());
}

#[tokio::test]
async fn given_an_attempt_then_its_debug_output_hides_the_account() {
    let throttle = throttle();
    let attempt = admit(&throttle, ACCOUNT, address(1)).unwrap();
    assert!(!format!("{attempt:?} {throttle:?}").contains("example"));
}

#[tokio::test(start_paused = true)]
async fn given_a_shared_address_at_its_limit_then_each_account_has_one_attempt_and_a_wrong_one_is_answered_as_rejected()
{
    let throttle = throttle();
    let client = ClientAddress { address: address(1), may_be_shared: true };
    for number in 0..100 {
        admit_from(&throttle, &format!("{number}@example.com"), client).unwrap().failed();
    }
    admit_from(&throttle, ACCOUNT, client).unwrap().succeeded();

    let last = admit_from(&throttle, "other@example.com", client).unwrap();
    assert_eq!(admit_from(&throttle, "other@example.com", client).unwrap_err().retry_after, Duration::from_secs(1));
    assert_eq!(last.finish(false).await, Err(Throttled { retry_after: WINDOW }));
    assert_eq!(admit_from(&throttle, "other@example.com", client).unwrap_err().retry_after, WINDOW);
    admit_from(&throttle, "0@example.com", client).unwrap_err();
    // Without forwarded headers, the address is at its limit.
    admit(&throttle, "next@example.com", address(1)).unwrap_err();
}
