//! One pass over the tasks of one service: what it sees, what it says, what it plans, whoever
//! decides how many tasks of which revision there are to be.

use std::collections::BTreeSet;

use model::{
    Entry, LaunchType, Plan, Rng, Service, ServiceRevision, TaskDefinition, TaskOverride,
    TaskService, TaskState,
};

use super::events::Announcer;
use super::{Seen, View, missing_targets, stopped_by_scheduler, task_ids};
use crate::backoff::{self, Backoff};
use crate::health::Verdict;
use crate::placement;
use crate::rollout;
use crate::task::{Draw, NewTask, TakenAddresses, new_task};

/// LIMIT: tasks that one plan of one service starts; the rest follow in the next.
const TASKS_STARTED_MAX: usize = 100;

#[derive(Debug)]
pub(super) struct Fleet<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) announcer: Announcer<'a>,
    pub(super) plan: Plan,
    /// Whether more tasks are kept than are to be, for they are protected.
    pub(super) is_holding: bool,
    taken: TakenAddresses,
    /// Tasks that this plan stops.
    stopping: BTreeSet<String>,
}

impl<'a> Fleet<'a> {
    pub(super) fn new(view: &'a View<'a>, rng: &'a mut Rng) -> Fleet<'a> {
        Fleet {
            view,
            announcer: Announcer::new(view.service, view.now, rng),
            plan: Plan::new(),
            is_holding: false,
            taken: TakenAddresses::new(),
            stopping: BTreeSet::new(),
        }
    }

    /// The service's next form.
    pub(super) fn service(&mut self) -> &mut Service {
        self.announcer.service_mut()
    }

    /// The plan, with the service in it where it changes.
    pub(super) fn finish(mut self) -> Plan {
        let next = self.announcer.finish();
        if next != *self.view.service.record {
            self.plan.update(self.view.service, next);
        } else if !self.plan.is_empty() {
            self.plan.read(self.view.service);
        }
        self.plan
    }

    /// The back-off of one revision.
    pub(super) fn backoff(&self, revision: &ServiceRevision) -> Backoff {
        let view = self.view;
        backoff::backoff(
            view.snapshot,
            revision,
            view.service.desired_count,
            last_success(view, &revision.id),
        )
    }

    /// Starts so many tasks of a revision, as far as its back-off allows. How many.
    pub(super) fn start(&mut self, revision: &Entry<ServiceRevision>, count: u32) -> u32 {
        let count = (count as usize).min(TASKS_STARTED_MAX);
        if count == 0 {
            return 0;
        }
        if let Some(at) = self.backoff(revision).retry_at.filter(|at| *at > self.view.now) {
            self.plan.wake_at(at);
            return 0;
        }
        let reference = &revision.definition;
        let scope = &self.view.service.key.scope;
        let Some(definition) = self.view.snapshot.task_definition(scope, reference) else {
            self.announcer.cannot_place("the task definition no longer exists");
            return 0;
        };
        let mut started = Vec::new();
        for _ in 0..count {
            let wanted = wanted_task(self.view.service, revision, definition);
            let rng = self.announcer.rng();
            let mut draw = Draw { now: self.view.now, rng, taken: &mut self.taken };
            match new_task(self.view.snapshot, definition, wanted, &mut draw) {
                Ok((task, interface)) => {
                    started.push(task.key.id.clone());
                    if let Some(interface) = interface {
                        interface.insert_into(&mut self.plan);
                    }
                    self.plan.insert(task);
                }
                Err(refused) => {
                    self.announcer.cannot_place(&refused.to_string());
                    break;
                }
            }
        }
        self.announcer.started(&started);
        started.len() as u32
    }

    /// Stops tasks, each for its reason. How many.
    pub(super) fn stop(&mut self, chosen: &[(&Seen<'_>, String)]) -> u32 {
        let mut drained = Vec::new();
        let mut stopped = Vec::new();
        for (seen, reason) in chosen {
            if let Verdict::Unhealthy { reason } = &seen.verdict {
                self.announcer.unhealthy(&seen.task.key.id, reason);
            }
            let has_targets = self.view.snapshot.targets_of_task(&seen.task.key).next().is_some();
            if has_targets {
                drained.push(seen.task);
            } else {
                stopped.push(seen.task);
            }
            self.stopping.insert(seen.task.key.id.clone());
            self.plan.update(seen.task, stopped_by_scheduler(seen.task, reason, self.view.now));
        }
        self.announcer.draining(&task_ids(drained.iter().copied()));
        self.announcer.stopped(&task_ids(stopped.iter().copied()));
        chosen.len() as u32
    }

    /// Registers the running tasks' missing targets, and looks again when a grace period ends.
    pub(super) fn look_after_targets(&mut self) {
        self.note_digests();
        let mut missing = missing_targets(self.view);
        missing.retain(|target| {
            target.task.as_ref().is_none_or(|task| !self.stopping.contains(&task.id))
        });
        let mut groups: Vec<&str> =
            missing.iter().map(|target| target.target_group_arn.as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let count = missing.iter().filter(|target| target.target_group_arn == group).count();
            self.announcer.registered(group, count);
        }
        for target in missing {
            // Somebody may be stopping the task at this moment: one that is told to stop is to
            // have no target.
            if let Some(task) = target.task.as_ref().and_then(|key| self.view.snapshot.task(key)) {
                self.plan.read(task);
            }
            self.plan.insert(target);
        }
        for seen in &self.view.tasks {
            if let Verdict::Starting { look_again: Some(at) } = seen.verdict {
                self.plan.wake_at(at);
            }
        }
    }

    /// Keeps what the revisions' images were found to be, for the tasks that follow.
    fn note_digests(&mut self) {
        let view = self.view;
        let mut ids: Vec<&str> = view.tasks.iter().map(|seen| seen.revision).collect();
        ids.sort_unstable();
        ids.dedup();
        for revision in ids.into_iter().filter_map(|id| view.revision_of(id)) {
            let mut next = (*revision.record).clone();
            let tasks = view.tasks_of(&revision.id);
            for container in tasks.flat_map(|seen| &seen.task.record.containers) {
                if let Some(digest) = &container.image_digest {
                    let known = next.image_digests.entry(container.name.clone());
                    known.or_insert_with(|| digest.clone());
                }
            }
            if next != *revision.record {
                self.plan.update(revision, next);
            }
        }
    }

    /// Nothing is left to do.
    pub(super) fn steady(&mut self) {
        if !self.is_holding {
            self.announcer.steady();
        }
    }

    /// Says why tasks of a revision cannot be started or placed, where that is so.
    pub(super) fn announce_trouble(&mut self, backoff: &Backoff) {
        if backoff.rounds >= backoff::ROUNDS_UNTIL_EVENT {
            self.announcer.cannot_start();
        }
    }

    /// Says why a task still has no node, where none can be found for it.
    pub(super) fn announce_unplaced(&mut self) {
        let snapshot = self.view.snapshot;
        let waiting = self
            .view
            .tasks
            .iter()
            .map(|seen| seen.task)
            .find(|task| task.last_status == TaskState::Provisioning && task.node.is_none());
        let Some(task) = waiting else { return };
        let request = placement::Request::of(snapshot, task);
        if let Err(refusals) = placement::place(&placement::candidates(snapshot), &request) {
            self.announcer.cannot_place(&placement::explain(&refusals));
        }
    }
}

/// When the youngest task of a revision that now serves was started, or one before it became
/// healthy and made the failures so far count no more.
fn last_success(view: &View<'_>, revision: &str) -> Option<model::Timestamp> {
    view.tasks_of(revision)
        .filter(|seen| seen.is_healthy())
        .filter_map(|seen| seen.task.started_at)
        .max()
}

fn wanted_task(
    service: &Service,
    revision: &ServiceRevision,
    definition: &TaskDefinition,
) -> NewTask {
    let (launch_type, capacity_provider) = rollout::launch(revision);
    NewTask {
        cluster: service.key.cluster.clone(),
        group: format!("service:{}", service.key.name),
        service: Some(TaskService {
            name: service.key.name.clone(),
            revision: revision.id.clone(),
        }),
        started_by: Some(revision.deployment_id()),
        launch_type,
        capacity_provider,
        // The revision keeps what was asked for, which may be `LATEST`.
        platform_version: (launch_type == LaunchType::Fargate)
            .then(|| rollout::FARGATE_PLATFORM_VERSION.to_owned()),
        network: revision.network.clone(),
        overrides: TaskOverride::default(),
        image_digests: revision.image_digests.clone(),
        tags: rollout::task_tags(service, definition),
    }
}
