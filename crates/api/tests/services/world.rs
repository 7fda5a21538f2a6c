//! A world for operations: an API over a store in memory, and one who plays the
//! reconcilers, the node and the balancer, a step at a time.

use std::time::Duration;

use api::{Api, ApiParts, Caller};
use aws_api::ecs::{self, Ecs as _};
use model::{
    AnyRecord, Cidr, Cluster, ClusterStatus, ContainerDefinition, DesiredStatus, LaunchType,
    NetworkMode, Node, Plan, Rng, Scope, Tags, TargetHealth, TargetHealthState, Task,
    TaskDefinition, TaskDefinitionStatus, TaskState, Timestamp,
};
use planner::{deployment, lint, placement, reaper, targets};
use wire::ApiError;

/// LIMIT: passes until the planners must have nothing left to do.
const PASSES_MAX: usize = 50;

pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) caller: Caller,
    rng: Rng,
    _logs: tempfile::TempDir,
}

impl World {
    /// A region with its default network, one cluster, one node, the definitions `web:1`
    /// and `web:2`, and a target group that a listener forwards to.
    pub(crate) async fn new() -> World {
        let logs = tempfile::tempdir().expect("a directory");
        let vpc_cidr = Cidr::parse("172.31.0.0/16").expect("a range");
        let store = store::Store::open(store::MemoryEngine::new()).expect("an empty store");
        let observe = observe::Logs::open(logs.path()).expect("empty logs");
        let world = World {
            api: Api::new(ApiParts::unkept(store, observe, vpc_cidr), Rng::seeded(7)),
            caller: Caller::root(scope(), Timestamp::from_secs(1_000)),
            rng: Rng::seeded(11),
            _logs: logs,
        };
        let mut plan = Plan::new();
        let network = planner::network::default_network(
            &world.api.snapshot(),
            &scope(),
            vpc_cidr,
            &mut Rng::seeded(3),
        );
        network.expect("there is none yet").insert_into(&mut plan);
        plan.insert(cluster());
        plan.insert(node());
        plan.insert(definition(1));
        plan.insert(definition(2));
        plan.insert(group("front"));
        plan.insert(group("idle"));
        plan.insert(listener());
        world.commit(plan).await;
        world
    }

