//! A small world for operations: an account, a store in memory, nodes as asked for.
//!
//! Calls go through the wire's decoder and its checks, so that a test sees what a client sees.

use std::fmt::Write as _;

use api::{Api, ApiParts, Caller, ReadObject};
use expect_test::ExpectFile;
use model::task_identity::StartValues;
use model::{
    Actor, ContainerState, Node, Plan, Record as _, Rng, Scope, Snapshot, Task, TaskState,
    Timestamp,
};
use serde_json::{Value, json};
use store::{MemoryEngine, Store};
use tempfile::TempDir;

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const ACCOUNT: &str = "000000000000";

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) caller: Caller,
    runtime: tokio::runtime::Runtime,
    // The logs live in it.
    _directory: TempDir,
}

/// What an operation answered: its output, or `CODE: message`.
pub(crate) type Answer = Result<Value, String>;

impl World {
    pub(crate) fn new() -> World {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let directory = TempDir::new().expect("a temporary directory");
        let (store, logs) = runtime.block_on(async {
            let store = Store::open(MemoryEngine::new()).expect("an empty store opens");
            (store, observe::Logs::open(directory.path()).expect("an empty directory opens"))
        });
        let vpc_cidr = model::Cidr::parse("172.31.0.0/16").expect("a range");
        let api = Api::new(ApiParts::unkept(store, logs, vpc_cidr), Rng::seeded(1));
        let caller = Caller::root(Scope::new(ACCOUNT, REGION), Timestamp::from_secs(1_700_000_000));
        World { api, caller, runtime, _directory: directory }
    }

    /// With a cluster `default` and one node of 4,096 CPU units and 8,192 MiB.
    pub(crate) fn with_node() -> World {
        let world = World::new();
        world.ok("CreateCluster", json!({}));
        world.put_node("node-1", (4096, 8192));
        world
    }

    /// Calls an operation of ECS.
    #[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
    pub(crate) fn call(&self, operation: &str, input: Value) -> Answer {
        let body = input.to_string();
        let service = &aws_api::ecs::SERVICE;
        let request = wire::Request {
            service,
            operation: service.operation(operation).expect("the operation is imported"),
            protocol: service.protocol,
            query: "",
            body: body.as_bytes(),
            request_id: "request-1",
        };
        let answer =
            self.runtime.block_on(aws_api::ecs::dispatch(&self.api, &self.caller, &request));
        let output: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
        match answer.error_code {
            None => Ok(output),
            Some(code) => {
                let message = output.get("message").or(output.get("Message"));
                Err(format!("{code}: {}", message.and_then(Value::as_str).unwrap_or_default()))
            }
        }
    }

    /// Calls an operation that succeeds.
    #[track_caller]
    pub(crate) fn ok(&self, operation: &str, input: Value) -> Value {
        match self.call(operation, input) {
            Ok(output) => output,
            Err(error) => panic!("{operation} was refused: {error}"),
        }
    }

    /// Calls an operation that is refused, and says how.
    #[track_caller]
    pub(crate) fn refused(&self, operation: &str, input: Value) -> String {
        match self.call(operation, input) {
            Ok(output) => panic!("{operation} was not refused: {output}"),
            Err(error) => error,
        }
    }

    pub(crate) fn snapshot(&self) -> std::sync::Arc<Snapshot> {
        self.api.snapshot()
    }

    pub(crate) fn commit(&self, plan: Plan) {
        let violations = planner::lint::lint(&self.snapshot(), &plan);
        assert!(violations.is_empty(), "{violations:?}");
        self.runtime.block_on(self.api.store.commit(plan)).expect("the plan is current");
    }

    pub(crate) fn put_node(&self, id: &str, (cpu_units, memory_mib): (u32, u32)) {
        let mut plan = Plan::new();
        plan.insert(Node {
            id: id.to_owned(),
            availability_zones: Vec::new(),
            cpu_units,
            memory_mib,
            cpu_architecture: "X86_64".to_owned(),
            host_ranges: Vec::new(),
            is_connected: true,
            registered_at: self.caller.now,
        });
        self.commit(plan);
    }

