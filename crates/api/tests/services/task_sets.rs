//! Services under an external controller, and their task sets.

use aws_api::ecs::{self, Ecs as _};
use expect_test::{Expect, expect};

use crate::world::{World, load_balancer, refusal, text};

pub(crate) const CONTROLLER: Option<ecs::DeploymentController> =
    Some(ecs::DeploymentController { r#type: Some(ecs::DeploymentControllerType::External) });

pub(crate) fn external(count: i32) -> ecs::CreateServiceRequest {
    ecs::CreateServiceRequest {
        service_name: "web".to_owned(),
        desired_count: Some(count),
        deployment_controller: CONTROLLER,
        ..ecs::CreateServiceRequest::default()
    }
}

pub(crate) async fn world(count: i32) -> World {
    let mut world = World::new().await;
    world.create(external(count)).await.expect("it is made");
    world
}

pub(crate) fn percent(value: f64) -> ecs::Scale {
    ecs::Scale { value: Some(value), unit: Some(ecs::ScaleUnit::Percent) }
}

pub(crate) fn request(world: &World, definition: &str, scale: f64) -> ecs::CreateTaskSetRequest {
    ecs::CreateTaskSetRequest {
        cluster: "default".to_owned(),
        service: "web".to_owned(),
        task_definition: definition.to_owned(),
        launch_type: Some(ecs::LaunchType::Fargate),
        network_configuration: Some(world.network()),
        load_balancers: Some(vec![load_balancer("front")]),
        scale: Some(percent(scale)),
        ..ecs::CreateTaskSetRequest::default()
    }
}

pub(crate) async fn make(world: &mut World, definition: &str, scale: f64) -> ecs::TaskSet {
    world.pass_time(1);
    let request = request(world, definition, scale);
    let answer = world.api.create_task_set(&world.caller, request).await.expect("it is made");
    answer.task_set.expect("an answer has the task set")
}

async fn scale(world: &mut World, id: &str, value: f64) -> ecs::TaskSet {
    world.pass_time(1);
    let request = ecs::UpdateTaskSetRequest {
        cluster: "default".to_owned(),
        service: "web".to_owned(),
        task_set: id.to_owned(),
        scale: percent(value),
    };
    let answer = world.api.update_task_set(&world.caller, request).await.expect("it is changed");
    answer.task_set.expect("an answer has the task set")
}

pub(crate) async fn promote(world: &mut World, id: &str) -> ecs::TaskSet {
    world.pass_time(1);
    let request = ecs::UpdateServicePrimaryTaskSetRequest {
        cluster: "default".to_owned(),
        service: "web".to_owned(),
        primary_task_set: id.to_owned(),
    };
    let answer = world.api.update_service_primary_task_set(&world.caller, request).await;
    answer.expect("it is promoted").task_set.expect("an answer has the task set")
}

pub(crate) fn deletion(id: &str, force: Option<bool>) -> ecs::DeleteTaskSetRequest {
    ecs::DeleteTaskSetRequest {
        cluster: "default".to_owned(),
        service: "web".to_owned(),
        task_set: id.to_owned(),
        force,
    }
}

pub(crate) fn naming(sets: &[&str]) -> ecs::DescribeTaskSetsRequest {
    ecs::DescribeTaskSetsRequest {
        cluster: "default".to_owned(),
        service: "web".to_owned(),
        task_sets: Some(sets.iter().map(|id| (*id).to_owned()).collect()),
        include: None,
    }
}

async fn described(world: &World, sets: &[&str]) -> String {
    let answer = world.api.describe_task_sets(&world.caller, naming(sets)).await;
    let answer = answer.expect("an answer");
    let mut lines: Vec<String> =
        answer.task_sets.unwrap_or_default().iter().map(|set| line(world, set)).collect();
    for failure in answer.failures.unwrap_or_default() {
        lines.push(format!("{} {}", text(failure.arn.as_ref()), text(failure.reason.as_ref())));
    }
    world.mask(&lines.join("\n"))
}

fn line(world: &World, set: &ecs::TaskSet) -> String {
    let since = set.stability_status_at.map(|at| world.caller.now.since(at).as_secs());
    let scale = set.scale.as_ref().and_then(|scale| scale.value).unwrap_or(-1.0);
    world.mask(&format!(
        "{} {} {} scale={scale} computed={} running={} pending={} {} for {}",
        text(set.id.as_ref()),
        text(set.status.as_ref()),
        text(set.task_definition.as_ref()),
        set.computed_desired_count.unwrap_or(-1),
        set.running_count.unwrap_or(-1),
        set.pending_count.unwrap_or(-1),
        set.stability_status.map_or("-", ecs::StabilityStatus::as_str),
        since.unwrap_or(u64::MAX),
    ))
}

pub(crate) fn check(told: &str, expected: &Expect) {
    expected.assert_eq(&format!("{told}\n"));
}

pub(crate) fn id(set: &ecs::TaskSet) -> String {
    set.id.clone().expect("it has an id")
}

#[tokio::test]
async fn a_service_has_the_task_sets_that_are_made_of_it() {
    let mut world = world(3).await;
    world.settle().await;
    check(
        &world.shown("web").await,
        &expect![[r#"
        web ACTIVE desired=3 running=0 pending=0 -
          -

    "#]],
    );
    let blue = make(&mut world, "web:1", 100.0).await;
    check(
        &line(&world, &blue),
        &expect![[r#"
        ecs-svc/r1 ACTIVE task-definition/web:1 scale=100 computed=3 running=0 pending=0
            STABILIZING for 0
    "#]],
    );
    world.settle().await;
    world.pass_time(5);
    promote(&mut world, &id(&blue)).await;
    let green = make(&mut world, "web:2", 10.0).await;
    world.pass().await;
    check(
        &described(&world, &[]).await,
        &expect![[r#"
        ecs-svc/r2 ACTIVE task-definition/web:2 scale=10 computed=1 running=0 pending=1
            STABILIZING for 0
        ecs-svc/r1 PRIMARY task-definition/web:1 scale=100 computed=3 running=3 pending=0
            STEADY_STATE for 7
    "#]],
    );
    world.settle().await;
    check(
        &described(&world, &[]).await,
        &expect![[r#"
        ecs-svc/r2 ACTIVE task-definition/web:2 scale=10 computed=1 running=1 pending=0
            STEADY_STATE for 0
        ecs-svc/r1 PRIMARY task-definition/web:1 scale=100 computed=3 running=3 pending=0
            STEADY_STATE for 7
    "#]],
    );
    // It is stabilizing from the moment that it is asked for more.
    let more = scale(&mut world, &id(&green), 100.0).await;
    check(
        &line(&world, &more),
        &expect![[r#"
        ecs-svc/r2 ACTIVE task-definition/web:2 scale=100 computed=3 running=1 pending=0
            STABILIZING for 0
    "#]],
    );
}

#[tokio::test]
async fn a_service_goes_from_one_task_set_to_another() {
    let mut world = world(2).await;
    let blue = make(&mut world, "web:1", 100.0).await;
    promote(&mut world, &id(&blue)).await;
    let green = make(&mut world, "web:2", 100.0).await;
    world.settle().await;
    let primary = promote(&mut world, &id(&green)).await;
    check(
        &line(&world, &primary),
        &expect![[r#"
        ecs-svc/r2 PRIMARY task-definition/web:2 scale=100 computed=2 running=2 pending=0
            STEADY_STATE for 1
    "#]],
    );
    let delete = world.api.delete_task_set(&world.caller, deletion(&id(&blue), Some(true))).await;
    let deleted = delete.expect("it is deleted").task_set.expect("an answer has the task set");
    check(
        &line(&world, &deleted),
        &expect![[r#"
        ecs-svc/r1 DRAINING task-definition/web:1 scale=0 computed=0 running=2 pending=0
            STABILIZING for 0
    "#]],
    );
    world.pass().await;
    check(
        &described(&world, &[]).await,
        &expect![[r#"
        ecs-svc/r2 PRIMARY task-definition/web:2 scale=100 computed=2 running=2 pending=0
            STEADY_STATE for 1
        ecs-svc/r1 DRAINING task-definition/web:1 scale=0 computed=0 running=0 pending=0
            STEADY_STATE for 0
    "#]],
    );
    world.settle().await;
    check(
        &described(&world, &[&id(&blue), &id(&green)]).await,
        &expect![[r#"
        ecs-svc/r2 PRIMARY task-definition/web:2 scale=100 computed=2 running=2 pending=0
            STEADY_STATE for 1
        ecs-svc/r1 MISSING
    "#]],
    );
    check(
        &world.shown("web").await,
        &expect![[r#"
        web ACTIVE desired=2 running=2 pending=0 task-definition/web:2
          -
          "(service web) has reached a steady state."
          "(service web, taskSet ecs-svc/r1) has begun draining connections on 2 tasks: (task
              TASK) (task TASK)."
          "(service web) has reached a steady state."
          "(service web) registered 4 targets in (target-group
              targetgroup/front/0123456789abcdef)"
          "(service web, taskSet ecs-svc/r2) has started 2 tasks: (task TASK) (task TASK)."
          "(service web, taskSet ecs-svc/r1) has started 2 tasks: (task TASK) (task TASK)."

    "#]],
    );
}

#[tokio::test]
async fn a_service_shows_its_task_sets_and_what_its_primary_is() {
    let mut world = world(1).await;
    let set = make(&mut world, "web:1", 100.0).await;
    world.settle().await;
    let service = |response: ecs::DescribeServicesResponse| {
        response.services.and_then(|services| services.into_iter().next()).expect("the service")
    };
    let before = service(world.describe("web").await);
    assert_eq!((before.task_definition, before.launch_type), (None, None));
    assert_eq!(before.load_balancers, None);
    assert_eq!(before.task_sets.as_ref().map(Vec::len), Some(1));
    assert_eq!(before.deployments, Some(Vec::new()));
    assert_eq!(before.deployment_controller, CONTROLLER);
    promote(&mut world, &id(&set)).await;
    let after = service(world.describe("web").await);
    assert!(after.task_definition.is_some_and(|arn| arn.ends_with("web:1")));
    assert_eq!(after.load_balancers, Some(vec![load_balancer("front")]));
    let sets = after.task_sets.unwrap_or_default();
    assert_eq!(sets[0].status.as_deref(), Some("PRIMARY"));
    assert_eq!(sets[0].load_balancers, Some(vec![load_balancer("front")]));
    assert_eq!(sets[0].platform_version.as_deref(), Some("1.4.0"));
    assert_eq!(sets[0].started_by, None);
}

#[tokio::test]
async fn its_tasks_are_started_by_the_task_set() {
    let mut world = world(2).await;
    let set = make(&mut world, "web:1", 50.0).await;
    world.settle().await;
    let list =
        ecs::ListTasksRequest { started_by: set.id.clone(), ..ecs::ListTasksRequest::default() };
    let tasks = world.api.list_tasks(&world.caller, list).await.expect("a list");
    assert_eq!(tasks.task_arns.map(|arns| arns.len()), Some(1));
}

#[tokio::test]
async fn a_client_token_makes_one_task_set() {
    let mut world = world(1).await;
    let token = Some("once".to_owned());
    let first = ecs::CreateTaskSetRequest {
        client_token: token.clone(),
        external_id: Some("theirs".to_owned()),
        ..request(&world, "web:1", 0.0)
    };
    let made = world.api.create_task_set(&world.caller, first.clone()).await.expect("it is made");
    world.pass_time(1);
    let again = world.api.create_task_set(&world.caller, first).await.expect("it is there");
    let [made, again] = [made, again].map(|answer| answer.task_set.expect("the task set"));
    assert_eq!((&made.id, &made.external_id), (&again.id, &Some("theirs".to_owned())));
    let other = ecs::CreateTaskSetRequest { client_token: token, ..request(&world, "web:2", 0.0) };
    let told = refusal(world.api.create_task_set(&world.caller, other).await);
    check(
        &told,
        &expect![[r#"
        InvalidParameterException: Creation of task set was not idempotent.
    "#]],
    );
    world.delete("web", Some(true)).await.expect("it is deleted");
}

#[tokio::test]
async fn a_task_set_has_tags() {
    let mut world = world(1).await;
    let tag = |key: &str| ecs::Tag { key: Some(key.to_owned()), value: Some("1".to_owned()) };
    let request =
        ecs::CreateTaskSetRequest { tags: Some(vec![tag("a")]), ..request(&world, "web:1", 0.0) };
    let made = world.api.create_task_set(&world.caller, request).await.expect("it is made");
    let made = made.task_set.expect("the task set");
    assert_eq!(made.tags, Some(vec![tag("a")]));
    let arn = made.task_set_arn.clone().expect("an ARN");
    let more = ecs::TagResourceRequest { resource_arn: arn.clone(), tags: vec![tag("b")] };
    world.api.tag_resource(&world.caller, more).await.expect("it is tagged");
    world.pass_time(1);
    let asked = ecs::DescribeTaskSetsRequest {
        include: Some(vec![ecs::TaskSetField::Tags]),
        ..naming(&[&arn])
    };
    let answer = world.api.describe_task_sets(&world.caller, asked).await.expect("an answer");
    let tags = answer.task_sets.and_then(|sets| sets.into_iter().next()).and_then(|set| set.tags);
    assert_eq!(tags, Some(vec![tag("a"), tag("b")]));
    let plain = world.api.describe_task_sets(&world.caller, naming(&[])).await.expect("an answer");
    assert_eq!(plain.task_sets.expect("a list")[0].tags, None);
}
