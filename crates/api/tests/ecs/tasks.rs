//! Tasks: run, described, listed, stopped.

use expect_test::{expect, expect_file};
use model::TaskState;
use serde_json::{Value, json};

use crate::world::{World, check_script, definition, with};

#[test]
fn a_task_is_made_with_everything_decided() {
    let world = World::with_node();
    world.register("web");
    let task = world.run("web");
    assert_eq!(task["lastStatus"], "PROVISIONING");
    assert_eq!(task["desiredStatus"], "RUNNING");
    assert_eq!(task["group"], "family:web");
    assert_eq!((&task["cpu"], &task["memory"]), (&json!("256"), &json!("512")));
    assert_eq!(task["attachments"][0]["type"], "ElasticNetworkInterface");
    let address = &task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"];
    assert!(address.as_str().is_some_and(|address| address.starts_with("172.31.")), "{address}");
    let described = world.ok("DescribeTasks", json!({"tasks": [task["taskArn"]]}));
    assert_eq!(described["tasks"][0], task);
    assert_eq!(world.snapshot().interfaces.len(), 1);
}

#[test]
fn what_cannot_be_run_is_refused() {
    let world = World::with_node();
    world.register("web");
    check_script(expect_file!["scripts/run_task_refused.txt"], |changes| {
        world.refused("RunTask", with(world.run_request("web"), changes))
    });
    assert!(world.snapshot().tasks.is_empty());
}

#[test]
fn tasks_without_room_are_failures() {
    let world = World::with_node();
    world.ok(
        "RegisterTaskDefinition",
        with(definition("web"), json!({"cpu": "1024", "memory": "4096"})),
    );
    let answer = world.ok("RunTask", with(world.run_request("web"), json!({"count": 3})));
    assert_eq!(answer["tasks"].as_array().map(Vec::len), Some(2));
    expect![[r#"[{"reason":"RESOURCE:MEMORY","detail":"RESOURCE:MEMORY on 1 of the nodes"}]"#]]
        .assert_eq(&answer["failures"].to_string());
    assert_eq!(world.snapshot().interfaces.len(), 2);
    // Those that wait for their node hold its room already.
    let answer = world.ok("RunTask", world.run_request("web"));
    assert_eq!(answer["failures"][0]["reason"], "RESOURCE:MEMORY");
}

#[test]
fn a_client_token_does_a_request_once() {
    let world = World::with_node();
    world.register("web");
    let request = with(world.run_request("web"), json!({"clientToken": "t", "count": 2}));
    let first = world.ok("RunTask", request.clone());
    let second = world.ok("RunTask", request.clone());
    assert_eq!(first["tasks"], second["tasks"]);
    assert_eq!(world.snapshot().tasks.len(), 2);
    assert_eq!(
        world.refused("RunTask", with(request, json!({"count": 1}))),
        "ConflictException: The RunTask request could not be processed due to conflicts. The \
         provided clientToken is already in use with a different RunTask request."
    );
}

#[test]
fn tags_and_capacity_providers_are_given_as_asked() {
    let world = World::with_node();
    world.ok(
        "PutClusterCapacityProviders",
        json!({
            "cluster": "default",
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [
                {"capacityProvider": "FARGATE", "base": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 1},
            ],
        }),
    );
    let tags = json!([{"key": "a", "value": "definition"}, {"key": "b", "value": "definition"}]);
    world.ok("RegisterTaskDefinition", with(definition("web"), json!({"tags": tags})));
    let answer = world.ok(
        "RunTask",
        with(
            world.run_request("web"),
            json!({
                "launchType": null,
                "count": 2,
                "propagateTags": "TASK_DEFINITION",
                "enableECSManagedTags": true,
                "tags": [{"key": "a", "value": "task"}],
            }),
        ),
    );
    let provider = |index: usize| answer["tasks"][index]["capacityProviderName"].clone();
    assert_eq!((provider(0), provider(1)), (json!("FARGATE"), json!("FARGATE_SPOT")));
    let tags = json!([
        {"key": "a", "value": "task"},
        {"key": "aws:ecs:clusterName", "value": "default"},
        {"key": "b", "value": "definition"},
    ]);
    assert_eq!(answer["tasks"][0]["tags"], tags);
}

#[test]
fn tasks_are_found_by_every_filter() {
    let world = World::with_node();
    world.register("web");
    world.register("job");
    let web = world.run("web");
    let job = world.ok("RunTask", with(world.run_request("job"), json!({"startedBy": "cron"})));
    let job = &job["tasks"][0];
    world.advance(job["taskArn"].as_str().expect("an ARN"), TaskState::Running);
    let list = |filter: Value| world.ok("ListTasks", filter)["taskArns"].clone();
    assert_eq!(list(json!({})).as_array().map(Vec::len), Some(2));
    assert_eq!(list(json!({"family": "web"})), json!([web["taskArn"]]));
    assert_eq!(list(json!({"startedBy": "cron"})), json!([job["taskArn"]]));
    assert_eq!(list(json!({"desiredStatus": "STOPPED"})), json!([]));
    assert_eq!(list(json!({"desiredStatus": "PENDING"})), json!([]));
    assert_eq!(list(json!({"launchType": "EC2"})), json!([]));
    world.ok("StopTask", json!({"task": job["taskArn"]}));
    assert_eq!(list(json!({"desiredStatus": "STOPPED"})), json!([job["taskArn"]]));
    assert_eq!(list(json!({})), json!([web["taskArn"]]));
    assert_eq!(
        world.refused("ListTasks", json!({"startedBy": "a", "family": "b"})),
        "InvalidParameterException: Cannot specify both startedBy and family. When startedBy is \
         specified it must be the only filter."
    );
    expect!["ServiceNotFoundException: Service not found."]
        .assert_eq(&world.refused("ListTasks", json!({"serviceName": "gone"})));
}

#[test]
fn a_stopped_task_says_who_stopped_it() {
    let world = World::with_node();
    world.register("web");
    let task = world.run("web");
    let arn = task["taskArn"].as_str().expect("an ARN");
    world.advance(arn, TaskState::Running);
    let stopped = world.ok("StopTask", json!({"task": arn, "reason": "enough"}));
    assert_eq!(stopped["task"]["desiredStatus"], "STOPPED");
    assert_eq!(stopped["task"]["lastStatus"], "RUNNING");
    assert_eq!(stopped["task"]["stopCode"], "UserInitiated");
    assert_eq!(stopped["task"]["stoppedReason"], "enough");
    let again = world.ok("StopTask", json!({"task": arn, "reason": "again"}));
    assert_eq!(again["task"]["stoppedReason"], "enough");
    expect!["InvalidParameterException: The referenced task was not found."]
        .assert_eq(&world.refused("StopTask", json!({"task": "gone"})));
    let id = task["taskArn"].as_str().and_then(|arn| arn.rsplit('/').next()).expect("an id");
    let elsewhere = format!("arn:aws:ecs:us-east-1:000000000000:task/other/{id}");
    let described = world.ok("DescribeTasks", json!({"tasks": [id, elsewhere]}));
    assert_eq!(described["tasks"][0]["taskArn"], arn);
    assert_eq!(described["failures"], json!([{"arn": elsewhere, "reason": "MISSING"}]));
}
