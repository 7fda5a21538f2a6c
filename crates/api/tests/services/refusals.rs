//! What `CreateService` and `UpdateService` refuse, with AWS's code and words.

#![expect(clippy::unnecessary_wraps, reason = "the fields of a request are optional")]

use aws_api::ecs;
use expect_test::expect;
use model::{Plan, TaskDefinition, TaskDefinitionStatus};

use crate::world::{World, definition, group, insert, load_balancer, refusal, wrapped};

type Create = fn(&mut ecs::CreateServiceRequest);
type Update = fn(&mut ecs::UpdateServiceRequest);

fn configuration(
    change: impl FnOnce(&mut ecs::DeploymentConfiguration),
) -> Option<ecs::DeploymentConfiguration> {
    let mut configuration = ecs::DeploymentConfiguration::default();
    change(&mut configuration);
    Some(configuration)
}

fn strategy(names: &[&str]) -> Option<Vec<ecs::CapacityProviderStrategyItem>> {
    let item = |name: &&str| ecs::CapacityProviderStrategyItem {
        capacity_provider: Some((*name).to_owned()),
        weight: Some(1),
        base: None,
    };
    Some(names.iter().map(item).collect())
}

fn balancer(change: impl FnOnce(&mut ecs::LoadBalancer)) -> Option<Vec<ecs::LoadBalancer>> {
    let mut balancer = load_balancer("front");
    change(&mut balancer);
    Some(vec![balancer])
}

fn network(subnets: &[&str]) -> Option<ecs::NetworkConfiguration> {
    Some(ecs::NetworkConfiguration {
        awsvpc_configuration: Some(ecs::AwsVpcConfiguration {
            subnets: Some(subnets.iter().map(|id| (*id).to_owned()).collect()),
            security_groups: None,
            assign_public_ip: None,
        }),
    })
}

async fn world() -> World {
    let world = World::new().await;
    let gone = TaskDefinition { status: TaskDefinitionStatus::Inactive, ..definition(3) };
    world.commit(insert(gone)).await;
    let other = TaskDefinition {
        family: "other".to_owned(),
        requires_compatibilities: Vec::new(),
        ..definition(1)
    };
    world.commit(insert(other)).await;
    world
}

/// Each change to a request that is taken, and what is answered.
async fn check(cases: &[(&str, Create)], expected: expect_test::Expect) {
    let mut world = world().await;
    let mut answers = String::new();
    for (what, change) in cases {
        let mut request = world.request("web", 1);
        change(&mut request);
        let answer = refusal(world.create(request).await);
        answers.push_str(&wrapped(&format!("{what}: {answer}")));
        answers.push('\n');
    }
    assert_eq!(world.api.snapshot().services.len(), 0, "a refused service is not made");
    expected.assert_eq(&answers);
}

const MISFITS: &[(&str, Create)] = &[
    ("cluster", |r| r.cluster = Some("none".to_owned())),
    ("name", |r| r.service_name.push_str(" 1")),
    ("no definition", |r| r.task_definition = None),
    ("definition", |r| r.task_definition = Some("none".to_owned())),
    ("inactive", |r| r.task_definition = Some("web:3".to_owned())),
    ("not for fargate", |r| r.task_definition = Some("other".to_owned())),
    ("no count", |r| r.desired_count = None),
    ("negative count", |r| r.desired_count = Some(-1)),
    ("both", |r| r.capacity_provider_strategy = strategy(&["FARGATE"])),
    ("platform", |r| r.platform_version = Some("1.0.0".to_owned())),
    ("no network", |r| r.network_configuration = None),
    ("no subnet", |r| r.network_configuration = network(&[])),
    ("subnet", |r| r.network_configuration = network(&["subnet-1"])),
    ("grace", |r| r.health_check_grace_period_seconds = Some(5)),
    ("percents", |r| {
        r.deployment_configuration = configuration(|c| {
            c.minimum_healthy_percent = Some(100);
            c.maximum_percent = Some(100);
        });
    }),
    ("minimum", |r| {
        r.deployment_configuration = configuration(|c| c.minimum_healthy_percent = Some(101));
    }),
    ("tag", |r| {
        let tag = ecs::Tag { key: Some("aws:x".to_owned()), value: None };
        r.tags = Some(vec![tag]);
    }),
];

