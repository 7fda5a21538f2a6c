//! A world for planners: it commits their plans, and plays node and balancer.
//!
//! It does at once and exactly what it is told, so that a test decides what
//! happens and when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fixtures::{self, Wanted, scope, service_key, target_health};
use model::{
    AlarmState, AwsvpcConfiguration, Change, Cidr, DeploymentController, DesiredStatus, Entry,
    HealthStatus, HookStatus, LaunchType, Node, Plan, PropagateTags, Rng, Service,
    ServiceDeployment, ServiceLoadBalancer, ServiceStatus, Snapshot, StopCode, Tags,
    TargetHealthState, Task, TaskDefinitionRef, TaskSet, TaskState, Timestamp,
};
use planner::rollout::{self, RevisionSpec};
use planner::{deployment, lint, network, placement, reaper, targets};

/// LIMIT: passes until the planners must have nothing left to do.
const PASSES_MAX: usize = 50;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) snapshot: Snapshot,
    pub(crate) now: Timestamp,
    pub(crate) rng: Rng,
    /// Tasks in order of appearance: `t1`, `t2`, …
    names: BTreeMap<String, String>,
    pub(crate) log: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        let mut world = World {
            snapshot: Snapshot::default(),
            now: Timestamp::from_secs(1_000),
            rng: Rng::seeded(seed),
            names: BTreeMap::new(),
            log: Vec::new(),
        };
        let cidr = Cidr::parse("172.31.0.0/16").expect("a range");
        let mut plan = Plan::new();
        network::default_network(&world.snapshot, &scope(), cidr, &mut world.rng)
            .expect("there is none yet")
            .insert_into(&mut plan);
        for name in ["web", "web2"] {
            plan.insert(fixtures::group(name));
        }
        for port in [80, 81] {
            plan.insert(fixtures::listener(port));
        }
        world.commit(plan);
        world
    }

    pub(crate) fn node(&mut self, id: &str, cpu_units: u32, memory_mib: u32) {
        let mut plan = Plan::new();
        plan.insert(Node {
            id: id.to_owned(),
            availability_zones: Vec::new(),
            cpu_units,
            memory_mib,
            cpu_architecture: "X86_64".to_owned(),
            host_ranges: Vec::new(),
            is_connected: true,
            registered_at: self.now,
        });
        self.commit(plan);
    }

    /// Makes a service, or gives it a new revision.
    pub(crate) fn service(&mut self, wanted: &Wanted) {
        let mut plan = Plan::new();
        let definition = fixtures::definition(wanted, self.snapshot.revision as u32);
        let configuration = wanted.configuration();
        let spec = self.spec(wanted, definition.reference());
        plan.insert(definition);
        let key = service_key(&wanted.name);
        let begun = rollout::begin(
            &self.snapshot,
            &key,
            (spec, configuration.clone()),
            (self.now, &mut self.rng),
            &mut plan,
        );
        let old = self.snapshot.service(&key).cloned();
        let service = Service {
            status: ServiceStatus::Active,
            controller: DeploymentController::Ecs,
            desired_count: wanted.count,
            deployment_configuration: configuration,
            health_check_grace_period_secs: Some(wanted.grace_secs),
            propagate_tags: PropagateTags::None,
            is_managed_tags_enabled: false,
            primary_revision: begun.revision.id,
            current_deployment: begun.deployment.id,
            completed_revision: old.as_ref().and_then(|old| old.completed_revision.clone()),
            events: old.as_ref().map(|old| old.events.clone()).unwrap_or_default(),
            is_steady: false,
            tags: Tags::new(),
            created_at: self.now,
            created_by: "root".to_owned(),
            inactive_at: None,
            key,
        };
        match &old {
            Some(old) => plan.update(old, service),
            None => plan.insert(service),
        }
        self.commit(plan);
    }

    /// Makes a service that is nothing but its task sets.
    pub(crate) fn external_service(&mut self, wanted: &Wanted) {
        self.service(wanted);
        self.alter(&wanted.name, |service| {
            service.controller = DeploymentController::External;
            service.primary_revision = String::new();
            service.current_deployment = String::new();
        });
    }

    /// Makes a task set of a service, in this target group or in none.
    pub(crate) fn task_set(&mut self, name: &str, group: Option<&str>, percent: u32) {
        let key = service_key(name);
        let wanted = Wanted { is_balanced: group.is_some(), ..Wanted::rolling(name, 0) };
        let definition = fixtures::definition(&wanted, self.snapshot.revision as u32);
        let mut spec = self.spec(&wanted, definition.reference());
        for one in &mut spec.load_balancers {
            one.target_group_arn = fixtures::group(group.unwrap_or_default()).arn();
        }
        let revision = rollout::task_set_revision(&key, spec, (self.now, &mut self.rng));
        let mut plan = Plan::new();
        plan.insert(fixtures::task_set(&revision, percent));
        plan.insert(revision);
        plan.insert(definition);
        self.commit(plan);
    }

    /// Changes the record of a service's task set, by its place in the order of their age.
    pub(crate) fn alter_task_set(
        &mut self,
        (name, index): (&str, usize),
        change: impl Fn(&mut TaskSet),
    ) {
        let entry = self.task_sets(name)[index - 1].clone();
        let mut next = (*entry.record).clone();
        change(&mut next);
        let mut plan = Plan::new();
        plan.update(&entry, next);
        self.commit(plan);
    }

    /// The oldest first.
    pub(crate) fn task_sets(&self, name: &str) -> Vec<Entry<TaskSet>> {
        let key = service_key(name);
        let mut sets: Vec<_> = self.snapshot.task_sets_of(&key).cloned().collect();
        sets.sort_by_key(|set| set.created_at);
        sets
    }

    /// Changes the service's record alone.
    pub(crate) fn alter(&mut self, name: &str, change: impl Fn(&mut Service)) {
        let entry = self.snapshot.service(&service_key(name)).expect("the service").clone();
        let mut next = (*entry.record).clone();
        change(&mut next);
        let mut plan = Plan::new();
        plan.update(&entry, next);
        self.commit(plan);
    }

    /// Changes the record of the service's deployment alone.
    pub(crate) fn alter_deployment(&mut self, name: &str, change: impl Fn(&mut ServiceDeployment)) {
        let service = self.snapshot.service(&service_key(name)).expect("the service").clone();
        let id = &service.current_deployment;
        let entry = self.snapshot.service_deployment(&service.key, id).expect("it").clone();
        let mut next = (*entry.record).clone();
        change(&mut next);
        let mut plan = Plan::new();
        plan.update(&entry, next);
        self.commit(plan);
    }

    /// Somebody decides at the hooks that the deployment waits for.
    pub(crate) fn answer_hooks(&mut self, name: &str, answer: HookStatus) {
        self.alter_deployment(name, |deployment| {
            let hooks = deployment.progress.iter_mut().flat_map(|progress| &mut progress.hooks);
            for run in hooks.filter(|run| run.status == HookStatus::AwaitingAction) {
                run.status = answer;
            }
        });
    }

    pub(crate) fn set_alarm(&mut self, name: &str, state: AlarmState) {
        let mut plan = Plan::new();
        let alarm = fixtures::alarm(name, state);
        match self.snapshot.alarms.get(&scope(), name) {
            Some(known) => plan.update(known, alarm),
            None => plan.insert(alarm),
        }
        self.commit(plan);
    }

    /// One pass of every planner, each plan linted and committed. Whether any did anything.
    pub(crate) fn pass(&mut self) -> bool {
        let mut is_changed = false;
        for plan in deployment::plan(&self.snapshot, self.now, &mut self.rng) {
            is_changed |= self.commit(plan);
        }
        is_changed |= self.commit(placement::plan(&self.snapshot, self.now));
        is_changed |= self.commit(targets::plan_draining(&self.snapshot, self.now));
        is_changed |= self.commit(reaper::plan(&self.snapshot, self.now));
        is_changed
    }

    /// Planners, nodes and balancer until nothing changes.
    pub(crate) fn settle(&mut self) {
        for _ in 0..PASSES_MAX {
            let is_planned = self.pass();
            let is_run = self.run_nodes();
            if !is_planned && !is_run {
                return;
            }
        }
        panic!("the planners do not come to rest");
    }

    /// Plans until the planners have nothing more to do, while nothing else happens.
    pub(crate) fn plan(&mut self) {
        for _ in 0..PASSES_MAX {
            if !self.pass() {
                return;
            }
        }
        panic!("the planners do not come to rest");
    }

    /// Nodes start what is assigned and stop what is to stop; the balancer finds all
    /// healthy and everything drained.
    pub(crate) fn run_nodes(&mut self) -> bool {
        let mut is_changed = false;
        for task in self.tasks() {
            is_changed |= self.step(&task);
        }
        for target in self.snapshot.targets.all().cloned().collect::<Vec<_>>() {
            let mut plan = Plan::new();
            if target.draining_since.is_some() {
                plan.delete(&target);
            } else if target.health.state == TargetHealthState::Initial {
                let health = target_health(TargetHealthState::Healthy);
                plan.update(&target, model::Target { health, ..(*target.record).clone() });
            }
            is_changed |= self.commit(plan);
        }
        is_changed
    }

    /// What a node does next about one task.
    pub(crate) fn step(&mut self, task: &Task) -> bool {
        let is_stopping = task.desired_status == DesiredStatus::Stopped
            && self.snapshot.targets_of_task(&task.key).next().is_none();
        match task.last_status {
            TaskState::Pending if task.desired_status == DesiredStatus::Running => {
                self.report(task, TaskState::Running, None)
            }
            TaskState::Provisioning | TaskState::Stopped => false,
            _ if is_stopping => self.report(task, TaskState::Stopped, None),
            _ => false,
        }
    }

    /// A task ends by itself.
    pub(crate) fn crash(&mut self, task: &Task, code: StopCode) -> bool {
        self.report(task, TaskState::Stopped, Some(code))
    }

    pub(crate) fn set_health(&mut self, task: &Task, health: HealthStatus) {
        let entry = self.snapshot.task(&task.key).expect("the task").clone();
        let mut plan = Plan::new();
        plan.update(&entry, Task { health_status: health, ..(*entry.record).clone() });
        self.commit(plan);
    }

    /// Protects a task for so long; for no time, not at all.
    pub(crate) fn protect(&mut self, task: &Task, seconds: u64) {
        let entry = self.snapshot.task(&task.key).expect("the task").clone();
        let mut plan = Plan::new();
        let protected_until = Some(self.now + Duration::from_secs(seconds));
        plan.update(&entry, Task { protected_until, ..(*entry.record).clone() });
        self.commit(plan);
    }

    pub(crate) fn set_target(&mut self, task: &Task, state: TargetHealthState) {
        for target in self.snapshot.targets_of_task(&task.key).cloned().collect::<Vec<_>>() {
            let mut plan = Plan::new();
            let health = target_health(state);
            plan.update(&target, model::Target { health, ..(*target.record).clone() });
            self.commit(plan);
        }
    }

    pub(crate) fn pass_time(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    pub(crate) fn tasks(&self) -> Vec<Task> {
        self.snapshot.tasks.all().map(|task| (*task.record).clone()).collect()
    }

    /// The task that the script calls `t1`.
    pub(crate) fn named(&self, name: &str) -> Task {
        let found = self.tasks().into_iter().find(|task| self.names[&task.key.id] == name);
        found.expect("a task of that name")
    }

    pub(crate) fn name(&self, task: &Task) -> &str {
        &self.names[&task.key.id]
    }

    /// Commits a plan after checking it against every law.
    pub(crate) fn commit(&mut self, plan: Plan) -> bool {
        let Plan { expects, changes, .. } = plan;
        let plan = &Plan { expects, changes, wake_at: None };
        let violations = lint::lint(&self.snapshot, plan);
        assert!(violations.is_empty(), "{violations:?}");
        for expect in &plan.expects {
            assert_eq!(self.snapshot.revision_of(&expect.key), expect.revision, "{expect:?}");
        }
        if plan.is_empty() {
            return false;
        }
        self.note(plan);
        self.snapshot.apply(self.snapshot.revision + 1, &plan.changes);
        true
    }

    fn note(&mut self, plan: &Plan) {
        for change in &plan.changes {
            let Change::Put(model::AnyRecord::Task(task)) = change else { continue };
            let count = self.names.len() + 1;
            let name = self.names.entry(task.key.id.clone()).or_insert_with(|| format!("t{count}"));
            let old = self.snapshot.task(&task.key);
            let old_desired = old.map(|old| old.desired_status);
            if old.is_none() {
                self.log.push(format!("start {name}"));
            } else if old_desired != Some(task.desired_status) {
                let reason = task.stopped_reason.as_deref().unwrap_or_default();
                let reason = reason.split(" (deployment").next().unwrap_or_default();
                let reason = if reason.is_empty() { "by itself" } else { reason };
                self.log.push(format!("stop {name}: {reason}"));
            }
        }
    }

    fn report(&mut self, task: &Task, to: TaskState, code: Option<StopCode>) -> bool {
        let entry = self.snapshot.task(&task.key).expect("the task").clone();
        let mut next = (*entry.record).clone();
        next.last_status = to;
        if to == TaskState::Running {
            next.started_at = Some(self.now);
        }
        if to == TaskState::Stopped {
            next.stopped_at = Some(self.now);
            next.stop_code = next.stop_code.or(code);
            next.desired_status = DesiredStatus::Stopped;
        }
        let mut plan = Plan::new();
        plan.update(&entry, next);
        self.commit(plan)
    }

    fn spec(&self, wanted: &Wanted, definition: TaskDefinitionRef) -> RevisionSpec {
        let subnet_ids = self.snapshot.subnets.all().map(|subnet| subnet.id.clone()).collect();
        let load_balancers = if wanted.is_balanced {
            vec![ServiceLoadBalancer {
                target_group_arn: fixtures::group("web").arn(),
                container_name: "web".to_owned(),
                container_port: 80,
                advanced: wanted.is_shifted.then(fixtures::advanced),
            }]
        } else {
            Vec::new()
        };
        RevisionSpec {
            definition,
            launch_type: Some(LaunchType::Fargate),
            capacity_provider_strategy: Vec::new(),
            platform_version: None,
            load_balancers,
            network: Some(AwsvpcConfiguration {
                subnet_ids,
                security_group_ids: Vec::new(),
                is_public: false,
            }),
        }
    }
}
