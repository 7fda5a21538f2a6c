//! Random plans against a naive model of the store.

use std::collections::BTreeMap;

use model::{Change, Expect, Plan};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use store::{CommitError, Store};

use super::{Case, Fixture, case, contents, key, setting};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const RUNS: u32 = 24;

pub(super) fn all<F: Fixture>() -> Vec<Case<F>> {
    vec![case("agrees_with_the_model", agrees_with_the_model)]
}

#[derive(Clone, Debug)]
enum Step {
    /// What each name is expected to be, then what is written to each.
    Commit(Vec<Option<Guess>>, Vec<Option<Edit>>),
    Reopen,
}

/// An expectation, relative to what is so.
#[derive(Clone, Copy, Debug)]
enum Guess {
    Right,
    Absent,
    OneBefore,
}

#[derive(Clone, Copy, Debug)]
enum Edit {
    Put(u8),
    Delete,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let guess =
        prop_oneof![8 => Just(Guess::Right), 1 => Just(Guess::Absent), 1 => Just(Guess::OneBefore)];
    let edit = prop_oneof![3 => any::<u8>().prop_map(Edit::Put), 1 => Just(Edit::Delete)];
    let commit = (
        prop::collection::vec(prop::option::of(guess), NAMES.len()),
        prop::collection::vec(prop::option::of(edit), NAMES.len()),
    );
    let step = prop_oneof![
        12 => commit.prop_map(|(guesses, edits)| Step::Commit(guesses, edits)),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

/// The store, as simply as it can be said.
#[derive(Default)]
struct Model {
    revision: u64,
    records: BTreeMap<&'static str, (u64, u8)>,
}

impl Model {
    fn revision_of(&self, name: &str) -> Option<u64> {
        self.records.get(name).map(|(revision, _)| *revision)
    }

    fn guess(&self, name: &str, guess: Guess) -> Option<u64> {
        match guess {
            Guess::Right => self.revision_of(name),
            Guess::Absent => None,
            Guess::OneBefore => self.revision_of(name).map(|revision| revision - 1),
        }
    }

    fn commit(&mut self, expects: &[(&str, Option<u64>)], edits: &[Option<Edit>]) -> Option<u64> {
        if expects.iter().any(|(name, expected)| self.revision_of(name) != *expected) {
            return None;
        }
        if edits.iter().any(Option::is_some) {
            self.revision += 1;
        }
        for (name, edit) in NAMES.into_iter().zip(edits) {
            match edit {
                Some(Edit::Put(value)) => {
                    self.records.insert(name, (self.revision, *value));
                }
                Some(Edit::Delete) => {
                    self.records.remove(name);
                }
                None => {}
            }
        }
        Some(self.revision)
    }

    fn contents(&self) -> Vec<String> {
        let all = self.records.iter();
        all.map(|(name, (revision, value))| format!("{name}={value}@{revision}")).collect()
    }
}

/// The first fixture is left alone: each run has a fresh one.
async fn agrees_with_the_model<F: Fixture>(_: F) {
    let config = Config { cases: RUNS, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let handle = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&steps(), |steps| {
            handle.block_on(agree(&F::fresh(), steps));
            Ok(())
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn agree<F: Fixture>(fixture: &F, steps: Vec<Step>) {
    let mut store = fixture.open();
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Reopen => {
                drop(store);
                store = fixture.open();
            }
            Step::Commit(guesses, edits) => commit_both(&store, &mut model, guesses, &edits).await,
        }
        assert_eq!(contents(&store), model.contents());
        assert_eq!(store.snapshot().revision, model.revision);
    }
}

async fn commit_both(
    store: &Store,
    model: &mut Model,
    guesses: Vec<Option<Guess>>,
    edits: &[Option<Edit>],
) {
    let guessed = NAMES.into_iter().zip(guesses);
    let expects: Vec<_> =
        guessed.filter_map(|(name, guess)| Some((name, model.guess(name, guess?)))).collect();
    let mut plan = Plan::new();
    for (name, revision) in &expects {
        plan.expects.push(Expect { key: key(name), revision: *revision });
    }
    for (name, edit) in NAMES.into_iter().zip(edits) {
        plan.changes.extend(edit.map(|edit| match edit {
            Edit::Put(value) => Change::Put(setting(name, &value.to_string()).into()),
            Edit::Delete => Change::Delete(key(name)),
        }));
    }
    match (store.commit(plan).await, model.commit(&expects, edits)) {
        (Ok(revision), Some(expected)) => assert_eq!(revision, expected),
        (Err(CommitError::Conflict(_)), None) => {}
        (outcome, expected) => panic!("{outcome:?}, but the model says {expected:?}"),
    }
}
