//! The records that a simulated service is made of, as the API would have written them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use model::{
    Action, AdvancedConfiguration, Alarm, AlarmState, Attributes, AwsvpcConfiguration, Cidr,
    ContainerDefinition, HealthCheck, LaunchType, Listener, LoadBalancer, NetworkMode, Plan, Rng,
    Scope, ServiceKey, ServiceLoadBalancer, Snapshot, Tags, TargetGroup, TargetHealthCheck,
    TaskDefinition, TaskDefinitionRef, TaskDefinitionStatus, Timestamp, WeightedTargetGroup,
};
use planner::network;
use planner::rollout::RevisionSpec;

use crate::machine::CONTAINER;
use crate::requests::{PRODUCTION_PORT, TEST_PORT};

const CONTAINER_PORT: u16 = 8_080;

pub(crate) fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

pub(crate) fn service_key(name: &str) -> ServiceKey {
    ServiceKey { scope: scope(), cluster: "default".to_owned(), name: name.to_owned() }
}

/// How a service is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// Not at all.
    None,
    /// One target group.
    Plain,
    /// Two target groups, and rules whose weights can be moved.
    Shifting,
}

/// What the target groups of a front are like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrontTimes {
    pub(crate) interval_secs: u32,
    pub(crate) deregistration_secs: u32,
}

/// A region's network.
pub(crate) fn network(snapshot: &Snapshot, rng: &mut Rng) -> Plan {
    let mut plan = Plan::new();
    let cidr = Cidr::parse("172.31.0.0/16").expect("a range");
    if let Some(network) = network::default_network(snapshot, &scope(), cidr, rng) {
        network.insert_into(&mut plan);
    }
    plan
}

/// A service's load balancer: production traffic at one port, test traffic at another.
pub(crate) fn front(name: &str, index: u8, times: FrontTimes) -> Plan {
    let mut plan = Plan::new();
    plan.insert(LoadBalancer {
        scope: scope(),
        name: name.to_owned(),
        id: "0011223344556677".to_owned(),
        is_internal: true,
        vpc_id: "vpc-1".to_owned(),
        security_group_ids: Vec::new(),
        addresses: BTreeMap::from([("subnet".to_owned(), Ipv4Addr::new(172, 31, 255, index))]),
        dns_name: format!("{name}.test"),
        attributes: Attributes::new(),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    });
    for color in ["blue", "green"] {
        plan.insert(group(name, color, times));
    }
    for port in [PRODUCTION_PORT, TEST_PORT] {
        plan.insert(listener(name, port));
    }
    plan
}

