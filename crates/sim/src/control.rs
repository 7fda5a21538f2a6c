//! Control: the production planners, woken as production wakes them, their plans committed by
//! the production rule.
//!
//! Each reconciler takes a snapshot, plans, and commits some moments later; what the others, the
//! nodes, the balancer and people committed meanwhile is a conflict or is not, as it would be.
//! A crash loses what was planned and not committed. Everything else is in the records.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Plan, Rng, Snapshot, Timestamp};
use planner::Reconciler;

use crate::dice::Dice;
use crate::laws::{self, Broken, Commit};
use crate::mutation;
use crate::queue::{Event, Peer};
use crate::session::Session;
use crate::world::World;

/// Who made a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Reconciler(&'static str),
    Node,
    Balancer,
    /// People, and what they set in motion: the API's part.
    Operator,
}

impl Actor {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Actor::Reconciler(name) => name,
            Actor::Node => "node",
            Actor::Balancer => "balancer",
            Actor::Operator => "operator",
        }
    }
}

/// A plan on its way to the store.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) by: Actor,
    pub(crate) plan: Plan,
    /// What it was made of, and when by control's clock.
    pub(crate) seen: Snapshot,
    pub(crate) at: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) is_up: bool,
    /// Counts its processes.
    pub(crate) life: u64,
    /// What its clock is ahead of the world's, in milliseconds.
    pub(crate) ahead: i64,
    pub(crate) sessions: BTreeMap<Peer, Session>,
    loops: Vec<Loop>,
}

/// One reconciler, between its passes.
#[derive(Debug)]
struct Loop {
    reconciler: Reconciler,
    rng: Rng,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Until the next commit, or the timer of this token.
    Idle {
        token: u64,
    },
    Woken,
    /// So many plans are on their way, made at this revision.
    Committing {
        left: usize,
        revision: u64,
        wake_at: Option<Timestamp>,
    },
}

impl Control {
    pub(crate) fn new(dice: &mut Dice) -> Control {
        let of = |reconciler| Loop { reconciler, rng: dice.split(), state: State::Woken };
        Control {
            is_up: false,
            life: 0,
            ahead: 0,
            sessions: BTreeMap::new(),
            loops: planner::reconcilers().into_iter().map(of).collect(),
        }
    }
}

