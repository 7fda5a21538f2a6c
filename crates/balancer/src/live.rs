//! The table in force together with the running targets it names.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use routing::{Draw, Forward, GroupIndex, RouteTable, RoutedGroup, StickyTarget};

use crate::{
    metrics::Counters,
    random::random,
    target::{InFlight, Target},
};

/// A compiled configuration, ready to serve.
#[derive(Debug, Default)]
pub(crate) struct Live {
    pub(crate) revision: u64,
    pub(crate) table: RouteTable,
    /// In the order of the table's groups.
    pub(crate) groups: Vec<LiveGroup>,
    /// In the order of the table's load balancers.
    pub(crate) counters: Vec<Arc<Counters>>,
}

/// A group's targets, in the order of the table; empty while no listener uses the group.
#[derive(Debug, Default)]
pub(crate) struct LiveGroup {
    pub(crate) targets: Vec<Arc<Target>>,
    turn: AtomicU64,
}

/// What came of looking for a target.
#[derive(Debug)]
pub(crate) enum Choice {
    Chosen(GroupIndex, InFlight),
    /// The chosen target was retired in this instant; another table is in force, or soon will be.
    Retired,
    None,
}

impl LiveGroup {
    pub(crate) fn new(targets: Vec<Arc<Target>>) -> Self {
        Self { targets, turn: AtomicU64::new(0) }
    }
}

impl Live {
    /// Chooses a group and a target of it, and takes hold of the target.
    pub(crate) fn choose(
        &self,
        forward: &Forward,
        sticky_group: Option<u64>,
        sticky_target: impl FnOnce(&RoutedGroup) -> Option<StickyTarget>,
    ) -> Choice {
        let Some(index) = forward.choose(random(), sticky_group) else { return Choice::None };
        let (group, live) = (self.table.group(index), &self.groups[index.0]);
        let draw = Draw { turn: live.turn.fetch_add(1, Ordering::Relaxed), random: random() };
        match group.pick(&live.targets, draw, sticky_target(group)) {
            None => Choice::None,
            Some(target) => match live.targets[target.0].enter() {
                Some(held) => Choice::Chosen(index, held),
                None => Choice::Retired,
            },
        }
    }
}
