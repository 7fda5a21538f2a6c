//! People: they make services, deploy, scale, stop, answer at hooks, delete.
//!
//! Their commits are the plans that the API's operations write, with the same checks before.

use model::{
    AlarmState, CircuitBreaker, DeploymentAlarms, DeploymentConfiguration, DeploymentStatus,
    DeploymentStrategy, DesiredStatus, Entry, FailureThreshold, HookAction, HookStatus, HookTarget,
    LifecycleHook, LifecycleStage, Plan, PropagateTags, Rng, Service, ServiceDeployment,
    ServiceStatus, Snapshot, StopCode, Tags, TaskState, Timestamp,
};
use planner::rollout;

use crate::control::Actor;
use crate::machine::Image;
use crate::queue::Event;
use crate::records::{self, Checks, Front, service_key};
use crate::world::World;

pub(crate) const ALARM: &str = "errors";

/// What the operator keeps in mind.
#[derive(Debug, Default)]
pub(crate) struct Operator {
    pub(crate) services: Vec<Owned>,
    /// Task definitions registered so far.
    definitions: u32,
}

/// A service that the operator looks after.
#[derive(Clone, Debug)]
pub(crate) struct Owned {
    pub(crate) name: &'static str,
    pub(crate) front: Front,
}

/// A deployment that the operator wants.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) count: u32,
    pub(crate) configuration: DeploymentConfiguration,
    pub(crate) checks: Checks,
    pub(crate) grace_secs: u32,
}

impl World {
    pub(crate) fn on_operator(&mut self) {
        self.answer_hooks();
        let range = if self.is_healed { (2_000, 4_000) } else { (2_000, 20_000) };
        let again = self.now + self.dice.millis(range);
        self.queue.push(again, Event::Operator);
        if self.is_healed {
            return;
        }
        let Some(owned) = self.dice.pick(&self.operator.services.clone()) else { return };
        match self.dice.below(100) {
            0..30 => {
                let wanted = self.wanted(owned.front);
                self.deploy(&owned, &wanted);
            }
            30..45 => {
                let count = self.dice.below(6) as u32;
                self.alter(owned.name, |service| service.desired_count = count);
            }
            45..52 => self.stop_deployment(&owned),
            52..58 => self.stop_task(&owned),
            58..61 if self.plagues.deletion => self.alter(owned.name, |service| {
                service.status = ServiceStatus::Draining;
                service.desired_count = 0;
            }),
            61..66 => {
                let (minimum, maximum) = self.bounds();
                self.alter(owned.name, |service| {
                    service.deployment_configuration.minimum_healthy_percent = minimum;
                    service.deployment_configuration.maximum_percent = maximum;
                });
            }
            _ => {}
        }
    }

    /// Registers a task definition; what its image is like is up to the caller.
    pub(crate) fn register(&mut self, family: &str, checks: Checks) -> model::TaskDefinitionRef {
        self.operator.definitions += 1;
        let definition = records::definition(family, self.operator.definitions, checks);
        let reference = definition.reference();
        self.transact(Actor::Operator, |_| {
            let mut plan = Plan::new();
            plan.insert(definition);
            plan
        });
        reference
    }

    /// Makes the service, or deploys a new revision of it.
    pub(crate) fn deploy(&mut self, owned: &Owned, wanted: &Wanted) {
        let image = self.draw_image();
        self.deploy_image(owned, wanted, image);
    }

    pub(crate) fn deploy_image(&mut self, owned: &Owned, wanted: &Wanted, image: Image) {
        let definition = self.register(owned.name, wanted.checks);
        self.images.insert(definition.to_string(), image);
        let spec = records::spec(&self.store, (owned.name, owned.front), definition);
        let mut rng = self.dice.split();
        let now = self.control_now();
        self.transact(Actor::Operator, |snapshot| {
            let key = service_key(owned.name);
            let old = snapshot.service(&key);
            if old.is_some_and(|old| old.status == ServiceStatus::Draining) {
                return Plan::new();
            }
            let mut plan = Plan::new();
            let settled = (spec, wanted.configuration.clone());
            let begun = rollout::begin(snapshot, &key, settled, (now, &mut rng), &mut plan);
            let active = old.filter(|old| old.status == ServiceStatus::Active);
            let next = Service {
                primary_revision: begun.revision.id,
                current_deployment: begun.deployment.id,
                completed_revision: active.and_then(|old| old.completed_revision.clone()),
                events: active.map(|old| old.events.clone()).unwrap_or_default(),
                ..service(key, wanted, now)
            };
            match old {
                Some(old) => plan.update(old, next),
                None => plan.insert(next),
            }
            plan
        });
    }

