//! Scale-in protection: what is protected and until when, and what cannot be.

use aws_api::ecs::{self, Ecs as _};
use expect_test::expect;
use model::DesiredStatus;

use crate::world::{World, refusal, text, wrapped};

fn protect(tasks: &[String], minutes: Option<i32>) -> ecs::UpdateTaskProtectionRequest {
    ecs::UpdateTaskProtectionRequest {
        cluster: "default".to_owned(),
        tasks: tasks.to_vec(),
        protection_enabled: true,
        expires_in_minutes: minutes,
    }
}

/// Each task with the minutes that it is protected for, then what failed.
fn told(
    world: &World,
    tasks: Option<Vec<ecs::ProtectedTask>>,
    failures: Option<Vec<ecs::Failure>>,
) -> String {
    let mut lines = Vec::new();
    for task in tasks.unwrap_or_default() {
        let left = task.expiration_date.map(|end| end.since(world.caller.now).as_secs() / 60);
        lines.push(format!(
            "{} {:?} {left:?}",
            text(task.task_arn.as_ref()),
            task.protection_enabled.expect("it is said"),
        ));
    }
    for failure in failures.unwrap_or_default() {
        lines.push(format!("{} {}", text(failure.arn.as_ref()), text(failure.reason.as_ref())));
    }
    world.mask(&lines.join("\n"))
}

async fn update(world: &World, request: ecs::UpdateTaskProtectionRequest) -> String {
    let answer = world.api.update_task_protection(&world.caller, request).await;
    let answer = answer.expect("an answer");
    told(world, answer.protected_tasks, answer.failures)
}

async fn get(world: &World, tasks: &[String]) -> String {
    let request = ecs::GetTaskProtectionRequest {
        cluster: "default".to_owned(),
        tasks: Some(tasks.to_vec()),
    };
    let answer = world.api.get_task_protection(&world.caller, request).await.expect("an answer");
    told(world, answer.protected_tasks, answer.failures)
}

/// The ids of the tasks that are to run, and that run this definition.
fn running(world: &World, revision: u32) -> Vec<String> {
    let snapshot = world.api.snapshot();
    let is_meant = |task: &model::Task| {
        task.desired_status == DesiredStatus::Running && task.definition.revision == revision
    };
    snapshot.tasks.all().filter(|task| is_meant(task)).map(|task| task.key.id.clone()).collect()
}

async fn settled(count: i32) -> World {
    let mut world = World::new().await;
    let request = world.request("web", count);
    world.create(request).await.expect("it is made");
    world.settle().await;
    world
}

#[tokio::test]
async fn protection_lasts_as_long_as_it_was_asked_for() {
    let mut world = settled(1).await;
    let tasks = running(&world, 1);
    assert_eq!(get(&world, &tasks).await, "task/default/TASK false None");
    let long = update(&world, protect(&tasks, None)).await;
    assert_eq!(long, "task/default/TASK true Some(120)");
    // It begins anew each time, by id or ARN.
    let arn = vec![world.api.snapshot().tasks.all().next().expect("it").arn(), tasks[0].clone()];
    assert_eq!(update(&world, protect(&arn, Some(1))).await, "task/default/TASK true Some(1)");
    world.pass_time(59);
    assert_eq!(get(&world, &tasks).await, "task/default/TASK true Some(0)");
    world.pass_time(1);
    assert_eq!(get(&world, &tasks).await, "task/default/TASK false None");
    update(&world, protect(&tasks, Some(2_880))).await;
    let off =
        ecs::UpdateTaskProtectionRequest { protection_enabled: false, ..protect(&tasks, None) };
    assert_eq!(update(&world, off).await, "task/default/TASK false None");
}

#[tokio::test]
async fn only_a_services_task_that_serves_can_be_protected() {
    let mut world = settled(1).await;
    let run = ecs::RunTaskRequest {
        task_definition: "web:2".to_owned(),
        launch_type: Some(ecs::LaunchType::Fargate),
        network_configuration: Some(world.network()),
        ..ecs::RunTaskRequest::default()
    };
    world.api.run_task(&world.caller, run).await.expect("it runs");
    let mut tasks = running(&world, 2);
    tasks.push("none".to_owned());
    let both = "task/default/TASK TASK_NOT_VALID\ntask/default/none MISSING";
    assert_eq!(update(&world, protect(&tasks, None)).await, both);
    assert_eq!(get(&world, &tasks).await, both);

    let of_service = running(&world, 1);
    world.delete("web", Some(true)).await.expect("it is deleted");
    world.pass().await;
    let told = update(&world, protect(&of_service, None)).await;
    assert_eq!(told, "task/default/TASK TASK_NOT_VALID");
}

#[tokio::test]
async fn nothing_more_is_protected_while_a_deployment_waits_for_protected_tasks() {
    let mut world = settled(2).await;
    let old = running(&world, 1);
    update(&world, protect(&old[..1], Some(10))).await;
    let request = ecs::UpdateServiceRequest {
        service: "web".to_owned(),
        task_definition: Some("web:2".to_owned()),
        ..ecs::UpdateServiceRequest::default()
    };
    world.update(request).await.expect("it is changed");
    world.pass().await;
    // As long as the new tasks come up, the old ones can be protected.
    let told = update(&world, protect(&old[..1], Some(10))).await;
    assert_eq!(told, "task/default/TASK true Some(10)");
    world.settle().await;
    assert_eq!((running(&world, 1).len(), running(&world, 2).len()), (1, 2));
    let told = update(&world, protect(&old[..1], Some(10))).await;
    assert_eq!(told, "task/default/TASK DEPLOYMENT_BLOCKED");
    let off =
        ecs::UpdateTaskProtectionRequest { protection_enabled: false, ..protect(&old[..1], None) };
    assert_eq!(update(&world, off).await, "task/default/TASK false None");
    world.settle().await;
    assert_eq!((running(&world, 1).len(), running(&world, 2).len()), (0, 2));
}

#[tokio::test]
async fn what_is_refused() {
    let world = settled(1).await;
    let many = vec!["x".to_owned(); 11];
    let cases = [
        ("none", protect(&[], None)),
        ("many", protect(&many, None)),
        ("short", protect(&many[..1], Some(0))),
        ("long", protect(&many[..1], Some(2_881))),
        (
            "cluster",
            ecs::UpdateTaskProtectionRequest {
                cluster: "none".to_owned(),
                ..protect(&many[..1], None)
            },
        ),
    ];
    let mut answers = String::new();
    for (what, request) in cases {
        let answer = world.api.update_task_protection(&world.caller, request).await;
        answers.push_str(&wrapped(&format!("{what}: {}", refusal(answer))));
        answers.push('\n');
    }
    let request = ecs::GetTaskProtectionRequest { cluster: "default".to_owned(), tasks: None };
    let answer = world.api.get_task_protection(&world.caller, request).await;
    answers.push_str("get none: ");
    answers.push_str(&refusal(answer));
    answers.push('\n');
    expect![[r#"
        none: InvalidParameterException: Tasks cannot be empty.
        many: InvalidParameterException: Tasks cannot have more than 10 elements.
        short: InvalidParameterException: expiresInMinutes must be between 1 and 2880.
        long: InvalidParameterException: expiresInMinutes must be between 1 and 2880.
        cluster: ClusterNotFoundException: Cluster not found.
        get none: InvalidParameterException: Tasks cannot be empty.
    "#]]
    .assert_eq(&answers);
}
