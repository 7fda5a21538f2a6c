//! A world for planners: it commits their plans, and plays node and balancer.
//!
//! It does at once and exactly what it is told, so that a test decides what
//! happens and when.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    AwsvpcConfiguration, Change, Cidr, ContainerDefinition, DeploymentConfiguration, DesiredStatus,
    HealthStatus, LaunchType, NetworkMode, Node, Plan, PropagateTags, Rng, Scope, Service,
    ServiceKey, ServiceLoadBalancer, ServiceStatus, Snapshot, StopCode, Tags, TargetHealth,
    TargetHealthState, Task, TaskDefinition, TaskDefinitionRef, TaskDefinitionStatus, TaskState,
    Timestamp,
};
use planner::rollout::{self, RevisionSpec};
use planner::{deployment, lint, network, placement, reaper, targets};

/// LIMIT: passes until the planners must have nothing left to do.
const PASSES_MAX: usize = 50;

pub(crate) struct World {
    pub(crate) snapshot: Snapshot,
    pub(crate) now: Timestamp,
    pub(crate) rng: Rng,
    /// Tasks in order of appearance: `t1`, `t2`, …
    names: BTreeMap<String, String>,
    pub(crate) log: Vec<String>,
}

/// What a service is to be, in a test's words.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) count: u32,
    pub(crate) minimum: u32,
    pub(crate) maximum: u32,
    pub(crate) is_balanced: bool,
    pub(crate) is_checked: bool,
    pub(crate) grace_secs: u32,
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
        plan.insert(group());
        plan.insert(listener());
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
            is_connected: true,
            registered_at: self.now,
        });
        self.commit(plan);
    }

    /// Makes a service, or gives it a new revision.
    pub(crate) fn service(&mut self, wanted: &Wanted) {
        let mut plan = Plan::new();
        let definition = definition(wanted, self.snapshot.revision as u32);
        let configuration = DeploymentConfiguration {
            minimum_healthy_percent: wanted.minimum,
            maximum_percent: wanted.maximum,
        };
        let spec = self.spec(wanted, definition.reference());
        plan.insert(definition);
        let key = service_key(&wanted.name);
        let begun = rollout::begin(
            &self.snapshot,
            &key,
            (spec, configuration),
            (self.now, &mut self.rng),
            &mut plan,
        );
        let old = self.snapshot.service(&key).cloned();
        let service = Service {
            status: ServiceStatus::Active,
            desired_count: wanted.count,
            deployment_configuration: configuration,
            health_check_grace_period_secs: Some(wanted.grace_secs),
            propagate_tags: PropagateTags::None,
            is_managed_tags_enabled: false,
            primary_revision: begun.revision.id,
            current_deployment: begun.deployment.id,
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

    /// Changes the service's record alone.
    pub(crate) fn alter(&mut self, name: &str, change: impl Fn(&mut Service)) {
        let entry = self.snapshot.service(&service_key(name)).expect("the service").clone();
        let mut next = (*entry.record).clone();
        change(&mut next);
        let mut plan = Plan::new();
        plan.update(&entry, next);
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
        let violations = lint::lint(&self.snapshot, &plan);
        assert!(violations.is_empty(), "{violations:?}");
        for expect in &plan.expects {
            assert_eq!(self.snapshot.revision_of(&expect.key), expect.revision, "{expect:?}");
        }
        if plan.is_empty() {
            return false;
        }
        self.note(&plan);
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
                target_group_arn: group().arn(),
                container_name: "web".to_owned(),
                container_port: 80,
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

pub(crate) fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

pub(crate) fn service_key(name: &str) -> ServiceKey {
    ServiceKey { scope: scope(), cluster: "default".to_owned(), name: name.to_owned() }
}

fn target_health(state: TargetHealthState) -> TargetHealth {
    TargetHealth { state, reason: None, description: None }
}

fn group() -> model::TargetGroup {
    model::TargetGroup {
        scope: scope(),
        name: "web".to_owned(),
        id: "0123456789abcdef".to_owned(),
        port: 80,
        vpc_id: "vpc-1".to_owned(),
        health_check: model::TargetHealthCheck {
            path: "/".to_owned(),
            port: None,
            interval_secs: 5,
            timeout_secs: 2,
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            matcher: "200".to_owned(),
        },
        attributes: model::Attributes::new(),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn listener() -> model::Listener {
    model::Listener {
        scope: scope(),
        id: "fedcba9876543210".to_owned(),
        load_balancer_name: "front".to_owned(),
        load_balancer_id: "0011223344556677".to_owned(),
        port: 80,
        default_actions: vec![model::Action::Forward {
            target_groups: vec![model::WeightedTargetGroup {
                target_group_arn: group().arn(),
                weight: 1,
            }],
            stickiness_secs: None,
            is_short_form: true,
        }],
        attributes: model::Attributes::new(),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn definition(wanted: &Wanted, revision: u32) -> TaskDefinition {
    let health = if wanted.is_checked {
        r#","health_check":{"command":["CMD","true"],"interval_secs":5,"timeout_secs":2,
            "retries":3,"start_period_secs":0}"#
    } else {
        ""
    };
    let container: ContainerDefinition = serde_json::from_str(&format!(
        r#"{{"name":"web","image":"web","cpu_units":0,"port_mappings":[],"is_essential":true,
        "environment":[],"depends_on":[],"is_root_filesystem_readonly":false,
        "is_init_process_enabled":false,"capabilities_add":[],"capabilities_drop":[],
        "ulimits":[],"tmpfs":[],"system_controls":[],"extra_hosts":[]{health}}}"#
    ))
    .expect("the container is well formed");
    TaskDefinition {
        scope: scope(),
        family: wanted.name.clone(),
        revision: revision + 1,
        status: TaskDefinitionStatus::Active,
        containers: vec![container],
        cpu_units: Some(256),
        memory_mib: Some(512),
        network_mode: NetworkMode::Awsvpc,
        requires_compatibilities: vec![LaunchType::Fargate],
        operating_system_family: None,
        cpu_architecture: None,
        tags: Tags::new(),
        registered_at: Timestamp::EPOCH,
        registered_by: "root".to_owned(),
        deregistered_at: None,
        delete_requested_at: None,
    }
}
