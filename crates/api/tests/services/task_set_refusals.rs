//! What services under an external controller, and their task sets, refuse.

use aws_api::ecs::{self, Ecs as _};
use expect_test::expect;

use crate::task_sets::{
    CONTROLLER, check, deletion, external, id, make, naming, percent, promote, request, world,
};
use crate::world::{World, load_balancer, refusal, wrapped};

type Create = fn(&mut ecs::CreateServiceRequest);
type Update = fn(&mut ecs::UpdateServiceRequest);
type Make = fn(&mut ecs::CreateTaskSetRequest);

const UNFIT_SERVICES: &[(&str, Create)] = &[
    ("empty definition", |r| r.task_definition = Some(String::new())),
    ("definition", |r| r.task_definition = Some("web:1".to_owned())),
    ("launch type", |r| r.launch_type = Some(ecs::LaunchType::Fargate)),
    ("platform", |r| r.platform_version = Some("LATEST".to_owned())),
    ("network", |r| r.network_configuration = Some(ecs::NetworkConfiguration::default())),
    ("balancer", |r| r.load_balancers = Some(vec![load_balancer("front")])),
    ("strategy", |r| {
        r.capacity_provider_strategy = Some(vec![ecs::CapacityProviderStrategyItem::default()]);
    }),
    ("count", |r| r.desired_count = Some(-1)),
    ("grace", |r| r.health_check_grace_period_seconds = Some(-1)),
    ("breaker", |r| {
        let breaker = ecs::DeploymentCircuitBreaker {
            enable: Some(true),
            ..ecs::DeploymentCircuitBreaker::default()
        };
        r.deployment_configuration = Some(ecs::DeploymentConfiguration {
            deployment_circuit_breaker: Some(breaker),
            ..ecs::DeploymentConfiguration::default()
        });
    }),
    ("blue/green", |r| {
        r.deployment_configuration = Some(ecs::DeploymentConfiguration {
            strategy: Some(ecs::DeploymentStrategy::BlueGreen),
            ..ecs::DeploymentConfiguration::default()
        });
    }),
    ("daemon", |r| r.scheduling_strategy = Some(ecs::SchedulingStrategy::Daemon)),
    ("CodeDeploy", |r| {
        r.deployment_controller = Some(ecs::DeploymentController {
            r#type: Some(ecs::DeploymentControllerType::CodeDeploy),
        });
    }),
];