#[tokio::test]
async fn what_does_not_exist_or_fit() {
    check(
        MISFITS,
        expect![[r#"
        cluster: ClusterNotFoundException: Cluster not found.
        name: InvalidParameterException: Invalid service name. A service name has up to 255
            letters (uppercase and lowercase), numbers, underscores, and hyphens.
        no definition: InvalidParameterException: TaskDefinition can not be blank.
        definition: ClientException: TaskDefinition not found.
        inactive: ClientException: TaskDefinition is inactive
        not for fargate: InvalidParameterException: Task definition does not support
            launch_type FARGATE.
        no count: InvalidParameterException: desiredCount must be specified for a service with
            the REPLICA scheduling strategy.
        negative count: InvalidParameterException: desiredCount must be between 0 and 5000.
        both: InvalidParameterException: Specifying both a launch type and capacity provider
            strategy is not supported. Remove one and try again.
        platform: PlatformUnknownException: The specified platform does not exist.
        no network: InvalidParameterException: Network Configuration must be provided when
            networkMode 'awsvpc' is specified.
        no subnet: InvalidParameterException: subnets can not be empty.
        subnet: InvalidParameterException: Error retrieving subnet information for [subnet-1]:
            The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)
        grace: InvalidParameterException: Health check grace period is only valid for services
            configured to use load balancers
        percents: InvalidParameterException: Both maximumPercent and minimumHealthyPercent
            cannot be 100 as this will block deployments.
        minimum: InvalidParameterException: minimumHealthyPercent must be between 0 and 100.
        tag: InvalidParameterException: Tag key 'aws:x' is not allowed: tag keys that start
            with 'aws:' are reserved for system use.
    "#]],
    )
    .await;
}

const BALANCER_MISFITS: &[(&str, Create)] = &[
    ("classic", |r| {
        r.load_balancers = balancer(|b| b.load_balancer_name = Some("old".to_owned()));
    }),
    ("group", |r| {
        r.load_balancers = balancer(|b| b.target_group_arn = Some(group("none").arn()));
    }),
    ("unused group", |r| {
        r.load_balancers = balancer(|b| b.target_group_arn = Some(group("idle").arn()));
    }),
    ("container", |r| {
        r.load_balancers = balancer(|b| b.container_name = Some("db".to_owned()));
    }),
    ("port", |r| r.load_balancers = balancer(|b| b.container_port = Some(81))),
    ("no port", |r| r.load_balancers = balancer(|b| b.container_port = None)),
    ("twice", |r| {
        r.load_balancers = Some(vec![load_balancer("front"), load_balancer("front")]);
    }),
];

#[tokio::test]
async fn load_balancers_that_do_not_fit() {
    check(
        BALANCER_MISFITS,
        expect![[r#"
        classic: UnsupportedFeatureException: `loadBalancers.loadBalancerName` is not
            supported by Longshore yet
        group: InvalidParameterException: The target group
            arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/none/0123456789abcdef
            does not exist.
        unused group: InvalidParameterException: The target group with targetGroupArn
            arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/idle/0123456789abcdef
            does not have an associated load balancer.
        container: InvalidParameterException: The container db does not exist in the task
            definition.
        port: InvalidParameterException: The container web did not have a container port 81
            defined.
        no port: InvalidParameterException: Container port can not be blank.
        twice: InvalidParameterException: The target group
            arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/front/0123456789abcdef
            is given twice for port 80.
    "#]],
    )
    .await;
}

const NOT_HONOURED: &[(&str, Create)] = &[
    ("ec2", |r| r.launch_type = Some(ecs::LaunchType::Ec2)),
    ("nothing", |r| r.launch_type = None),
    ("two providers", |r| {
        r.launch_type = None;
        r.capacity_provider_strategy = strategy(&["FARGATE", "FARGATE_SPOT"]);
    }),
    ("daemon", |r| r.scheduling_strategy = Some(ecs::SchedulingStrategy::Daemon)),
    ("controller", |r| {
        let r#type = Some(ecs::DeploymentControllerType::CodeDeploy);
        r.deployment_controller = Some(ecs::DeploymentController { r#type });
    }),
    ("exec", |r| r.enable_execute_command = Some(true)),
    ("rebalancing", |r| {
        r.availability_zone_rebalancing = Some(ecs::AvailabilityZoneRebalancing::Enabled);
    }),
    ("connect", |r| {
        r.service_connect_configuration = Some(ecs::ServiceConnectConfiguration {
            enabled: Some(true),
            ..ecs::ServiceConnectConfiguration::default()
        });
    }),
    ("registries", |r| r.service_registries = Some(vec![ecs::ServiceRegistry::default()])),
    ("constraints", |r| {
        r.placement_constraints = Some(vec![ecs::PlacementConstraint::default()]);
    }),
    ("role", |r| r.role = Some("role".to_owned())),
    ("hooks of a rolling update", |r| {
        r.deployment_configuration = configuration(|c| {
            let hook = ecs::DeploymentLifecycleHook {
                target_type: Some(ecs::DeploymentLifecycleHookTargetType::Pause),
                lifecycle_stages: Some(vec![ecs::DeploymentLifecycleHookStage::PreScaleUp]),
                ..ecs::DeploymentLifecycleHook::default()
            };
            c.lifecycle_hooks = Some(vec![hook]);
        });
    }),
    ("early success", |r| {
        r.deployment_configuration = configuration(|c| {
            c.early_success_criteria = Some(ecs::DeploymentEarlySuccessCriteria {
                enable: Some(true),
                ..ecs::DeploymentEarlySuccessCriteria::default()
            });
        });
    }),
];

#[tokio::test]
async fn what_is_not_honoured_is_refused_by_name() {
    check(
        NOT_HONOURED,
        expect![[r#"
            ec2: UnsupportedFeatureException: `launchType` EC2 is not supported by Longshore yet;
                say FARGATE
            nothing: UnsupportedFeatureException: `launchType` EC2 is not supported by Longshore
                yet; say FARGATE
            two providers: UnsupportedFeatureException: a `capacityProviderStrategy` that divides
                a service's tasks among several capacity providers is not supported by Longshore
                yet
            daemon: UnsupportedFeatureException: `schedulingStrategy` DAEMON is not supported by
                Longshore yet
            controller: InvalidParameterException: Services with a CODE_DEPLOY deployment
                controller must have exactly one target group.
            exec: UnsupportedFeatureException: `enableExecuteCommand` is not supported by
                Longshore yet
            rebalancing: UnsupportedFeatureException: `availabilityZoneRebalancing` ENABLED is not
                supported by Longshore yet
            connect: UnsupportedFeatureException: `serviceConnectConfiguration` is not supported
                by Longshore yet
            registries: UnsupportedFeatureException: `serviceRegistries` is not supported by
                Longshore yet
            constraints: UnsupportedFeatureException: `placementConstraints` is not supported by
                Longshore yet
            role: UnsupportedFeatureException: `role` is not supported by Longshore yet
            hooks of a rolling update: UnsupportedFeatureException:
                `deploymentConfiguration.lifecycleHooks` with the strategy ROLLING is not
                supported by Longshore yet
            early success: UnsupportedFeatureException:
                `deploymentConfiguration.earlySuccessCriteria` is not supported by Longshore yet
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_asks_for_nothing_is_taken() {
    let mut world = world().await;
    let request = ecs::CreateServiceRequest {
        scheduling_strategy: Some(ecs::SchedulingStrategy::Replica),
        deployment_controller: Some(ecs::DeploymentController {
            r#type: Some(ecs::DeploymentControllerType::Ecs),
        }),
        enable_execute_command: Some(false),
        health_check_grace_period_seconds: Some(0),
        availability_zone_rebalancing: Some(ecs::AvailabilityZoneRebalancing::Disabled),
        placement_constraints: Some(Vec::new()),
        placement_strategy: Some(Vec::new()),
        service_registries: Some(Vec::new()),
        load_balancers: Some(Vec::new()),
        deployment_configuration: configuration(|c| {
            c.strategy = Some(ecs::DeploymentStrategy::Rolling);
            c.deployment_circuit_breaker = Some(ecs::DeploymentCircuitBreaker {
                enable: Some(false),
                rollback: Some(false),
                ..ecs::DeploymentCircuitBreaker::default()
            });
        }),
        ..world.request("web", 1)
    };
    assert_eq!(refusal(world.create(request).await), "taken");
}

#[tokio::test]
async fn a_clusters_default_strategy_is_followed() {
    let mut world = world().await;
    let snapshot = world.api.snapshot();
    let known = snapshot.clusters.all().next().expect("the cluster");
    let mut cluster = (*known.record).clone();
    cluster.default_capacity_provider_strategy = vec![model::CapacityProviderStrategyItem {
        capacity_provider: "FARGATE_SPOT".to_owned(),
        weight: 1,
        base: 0,
    }];
    let mut plan = Plan::new();
    plan.update(known, cluster);
    world.commit(plan).await;
    let request = ecs::CreateServiceRequest { launch_type: None, ..world.request("web", 1) };
    let service = world.create(request).await.expect("it is made");
    assert_eq!(service.launch_type, None);
    world.settle().await;
    let snapshot = world.api.snapshot();
    let task = snapshot.tasks.all().next().expect("a task");
    assert_eq!(task.capacity_provider.as_deref(), Some("FARGATE_SPOT"));
    assert_eq!(task.platform_version.as_deref(), Some("1.4.0"));
    let groups = &task.interface.as_ref().expect("an interface").security_group_ids;
    assert_eq!(groups.len(), 1, "the default group where none is named");
}

const CHANGE_MISFITS: &[(&str, Update)] = &[
    ("service", |r| r.service.push_str("-1")),
    ("cluster of the ARN", |r| {
        r.service.insert_str(0, "arn:aws:ecs:us-east-1:000000000000:service/other/");
    }),
    ("definition", |r| r.task_definition = Some("web:9".to_owned())),
    ("not for fargate", |r| r.task_definition = Some("other".to_owned())),
    ("count", |r| r.desired_count = Some(5_001)),
    ("port", |r| r.load_balancers = balancer(|b| b.container_port = Some(81))),
    ("grace", |r| r.health_check_grace_period_seconds = Some(5)),
    ("subnet", |r| r.network_configuration = network(&["subnet-1"])),
    ("strategy", |r| r.capacity_provider_strategy = strategy(&["mine"])),
    ("exec", |r| r.enable_execute_command = Some(true)),
    ("percents", |r| {
        r.deployment_configuration = configuration(|c| c.maximum_percent = Some(100));
    }),
];

#[tokio::test]
async fn changes_that_do_not_fit() {
    let mut world = world().await;
    let request = world.request("web", 1);
    world.create(request).await.expect("it is made");
    let before = world.shown("web").await;
    let mut answers = String::new();
    for (what, change) in CHANGE_MISFITS {
        let mut request = ecs::UpdateServiceRequest {
            service: "web".to_owned(),
            ..ecs::UpdateServiceRequest::default()
        };
        change(&mut request);
        let answer = refusal(world.update(request).await);
        answers.push_str(&wrapped(&format!("{what}: {answer}")));
        answers.push('\n');
    }
    assert_eq!(world.shown("web").await, before);
    expect![[r#"
        service: ServiceNotFoundException: Service not found.
        cluster of the ARN: InvalidParameterException: Invalid identifier: Identifier is for
            cluster other. Your cluster is default
        definition: ClientException: TaskDefinition not found.
        not for fargate: InvalidParameterException: Task definition does not support
            launch_type FARGATE.
        count: InvalidParameterException: desiredCount must be between 0 and 5000.
        port: InvalidParameterException: The container web did not have a container port 81
            defined.
        grace: InvalidParameterException: Health check grace period is only valid for services
            configured to use load balancers
        subnet: InvalidParameterException: Error retrieving subnet information for [subnet-1]:
            The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)
        strategy: InvalidParameterException: The specified capacity provider 'mine' was not
            found. Specify a valid name and try again.
        exec: UnsupportedFeatureException: `enableExecuteCommand` is not supported by
            Longshore yet
        percents: InvalidParameterException: Both maximumPercent and minimumHealthyPercent
            cannot be 100 as this will block deployments.
    "#]]
    .assert_eq(&answers);
}
