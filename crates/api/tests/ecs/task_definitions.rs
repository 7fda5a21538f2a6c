//! Task definitions: what is taken, what is refused and how, and how revisions count.

use expect_test::{expect, expect_file};
use serde_json::{Value, json};

use crate::world::{World, check_script, definition, with};

#[test]
fn everything_that_is_taken_is_shown_again() {
    let world = World::new();
    let (container, init) = (container_with_everything(), init_container());
    let input = with(
        definition("web"),
        json!({
            "containerDefinitions": [container, init],
            "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            "tags": [{"key": "team", "value": "web"}],
        }),
    );
    let made = world.ok("RegisterTaskDefinition", input.clone());
    let definition = &made["taskDefinition"];
    for field in ["containerDefinitions", "runtimePlatform", "cpu", "memory", "networkMode"] {
        assert_eq!(definition[field], input[field], "{field}");
    }
    assert_eq!(made["tags"], input["tags"]);
    assert_eq!(definition["compatibilities"], json!(["EC2", "FARGATE"]));
    let described = world.ok(
        "DescribeTaskDefinition",
        json!({"taskDefinition": definition["taskDefinitionArn"], "include": ["TAGS"]}),
    );
    assert_eq!(described, made);
}

#[test]
fn what_is_left_out_has_its_default() {
    let world = World::new();
    let input = with(
        definition("web"),
        json!({
            "cpu": ".25 vCPU",
            "memory": "0.5 GB",
            "containerDefinitions": [{
                "name": "app",
                "image": "web:1",
                "portMappings": [{"containerPort": 80}],
                "healthCheck": {"command": ["CMD", "true"]},
            }],
        }),
    );
    let made = world.ok("RegisterTaskDefinition", input);
    let check = json!({"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3});
    let expected = json!([{
        "name": "app",
        "image": "web:1",
        "cpu": 0,
        "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
        "essential": true,
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "healthCheck": check,
        "systemControls": [],
    }]);
    assert_eq!(made["taskDefinition"]["containerDefinitions"], expected);
    assert_eq!(made["taskDefinition"]["cpu"], "256");
    assert_eq!(made["taskDefinition"]["memory"], "512");
}

#[test]
fn a_revision_is_never_given_twice() {
    let world = World::new();
    let revision = |answer: Value| answer["taskDefinition"]["revision"].clone();
    assert_eq!(revision(world.register("web")), 1);
    assert_eq!(revision(world.register("web")), 2);
    assert_eq!(revision(world.register("web-2")), 1);
    let latest = world.ok("DescribeTaskDefinition", json!({"taskDefinition": "web"}));
    assert_eq!(revision(latest), 2);
    world.ok("DeregisterTaskDefinition", json!({"taskDefinition": "web:2"}));
    let latest = world.ok("DescribeTaskDefinition", json!({"taskDefinition": "web"}));
    assert_eq!(revision(latest), 1);
    assert_eq!(revision(world.register("web")), 3);
}

#[test]
fn a_definition_that_cannot_be_is_refused() {
    let world = World::new();
    check_script(expect_file!["scripts/definitions_refused.txt"], |changes| {
        world.refused("RegisterTaskDefinition", with(definition("web"), changes))
    });
    assert!(world.snapshot().task_definitions.is_empty());
}

#[test]
fn a_container_that_cannot_be_is_refused() {
    let world = World::new();
    check_script(expect_file!["scripts/containers_refused.txt"], |changes| {
        let container = with(json!({"name": "app", "image": "web:1"}), changes);
        let changes = json!({"containerDefinitions": [container]});
        world.refused("RegisterTaskDefinition", with(definition("web"), changes))
    });
    assert!(world.snapshot().task_definitions.is_empty());
}

#[test]
fn definitions_are_listed_by_family_and_revision() {
    let world = World::new();
    for family in ["web", "web", "web-2", "job"] {
        world.register(family);
    }
    world.ok("DeregisterTaskDefinition", json!({"taskDefinition": "job:1"}));
    let list = |input: Value| {
        let answer = world.ok("ListTaskDefinitions", input);
        let arns = answer["taskDefinitionArns"].as_array().expect("a list").clone();
        let names = arns.iter().filter_map(|arn| arn.as_str()?.rsplit('/').next());
        names.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list(json!({})), "web:1 web:2 web-2:1");
    assert_eq!(list(json!({"sort": "DESC"})), "web-2:1 web:2 web:1");
    assert_eq!(list(json!({"familyPrefix": "web"})), "web:1 web:2");
    assert_eq!(list(json!({"status": "INACTIVE"})), "job:1");
    let families =
        |input: Value| world.ok("ListTaskDefinitionFamilies", input)["families"].to_string();
    assert_eq!(families(json!({})), r#"["job","web","web-2"]"#);
    assert_eq!(families(json!({"status": "ACTIVE"})), r#"["web","web-2"]"#);
    assert_eq!(families(json!({"status": "INACTIVE"})), r#"["job"]"#);
    assert_eq!(families(json!({"familyPrefix": "web-"})), r#"["web-2"]"#);
}

#[test]
fn only_an_inactive_definition_is_deleted() {
    let world = World::with_node();
    for family in ["web", "web"] {
        world.register(family);
    }
    world.ok("DeregisterTaskDefinition", json!({"taskDefinition": "web:1"}));
    let given = json!({"taskDefinitions": ["web:1", "web:1", "web:2", "web:3", "web"]});
    let answer = world.ok("DeleteTaskDefinitions", given);
    assert_eq!(answer["taskDefinitions"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
    let failures = answer["failures"].as_array().expect("a list");
    let lines: Vec<String> = failures
        .iter()
        .map(|failure| format!("{}: {}\n", failure["arn"], failure["reason"]))
        .collect();
    expect_file!["scripts/delete_failures.txt"].assert_eq(&lines.concat());
    expect!["ClientException: TaskDefinition is inactive"]
        .assert_eq(&world.refused("RunTask", with(world.run_request("web:1"), json!({}))));
}

fn container_with_everything() -> Value {
    json!({
        "name": "app",
        "image": "registry.example/web:1",
        "cpu": 128,
        "memory": 256,
        "memoryReservation": 128,
        "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
        "essential": true,
        "entryPoint": ["/bin/sh"],
        "command": ["-c", "serve"],
        "environment": [{"name": "A", "value": "1"}],
        "mountPoints": [],
        "volumesFrom": [],
        "linuxParameters": {
            "capabilities": {"add": ["SYS_PTRACE"], "drop": ["MKNOD"]},
            "initProcessEnabled": true,
            "sharedMemorySize": 64,
            "tmpfs": [{"containerPath": "/run", "size": 16, "mountOptions": ["mode=755"]}],
        },
        "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
        "startTimeout": 60,
        "stopTimeout": 10,
        "user": "1000:1000",
        "workingDirectory": "/srv",
        "readonlyRootFilesystem": true,
        "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": -1}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-create-group": "true",
                "awslogs-group": "/web",
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "web",
                "mode": "blocking",
            },
        },
        "healthCheck": {
            "command": ["CMD-SHELL", "true"],
            "interval": 5,
            "timeout": 2,
            "retries": 1,
            "startPeriod": 9,
        },
        "systemControls": [{"namespace": "net.core.somaxconn", "value": "1024"}],
    })
}

fn init_container() -> Value {
    json!({
        "name": "init",
        "image": "init:1",
        "cpu": 0,
        "portMappings": [],
        "essential": false,
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
    })
}
