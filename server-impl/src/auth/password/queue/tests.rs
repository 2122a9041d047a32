use std::net::{IpAddr, Ipv4Addr};

use super::*;

const PLACES: usize = 64;

fn source(account: u32, address: u32) -> Source {
    Source::new(&format!("{account}@example.com"), IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + address)))
}

/// A queue in which as many of these sources as it accepts wait, each with its number in the order of arrival.
fn filled(sources: impl IntoIterator<Item = Source>) -> FairQueue<usize> {
    let mut queue = FairQueue::default();
    for (number, source) in sources.into_iter().enumerate() {
        // A full queue, or a displaced job, is what the tests are about.
        let _ = queue.push(source, number, PLACES);
    }
    queue
}

/// The number of jobs that are done before the one with this number, which must be done.
fn done_before(mut queue: FairQueue<usize>, number: usize) -> usize {
    let mut done = 0;
    while let Some(job) = queue.pop() {
        if job == number {
            return done;
        }
        done += 1;
    }
    panic!("the job {number} was displaced");
}

#[test]
fn given_one_source_then_it_may_use_all_places_in_order_and_no_more() {
    let mut queue = filled([source(1, 1); PLACES]);
    assert_eq!(queue.push(source(1, 1), 0, PLACES), Err(Full));
    assert_eq!(queue.len(), PLACES);
    for number in 0..PLACES {
        assert_eq!(queue.pop(), Some(number));
    }
    assert_eq!(queue.pop(), None);
}

#[test]
fn given_an_address_that_tries_many_accounts_then_another_address_displaces_its_last_job_and_is_served_next() {
    let mut queue = filled((0..1000).map(|account| source(account, 1)));
    assert_eq!(queue.len(), PLACES);
    assert_eq!(queue.push(source(5000, 2), 5000, PLACES), Ok(Some(PLACES - 1)));
    assert_eq!(queue.len(), PLACES);
    // Before it, only the job that has the same turn and came earlier.
    assert_eq!(done_before(queue, 5000), 1);
}

#[test]
fn given_an_account_that_is_tried_from_many_addresses_then_another_account_displaces_its_last_job() {
    let mut queue = filled((0..1000).map(|address| source(1, address)));
    assert_eq!(queue.len(), PLACES);
    assert_eq!(queue.push(source(2, 5000), 5000, PLACES), Ok(Some(PLACES - 1)));
    assert_eq!(done_before(queue, 5000), 1);
}

#[test]
fn given_two_sources_that_want_all_places_then_each_gets_half() {
    let mut queue = filled((0..1000).map(|number| source(number % 2, number % 2)));
    let mut jobs = Vec::new();
    while let Some(job) = queue.pop() {
        jobs.push(job);
    }
    assert_eq!(jobs.len(), PLACES);
    assert_eq!(jobs.iter().filter(|job| *job % 2 == 0).count(), PLACES / 2);
    // One after the other.
    assert!(jobs.chunks(2).all(|pair| pair[0] % 2 != pair[1] % 2), "{jobs:?}");
}

#[test]
fn given_a_source_for_each_place_then_a_known_one_gets_a_place_and_is_served_first_and_an_unknown_one_gets_none() {
    let mut queue = filled((0..1000).map(|number| source(number, number)));
    assert_eq!(queue.push(source(5000, 5000), 5000, PLACES), Err(Full));
    queue.push(source(6000, 6000).known(), 6000, PLACES).unwrap().expect("a job was displaced");
    assert_eq!(queue.len(), PLACES);
    assert_eq!(done_before(queue, 6000), 0);
}

#[test]
fn given_a_flood_of_one_known_source_then_it_gets_no_more_than_the_reserved_share_of_what_others_want() {
    let mut queue = filled(std::iter::repeat_n(source(1, 1).known(), 1000));
    assert_eq!(queue.len(), PLACES);
    for number in 2000..3000 {
        let _ = queue.push(source(number, number), 0, PLACES);
    }
    assert_eq!(queue.known.jobs.len(), PLACES / RESERVED_FRACTION);
    // And it does not keep out another known source.
    assert_eq!(queue.push(source(5000, 5000).known(), 5000, PLACES), Ok(Some(15)));
}

#[test]
fn given_known_and_other_sources_then_they_are_served_in_turn() {
    let queue = filled((0..20).map(|number| {
        let source = source(number, number);
        if number < 10 { source.known() } else { source }
    }));
    assert_eq!(done_before(queue, 10), 1);
}

#[test]
fn given_abandoned_jobs_then_their_places_are_free_and_not_counted() {
    let mut queue = filled([source(1, 1); PLACES]);
    queue.retain(|number| *number == 0);
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.push(source(2, 1), 100, PLACES), Ok(None));
    assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(0), Some(100), None));
    assert!(queue.others.waiting.is_empty());
}