    /// Changes the record of an active service alone.
    pub(crate) fn alter(&mut self, name: &str, change: impl FnOnce(&mut Service)) {
        self.transact(Actor::Operator, |snapshot| {
            let mut plan = Plan::new();
            let active = |service: &&Entry<Service>| service.status == ServiceStatus::Active;
            if let Some(service) = snapshot.service(&service_key(name)).filter(active) {
                let mut next = (*service.record).clone();
                change(&mut next);
                plan.update(service, next);
            }
            plan
        });
    }

    fn stop_deployment(&mut self, owned: &Owned) {
        let name = owned.name;
        self.transact(Actor::Operator, |snapshot| {
            let mut plan = Plan::new();
            let under_way = current(snapshot, name).filter(|(_, deployment)| {
                use DeploymentStatus::{InProgress, Pending};
                matches!(deployment.status, Pending | InProgress)
            });
            if let Some((service, deployment)) = under_way {
                let next = ServiceDeployment {
                    status: DeploymentStatus::RollbackRequested,
                    ..(*deployment.record).clone()
                };
                plan.update(deployment, next);
                plan.read(service);
            }
            plan
        });
    }

    fn stop_task(&mut self, owned: &Owned) {
        let service = service_key(owned.name);
        let running = self.store.tasks_of_service(&service).filter(|task| {
            let is_to_run = task.desired_status == DesiredStatus::Running;
            is_to_run && task.last_status != TaskState::Stopped
        });
        let running: Vec<_> = running.map(|task| task.key.clone()).collect();
        let Some(key) = self.dice.pick(&running) else { return };
        let now = self.control_now();
        self.transact(Actor::Operator, |snapshot| {
            let mut plan = Plan::new();
            if let Some(task) = snapshot.task(&key) {
                let reason = "Task stopped by user";
                let stopped = planner::task::stopped(task, StopCode::UserInitiated, reason, now);
                plan.update(task, stopped);
            }
            plan
        });
    }

    /// Whoever is waited for at a hook says yes, says no, or says nothing yet.
    fn answer_hooks(&mut self) {
        for owned in self.operator.services.clone() {
            let says = if self.is_healed { 0 } else { self.dice.below(100) };
            let answer = match says {
                0..30 => HookStatus::Succeeded,
                30..36 => HookStatus::Failed,
                _ => continue,
            };
            self.transact(Actor::Operator, |snapshot| answered(snapshot, owned.name, answer));
        }
    }

    pub(crate) fn set_alarm(&mut self, state: AlarmState) {
        self.transact(Actor::Operator, |snapshot| {
            let mut plan = Plan::new();
            let alarm = records::alarm(ALARM, state);
            match snapshot.alarms.get(&records::scope(), ALARM) {
                Some(known) if *known.record == alarm => {}
                Some(known) => plan.update(known, alarm),
                None => plan.insert(alarm),
            }
            plan
        });
    }

    /// A deployment with everything about it drawn.
    pub(crate) fn wanted(&mut self, front: Front) -> Wanted {
        let (minimum, maximum) = self.bounds();
        let strategy = self.strategy(front);
        let breaker = CircuitBreaker {
            is_enabled: self.dice.happens(400),
            is_rolling_back: self.dice.happens(700),
            is_reset_on_healthy_task: self.dice.happens(700),
            threshold: FailureThreshold::Count(1 + self.dice.below(4) as u32),
        };
        let alarms = DeploymentAlarms {
            names: vec![ALARM.to_owned()],
            is_enabled: self.dice.happens(300),
            is_rolling_back: self.dice.happens(700),
        };
        let is_rolling = strategy == DeploymentStrategy::Rolling;
        let lifecycle_hooks = if is_rolling { Vec::new() } else { self.hooks() };
        Wanted {
            count: self.dice.below(5) as u32 + u32::from(self.dice.happens(950)),
            configuration: DeploymentConfiguration {
                strategy,
                bake_time_mins: self.dice.below(2) as u32,
                circuit_breaker: breaker,
                alarms,
                lifecycle_hooks,
                ..DeploymentConfiguration::rolling(minimum, maximum)
            },
            checks: if self.dice.happens(300) { Checks::With } else { Checks::Without },
            grace_secs: if front == Front::None { 0 } else { self.dice.below(30) as u32 },
        }
    }

