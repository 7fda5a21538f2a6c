//! Environment files: read when a task starts, as its execution role, and never before.

use std::collections::BTreeMap;
use std::sync::Mutex;

use api::{Caller, ObjectWanted, ReadObject, Reading};
use model::{IamPolicies, IamRole, Plan, Tags, TaskState};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::world::{ACCOUNT, World, definition, with};

const ROLE: &str = "arn:aws:iam::000000000000:role/reader";

/// Objects by bucket and key, and who asked for what.
#[derive(Debug, Default)]
struct Shelf {
    objects: BTreeMap<String, &'static str>,
    asked: Mutex<Vec<String>>,
}

impl ReadObject for Shelf {
    fn read<'a>(&'a self, caller: &'a Caller, wanted: ObjectWanted<'a>) -> Reading<'a> {
        let name = format!("{}/{}", wanted.bucket, wanted.key);
        let role = caller.principal.role_arn().unwrap_or_default();
        self.asked.lock().expect("whole").push(format!("{name} by {role}"));
        let found = self.objects.get(&name).map(|text| Zeroizing::new(text.as_bytes().to_vec()));
        Box::pin(async { found.ok_or_else(|| "NoSuchKey: it is not there".to_owned()) })
    }
}

impl Shelf {
    fn of(objects: &[(&str, &'static str)]) -> Shelf {
        let objects = objects.iter().map(|(name, text)| ((*name).to_owned(), *text)).collect();
        Shelf { objects, asked: Mutex::default() }
    }
}

fn files(names: &[&str]) -> Value {
    let file = |name: &&str| json!({"type": "s3", "value": format!("arn:aws:s3:::{name}")});
    names.iter().map(file).collect()
}

/// A world with a role, and a task of a definition with these files and override.
fn world(of_definition: &[&str], of_override: &[&str]) -> (World, String) {
    let world = World::with_node();
    let mut plan = Plan::new();
    plan.insert(reader(&world));
    world.commit(plan);
    let container = json!({
        "name": "app", "image": "web:1", "environmentFiles": files(of_definition),
    });
    let changes = json!({"executionRoleArn": ROLE, "containerDefinitions": [container]});
    let made = world.ok("RegisterTaskDefinition", with(definition("web"), changes));
    let shown = &made["taskDefinition"]["containerDefinitions"][0]["environmentFiles"];
    assert_eq!(*shown, files(of_definition));
    let change = json!({"name": "app", "environmentFiles": files(of_override)});
    let overrides = json!({"overrides": {"containerOverrides": [change]}});
    let answer = world.ok("RunTask", with(world.run_request("web"), overrides));
    let task = &answer["tasks"][0];
    let shown = &task["overrides"]["containerOverrides"][0]["environmentFiles"];
    let expected = if of_override.is_empty() { Value::Null } else { files(of_override) };
    assert_eq!(*shown, expected);
    let arn = task["taskArn"].as_str().expect("an ARN").to_owned();
    world.advance(&arn, TaskState::Pending);
    (world, arn)
}

fn reader(world: &World) -> IamRole {
    let statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    });
    let trust_policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    IamRole {
        account: ACCOUNT.to_owned(),
        name: "reader".to_owned(),
        path: "/".to_owned(),
        id: "AROA".to_owned(),
        description: None,
        trust_policy,
        policies: IamPolicies::default(),
        permissions_boundary: None,
        max_session_secs: 3600,
        service_linked: None,
        tags: Tags::new(),
        created_at: world.caller.now,
    }
}

/// What the task's container gets of its files.
fn given((world, task): &(World, String), shelf: &Shelf) -> Result<String, String> {
    let values = world.start_values(task, shelf)?;
    let files = values.containers["app"].files.iter();
    let pairs = files.map(|(name, value)| format!("{name}={}", value.as_str()));
    Ok(pairs.collect::<Vec<_>>().join(" "))
}

#[test]
fn they_are_read_in_order_as_the_execution_role() {
    let started = world(&["b/one.env", "b/path/two.env"], &[]);
    let shelf = Shelf::of(&[("b/one.env", "A=1\nB=1"), ("b/path/two.env", "B=2\nC=2")]);
    assert!(shelf.asked.lock().expect("whole").is_empty());
    assert_eq!(given(&started, &shelf).as_deref(), Ok("A=1 B=1 C=2"));
    let asked = [format!("b/one.env by {ROLE}"), format!("b/path/two.env by {ROLE}")];
    assert_eq!(*shelf.asked.lock().expect("whole"), asked);
}

#[test]
fn those_of_an_override_are_read_instead() {
    let started = world(&["b/one.env"], &["b/other.env"]);
    let shelf = Shelf::of(&[("b/other.env", "C=3")]);
    assert_eq!(given(&started, &shelf).as_deref(), Ok("C=3"));
    assert_eq!(*shelf.asked.lock().expect("whole"), [format!("b/other.env by {ROLE}")]);
}

#[test]
fn what_cannot_be_read_is_told_in_ecs_words() {
    let started = world(&["b/one.env"], &[]);
    let told = given(&started, &Shelf::default()).expect_err("it is not there");
    assert_eq!(
        told,
        "ResourceInitializationError: failed to download env files: file download command: non \
         empty error stream: failed to download file one.env: failed to write to a temporary file: \
         NoSuchKey: it is not there"
    );
    let told = given(&started, &Shelf::of(&[("b/one.env", "=secret")]));
    let told = told.expect_err("it has no name");
    assert_eq!(
        told,
        "ResourceInitializationError: invalid environment file arn:aws:s3:::b/one.env: line 1 has \
         no name before its `=`"
    );
}
