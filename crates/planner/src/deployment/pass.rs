//! One pass over the deployment of one service, and over its tasks.

use model::{DeploymentStatus, Entry, Plan, Rng, ServiceDeployment, ServiceRevision};

use super::fleet::Fleet;
use super::{View, failure};

#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) fleet: Fleet<'a>,
    /// The revision that new tasks run.
    pub(super) revision: &'a Entry<ServiceRevision>,
    /// The deployment as it was found.
    pub(super) known: &'a Entry<ServiceDeployment>,
    /// The next form of the deployment; it is written where it changes.
    pub(super) deployment: ServiceDeployment,
}

impl<'a> Pass<'a> {
    /// `None` where a record is missing: the service is just being made or removed.
    pub(super) fn new(view: &'a View<'a>, rng: &'a mut Rng) -> Option<Pass<'a>> {
        let service = view.service;
        let revision = view.revision_of(&service.primary_revision)?;
        let known = view.snapshot.service_deployment(&service.key, &service.current_deployment)?;
        let deployment = (*known.record).clone();
        Some(Pass { fleet: Fleet::new(view, rng), revision, known, deployment })
    }

    /// The plan, with the service and its deployment in it where they change.
    pub(super) fn finish(mut self) -> Plan {
        if self.deployment != *self.known.record {
            self.deployment.updated_at = self.fleet.view.now;
            self.fleet.plan.update(self.known, self.deployment);
        }
        self.fleet.finish()
    }

    /// The deployment is under way: what it has come to.
    pub(super) fn progress(&mut self) {
        if self.deployment.status.is_final() {
            return;
        }
        let view = self.fleet.view;
        let failed_tasks = failure::failed_tasks(self);
        let next = &mut self.deployment;
        if next.status == DeploymentStatus::Pending {
            next.status = DeploymentStatus::InProgress;
            next.started_at = Some(view.now);
        }
        let healthy = view.healthy_count(&next.target_revision);
        if healthy > next.healthy_tasks {
            next.healthy_at = Some(view.now);
        }
        next.healthy_tasks = healthy;
        next.failed_tasks = failed_tasks;
    }

    /// The deployment has ended as it was to end, with the primary revision in place.
    pub(super) fn complete(&mut self, status: DeploymentStatus) {
        let now = self.fleet.view.now;
        self.fleet.announcer.deployment_completed(&self.revision.deployment_id());
        self.deployment.status = status;
        self.deployment.started_at.get_or_insert(now);
        self.deployment.finished_at = Some(now);
        self.fleet.service().completed_revision = Some(self.revision.id.clone());
    }
}