const UNFIT_CHANGES: &[(&str, Update)] = &[
    ("definition", |r| r.task_definition = Some("web:2".to_owned())),
    ("network", |r| r.network_configuration = Some(ecs::NetworkConfiguration::default())),
    ("balancer", |r| r.load_balancers = Some(Vec::new())),
    ("platform", |r| r.platform_version = Some("LATEST".to_owned())),
    ("strategy", |r| r.capacity_provider_strategy = Some(Vec::new())),
    ("force", |r| r.force_new_deployment = Some(true)),
    ("controller", |r| {
        r.deployment_controller =
            Some(ecs::DeploymentController { r#type: Some(ecs::DeploymentControllerType::Ecs) });
    }),
];

const UNFIT_SETS: &[(&str, Make)] = &[
    ("cluster", |r| r.cluster = String::from("none")),
    ("service", |r| r.service = String::from("none")),
    ("not external", |r| r.service = String::from("own")),
    ("definition", |r| r.task_definition = String::from("none")),
    ("no definition", |r| r.task_definition = String::new()),
    ("no network", |r| r.network_configuration = None),
    ("launch type", |r| r.launch_type = None),
    ("negative scale", |r| r.scale = Some(percent(-1.0))),
    ("scale", |r| r.scale = Some(percent(100.5))),
    ("fine scale", |r| r.scale = Some(percent(33.333_33))),
    ("unused group", |r| r.load_balancers = Some(vec![load_balancer("idle")])),
    ("two groups", |r| {
        let other = ecs::LoadBalancer { container_port: Some(81), ..load_balancer("front") };
        r.load_balancers = Some(vec![load_balancer("front"), other]);
    }),
    ("advanced", |r| {
        let advanced = Some(ecs::AdvancedConfiguration::default());
        let one = ecs::LoadBalancer { advanced_configuration: advanced, ..load_balancer("front") };
        r.load_balancers = Some(vec![one]);
    }),
    ("registries", |r| r.service_registries = Some(vec![ecs::ServiceRegistry::default()])),
];

#[tokio::test]
async fn what_a_service_under_an_external_controller_does_not_take() {
    let mut world = World::new().await;
    let mut answers = Vec::new();
    for (what, change) in UNFIT_SERVICES {
        let mut request = external(1);
        change(&mut request);
        answers.push(wrapped(&format!("{what}: {}", refusal(world.create(request).await))));
    }
    world.create(external(1)).await.expect("it is made");
    for (what, change) in UNFIT_CHANGES {
        let mut request = ecs::UpdateServiceRequest {
            service: "web".to_owned(),
            ..ecs::UpdateServiceRequest::default()
        };
        change(&mut request);
        answers.push(wrapped(&format!("{what}: {}", refusal(world.update(request).await))));
    }
    let request = ecs::UpdateServiceRequest {
        service: "web".to_owned(),
        desired_count: Some(2),
        health_check_grace_period_seconds: Some(30),
        deployment_controller: CONTROLLER,
        ..ecs::UpdateServiceRequest::default()
    };
    let changed = world.update(request).await.expect("it is changed");
    assert_eq!(changed.desired_count, Some(2));
    assert_eq!(changed.health_check_grace_period_seconds, Some(30));
    check(
        &answers.join("\n"),
        &expect![[r#"
            empty definition: InvalidParameterException: Family should not be null or empty.
            definition: InvalidParameterException: TaskDefinition must be null.
            launch type: InvalidParameterException: LaunchType must be null.
            platform: InvalidParameterException: PlatformVersion must be null.
            network: InvalidParameterException: NetworkConfiguration must be null.
            balancer: InvalidParameterException: LoadBalancers must be empty or null.
            strategy: InvalidParameterException: CapacityProviderStrategy must be empty or null.
            count: InvalidParameterException: desiredCount must be between 0 and 5000.
            grace: InvalidParameterException: Health check grace period can not be negative
            breaker: InvalidParameterException: deploymentCircuitBreaker is not supported for
                services with an EXTERNAL deployment controller.
            blue/green: InvalidParameterException: strategy is not supported for services with an
                EXTERNAL deployment controller.
            daemon: UnsupportedFeatureException: `schedulingStrategy` DAEMON is not supported by
                Longshore yet
            CodeDeploy: InvalidParameterException: TaskDefinition can not be blank.
            definition: InvalidParameterException: Unable to update task definition on services
                with an EXTERNAL deployment controller. Create a new task set instead.
            network: InvalidParameterException: Unable to update network parameters on services
                with an EXTERNAL deployment controller. Create a new task set instead.
            balancer: InvalidParameterException: Unable to update load balancers on services with
                an EXTERNAL deployment controller. Create a new task set instead.
            platform: InvalidParameterException: Unable to update platform version on services
                with an EXTERNAL deployment controller. Create a new task set instead.
            strategy: InvalidParameterException: Unable to update capacity provider strategy on
                services with an EXTERNAL deployment controller. Create a new task set instead.
            force: InvalidParameterException: Cannot force a new deployment on services with an
                EXTERNAL deployment controller. Create a new task set instead.
            controller: UnsupportedFeatureException: another `deploymentController` than the
                service was made with is not supported by Longshore yet
        "#]],
    );
}

#[tokio::test]
async fn task_sets_that_do_not_fit() {
    let mut world = world(1).await;
    let own = ecs::CreateServiceRequest { ..world.request("own", 0) };
    world.create(own).await.expect("it is made");
    let mut answers = Vec::new();
    for (what, change) in UNFIT_SETS {
        let mut request = request(&world, "web:1", 10.0);
        change(&mut request);
        let told = refusal(world.api.create_task_set(&world.caller, request).await);
        answers.push(world.mask(&format!("{what}: {told}")));
    }
    assert_eq!(world.api.snapshot().task_sets.len(), 0, "a refused task set is not made");
    for _ in 0..5 {
        make(&mut world, "web:1", 0.0).await;
    }
    let sixth = request(&world, "web:1", 0.0);
    let told = refusal(world.api.create_task_set(&world.caller, sixth).await);
    answers.push(wrapped(&format!("sixth: {told}")));
    check(
        &answers.join("\n"),
        &expect![[r#"
            cluster: ClusterNotFoundException: Cluster not found.
            service: ServiceNotFoundException: Service not found.
            not external: InvalidParameterException: Amazon ECS only supports task set management
                on services configured to use external deployment controllers.
            definition: ClientException: TaskDefinition not found.
            no definition: InvalidParameterException: TaskDefinition can not be blank.
            no network: InvalidParameterException: Network Configuration must be provided when
                networkMode 'awsvpc' is specified.
            launch type: UnsupportedFeatureException: `launchType` EC2 is not supported by
                Longshore yet; say FARGATE
            negative scale: InvalidParameterException: The scale value must be between 0 and 100.
            scale: InvalidParameterException: The scale value must be between 0 and 100.
            fine scale: UnsupportedFeatureException: a `scale.value` of more than four decimal
                places is not supported by Longshore yet
            unused group: InvalidParameterException: The target group with targetGroupArn
                targetgroup/idle/0123456789abcdef does not have an associated load balancer.
            two groups: InvalidParameterException: Multiple target groups are not supported for
                services with an EXTERNAL deployment controller.
            advanced: InvalidParameterException: advancedConfiguration field is not allowed for
                services with an EXTERNAL deployment controller.
            registries: UnsupportedFeatureException: `serviceRegistries` is not supported by
                Longshore yet
            sixth: InvalidParameterException: 5 deployments exist on the service. Unable to create
                new TaskSet since this exceeds the maximum limit.
        "#]],
    );
}

#[tokio::test]
async fn what_cannot_be_done_to_a_task_set() {
    let mut world = world(1).await;
    let primary = make(&mut world, "web:1", 0.0).await;
    promote(&mut world, &id(&primary)).await;
    let scaled = make(&mut world, "web:2", 100.0).await;
    let mut answers = Vec::new();
    for (what, set) in [("primary", &id(&primary)), ("scaled", &id(&scaled))] {
        let told = world.api.delete_task_set(&world.caller, deletion(set, None)).await;
        answers.push(format!("delete {what}: {}", refusal(told)));
    }
    let told = world.api.delete_task_set(&world.caller, deletion("ecs-svc/1", None)).await;
    answers.push(format!("delete none: {}", refusal(told)));
    world.settle().await;
    let forced = deletion(&id(&primary), Some(true));
    answers.push(format!(
        "delete primary by force: {}",
        refusal(world.api.delete_task_set(&world.caller, forced).await)
    ));
    let forced = deletion(&id(&scaled), Some(true));
    world.api.delete_task_set(&world.caller, forced).await.expect("it is deleted");
    let unscaled = ecs::UpdateTaskSetRequest {
        cluster: "default".to_owned(),
        service: "web".to_owned(),
        task_set: id(&scaled),
        scale: ecs::Scale::default(),
    };
    let told = world.api.update_task_set(&world.caller, unscaled.clone()).await;
    answers.push(format!("scale by nothing: {}", refusal(told)));
    let draining = ecs::UpdateTaskSetRequest { scale: percent(1.0), ..unscaled };
    let told = world.api.update_task_set(&world.caller, draining).await;
    answers.push(format!("scale what drains: {}", refusal(told)));
    world.settle().await;
    let service = world.describe("web").await.services.expect("a list").remove(0);
    assert_eq!((service.task_sets, service.task_definition), (Some(Vec::new()), None));
    world.delete("web", Some(true)).await.expect("it is deleted");
    let told = world.api.describe_task_sets(&world.caller, naming(&[])).await;
    answers.push(format!("of a draining service: {}", refusal(told)));
    check(
        &wrapped(&answers.join("\n")),
        &expect![[r#"
            delete primary: InvalidParameterException: Primary TaskSet cannot be deleted
            delete scaled: InvalidParameterException: The TaskSet cannot be deleted while it is
                scaled above 0.
            delete none: TaskSetNotFoundException: The specified task set was not found.
            delete primary by force: taken
            scale by nothing: InvalidParameterException: The scale value can not be null.
            scale what drains: InvalidParameterException: The specified task set is DRAINING.
            of a draining service: ServiceNotActiveException: Service was not ACTIVE.
        "#]],
    );
}