    pub(crate) async fn commit(&self, plan: Plan) -> bool {
        let violations = lint::lint(&self.api.snapshot(), &plan);
        assert!(violations.is_empty(), "{violations:?}");
        let is_changed = !plan.is_empty();
        let put = |turn: &mut api::Turn<'_>| {
            turn.plan = plan.clone();
            Ok(())
        };
        self.api.transact(&self.caller, put).await.expect("the plan is committed");
        is_changed
    }

    /// A request that is taken.
    pub(crate) fn request(&self, name: &str, count: i32) -> ecs::CreateServiceRequest {
        ecs::CreateServiceRequest {
            service_name: name.to_owned(),
            task_definition: Some("web:1".to_owned()),
            desired_count: Some(count),
            launch_type: Some(ecs::LaunchType::Fargate),
            network_configuration: Some(self.network()),
            ..ecs::CreateServiceRequest::default()
        }
    }

    pub(crate) fn network(&self) -> ecs::NetworkConfiguration {
        let subnet = self.api.snapshot().subnets.all().next().expect("a subnet").id.clone();
        ecs::NetworkConfiguration {
            awsvpc_configuration: Some(ecs::AwsVpcConfiguration {
                subnets: Some(vec![subnet]),
                security_groups: None,
                assign_public_ip: None,
            }),
        }
    }

    pub(crate) async fn create(
        &mut self,
        request: ecs::CreateServiceRequest,
    ) -> Result<ecs::Service, ApiError> {
        self.pass_time(1);
        let response = self.api.create_service(&self.caller, request).await?;
        Ok(response.service.expect("an answer has the service"))
    }

    pub(crate) async fn update(
        &mut self,
        request: ecs::UpdateServiceRequest,
    ) -> Result<ecs::Service, ApiError> {
        self.pass_time(1);
        let response = self.api.update_service(&self.caller, request).await?;
        Ok(response.service.expect("an answer has the service"))
    }

    /// Deletes a service that has no tasks, or, with `force`, any.
    pub(crate) async fn delete(
        &mut self,
        name: &str,
        force: Option<bool>,
    ) -> Result<String, ApiError> {
        self.pass_time(1);
        let request = ecs::DeleteServiceRequest { cluster: None, service: name.to_owned(), force };
        let response = self.api.delete_service(&self.caller, request).await?;
        Ok(self.show(&response.service.expect("an answer has the service")))
    }

    pub(crate) async fn describe(&self, name: &str) -> ecs::DescribeServicesResponse {
        let request = ecs::DescribeServicesRequest {
            services: vec![name.to_owned()],
            ..ecs::DescribeServicesRequest::default()
        };
        self.api.describe_services(&self.caller, request).await.expect("an answer")
    }

    /// What `DescribeServices` says of a service, in a few lines.
    pub(crate) async fn shown(&self, name: &str) -> String {
        let services = self.describe(name).await.services.expect("a list");
        self.show(services.first().expect("the service"))
    }

    /// One pass of every planner, each plan linted and committed.
    pub(crate) async fn pass(&mut self) -> bool {
        let mut is_changed = false;
        let plans = deployment::plan(&self.api.snapshot(), self.caller.now, &mut self.rng);
        for plan in plans {
            is_changed |= self.commit(plan).await;
        }
        let now = self.caller.now;
        is_changed |= self.commit(placement::plan(&self.api.snapshot(), now)).await;
        is_changed |= self.commit(targets::plan_draining(&self.api.snapshot(), now)).await;
        is_changed |= self.commit(reaper::plan(&self.api.snapshot(), now)).await;
        is_changed
    }

    /// Planners, node and balancer until nothing changes.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..PASSES_MAX {
            let is_planned = self.pass().await;
            let is_run = self.run_node().await;
            if !is_planned && !is_run {
                return;
            }
        }
        panic!("the planners do not come to rest");
    }

    /// The node starts what is assigned and stops what is to stop; the balancer finds
    /// every target healthy, or drained.
    pub(crate) async fn run_node(&self) -> bool {
        let mut plan = Plan::new();
        let snapshot = self.api.snapshot();
        for task in snapshot.tasks.all() {
            if let Some(next) = self.step(task) {
                plan.update(task, next);
            }
        }
        for target in snapshot.targets.all() {
            if target.draining_since.is_some() {
                plan.delete(target);
            } else if target.health.state == TargetHealthState::Initial {
                let state = TargetHealthState::Healthy;
                let health = TargetHealth { state, reason: None, description: None };
                plan.update(target, model::Target { health, ..(*target.record).clone() });
            }
        }
        self.commit(plan).await
    }

    pub(crate) fn pass_time(&mut self, seconds: u64) {
        self.caller.now = self.caller.now + Duration::from_secs(seconds);
    }

    /// Ids in the order of age: revisions `r1`, `r2`, deployments `d1`, `d2`; tasks `TASK`.
    pub(crate) fn mask(&self, text: &str) -> String {
        let snapshot = self.api.snapshot();
        let mut text = text.to_owned();
        let mut revisions: Vec<_> = snapshot.service_revisions.all().collect();
        revisions.sort_by_key(|revision| revision.created_at);
        for (revision, index) in revisions.into_iter().zip(1..) {
            text = text.replace(&revision.id, &format!("r{index}"));
        }
        let mut deployments: Vec<_> = snapshot.service_deployments.all().collect();
        deployments.sort_by_key(|deployment| deployment.created_at);
        for (deployment, index) in deployments.into_iter().zip(1..) {
            text = text.replace(&deployment.id, &format!("d{index}"));
        }
        for task in snapshot.tasks.all() {
            text = text.replace(&task.key.id, "TASK");
        }
        for service in ["ecs", "elasticloadbalancing"] {
            text = text.replace(&format!("arn:aws:{service}:us-east-1:000000000000:"), "");
        }
        wrapped(&text)
    }

    fn show(&self, service: &ecs::Service) -> String {
        let mut lines = vec![format!(
            "{} {} desired={} running={} pending={} {}",
            text(service.service_name.as_ref()),
            text(service.status.as_ref()),
            number(service.desired_count),
            number(service.running_count),
            number(service.pending_count),
            text(service.task_definition.as_ref()),
        )];
        for deployment in service.deployments.as_deref().unwrap_or_default() {
            lines.push(format!(
                "  {} {} desired={} running={} pending={} {} {}",
                text(deployment.status.as_ref()),
                text(deployment.task_definition.as_ref()),
                number(deployment.desired_count),
                number(deployment.running_count),
                number(deployment.pending_count),
                deployment.rollout_state.map_or("-", ecs::DeploymentRolloutState::as_str),
                text(deployment.rollout_state_reason.as_ref()),
            ));
        }
        for revision in service.current_service_revisions.as_deref().unwrap_or_default() {
            lines.push(format!(
                "  {} requested={} running={} pending={}",
                text(revision.arn.as_ref()),
                number(revision.requested_task_count),
                number(revision.running_task_count),
                number(revision.pending_task_count),
            ));
        }
        lines.push(format!("  {}", text(service.current_service_deployment.as_ref())));
        for event in service.events.as_deref().unwrap_or_default() {
            lines.push(format!("  \"{}\"", text(event.message.as_ref())));
        }
        self.mask(&lines.join("\n")) + "\n"
    }

    /// What the node makes of a task next.
    fn step(&self, task: &Task) -> Option<Task> {
        let snapshot = self.api.snapshot();
        let is_stopping = task.desired_status == DesiredStatus::Stopped;
        let is_served = snapshot.targets_of_task(&task.key).next().is_some();
        let mut next = task.clone();
        match task.last_status {
            TaskState::Pending if !is_stopping => {
                next.last_status = TaskState::Running;
                next.started_at = Some(self.caller.now);
                for container in &mut next.containers {
                    container.image_digest = Some(format!("sha256:of-{}", container.image));
                }
            }
            TaskState::Provisioning | TaskState::Stopped => return None,
            _ if is_stopping && !is_served => {
                next.last_status = TaskState::Stopped;
                next.stopped_at = Some(self.caller.now);
            }
            _ => return None,
        }
        Some(next)
    }
}