    /// The default network, and the id of one of its subnets.
    pub(crate) fn subnet(&self) -> String {
        let scope = &self.caller.scope;
        if self.snapshot().vpcs.list(scope).next().is_none() {
            let mut plan = Plan::new();
            let cidr = self.api.vpc_cidr;
            planner::network::default_network(&self.snapshot(), scope, cidr, &mut Rng::seeded(2))
                .expect("there is no network yet")
                .insert_into(&mut plan);
            self.commit(plan);
        }
        let snapshot = self.snapshot();
        let subnet = snapshot.subnets.list(scope).next().expect("a default network has subnets");
        subnet.id()
    }

    /// Registers a Fargate definition with one container `app`.
    pub(crate) fn register(&self, family: &str) -> Value {
        self.ok("RegisterTaskDefinition", definition(family))
    }

    /// Runs one task of the definition.
    pub(crate) fn run(&self, definition: &str) -> Value {
        let answer = self.ok("RunTask", self.run_request(definition));
        assert_eq!(answer["failures"], json!([]));
        answer["tasks"][0].clone()
    }

    pub(crate) fn run_request(&self, definition: &str) -> Value {
        json!({
            "taskDefinition": definition,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": [self.subnet()]}},
        })
    }

    /// What the node that holds a task is told to start its containers with.
    pub(crate) fn start_values(
        &self,
        arn: &str,
        objects: &dyn ReadObject,
    ) -> Result<StartValues, String> {
        let snapshot = self.snapshot();
        let task = snapshot.tasks.all().find(|task| task.arn() == arn).expect("the task is here");
        let asked = self.api.start_values(("node-1", &task.key), self.caller.now, objects);
        self.runtime.block_on(asked)
    }

    /// Lets a node take a task to `state`.
    pub(crate) fn advance(&self, arn: &str, state: TaskState) {
        let snapshot = self.snapshot();
        let entry = snapshot.tasks.all().find(|task| task.arn() == arn).expect("the task is here");
        let mut task: Task = (*entry.record).clone();
        if task.last_status == TaskState::Provisioning {
            task.node = Some("node-1".to_owned());
            let moved = task.last_status.advance(Actor::Placer, TaskState::Pending);
            task.last_status = moved.expect("it may be placed");
            let mut plan = Plan::new();
            plan.update(entry, task);
            self.commit(plan);
            if state != TaskState::Pending {
                self.advance(arn, state);
            }
            return;
        }
        task.last_status = task.last_status.advance(Actor::Node, state).expect("a legal move");
        if state == TaskState::Stopped {
            task.stopped_at = Some(self.caller.now);
            task.desired_status = model::DesiredStatus::Stopped;
        }
        for container in &mut task.containers {
            container.last_status = match state {
                TaskState::Running => ContainerState::Running,
                TaskState::Stopped => ContainerState::Stopped,
                _ => container.last_status,
            };
        }
        let mut plan = Plan::new();
        plan.update(entry, task);
        self.commit(plan);
    }
}

/// A valid Fargate definition with one container `app`.
pub(crate) fn definition(family: &str) -> Value {
    json!({
        "family": family,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "web:1"}],
    })
}

/// `base` with the members of `changes` put in; `null` takes a member out.
pub(crate) fn with(mut base: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { return changes };
    for (name, change) in changes {
        if change.is_null() {
            base.as_object_mut().expect("an object").remove(&name);
        } else if change.is_object() && base[&name].is_object() {
            base[&name] = with(base[&name].take(), change);
        } else {
            base[name] = change;
        }
    }
    base
}

/// Runs a script: each line that is an object is an input, and what `run` makes of it is
/// the line below. `UPDATE_EXPECT=1` writes the answers.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
pub(crate) fn check_script(script: ExpectFile, run: impl Fn(Value) -> String) {
    let mut transcript = String::new();
    for line in script.data().lines() {
        if line.starts_with('#') {
            writeln!(transcript, "{line}").expect("a string takes any text");
        } else if line.starts_with('{') {
            let input = serde_json::from_str(line).expect("an input is JSON");
            let answer = run(input);
            writeln!(transcript, "{line}\n    {answer}").expect("a string takes any text");
        }
    }
    script.assert_eq(&transcript);
}
