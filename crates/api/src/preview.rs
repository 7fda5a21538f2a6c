//! What an update would do: decided as the operation decides it, and not committed.

use aws_api::ecs::UpdateServiceRequest;
use model::session::PreviewTimeline;
use planner::preview;
use wire::ApiError;

use crate::{Api, Caller, ecs};

impl Api {
    /// Looks ahead from the state that the update would leave, while so many of the new tasks
    /// fail. Nothing is changed.
    pub fn preview(
        &self,
        caller: &Caller,
        request: &UpdateServiceRequest,
        failing_tasks: u32,
    ) -> Result<PreviewTimeline, ApiError> {
        let snapshot = self.snapshot();
        let mut turn = self.turn(caller, &snapshot);
        let key = ecs::plan_update(self, &mut turn, request)?;
        let mut updated = (*snapshot).clone();
        if !turn.plan.is_empty() {
            updated.apply(snapshot.revision + 1, &turn.plan.changes);
        }
        let assumptions = preview::assumptions(&snapshot, &key, failing_tasks);
        let chance = (caller.now, self.fork_rng());
        Ok(preview::preview(&updated, &key, chance, assumptions))
    }
}