/// The text in lines that fit into a test's own.
pub(crate) fn wrapped(text: &str) -> String {
    const WIDTH: usize = 86;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let mut current = indent.to_owned();
        for word in line.split_whitespace() {
            if current.len() > indent.len() && current.len() + 1 + word.len() > WIDTH {
                lines.push(std::mem::replace(&mut current, format!("{indent}    ")));
            } else if current.len() > indent.len() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// What the waiter `services-stable` waits for; it fails on what never becomes so.
pub(crate) fn is_stable(response: &ecs::DescribeServicesResponse) -> Option<bool> {
    let has_failures = response.failures.as_ref().is_some_and(|failures| !failures.is_empty());
    let services = response.services.as_deref().unwrap_or_default();
    let is_leaving =
        |service: &ecs::Service| matches!(service.status.as_deref(), Some("DRAINING" | "INACTIVE"));
    if has_failures || services.iter().any(is_leaving) {
        return None;
    }
    Some(services.iter().all(|service| {
        let deployments = service.deployments.as_ref().map(Vec::len);
        deployments == Some(1) && service.running_count == service.desired_count
    }))
}

pub(crate) fn refusal<T>(result: Result<T, ApiError>) -> String {
    match result {
        Ok(_) => "taken".to_owned(),
        Err(refusal) => format!("{}: {}", refusal.code, refusal.message),
    }
}

pub(crate) fn text(text: Option<&String>) -> &str {
    text.map_or("-", String::as_str)
}

fn number(number: Option<i32>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

pub(crate) fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

pub(crate) fn load_balancer(group_name: &str) -> ecs::LoadBalancer {
    ecs::LoadBalancer {
        target_group_arn: Some(group(group_name).arn()),
        container_name: Some("web".to_owned()),
        container_port: Some(80),
        ..ecs::LoadBalancer::default()
    }
}

fn cluster() -> Cluster {
    Cluster {
        scope: scope(),
        name: "default".to_owned(),
        status: ClusterStatus::Active,
        capacity_providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
        default_capacity_provider_strategy: Vec::new(),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn node() -> Node {
    Node {
        id: "n1".to_owned(),
        availability_zones: Vec::new(),
        cpu_units: 16_384,
        memory_mib: 32_768,
        cpu_architecture: "X86_64".to_owned(),
        host_ranges: Vec::new(),
        is_connected: true,
        registered_at: Timestamp::EPOCH,
    }
}

pub(crate) fn definition(revision: u32) -> TaskDefinition {
    let container: ContainerDefinition = serde_json::from_str(
        r#"{"name":"web","image":"web","cpu_units":0,"is_essential":true,
        "port_mappings":[{"container_port":80,"host_port":80,"protocol":"Tcp"}],
        "environment":[],"depends_on":[],"is_root_filesystem_readonly":false,
        "is_init_process_enabled":false,"capabilities_add":[],"capabilities_drop":[],
        "ulimits":[],"tmpfs":[],"system_controls":[],"extra_hosts":[]}"#,
    )
    .expect("the container is well formed");
    TaskDefinition {
        scope: scope(),
        family: "web".to_owned(),
        revision,
        status: TaskDefinitionStatus::Active,
        containers: vec![container],
        cpu_units: Some(256),
        memory_mib: Some(512),
        network_mode: NetworkMode::Awsvpc,
        requires_compatibilities: vec![LaunchType::Fargate],
        task_role_arn: None,
        execution_role_arn: None,
        operating_system_family: None,
        cpu_architecture: None,
        tags: Tags::new(),
        registered_at: Timestamp::EPOCH,
        registered_by: "root".to_owned(),
        deregistered_at: None,
        delete_requested_at: None,
    }
}

pub(crate) fn group(name: &str) -> model::TargetGroup {
    model::TargetGroup {
        scope: scope(),
        name: name.to_owned(),
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
                target_group_arn: group("front").arn(),
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

/// Puts a record that no operation makes.
pub(crate) fn insert<R: model::Record + Into<AnyRecord>>(record: R) -> Plan {
    let mut plan = Plan::new();
    plan.insert(record);
    plan
}
