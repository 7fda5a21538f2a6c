//! The world that a preview runs in: nodes, targets and hooks that do as they are assumed to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::session::{PreviewMoment, PreviewShare};
use model::{
    DesiredStatus, Entry, HealthStatus, HookStatus, Plan, Rng, Service, ServiceDeployment,
    ServiceKey, Snapshot, StopCode, Target, TargetHealth, TargetHealthState, Task, TaskState,
    Timestamp,
};

use super::Assumptions;
use crate::{deployment, health, placement, reaper, targets};

/// LIMIT: passes of the planners at one moment; they come to rest long before.
const PASSES_MAX: usize = 200;

pub(super) struct World {
    snapshot: Snapshot,
    key: ServiceKey,
    pub(super) now: Timestamp,
    rng: Rng,
    assumptions: Assumptions,
    failures_left: u32,
    /// When something is due by itself: the planners' own timers.
    wake_at: Option<Timestamp>,
    /// Tasks that were there before the preview began: they are as they are.
    known: BTreeSet<String>,
}

/// What there is of a service at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub(super) status: String,
    pub(super) reason: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) tasks: u32,
    pub(super) cpu_units: u32,
    pub(super) memory_mib: u32,
    /// By definition: tasks ever made, and of those the ones told to stop or ended.
    made: BTreeMap<String, u32>,
    ended: BTreeMap<String, u32>,
    shares: Vec<PreviewShare>,
}

impl World {
    pub(super) fn new(
        snapshot: Snapshot,
        key: ServiceKey,
        (now, rng): (Timestamp, Rng),
        assumptions: Assumptions,
    ) -> World {
        let known = snapshot.tasks.all().map(|task| task.key.id.clone()).collect();
        let failures_left = assumptions.failing_tasks;
        World { snapshot, key, now, rng, assumptions, failures_left, wake_at: None, known }
    }

    /// Planners and world until nothing changes at this moment.
    pub(super) fn settle(&mut self) {
        for _ in 0..PASSES_MAX {
            self.wake_at = None;
            let is_planned = self.plan();
            let is_done = self.happen();
            if !is_planned && !is_done {
                return;
            }
        }
    }

    /// On to the next moment at which anything happens; `false` where nothing ever will.
    pub(super) fn advance(&mut self) -> bool {
        let due = self.snapshot.tasks.all().filter_map(|task| self.task_due(task));
        let targets = self.snapshot.targets.all().filter_map(|target| self.target_due(target));
        let next = due.chain(targets).chain(self.wake_at).filter(|at| *at > self.now).min();
        if let Some(at) = next {
            self.now = at;
        }
        next.is_some()
    }

    /// The deployment has ended, and the service has come to rest.
    pub(super) fn is_over(&self) -> bool {
        let (Some(service), Some(deployment)) = (self.service(), self.deployment()) else {
            return true;
        };
        let is_leaving = |task: &Entry<Task>| {
            task.last_status != TaskState::Stopped && task.desired_status == DesiredStatus::Stopped
        };
        deployment.status.is_final()
            && (service.is_steady || deployment.is_halted())
            && !self.snapshot.tasks_of_service(&self.key).any(is_leaving)
    }

    pub(super) fn account(&self) -> Account {
        let Some(deployment) = self.deployment() else { return Account::default() };
        let progress = deployment.progress.as_ref();
        let mut account = Account {
            status: deployment.status.as_str().to_owned(),
            reason: deployment.status_reason.clone(),
            stage: progress.map(|progress| progress.stage.as_str().to_owned()),
            ..Account::default()
        };
        for task in self.snapshot.tasks_of_service(&self.key) {
            let definition = task.definition.to_string();
            *account.made.entry(definition.clone()).or_default() += 1;
            if task.desired_status == DesiredStatus::Stopped {
                *account.ended.entry(definition).or_default() += 1;
            }
            if task.last_status != TaskState::Stopped {
                account.tasks += 1;
                account.cpu_units += task.cpu_units;
                account.memory_mib += task.memory_mib;
            }
        }
        if let Some(progress) = progress {
            account.shares = vec![PreviewShare {
                production: progress.production_permille,
                test: progress.test_permille,
            }];
        }
        account
    }

    fn service(&self) -> Option<&Entry<Service>> {
        self.snapshot.service(&self.key)
    }

    fn deployment(&self) -> Option<&Entry<ServiceDeployment>> {
        self.snapshot.service_deployment(&self.key, &self.service()?.current_deployment)
    }

    /// One pass of the planners. Whether any did anything.
    fn plan(&mut self) -> bool {
        let mut is_changed = false;
        if let Some(service) = self.snapshot.service(&self.key).cloned() {
            let plan = deployment::plan_service(&self.snapshot, &service, self.now, &mut self.rng);
            is_changed |= self.commit(plan);
        }
        is_changed |= self.commit(placement::plan(&self.snapshot, self.now));
        is_changed |= self.commit(targets::plan_draining(&self.snapshot, self.now));
        is_changed | self.commit(reaper::plan(&self.snapshot, self.now))
    }

