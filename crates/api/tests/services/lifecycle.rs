//! A service from its creation to its end, as `DescribeServices` shows it.

use aws_api::ecs::{self, Ecs as _};
use expect_test::{Expect, expect};

use crate::world::{World, is_stable, load_balancer, refusal};

type Change = Box<dyn FnOnce(&mut ecs::UpdateServiceRequest)>;

async fn check(world: &World, expected: Expect) {
    expected.assert_eq(&world.shown("web").await);
}

fn update(change: impl FnOnce(&mut ecs::UpdateServiceRequest)) -> ecs::UpdateServiceRequest {
    let mut request = ecs::UpdateServiceRequest {
        service: "web".to_owned(),
        ..ecs::UpdateServiceRequest::default()
    };
    change(&mut request);
    request
}

async fn settled(count: i32) -> World {
    let mut world = World::new().await;
    let mut request = world.request("web", count);
    request.load_balancers = Some(vec![load_balancer("front")]);
    world.create(request).await.expect("it is made");
    world.settle().await;
    world
}

#[tokio::test]
async fn a_service_is_made_and_becomes_steady() {
    let mut world = World::new().await;
    let mut request = world.request("web", 2);
    request.load_balancers = Some(vec![load_balancer("front")]);
    world.create(request).await.expect("it is made");
    check(
        &world,
        expect![[r#"
        web ACTIVE desired=2 running=0 pending=0 task-definition/web:1
          PRIMARY task-definition/web:1 desired=2 running=0 pending=0 IN_PROGRESS ECS
              deployment ecs-svc/r1 in progress.
          service-revision/default/web/r1 requested=2 running=0 pending=0
          service-deployment/default/web/d1
    "#]],
    )
    .await;
    assert_eq!(is_stable(&world.describe("web").await), Some(false));

    world.pass().await;
    check(
        &world,
        expect![[r#"
        web ACTIVE desired=2 running=0 pending=2 task-definition/web:1
          PRIMARY task-definition/web:1 desired=2 running=0 pending=2 IN_PROGRESS ECS
              deployment ecs-svc/r1 in progress.
          service-revision/default/web/r1 requested=2 running=0 pending=2
          service-deployment/default/web/d1
          "(service web) has started 2 tasks: (task TASK) (task TASK)."
    "#]],
    )
    .await;

    world.settle().await;
    check(
        &world,
        expect![[r#"
        web ACTIVE desired=2 running=2 pending=0 task-definition/web:1
          PRIMARY task-definition/web:1 desired=2 running=2 pending=0 COMPLETED ECS deployment
              ecs-svc/r1 completed.
          service-revision/default/web/r1 requested=2 running=2 pending=0
          service-deployment/default/web/d1
          "(service web) has reached a steady state."
          "(service web) (deployment ecs-svc/r1) deployment completed."
          "(service web) registered 2 targets in (target-group
              targetgroup/front/0123456789abcdef)"
          "(service web) has started 2 tasks: (task TASK) (task TASK)."
    "#]],
    )
    .await;
    assert_eq!(is_stable(&world.describe("web").await), Some(true));
}

#[tokio::test]
async fn another_definition_begins_a_deployment_beside_the_old() {
    let mut world = settled(2).await;
    let request = update(|request| request.task_definition = Some("web".to_owned()));
    world.update(request).await.expect("it is changed");
    world.pass().await;
    check(
        &world,
        expect![[r#"
        web ACTIVE desired=2 running=2 pending=2 task-definition/web:2
          PRIMARY task-definition/web:2 desired=2 running=0 pending=2 IN_PROGRESS ECS
              deployment ecs-svc/r2 in progress.
          ACTIVE task-definition/web:1 desired=2 running=2 pending=0 COMPLETED ECS deployment
              ecs-svc/r1 completed.
          service-revision/default/web/r2 requested=2 running=0 pending=2
          service-revision/default/web/r1 requested=2 running=2 pending=0
          service-deployment/default/web/d2
          "(service web) has started 2 tasks: (task TASK) (task TASK)."
          "(service web) has reached a steady state."
          "(service web) (deployment ecs-svc/r1) deployment completed."
          "(service web) registered 2 targets in (target-group
              targetgroup/front/0123456789abcdef)"
          "(service web) has started 2 tasks: (task TASK) (task TASK)."
    "#]],
    )
    .await;

    world.settle().await;
    let shown = world.shown("web").await;
    let lines: Vec<&str> = shown.lines().take(3).collect();
    expect![[r#"
        web ACTIVE desired=2 running=2 pending=0 task-definition/web:2
          PRIMARY task-definition/web:2 desired=2 running=2 pending=0 COMPLETED ECS deployment
              ecs-svc/r2 completed."#]]
    .assert_eq(&lines.join("\n"));
    assert_eq!(is_stable(&world.describe("web").await), Some(true));
}

#[tokio::test]
async fn only_what_changes_tasks_begins_a_deployment() {
    let mut world = settled(1).await;
    let network = world.network();
    let mut deployments = Vec::new();
    let changes: [(&str, Change); 9] = [
        ("count", Box::new(|r| r.desired_count = Some(2))),
        ("same definition", Box::new(|r| r.task_definition = Some("web:1".to_owned()))),
        ("same network", Box::new(|r| r.network_configuration = Some(network))),
        ("grace", Box::new(|r| r.health_check_grace_period_seconds = Some(9))),
        ("tags", Box::new(|r| r.enable_ecs_managed_tags = Some(true))),
        ("force", Box::new(|r| r.force_new_deployment = Some(true))),
        ("platform", Box::new(|r| r.platform_version = Some("1.4.0".to_owned()))),
        ("no balancer", Box::new(|r| r.load_balancers = Some(Vec::new()))),
        (
            "strategy",
            Box::new(|r| {
                r.capacity_provider_strategy = Some(vec![ecs::CapacityProviderStrategyItem {
                    capacity_provider: Some("FARGATE_SPOT".to_owned()),
                    weight: Some(1),
                    base: None,
                }]);
            }),
        ),
    ];
    for (what, change) in changes {
        let service = world.update(update(change)).await.expect(what);
        let current = service.current_service_deployment.unwrap_or_default();
        deployments.push(format!("{what}: {}", world.mask(&current)));
    }
    expect![[r#"
        count: service-deployment/default/web/d1
        same definition: service-deployment/default/web/d1
        same network: service-deployment/default/web/d1
        grace: service-deployment/default/web/d1
        tags: service-deployment/default/web/d1
        force: service-deployment/default/web/d2
        platform: service-deployment/default/web/d3
        no balancer: service-deployment/default/web/d4
        strategy: service-deployment/default/web/d5"#]]
    .assert_eq(&deployments.join("\n"));
    let service = world.describe("web").await.services.expect("a list").remove(0);
    assert_eq!(service.launch_type, None);
    assert_eq!(service.health_check_grace_period_seconds, None);
    assert_eq!(service.platform_version.as_deref(), Some("1.4.0"));
}

#[tokio::test]
async fn a_deleted_service_drains_and_becomes_inactive() {
    let mut world = settled(1).await;
    let refused = refusal(world.delete("web", None).await);
    expect!["InvalidParameterException: The service cannot be stopped while it is scaled above 0."]
        .assert_eq(&refused);
    expect![[r#"
        web DRAINING desired=0 running=1 pending=0 task-definition/web:1
          PRIMARY task-definition/web:1 desired=0 running=1 pending=0 COMPLETED ECS deployment
              ecs-svc/r1 completed.
          service-revision/default/web/r1 requested=0 running=1 pending=0
          service-deployment/default/web/d1
          "(service web) has reached a steady state."
          "(service web) (deployment ecs-svc/r1) deployment completed."
          "(service web) registered 1 targets in (target-group
              targetgroup/front/0123456789abcdef)"
          "(service web) has started 1 tasks: (task TASK)."
    "#]]
    .assert_eq(&world.delete("web", Some(true)).await.expect("it drains"));
    // Once more is the same.
    assert!(world.delete("web", Some(true)).await.expect("it drains").starts_with("web DRAINING"));
    assert_eq!(is_stable(&world.describe("web").await), None);
    let request = world.request("web", 1);
    expect!["InvalidParameterException: Unable to Start a service that is still Draining."]
        .assert_eq(&refusal(world.create(request.clone()).await));

    world.settle().await;
    check(
        &world,
        expect![[r#"
        web INACTIVE desired=0 running=0 pending=0 task-definition/web:1
          service-deployment/default/web/d1
          "(service web) has stopped 1 running tasks: (task TASK)."
          "(service web) has reached a steady state."
          "(service web) (deployment ecs-svc/r1) deployment completed."
          "(service web) registered 1 targets in (target-group
              targetgroup/front/0123456789abcdef)"
          "(service web) has started 1 tasks: (task TASK)."
    "#]],
    )
    .await;
    expect!["ServiceNotFoundException: Service not found."]
        .assert_eq(&refusal(world.delete("web", Some(true)).await));
    expect!["ServiceNotActiveException: Service was not ACTIVE."]
        .assert_eq(&refusal(world.update(update(|_| {})).await));

    world.create(request).await.expect("the name is free again");
    let listed = ecs::ListServiceDeploymentsRequest {
        service: "web".to_owned(),
        ..ecs::ListServiceDeploymentsRequest::default()
    };
    let listed = world.api.list_service_deployments(&world.caller, listed).await;
    assert_eq!(listed.expect("a list").service_deployments.map(|all| all.len()), Some(1));
    world.settle().await;
    assert_eq!(is_stable(&world.describe("web").await), Some(true));
}

#[tokio::test]
async fn a_client_token_makes_one_service() {
    let mut world = World::new().await;
    let mut request = world.request("web", 1);
    request.client_token = Some("once".to_owned());
    let first = world.create(request.clone()).await.expect("it is made");
    let again = world.create(request.clone()).await.expect("it is answered again");
    assert_eq!(first.current_service_deployment, again.current_service_deployment);
    request.desired_count = Some(2);
    expect!["InvalidParameterException: Creation of service was not idempotent."]
        .assert_eq(&refusal(world.create(request.clone()).await));
    request.client_token = None;
    expect!["InvalidParameterException: Creation of service was not idempotent."]
        .assert_eq(&refusal(world.create(request).await));
}

#[tokio::test]
async fn services_are_listed_in_pages() {
    let mut world = World::new().await;
    for name in ["a", "b", "c", "gone"] {
        let request = world.request(name, 0);
        world.create(request).await.expect("it is made");
    }
    world.delete("gone", None).await.expect("it drains");
    let list = |token: Option<String>, launch_type: Option<ecs::LaunchType>| {
        let request = ecs::ListServicesRequest {
            next_token: token,
            max_results: Some(2),
            launch_type,
            ..ecs::ListServicesRequest::default()
        };
        world.api.list_services(&world.caller, request)
    };
    let first = list(None, None).await.expect("a page");
    let second = list(first.next_token.clone(), None).await.expect("a page");
    let names = [first.service_arns, second.service_arns].map(Option::unwrap_or_default).concat();
    expect!["service/default/a service/default/b service/default/c"]
        .assert_eq(&world.mask(&names.join(" ")));
    assert_eq!(second.next_token, None);
    let of_ec2 = list(None, Some(ecs::LaunchType::Ec2)).await.expect("a page");
    assert_eq!(of_ec2.service_arns, Some(Vec::new()));
    expect!["InvalidParameterException: Invalid token."]
        .assert_eq(&refusal(list(Some("?".to_owned()), None).await));
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    let mut world = World::new().await;
    let mut request = world.request("web", 0);
    let tag = ecs::Tag { key: Some("team".to_owned()), value: Some("a".to_owned()) };
    request.tags = Some(vec![tag.clone()]);
    world.create(request).await.expect("it is made");
    let named = [
        "none",
        "arn:aws:ecs:us-east-1:000000000000:service/web",
        "arn:aws:ecs:us-east-1:000000000000:service/default/web",
        "arn:aws:ecs:eu-west-1:000000000000:service/default/web",
    ];
    let request = ecs::DescribeServicesRequest {
        services: named.map(str::to_owned).to_vec(),
        include: Some(vec![ecs::ServiceField::Tags]),
        ..ecs::DescribeServicesRequest::default()
    };
    let response = world.api.describe_services(&world.caller, request).await.expect("an answer");
    let services = response.services.unwrap_or_default();
    assert_eq!(services.len(), 2);
    let tags = services[0].tags.as_deref().unwrap_or_default();
    assert_eq!(tags.first().and_then(|tag| tag.key.as_deref()), Some("team"));
    let failures: Vec<String> = response
        .failures
        .unwrap_or_default()
        .iter()
        .map(|failure| {
            let (arn, reason) = (failure.arn.as_deref(), failure.reason.as_deref());
            format!("{} {}", arn.unwrap_or("-"), reason.unwrap_or("-"))
        })
        .collect();
    expect![[r#"
        service/default/none MISSING
        arn:aws:ecs:eu-west-1:000000000000:service/default/web MISSING"#]]
    .assert_eq(&world.mask(&failures.join("\n")));
}