    /// Bounds that leave a rolling deployment room for at least one task.
    fn bounds(&mut self) -> (u32, u32) {
        const BOUNDS: &[(u32, u32)] = &[(100, 200), (50, 200), (0, 100), (0, 200), (100, 250)];
        self.dice.pick(BOUNDS).unwrap_or((100, 200))
    }

    fn strategy(&mut self, front: Front) -> DeploymentStrategy {
        let kinds = match front {
            Front::Plain => 1,
            Front::None => 2,
            Front::Shifting => 4,
        };
        match self.dice.below(kinds) {
            0 => DeploymentStrategy::Rolling,
            1 => DeploymentStrategy::BlueGreen,
            2 => DeploymentStrategy::Linear {
                step_permille: 300 + 200 * self.dice.below(2) as u32,
                step_bake_mins: self.dice.below(2) as u32,
            },
            _ => DeploymentStrategy::Canary {
                permille: 50 + 150 * self.dice.below(2) as u32,
                bake_mins: self.dice.below(2) as u32,
            },
        }
    }

    fn hooks(&mut self) -> Vec<LifecycleHook> {
        let stages: Vec<LifecycleStage> =
            LifecycleStage::ALL.into_iter().filter(|stage| stage.has_hooks()).collect();
        let count = self.dice.below(4).saturating_sub(1);
        (0..count)
            .map(|_| {
                let function_arn = "arn:aws:lambda:us-east-1:000000000000:function:f".to_owned();
                let lambda = HookTarget::Lambda { function_arn, role_arn: None };
                let is_continuing = self.dice.happens(500);
                LifecycleHook {
                    target: if self.dice.happens(500) { HookTarget::Pause } else { lambda },
                    stages: self.dice.pick(&stages).into_iter().collect(),
                    details: None,
                    is_once: false,
                    timeout_mins: 1 + self.dice.below(3) as u32,
                    timeout_action: if is_continuing {
                        HookAction::Continue
                    } else {
                        HookAction::Rollback
                    },
                }
            })
            .collect()
    }
}

/// A service as it is made; its revision and its deployment are the caller's.
fn service(key: model::ServiceKey, wanted: &Wanted, now: Timestamp) -> Service {
    Service {
        key,
        status: ServiceStatus::Active,
        controller: model::DeploymentController::Ecs,
        desired_count: wanted.count,
        deployment_configuration: wanted.configuration.clone(),
        health_check_grace_period_secs: Some(wanted.grace_secs),
        propagate_tags: PropagateTags::None,
        is_managed_tags_enabled: false,
        primary_revision: String::new(),
        current_deployment: String::new(),
        completed_revision: None,
        events: Vec::new(),
        is_steady: false,
        tags: Tags::new(),
        created_at: now,
        created_by: "root".to_owned(),
        inactive_at: None,
    }
}

fn current<'a>(
    snapshot: &'a Snapshot,
    name: &str,
) -> Option<(&'a Entry<Service>, &'a Entry<ServiceDeployment>)> {
    let service = snapshot.service(&service_key(name))?;
    let deployment = snapshot.service_deployment(&service.key, &service.current_deployment)?;
    Some((service, deployment))
}

/// The hooks that wait, answered, as `ContinueServiceDeployment` and functions answer them.
fn answered(snapshot: &Snapshot, name: &str, answer: HookStatus) -> Plan {
    let mut plan = Plan::new();
    let Some((_, deployment)) = current(snapshot, name) else { return plan };
    let is_under_way =
        matches!(deployment.status, DeploymentStatus::Pending | DeploymentStatus::InProgress);
    let mut next = (*deployment.record).clone();
    for run in next.progress.iter_mut().flat_map(|progress| &mut progress.hooks) {
        if matches!(run.status, HookStatus::AwaitingAction | HookStatus::InProgress) {
            run.status = answer;
            run.reason = (answer == HookStatus::Failed).then(|| "it said no".to_owned());
        }
    }
    if is_under_way && next != *deployment.record {
        plan.update(deployment, next);
    }
    plan
}

/// For whoever draws a service's first state.
pub(crate) fn prepare(world: &mut World, rng: &mut Rng) {
    world.transact(Actor::Operator, |snapshot| records::network(snapshot, rng));
}
