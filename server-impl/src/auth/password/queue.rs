//! The queue of the hashing threads: bounded, and shared fairly by account and by address.
//!
//! Each job gets a turn: the number of jobs of its account, or of its address if that is more, that wait already. Jobs
//! are done in the order of their turns. If the queue is full, a job displaces the one with the last turn, unless its
//! own turn is as late. So one account or one address can use all places while no other needs them, but cannot keep
//! others out: the second job of another source displaces its third.
//!
//! A client that can claim any address, and guesses at many accounts, has many sources. A quarter of the places is
//! therefore reserved for known sources: those with a valid credential, and accounts at addresses that they have logged
//! in from before. Known and other sources are served in turn.

use std::collections::{BTreeMap, HashMap};

use crate::auth::source::Source;

/// One of so many places is reserved for known sources.
const RESERVED_FRACTION: usize = 4;

/// The queue is full, and no other job has more places than the source of this one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

/// Jobs that wait. See the module.
pub(super) struct FairQueue<J> {
    known: Lane<J>,
    others: Lane<J>,
    /// Whether the next job is one of a known source, if there are both.
    serves_known: bool,
    /// Jobs of the same turn are done in the order of their arrival.
    arrivals: u64,
}

impl<J> Default for FairQueue<J> {
    fn default() -> Self {
        Self { known: Lane::default(), others: Lane::default(), serves_known: true, arrivals: 0 }
    }
}

impl<J> FairQueue<J> {
    pub(super) fn len(&self) -> usize {
        self.known.jobs.len() + self.others.jobs.len()
    }

    /// Adds a job. Returns the job that it displaces, if `capacity` jobs wait already.
    pub(super) fn push(&mut self, source: Source, job: J, capacity: usize) -> Result<Option<J>, Full> {
        let displaced = if self.len() < capacity { None } else { Some(self.displace(source, capacity).ok_or(Full)?) };
        self.arrivals += 1;
        let arrival = self.arrivals;
        self.lane(source).push(source, arrival, job);
        Ok(displaced)
    }

    /// Takes the next job.
    pub(super) fn pop(&mut self) -> Option<J> {
        let known_first = self.serves_known;
        self.serves_known = !known_first;
        if known_first {
            self.known.pop_first().or_else(|| self.others.pop_first())
        } else {
            self.others.pop_first().or_else(|| self.known.pop_first())
        }
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&J) -> bool) {
        self.known.retain(&keep);
        self.others.retain(&keep);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn lane(&mut self, source: Source) -> &mut Lane<J> {
        if source.is_known { &mut self.known } else { &mut self.others }
    }

    /// Removes a job for one of this source; none if every other job has as much right to its place.
    fn displace(&mut self, source: Source, capacity: usize) -> Option<J> {
        let reserved = capacity / RESERVED_FRACTION;
        let wait = self.lane(source).wait(source);
        if source.is_known && self.known.jobs.len() < reserved && !self.others.jobs.is_empty() {
            self.others.pop_last()
        } else if self.lane(source).longest_wait() > wait {
            self.lane(source).pop_last()
        } else if !source.is_known && self.known.jobs.len() > reserved && self.known.longest_wait() > wait {
            self.known.pop_last()
        } else {
            None
        }
    }
}

/// The jobs of known sources, or those of others.
struct Lane<J> {
    /// By turn and arrival.
    jobs: BTreeMap<(u64, u64), (Source, J)>,
    /// The turn of the job that was taken last.
    turn: u64,
    /// How many jobs of an account or an address wait.
    waiting: HashMap<u64, u64>,
}

impl<J> Default for Lane<J> {
    fn default() -> Self {
        Self { jobs: BTreeMap::new(), turn: 0, waiting: HashMap::new() }
    }
}

impl<J> Lane<J> {
    /// How many turns the next job of this source would wait.
    fn wait(&self, source: Source) -> u64 {
        let waiting = |key| self.waiting.get(&key).copied().unwrap_or_default();
        waiting(source.account).max(waiting(source.address))
    }

    fn longest_wait(&self) -> u64 {
        self.jobs.last_key_value().map_or(0, |((turn, _), _)| turn - self.turn)
    }

    fn push(&mut self, source: Source, arrival: u64, job: J) {
        let turn = self.turn + self.wait(source);
        for key in [source.account, source.address] {
            *self.waiting.entry(key).or_default() += 1;
        }
        self.jobs.insert((turn, arrival), (source, job));
    }

    fn pop_first(&mut self) -> Option<J> {
        let ((turn, _), (source, job)) = self.jobs.pop_first()?;
        self.turn = turn;
        self.leave(source);
        Some(job)
    }

    fn pop_last(&mut self) -> Option<J> {
        let (_, (source, job)) = self.jobs.pop_last()?;
        self.leave(source);
        Some(job)
    }

    fn retain(&mut self, keep: impl Fn(&J) -> bool) {
        let mut left = Vec::new();
        self.jobs.retain(|_, (source, job)| {
            let is_kept = keep(job);
            if !is_kept {
                left.push(*source);
            }
            is_kept
        });
        for source in left {
            self.leave(source);
        }
    }

    /// Counts a job that waits no longer.
    fn leave(&mut self, source: Source) {
        for key in [source.account, source.address] {
            if let Some(count) = self.waiting.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    self.waiting.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
