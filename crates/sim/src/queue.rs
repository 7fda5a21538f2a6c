//! What happens when: the events that wait for their time.

use std::collections::BTreeMap;

use model::session::{FromNode, ToNode};
use model::{TaskKey, Timestamp};
use node::step::Effect;
use routing::session::{FromBalancer, TargetName, ToBalancer};

use crate::control::Planned;

/// Whoever holds a session with control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    Node(usize),
    Balancer,
}

/// What a peer says to control.
#[derive(Clone, Debug)]
pub(crate) enum FromPeer {
    Node(FromNode),
    Balancer(FromBalancer),
}

/// What control says to a peer.
#[derive(Clone, Debug)]
pub(crate) enum ToPeer {
    Node(ToNode),
    Balancer(ToBalancer),
}

/// Why a container ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// By itself: this ceases with the other faults.
    Crash,
    /// It was told to.
    Signal,
}

/// An event names the life of what it is about: what died since does not get it.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    ControlUp,
    Plan {
        reconciler: usize,
        life: u64,
    },
    Timer {
        reconciler: usize,
        life: u64,
        token: u64,
    },
    Commit {
        reconciler: usize,
        life: u64,
        planned: Box<Planned>,
    },
    /// A session looks whether its peer is to be told something.
    Push {
        peer: Peer,
        session: u64,
    },
    /// Control sees that a session has ended.
    Gone {
        peer: Peer,
        session: u64,
        life: u64,
    },
    Connect {
        peer: Peer,
    },
    ToControl {
        peer: Peer,
        session: u64,
        message: Box<FromPeer>,
    },
    ToPeer {
        peer: Peer,
        session: u64,
        message: Box<ToPeer>,
    },
    NodeUp {
        node: usize,
    },
    EffectEnd {
        node: usize,
        life: u64,
        work: Box<Work>,
    },
    Step {
        node: usize,
        life: u64,
        task: TaskKey,
    },
    Exit {
        node: usize,
        boot: u64,
        task: TaskKey,
        cause: Cause,
    },
    BalancerUp,
    Probe {
        life: u64,
        target: TargetName,
        token: u64,
    },
    DrainEnd {
        life: u64,
        target: TargetName,
        token: u64,
    },
    Request,
    RequestEnd {
        life: u64,
        target: TargetName,
    },
    Fault,
    Operator,
    Heal,
}

/// An effect under way for one task.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) task: TaskKey,
    pub(crate) effect: Effect,
    pub(crate) token: u64,
}

/// Events in order of time; those of one moment in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    events: BTreeMap<(Timestamp, u64), Event>,
    made: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: Timestamp, event: Event) {
        self.made += 1;
        self.events.insert((at, self.made), event);
    }

    pub(crate) fn pop(&mut self) -> Option<(Timestamp, Event)> {
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }

    /// A number that no other event has.
    pub(crate) fn token(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}
