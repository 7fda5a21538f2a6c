//! The records that a world of planners is made of.

use model::{
    AdvancedConfiguration, Alarm, AlarmState, CircuitBreaker, ContainerDefinition,
    DeploymentAlarms, DeploymentConfiguration, DeploymentStrategy, FailureThreshold, HookAction,
    HookTarget, LaunchType, LifecycleHook, LifecycleStage, NetworkMode, Scope, ServiceKey,
    ServiceRevision, Stability, Tags, TargetHealth, TargetHealthState, TaskDefinition,
    TaskDefinitionStatus, TaskSet, TaskSetStatus, Timestamp,
};

/// What a service is to be, in a test's words.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) count: u32,
    pub(crate) minimum: u32,
    pub(crate) maximum: u32,
    pub(crate) is_balanced: bool,
    /// Whether its load balancer can move traffic between two target groups.
    pub(crate) is_shifted: bool,
    pub(crate) is_checked: bool,
    pub(crate) grace_secs: u32,
    pub(crate) strategy: DeploymentStrategy,
    pub(crate) bake_mins: u32,
    /// How many tasks may fail; and whether the service then goes back.
    pub(crate) breaker: Option<(u32, bool)>,
    pub(crate) alarm: Option<String>,
    /// The stages at which it waits for somebody.
    pub(crate) pauses: Vec<LifecycleStage>,
}

impl Wanted {
    /// A rolling service with a target group and nothing that watches it.
    pub(crate) fn rolling(name: &str, count: u32) -> Wanted {
        Wanted {
            name: name.to_owned(),
            count,
            minimum: 100,
            maximum: 200,
            is_balanced: true,
            is_shifted: false,
            is_checked: false,
            grace_secs: 0,
            strategy: DeploymentStrategy::Rolling,
            bake_mins: 0,
            breaker: None,
            alarm: None,
            pauses: Vec::new(),
        }
    }

    pub(crate) fn configuration(&self) -> DeploymentConfiguration {
        let breaker = self.breaker.map(|(count, is_rolling_back)| CircuitBreaker {
            is_enabled: true,
            is_rolling_back,
            is_reset_on_healthy_task: true,
            threshold: FailureThreshold::Count(count),
        });
        let pause = LifecycleHook {
            target: HookTarget::Pause,
            is_once: false,
            stages: self.pauses.clone(),
            details: None,
            timeout_mins: 60,
            timeout_action: HookAction::Rollback,
        };
        DeploymentConfiguration {
            strategy: self.strategy,
            bake_time_mins: self.bake_mins,
            circuit_breaker: breaker.unwrap_or_default(),
            alarms: DeploymentAlarms {
                names: self.alarm.iter().cloned().collect(),
                is_enabled: self.alarm.is_some(),
                is_rolling_back: true,
            },
            lifecycle_hooks: if self.pauses.is_empty() { Vec::new() } else { vec![pause] },
            ..DeploymentConfiguration::rolling(self.minimum, self.maximum)
        }
    }
}

pub(crate) fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

pub(crate) fn service_key(name: &str) -> ServiceKey {
    ServiceKey { scope: scope(), cluster: "default".to_owned(), name: name.to_owned() }
}

/// Production traffic comes in at port 80, test traffic at 81.
pub(crate) fn advanced() -> AdvancedConfiguration {
    AdvancedConfiguration {
        alternate_target_group_arn: group("web2").arn(),
        production_listener_rule: listener(80).default_rule_arn(),
        test_listener_rule: Some(listener(81).default_rule_arn()),
        role_arn: "arn:aws:iam::000000000000:role/ecs".to_owned(),
    }
}

pub(crate) fn task_set(revision: &ServiceRevision, percent: u32) -> TaskSet {
    TaskSet {
        service: revision.service.clone(),
        id: revision.id.clone(),
        status: TaskSetStatus::Active,
        scale_ppm: percent * 10_000,
        started_by: None,
        external_id: None,
        stability: Stability::Stabilizing,
        stability_at: revision.created_at,
        tags: Tags::new(),
        created_at: revision.created_at,
        updated_at: revision.created_at,
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

pub(crate) fn target_health(state: TargetHealthState) -> TargetHealth {
    TargetHealth { state, reason: None, description: None }
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

/// The listener of port 80 carries production traffic, that of 81 test traffic.
pub(crate) fn listener(port: u16) -> model::Listener {
    model::Listener {
        scope: scope(),
        id: format!("fedcba98765432{port}"),
        load_balancer_name: "front".to_owned(),
        load_balancer_id: "0011223344556677".to_owned(),
        port,
        default_actions: vec![model::Action::Forward {
            target_groups: vec![model::WeightedTargetGroup {
                target_group_arn: group("web").arn(),
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

pub(crate) fn definition(wanted: &Wanted, revision: u32) -> TaskDefinition {
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
