//! All comparisons of two documents: the document, each operation, and each pair of schemas once.

use super::operation::{self, Key, Operation};
use super::rule::Direction;
use super::walk::{self, Pair, Walk};
use super::{Changes, Finding, Subject, document, schema};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// Compares two contracts in their normal form.
pub(super) fn between<'a>(day: &'a str, old: &'a Value, new: &'a Value) -> Changes {
    let mut changes = Changes::default();
    let mut walk = Walk::new(day, old, new);
    document::compare(&mut walk);
    changes.add(Subject::Contract, walk.found().0);
    let mut graph = Graph::default();
    operations(day, old, new, &mut changes, &mut graph);
    graph.schemas(day, old, new, &mut changes);
    changes
}

fn operations<'a>(day: &'a str, old: &'a Value, new: &'a Value, changes: &mut Changes, graph: &mut Graph<'a>) {
    let (before, after) = (operation::all(old), operation::all(new));
    let by_key: HashMap<Key, Operation<'_>> = after.iter().map(|operation| (operation.key(), *operation)).collect();
    let paths: HashSet<String> = by_key.keys().map(|(path, _)| path.clone()).collect();
    let mut known: HashSet<Key> = HashSet::new();
    for operation in &before {
        let mut walk = Walk::new(day, old, new);
        let key = operation.key();
        let subject = if let Some(other) = by_key.get(&key) {
            operation::compare(&mut walk, *operation, *other);
            subject(other)
        } else {
            operation::removed(&mut walk, *operation, paths.contains(&key.0), &after);
            subject(operation)
        };
        known.insert(key);
        let (findings, pairs) = walk.found();
        graph.start(&subject, pairs);
        changes.add(subject, findings);
    }
    for operation in after.iter().filter(|operation| !known.contains(&operation.key())) {
        let mut walk = Walk::new(day, old, new);
        operation::added(&mut walk);
        changes.add(subject(operation), walk.found().0);
    }
}

fn subject(operation: &Operation<'_>) -> Subject {
    Subject::Operation {
        method: operation.method.to_uppercase(),
        path: operation.path.to_owned(),
        id: walk::text(operation.value, "operationId").to_owned(),
    }
}

/// Pairs of schemas, and what refers to them.
#[derive(Default)]
struct Graph<'a> {
    numbers: HashMap<Pair<'a>, usize>,
    pairs: Vec<Pair<'a>>,
    /// The pairs that refer to each.
    parents: Vec<Vec<usize>>,
    /// The operations that refer to each.
    operations: Vec<Vec<usize>>,
    /// The operations, as `GET /users/me`.
    names: Vec<String>,
}

impl<'a> Graph<'a> {
    fn start(&mut self, subject: &Subject, pairs: Vec<Pair<'a>>) {
        let Subject::Operation { method, path, .. } = subject else { return };
        let operation = self.names.len();
        self.names.push(format!("{method} {path}"));
        for pair in pairs {
            let number = self.number(pair);
            if let Some(list) = self.operations.get_mut(number) {
                list.push(operation);
            }
        }
    }

    fn number(&mut self, pair: Pair<'a>) -> usize {
        let next = self.pairs.len();
        let number = *self.numbers.entry(pair).or_insert(next);
        if number == next {
            self.pairs.push(pair);
            self.parents.push(Vec::new());
            self.operations.push(Vec::new());
        }
        number
    }

    /// Compares every pair that is reached, and adds what was found by schema.
    fn schemas(&mut self, day: &'a str, old: &'a Value, new: &'a Value, changes: &mut Changes) {
        let mut all: Vec<(usize, Vec<Finding>)> = Vec::new();
        let mut next = 0;
        while let Some(pair) = self.pairs.get(next).copied() {
            let mut walk = Walk::new(day, old, new);
            schema::compare_pair(&mut walk, pair);
            let (findings, reached) = walk.found();
            for inner in reached {
                let number = self.number(inner);
                if let Some(list) = self.parents.get_mut(number) {
                    list.push(next);
                }
            }
            if !findings.is_empty() {
                all.push((next, findings));
            }
            next += 1;
        }
        let mut found: BTreeMap<(String, Direction), (BTreeSet<usize>, Vec<Finding>)> = BTreeMap::new();
        for (number, findings) in all {
            let Some(pair) = self.pairs.get(number) else { continue };
            let name = pair.new.rsplit('/').next().unwrap_or_default().to_owned();
            let (operations, list) = found.entry((name, pair.site.direction())).or_default();
            operations.extend(self.reaching(number));
            for finding in findings {
                if !list.contains(&finding) {
                    list.push(finding);
                }
            }
        }
        for ((name, direction), (operations, findings)) in found {
            let operations = operations.iter().filter_map(|operation| self.names.get(*operation)).cloned().collect();
            changes.add(Subject::Schema { name, direction, operations }, findings);
        }
    }

    /// The operations from which a pair is reached.
    fn reaching(&self, number: usize) -> BTreeSet<usize> {
        let mut reaching = BTreeSet::new();
        let mut known = HashSet::from([number]);
        let mut queue = VecDeque::from([number]);
        while let Some(number) = queue.pop_front() {
            reaching.extend(self.operations.get(number).into_iter().flatten());
            queue.extend(self.parents.get(number).into_iter().flatten().filter(|parent| known.insert(**parent)));
        }
        reaching
    }
}