    /// Everything that is due now. Whether there was anything.
    fn happen(&mut self) -> bool {
        let mut plan = Plan::new();
        let is_due = |task: &&Entry<Task>| self.task_due(task).is_some_and(|at| at <= self.now);
        let due: Vec<Entry<Task>> = self.snapshot.tasks.all().filter(is_due).cloned().collect();
        for task in &due {
            let next = self.stepped(task);
            plan.update(task, next);
        }
        for target in self.snapshot.targets.all() {
            if self.target_due(target).is_none_or(|at| at > self.now) {
                continue;
            }
            if target.draining_since.is_some() {
                plan.delete(target);
            } else {
                let health = TargetHealth {
                    state: TargetHealthState::Healthy,
                    reason: None,
                    description: None,
                };
                let healthy_at = Some(self.now);
                plan.update(target, Target { health, healthy_at, ..(*target.record).clone() });
            }
        }
        self.agree(&mut plan);
        self.commit(plan)
    }

    /// Hooks are taken for agreed to at once.
    fn agree(&self, plan: &mut Plan) {
        let Some(deployment) = self.deployment() else { return };
        let mut next = (*deployment.record).clone();
        for run in next.progress.iter_mut().flat_map(|progress| &mut progress.hooks) {
            if matches!(run.status, HookStatus::AwaitingAction | HookStatus::InProgress) {
                run.status = HookStatus::Succeeded;
            }
        }
        if next != *deployment.record {
            plan.update(deployment, next);
        }
    }

    /// When a task does what it does next.
    fn task_due(&self, task: &Task) -> Option<Timestamp> {
        let is_to_stop = task.desired_status == DesiredStatus::Stopped;
        match task.last_status {
            TaskState::Provisioning | TaskState::Stopped => None,
            _ if is_to_stop && self.snapshot.targets_of_task(&task.key).next().is_some() => None,
            _ if is_to_stop => Some(task.stopping_at.unwrap_or(self.now) + self.assumptions.stop),
            TaskState::Pending | TaskState::Activating => {
                Some(task.created_at + self.assumptions.start)
            }
            TaskState::Running
                if task.health_status == HealthStatus::Unknown
                    && health::has_container_checks(&self.snapshot, task) =>
            {
                let since = task.started_at.unwrap_or(task.created_at);
                Some(since + self.assumptions.health)
            }
            TaskState::Running
            | TaskState::Deactivating
            | TaskState::Stopping
            | TaskState::Deprovisioning => None,
        }
    }

    fn target_due(&self, target: &Target) -> Option<Timestamp> {
        match (target.draining_since, target.health.state) {
            // Nothing is in flight, so there is nothing to wait for.
            (Some(since), _) => Some(since + Duration::from_millis(1)),
            (None, TargetHealthState::Initial) => {
                Some(target.registered_at + self.assumptions.health)
            }
            (None, _) => None,
        }
    }

    /// The task after what it does next.
    fn stepped(&mut self, task: &Entry<Task>) -> Task {
        let mut next = (*task.record).clone();
        if task.desired_status == DesiredStatus::Stopped {
            next.last_status = TaskState::Stopped;
            next.stopped_at = Some(self.now);
            return next;
        }
        if task.last_status == TaskState::Running {
            next.health_status = HealthStatus::Healthy;
            return next;
        }
        let is_new = !self.known.contains(&task.key.id) && self.is_of_target(task);
        if is_new && self.failures_left > 0 {
            self.failures_left -= 1;
            next.last_status = TaskState::Stopped;
            next.desired_status = DesiredStatus::Stopped;
            next.stop_code = Some(StopCode::TaskFailedToStart);
            next.stopped_at = Some(self.now);
            return next;
        }
        next.last_status = TaskState::Running;
        next.started_at = Some(self.now);
        next
    }

    fn is_of_target(&self, task: &Task) -> bool {
        let target = self.deployment().map(|deployment| &deployment.target_revision);
        task.service.as_ref().map(|of| &of.revision) == target
    }

    fn commit(&mut self, plan: Plan) -> bool {
        let Plan { changes, wake_at, .. } = plan;
        if let Some(at) = wake_at {
            self.wake_at = Some(self.wake_at.map_or(at, |known| known.min(at)));
        }
        // The same record twice would be the planners' own mistake, which their lint finds.
        let is_changed = !changes.is_empty();
        if is_changed {
            self.snapshot.apply(self.snapshot.revision + 1, &changes);
        }
        is_changed
    }
}

impl Account {
    /// What is otherwise than before, if anything is.
    pub(super) fn since(&self, before: &Account, at: Duration) -> Option<PreviewMoment> {
        let more = |now: &BTreeMap<String, u32>, before: &BTreeMap<String, u32>| {
            now.iter()
                .map(|(name, count)| {
                    let known = before.get(name).copied().unwrap_or_default();
                    (name.clone(), count.saturating_sub(known))
                })
                .filter(|(_, count)| *count > 0)
                .collect::<Vec<_>>()
        };
        let moment = PreviewMoment {
            at_millis: at.as_millis() as u64,
            status: self.status.clone(),
            stage: self.stage.clone(),
            started: more(&self.made, &before.made),
            stopped: more(&self.ended, &before.ended),
            share: self.shares.first().cloned(),
            tasks: self.tasks,
        };
        let is_same = moment.started.is_empty()
            && moment.stopped.is_empty()
            && (&self.status, &self.stage, &self.shares, self.tasks)
                == (&before.status, &before.stage, &before.shares, before.tasks);
        (!is_same).then_some(moment)
    }
}