impl World {
    /// What control takes the time to be.
    pub(crate) fn control_now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.as_millis() + self.control.ahead)
    }

    pub(crate) fn on_control_up(&mut self) {
        self.control.is_up = true;
        self.control.life += 1;
        self.note(|_| "control starts".to_owned());
        for reconciler in 0..self.control.loops.len() {
            self.control.loops[reconciler].rng = self.dice.split();
            self.schedule_plan(reconciler);
        }
    }

    /// Control dies here: what is not committed is lost.
    pub(crate) fn crash_control(&mut self) {
        if !self.control.is_up {
            return;
        }
        self.control.is_up = false;
        self.control.sessions.clear();
        self.note(|_| "control crashes".to_owned());
        self.break_all_links();
        let at = self.now + self.dice.millis((100, 15_000));
        self.queue.push(at, Event::ControlUp);
    }

    pub(crate) fn on_plan(&mut self, index: usize, life: u64) {
        if !self.is_control(life) {
            return;
        }
        let (seen, now) = (self.store.clone(), self.control_now());
        let this = &mut self.control.loops[index];
        let name = this.reconciler.name;
        let mut plans = (this.reconciler.plan)(&seen, now, &mut this.rng);
        if let Some(mutation) = self.mutation {
            mutation::apply(mutation, (&seen, now), (name, &mut plans));
        }
        let wake_at = plans.iter().filter_map(|plan| plan.wake_at).min();
        plans.retain(|plan| !plan.is_empty());
        self.figures.passes += 1;
        let (left, revision) = (plans.len(), seen.revision);
        if left == 0 {
            return self.rest(index, wake_at);
        }
        self.control.loops[index].state = State::Committing { left, revision, wake_at };
        for plan in plans {
            let by = Actor::Reconciler(name);
            let planned = Box::new(Planned { by, plan, seen: seen.clone(), at: now });
            let at = self.now + self.commit_time();
            self.queue.push(at, Event::Commit { reconciler: index, life, planned });
        }
    }

    pub(crate) fn on_commit(&mut self, index: usize, life: u64, planned: &Planned) {
        if !self.is_control(life) {
            return;
        }
        let is_crash = !self.is_healed && self.plagues.control && self.dice.happens(4);
        if is_crash && self.dice.happens(500) {
            return self.crash_control();
        }
        self.commit(planned);
        if is_crash {
            return self.crash_control();
        }
        let State::Committing { left, revision, wake_at } = &mut self.control.loops[index].state
        else {
            return;
        };
        *left -= 1;
        let (is_done, is_news, wake_at) = (*left == 0, *revision != self.store.revision, *wake_at);
        match (is_done, is_news) {
            (false, _) => {}
            (true, true) => self.schedule_plan(index),
            (true, false) => self.rest(index, wake_at),
        }
    }

    pub(crate) fn on_timer(&mut self, index: usize, life: u64, token: u64) {
        let is_waited_for =
            matches!(self.control.loops[index].state, State::Idle { token: own } if own == token);
        if self.is_control(life) && is_waited_for {
            self.control.loops[index].state = State::Woken;
            self.queue.push(self.now, Event::Plan { reconciler: index, life });
        }
    }

    /// Plans on the state as it is and commits at once, as whoever waits for an answer does.
    pub(crate) fn transact(&mut self, by: Actor, plan: impl FnOnce(&Snapshot) -> Plan) -> bool {
        let seen = self.store.clone();
        let plan = plan(&seen);
        let at = self.control_now();
        self.commit(&Planned { by, plan, seen, at })
    }

    /// Commits a plan if all that it read is unchanged. Whether anything changes.
    fn commit(&mut self, planned: &Planned) -> bool {
        let plan = &planned.plan;
        if plan.is_empty() {
            return false;
        }
        if let Some(violation) = planner::lint::lint(&planned.seen, plan).first() {
            self.laws.broken.get_or_insert(Broken::new("lint", violation.to_string()));
        }
        if let Some(key) = self.store.first_unmet(&plan.expects) {
            self.figures.conflicts += 1;
            let by = planned.by.name();
            self.note(|names| format!("{by}: conflict at {}", names.key(&key)));
            return false;
        }
        let before = self.store.clone();
        self.store.apply(before.revision + 1, &plan.changes);
        self.figures.commits += 1;
        let lines = self.log.names.describe(&before, plan);
        for line in lines {
            self.note(|_| format!("{}: {line}", planned.by.name()));
        }
        let commit = Commit::new(planned, (&before, &self.store));
        laws::check(&mut self.laws, &commit);
        self.wake_all();
        true
    }

    fn wake_all(&mut self) {
        for index in 0..self.control.loops.len() {
            if matches!(self.control.loops[index].state, State::Idle { .. }) && self.control.is_up {
                self.schedule_plan(index);
            }
        }
        self.push_all();
    }

    fn schedule_plan(&mut self, index: usize) {
        self.control.loops[index].state = State::Woken;
        let at = self.now + self.commit_time();
        self.queue.push(at, Event::Plan { reconciler: index, life: self.control.life });
    }

    /// Nothing to do until something is committed, or until `wake_at` by control's clock.
    fn rest(&mut self, index: usize, wake_at: Option<Timestamp>) {
        let token = self.queue.token();
        self.control.loops[index].state = State::Idle { token };
        if let Some(at) = wake_at {
            let remaining = at.since(self.control_now());
            let life = self.control.life;
            let timer = Event::Timer { reconciler: index, life, token };
            // A timer that is due already is still a turn of its own.
            self.queue.push(self.now + remaining.max(Duration::from_millis(1)), timer);
        }
    }

    pub(crate) fn is_control(&self, life: u64) -> bool {
        self.control.is_up && self.control.life == life
    }

    fn commit_time(&mut self) -> Duration {
        let is_slow = !self.is_healed && self.plagues.messages && self.dice.happens(20);
        self.dice.millis(if is_slow { (50, 2_000) } else { (1, 30) })
    }
}
