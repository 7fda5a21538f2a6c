//! The planners that run for ever, in one list: control runs them, and so does the simulator.
//!
//! INVARIANT: what is not in this list is planned by nobody but whoever asks for it.

use model::{Plan, Rng, Snapshot, Timestamp};

use crate::{deployment, kms_key, parameter, placement, reaper, rotation, secrets, targets};

/// A planner with its name. Every one of them is a line in [`reconcilers`].
#[derive(Clone, Copy, Debug)]
pub struct Reconciler {
    pub name: &'static str,
    pub plan: fn(&Snapshot, Timestamp, &mut Rng) -> Vec<Plan>,
}

pub fn reconcilers() -> Vec<Reconciler> {
    vec![
        Reconciler { name: "deployment", plan: deployment::plan },
        Reconciler { name: "placement", plan: |s, now, _| vec![placement::plan(s, now)] },
        Reconciler { name: "draining", plan: |s, now, _| vec![targets::plan_draining(s, now)] },
        Reconciler { name: "kms-key", plan: |s, now, _| vec![kms_key::plan(s, now)] },
        Reconciler { name: "parameter", plan: |s, now, _| vec![parameter::plan(s, now)] },
        Reconciler { name: "reaper", plan: |s, now, _| vec![reaper::plan(s, now)] },
        Reconciler { name: "rotation", plan: rotation::plan },
        Reconciler { name: "secrets", plan: |s, now, _| vec![secrets::plan(s, now)] },
    ]
}
