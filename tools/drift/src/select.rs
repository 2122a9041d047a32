//! Which mutants are tried, and in which order.

use crate::mutant::{Kind, Mutant};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Mutants, in the order in which they are to be tried.
type Queue<'m> = VecDeque<&'m Mutant>;

/// All mutants in an order in which any beginning is a fair sample: families take turns, within a family kinds, within
/// a kind variants, within a variant the parts of the contract. Another seed begins elsewhere, so that in time every
/// mutant is among the first.
pub(crate) fn rotated(mutants: &[Mutant], seed: usize) -> Vec<&Mutant> {
    let mut families: BTreeMap<_, VecDeque<Queue<'_>>> = BTreeMap::new();
    for (kind, queue) in grouped(mutants, |mutant| mutant.kind) {
        families.entry(kind.family).or_default().push_back(rotated_left(by_variant(&queue), seed));
    }
    let kinds = families.into_values().map(|kinds| rotated_left(kinds, seed)).collect();
    take_turns(take_turns(kinds).into()).into()
}

/// So many of each kind, and every variant at least once.
pub(crate) struct Quota {
    of_each_kind: usize,
    counts: BTreeMap<Kind, usize>,
    variants: BTreeSet<(Kind, String)>,
    with_every_variant: bool,
}

impl Quota {
    pub(crate) fn new(of_each_kind: usize, with_every_variant: bool) -> Self {
        Self { of_each_kind, counts: BTreeMap::new(), variants: BTreeSet::new(), with_every_variant }
    }

    /// Whether one more like this is wanted.
    pub(crate) fn wants(&self, mutant: &Mutant) -> bool {
        let is_new = || !self.variants.contains(&(mutant.kind, mutant.variant.clone()));
        self.counts.get(&mutant.kind).is_none_or(|count| *count < self.of_each_kind)
            || self.with_every_variant && is_new()
    }

    /// Counts one that is taken.
    pub(crate) fn take(&mut self, mutant: &Mutant) {
        *self.counts.entry(mutant.kind).or_default() += 1;
        self.variants.insert((mutant.kind, mutant.variant.clone()));
    }
}

/// Every variant first on another subject.
fn by_variant<'m>(queue: &Queue<'m>) -> Queue<'m> {
    let variants = grouped(queue.iter().copied(), |mutant| mutant.variant.as_str()).into_values();
    let of_variant = |(index, queue): (usize, Queue<'m>)| {
        let subjects = grouped(queue, |mutant| mutant.subject.as_str());
        rotated_left(take_turns(subjects.into_values().collect()), index)
    };
    take_turns(variants.enumerate().map(of_variant).collect())
}

fn grouped<'m, K: Ord>(
    mutants: impl IntoIterator<Item = &'m Mutant>,
    key: impl Fn(&'m Mutant) -> K,
) -> BTreeMap<K, Queue<'m>> {
    let mut groups: BTreeMap<K, Queue<'m>> = BTreeMap::new();
    for mutant in mutants {
        groups.entry(key(mutant)).or_default().push_back(mutant);
    }
    groups
}

/// The first of each, then the second of each, and so on.
fn take_turns<T>(mut groups: Vec<VecDeque<T>>) -> VecDeque<T> {
    let mut taken = VecDeque::new();
    while groups.iter().any(|group| !group.is_empty()) {
        taken.extend(groups.iter_mut().filter_map(VecDeque::pop_front));
    }
    taken
}

fn rotated_left<T>(mut queue: VecDeque<T>, by: usize) -> VecDeque<T> {
    let by = by % queue.len().max(1);
    queue.rotate_left(by);
    queue
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutant::{Edit, Family, Layout, Source};
    use std::collections::BTreeSet;

    fn mutants() -> Vec<Mutant> {
        let kinds = [(Family::Operation, "removed", 3), (Family::Operation, "added", 1), (Family::Prose, "title", 2)];
        let mut mutants = Vec::new();
        for (family, change, subjects) in kinds {
            for subject in 0..subjects {
                for part in 0..2 {
                    mutants.push(Mutant {
                        name: format!("{family} {change} {subject} {part}"),
                        subject: subject.to_string(),
                        variant: part.to_string(),
                        kind: Kind { family, change },
                        source: Source::Contract,
                        edit: Edit::Layout(Layout::Compact),
                    });
                }
            }
        }
        mutants
    }

    fn names<'m>(order: &[&'m Mutant]) -> Vec<&'m str> {
        order.iter().map(|mutant| mutant.name.as_str()).collect()
    }

    #[test]
    fn families_take_turns_then_kinds_then_variants_each_on_another_subject() {
        let mutants = mutants();
        let order = rotated(&mutants, 0);
        let first = [
            "operation added 0 0",
            "prose title 0 0",
            "operation removed 0 0",
            "operation added 0 1",
            "prose title 1 1",
            "operation removed 1 1",
        ];
        assert_eq!(names(&order)[..6], first);
    }

    #[test]
    fn a_quota_counts_kinds_and_lets_every_variant_pass_once_if_told_so() {
        let mutants = mutants();
        let taken = |mut quota: Quota| {
            let mut taken = Vec::new();
            for mutant in rotated(&mutants, 0) {
                if quota.wants(mutant) {
                    quota.take(mutant);
                    taken.push(mutant.name.as_str());
                }
            }
            taken
        };
        assert_eq!(taken(Quota::new(1, false)), ["operation added 0 0", "prose title 0 0", "operation removed 0 0"]);
        assert_eq!(taken(Quota::new(1, true)).len(), 6);
        assert_eq!(taken(Quota::new(usize::MAX, false)).len(), mutants.len());
    }

    #[test]
    fn every_mutant_is_there_once_whatever_the_seed_and_with_the_seed_the_beginning_changes() {
        let mutants = mutants();
        let beginnings: BTreeSet<Vec<&str>> = (0..6)
            .map(|seed| {
                let order = rotated(&mutants, seed);
                assert_eq!(names(&order).into_iter().collect::<BTreeSet<_>>().len(), mutants.len());
                names(&order)[..3].to_vec()
            })
            .collect();
        assert_eq!(beginnings.len(), 6);
    }

    #[test]
    fn in_time_every_mutant_comes_first_of_its_kind() {
        let mutants = mutants();
        let first: BTreeSet<&str> = (0..6).flat_map(|seed| names(&rotated(&mutants, seed)[..3])).collect();
        assert_eq!(first.len(), mutants.len());
    }
}
