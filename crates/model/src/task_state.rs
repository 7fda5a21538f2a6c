//! The life of a task, as one table.
//!
//! A task only moves forward, and each move belongs to one component, so
//! "who stopped this task?" always has exactly one answer.
//!
//! INVARIANT: a task's state changes only through [`TaskState::advance`].
//
// COMPAT: the states and their order are the Amazon ECS Developer Guide's
// "Amazon ECS task lifecycle".

use Actor::{Deployer, Node, Placer};
use TaskState::{
    Activating, Deactivating, Deprovisioning, Pending, Provisioning, Running, Stopped, Stopping,
};

use serde::{Deserialize, Serialize};

/// `lastStatus` in the ECS API. The order of the variants is the order of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskState {
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

/// The component that makes a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Gives a task its node.
    Placer,
    /// The node that holds the task: what it reports was observed.
    Node,
    /// Takes a task out of service, or ends one that never had a node.
    Deployer,
}

/// Every legal move, grouped by the component that makes it.
///
/// A node may report several steps as one: it steps faster than it reports.
pub const TRANSITIONS: &[(Actor, TaskState, TaskState)] = &[
    (Placer, Provisioning, Pending),
    // Nothing runs yet, so there is nothing for a node to tear down.
    (Deployer, Provisioning, Stopped),
    // Out of the load balancers' reach first; the node is told to stop it later.
    (Deployer, Running, Deactivating),
    (Node, Pending, Activating),
    (Node, Pending, Running),
    (Node, Activating, Running),
    (Node, Pending, Stopping),
    (Node, Activating, Stopping),
    (Node, Running, Stopping),
    (Node, Deactivating, Stopping),
    (Node, Pending, Deprovisioning),
    (Node, Activating, Deprovisioning),
    (Node, Running, Deprovisioning),
    (Node, Deactivating, Deprovisioning),
    (Node, Stopping, Deprovisioning),
    (Node, Pending, Stopped),
    (Node, Activating, Stopped),
    (Node, Running, Stopped),
    (Node, Deactivating, Stopped),
    (Node, Stopping, Stopped),
    (Node, Deprovisioning, Stopped),
];

/// A move that the table does not allow. It is a bug in the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{actor:?} may not move a task from {from:?} to {to:?}")]
pub struct IllegalMove {
    pub actor: Actor,
    pub from: TaskState,
    pub to: TaskState,
}

impl TaskState {
    pub const ALL: [TaskState; 8] = [
        Provisioning,
        Pending,
        Activating,
        Running,
        Deactivating,
        Stopping,
        Deprovisioning,
        Stopped,
    ];

    pub fn advance(self, actor: Actor, to: TaskState) -> Result<TaskState, IllegalMove> {
        if TRANSITIONS.contains(&(actor, self, to)) {
            Ok(to)
        } else {
            Err(IllegalMove { actor, from: self, to })
        }
    }

    /// The word that the ECS API uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Provisioning => "PROVISIONING",
            Pending => "PENDING",
            Activating => "ACTIVATING",
            Running => "RUNNING",
            Deactivating => "DEACTIVATING",
            Stopping => "STOPPING",
            Deprovisioning => "DEPROVISIONING",
            Stopped => "STOPPED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_goes_forward_and_has_one_owner() {
        for &(actor, from, to) in TRANSITIONS {
            assert!(from < to, "{from:?} -> {to:?} goes backward");
            let owners = TRANSITIONS.iter().filter(|&&(_, f, t)| (f, t) == (from, to)).count();
            assert_eq!(owners, 1, "{actor:?} shares {from:?} -> {to:?}");
        }
    }

    #[test]
    fn every_state_can_reach_stopped() {
        for start in TaskState::ALL.into_iter().filter(|state| *state != Stopped) {
            let mut reached = vec![start];
            let mut next = 0;
            while next < reached.len() {
                let from = reached[next];
                reached.extend(TRANSITIONS.iter().filter(|m| m.1 == from).map(|m| m.2));
                next += 1;
            }
            assert!(reached.contains(&Stopped), "{start:?} is a dead end");
        }
    }

    #[test]
    fn a_move_outside_the_table_is_refused() {
        assert!(Running.advance(Node, Pending).is_err());
        assert!(Provisioning.advance(Node, Pending).is_err());
        assert_eq!(Provisioning.advance(Placer, Pending), Ok(Pending));
    }
}