fn group(name: &str, color: &str, times: FrontTimes) -> TargetGroup {
    let delay = times.deregistration_secs.to_string();
    TargetGroup {
        scope: scope(),
        name: format!("{name}-{color}"),
        id: "0123456789abcdef".to_owned(),
        port: CONTAINER_PORT,
        vpc_id: "vpc-1".to_owned(),
        health_check: TargetHealthCheck {
            path: "/".to_owned(),
            port: None,
            interval_secs: times.interval_secs,
            timeout_secs: 2,
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            matcher: "200".to_owned(),
        },
        attributes: BTreeMap::from([("deregistration_delay.timeout_seconds".to_owned(), delay)]),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn listener(name: &str, port: u16) -> Listener {
    let blue = group_arn(name, "blue");
    Listener {
        scope: scope(),
        id: format!("fedcba98765432{port}"),
        load_balancer_name: name.to_owned(),
        load_balancer_id: "0011223344556677".to_owned(),
        port,
        default_actions: vec![Action::Forward {
            target_groups: vec![WeightedTargetGroup { target_group_arn: blue, weight: 1 }],
            stickiness_secs: None,
            is_short_form: true,
        }],
        attributes: Attributes::new(),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn group_arn(name: &str, color: &str) -> String {
    let times = FrontTimes { interval_secs: 5, deregistration_secs: 0 };
    group(name, color, times).arn()
}

fn load_balancer(name: &str, front: Front) -> Option<ServiceLoadBalancer> {
    let advanced = AdvancedConfiguration {
        alternate_target_group_arn: group_arn(name, "green"),
        production_listener_rule: listener(name, PRODUCTION_PORT).default_rule_arn(),
        test_listener_rule: Some(listener(name, TEST_PORT).default_rule_arn()),
        role_arn: "arn:aws:iam::000000000000:role/ecs".to_owned(),
    };
    (front != Front::None).then(|| ServiceLoadBalancer {
        target_group_arn: group_arn(name, "blue"),
        container_name: CONTAINER.to_owned(),
        container_port: CONTAINER_PORT,
        advanced: (front == Front::Shifting).then_some(advanced),
    })
}

/// What a revision of a service is made of.
pub(crate) fn spec(
    snapshot: &Snapshot,
    (name, front): (&str, Front),
    definition: TaskDefinitionRef,
) -> RevisionSpec {
    RevisionSpec {
        definition,
        launch_type: Some(LaunchType::Fargate),
        capacity_provider_strategy: Vec::new(),
        platform_version: None,
        load_balancers: load_balancer(name, front).into_iter().collect(),
        network: Some(AwsvpcConfiguration {
            subnet_ids: snapshot.subnets.all().map(|subnet| subnet.id.clone()).collect(),
            security_group_ids: Vec::new(),
            is_public: false,
        }),
    }
}

/// Whether a task's containers say how they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checks {
    Without,
    With,
}

pub(crate) fn definition(family: &str, revision: u32, checks: Checks) -> TaskDefinition {
    TaskDefinition {
        scope: scope(),
        family: family.to_owned(),
        revision,
        status: TaskDefinitionStatus::Active,
        containers: vec![container(&format!("{family}:{revision}"), checks)],
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

fn container(image: &str, checks: Checks) -> ContainerDefinition {
    let check = HealthCheck {
        command: vec!["CMD".to_owned(), "true".to_owned()],
        interval_secs: 5,
        timeout_secs: 2,
        retries: 3,
        start_period_secs: 10,
    };
    ContainerDefinition {
        name: CONTAINER.to_owned(),
        image: image.to_owned(),
        cpu_units: 0,
        memory_mib: None,
        memory_reservation_mib: None,
        port_mappings: Vec::new(),
        is_essential: true,
        entry_point: None,
        command: None,
        environment: Vec::new(),
        environment_files: Vec::new(),
        secrets: Vec::new(),
        repository_credentials: None,
        depends_on: Vec::new(),
        start_timeout_secs: None,
        stop_timeout_secs: Some(15),
        hostname: None,
        user: None,
        working_directory: None,
        is_root_filesystem_readonly: false,
        is_init_process_enabled: false,
        capabilities_add: Vec::new(),
        capabilities_drop: Vec::new(),
        ulimits: Vec::new(),
        tmpfs: Vec::new(),
        shared_memory_mib: None,
        system_controls: Vec::new(),
        extra_hosts: Vec::new(),
        log_configuration: None,
        health_check: (checks == Checks::With).then_some(check),
    }
}

pub(crate) fn alarm(name: &str, state: AlarmState) -> Alarm {
    Alarm {
        scope: scope(),
        name: name.to_owned(),
        description: None,
        rule: model::AlarmRule {
            metric: model::Metric {
                namespace: "web".to_owned(),
                name: "errors".to_owned(),
                dimensions: Vec::new(),
            },
            statistic: model::MetricStatistic::Basic("Sum".to_owned()),
            period_secs: 60,
            unit: None,
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            threshold: 1.0,
            comparison: "GreaterThanThreshold".to_owned(),
            missing_data: None,
            low_sample_count_percentile: None,
        },
        has_actions_enabled: true,
        configured_at: Timestamp::EPOCH,
        state,
        state_reason: "said".to_owned(),
        state_reason_data: None,
        state_updated_at: Timestamp::EPOCH,
        state_changed_at: Timestamp::EPOCH,
        tags: Tags::new(),
    }
}
