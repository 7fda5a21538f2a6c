//! A reader on a real link, a real log store, and the records of a few services.

use link::{Link, Listener};
use model::session::{LogBatch, LogLine, LogPosition};
use model::{Cluster, Plan, Scope, Service, ServiceRevision, Task, TaskDefinition};
use observe::{InputEvent, Logs};
use serde_json::{Value, json};
use store::{MemoryEngine, Store};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::*;
use crate::sessions::testing;
use crate::{Clock, serve_sessions};

/// The present.
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

struct World {
    store: Store,
    logs: Logs,
    folder: TempDir,
    _tracker: TaskTracker,
}

type Reader = Link<TailAnswer, TailRequest>;

impl World {
    /// With the cluster `c`, and sessions served.
    async fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(MemoryEngine::new()).expect("a new store");
        let logs = Logs::open(&folder.path().join("logs")).expect("a new store");
        let listener = Listener::bind(&folder.path().join("control.sock")).expect("a listener");
        let state = testing::state((&store, &logs), Clock::new(|| NOW));
        let tracker = TaskTracker::new();
        let served = serve_sessions(listener, state, tracker.clone(), CancellationToken::new());
        tracker.spawn(served);
        let world = World { store, logs, folder, _tracker: tracker };
        let cluster: Cluster = record(json!({
            "scope": scope(), "name": "c", "status": "Active", "capacity_providers": [],
            "default_capacity_provider_strategy": [], "tags": {}, "created_at": 0,
        }));
        world.insert(cluster).await;
        world
    }

    async fn insert<R: model::Record + Into<model::AnyRecord>>(&self, record: R) {
        let mut plan = Plan::new();
        plan.insert(record);
        self.store.commit(plan).await.expect("it is new");
    }

    /// `FAMILY:1` with a container for each of `(NAME, PREFIX)`.
    async fn define(&self, family: &str, containers: &[(&str, Option<&str>)]) {
        let containers = containers.iter().map(|(name, prefix)| container(name, *prefix));
        self.insert::<TaskDefinition>(record(json!({
            "scope": scope(), "family": family, "revision": 1, "status": "Active",
            "containers": containers.collect::<Vec<Value>>(), "network_mode": "Awsvpc",
            "requires_compatibilities": [], "tags": {}, "registered_at": 0,
            "registered_by": "",
        })))
        .await;
    }

    /// A service that runs `FAMILY:1`.
    async fn serve(&self, name: &str, family: &str) {
        self.insert::<ServiceRevision>(record(json!({
            "service": key(name), "id": "1", "definition": {"family": family, "revision": 1},
            "capacity_provider_strategy": [], "load_balancers": [],
            "target_group_arns": [], "image_digests": {}, "created_at": 0,
        })))
        .await;
        self.insert::<Service>(record(json!({
            "key": key(name), "status": "Active", "desired_count": 1,
            "deployment_configuration": model::DeploymentConfiguration::rolling(100, 200),
            "controller": "Ecs",
            "propagate_tags": "None", "is_managed_tags_enabled": false, "primary_revision": "1",
            "current_deployment": "1", "events": [], "is_steady": true, "tags": {},
            "created_at": 0, "created_by": "",
        })))
        .await;
    }

    /// A task of a service, with a container `app` whose id is the task's in capitals.
    async fn start(&self, service: &str, (family, id): (&str, &str)) {
        self.insert::<Task>(record(json!({
            "key": {"scope": scope(), "cluster": "c", "id": id},
            "definition": {"family": family, "revision": 1},
            "group": "", "service": {"name": service, "revision": "1"},
            "launch_type": "Fargate", "availability_zone": "", "desired_status": "Running",
            "last_status": "RUNNING", "health_status": "Unknown",
            "overrides": {"containers": []}, "cpu_units": 0, "memory_mib": 0,
            "containers": [{
                "name": "app", "id": id.to_uppercase(), "image": "i",
                "last_status": "Running", "health_status": "Unknown",
            }],
            "tags": {}, "created_at": 0, "version": 1,
        })))
        .await;
    }

    /// Lines in the group `g`, at so many seconds before the present.
    async fn write(&self, stream: &str, lines: &[(i64, &str)]) {
        let group = observe::GroupKey::new(scope(), "g");
        // The group or the stream may be there.
        let _ = self.logs.create_group(group.clone(), model::Tags::new(), NOW).await;
        let _ = self.logs.create_stream(group.stream(stream), NOW).await;
        let event = |(ago, message): &(i64, &str)| InputEvent {
            at: Timestamp::from_millis(NOW.as_millis() - ago * 1000),
            message: (*message).to_owned(),
        };
        let events = lines.iter().map(event).collect();
        self.logs.put_events(group.stream(stream), events, NOW).await.expect("good lines");
    }

    async fn read(&self, request: TailRequest) -> Reader {
        let path = self.folder.path().join("control.sock");
        let mut link: Reader = link::connect(&path, "/tail").await.expect("a link");
        link.send(&request).await.expect("sent");
        link
    }

    /// All that there is, and how it ended.
    async fn read_present(&self, request: TailRequest) -> Vec<String> {
        let mut reader = self.read(request).await;
        let mut said = Vec::new();
        loop {
            match reader.receive().await.expect("no error").expect("an answer") {
                TailAnswer::Lines { lines, .. } => said.extend(lines.iter().map(show)),
                TailAnswer::End => return said,
                TailAnswer::Refused { reason } => {
                    said.push(reason);
                    return said;
                }
            }
        }
    }
}

/// The next lines, at least as many, and where they end.
async fn next(reader: &mut Reader, count: usize) -> (Vec<String>, String) {
    let mut said = Vec::new();
    loop {
        match reader.receive().await.expect("no error").expect("an answer") {
            TailAnswer::Lines { lines, place } => {
                said.extend(lines.iter().map(show));
                if let Some(place) = place.filter(|_| said.len() >= count) {
                    return (said, place);
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

fn show(line: &TailLine) -> String {
    format!("{}/{}: {}", line.task, line.container, line.message)
}

fn present(service: &str) -> TailRequest {
    TailRequest { service: key(service), since: None, last: None, end: TailEnd::Present }
}

fn record<R: serde::de::DeserializeOwned>(value: Value) -> R {
    serde_json::from_value(value).expect("a good record")
}

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn key(service: &str) -> ServiceKey {
    ServiceKey { scope: scope(), cluster: "c".to_owned(), name: service.to_owned() }
}

fn container(name: &str, prefix: Option<&str>) -> Value {
    let logs = json!({
        "group": "g", "region": "us-east-1", "stream_prefix": prefix,
        "is_group_created": true, "options": {},
    });
    json!({
        "name": name, "image": "i", "cpu_units": 0, "port_mappings": [], "is_essential": true,
        "environment": [], "depends_on": [], "is_root_filesystem_readonly": false,
        "is_init_process_enabled": false, "capabilities_add": [], "capabilities_drop": [],
        "ulimits": [], "tmpfs": [], "system_controls": [], "extra_hosts": [],
        "log_configuration": if name == "mute" { Value::Null } else { logs },
    })
}

/// Two services that share a definition, two tasks of the one.
async fn two_services() -> World {
    let world = World::new().await;
    world.define("web", &[("app", Some("p"))]).await;
    world.serve("web", "web").await;
    world.serve("other", "web").await;
    for (service, task) in [("web", "a"), ("web", "b"), ("other", "z")] {
        world.start(service, ("web", task)).await;
    }
    world
}

#[tokio::test]
async fn what_there_is_comes_in_order_of_time() {
    let world = two_services().await;
    world.write("p/app/a", &[(90, "1"), (70, "3"), (50, "5")]).await;
    world.write("p/app/b", &[(80, "2"), (60, "4")]).await;
    world.write("p/app/z", &[(85, "of the other service")]).await;
    world.write("p/app/gone", &[(85, "of a task that is forgotten")]).await;
    world.write("p/application/a", &[(85, "of another container")]).await;
    let all = ["a/app: 1", "b/app: 2", "a/app: 3", "b/app: 4", "a/app: 5"];
    assert_eq!(world.read_present(present("web")).await, all);
    let since = Some(Timestamp::from_millis(NOW.as_millis() - 75_000));
    assert_eq!(world.read_present(TailRequest { since, ..present("web") }).await, all[2..]);
    for count in 0..7 {
        let request = TailRequest { last: Some(count), ..present("web") };
        let expected = &all[5_usize.saturating_sub(count as usize)..];
        assert_eq!(world.read_present(request).await, expected, "{count}");
    }
    let request = TailRequest { last: Some(5), since, ..present("web") };
    assert_eq!(world.read_present(request).await, all[2..]);
}

#[tokio::test]
async fn more_than_a_page_is_read_whole() {
    let world = two_services().await;
    let mut expected = Vec::new();
    for part in 0..12_i64 {
        for task in ["a", "b"] {
            let texts: Vec<String> = (0..250).map(|line| format!("{part}.{line}")).collect();
            let lines: Vec<(i64, &str)> =
                texts.iter().map(|text| (1000 - part, text.as_str())).collect();
            world.write(&format!("p/app/{task}"), &lines).await;
            expected.extend(texts.iter().map(|text| format!("{task}/app: {text}")));
        }
    }
    assert_eq!(world.read_present(present("web")).await, expected);
    let request = TailRequest { last: Some(1_300), ..present("web") };
    assert_eq!(world.read_present(request).await, expected[expected.len() - 1_300..]);
}

#[tokio::test]
async fn what_comes_follows_what_there_is() {
    let world = two_services().await;
    world.write("p/app/a", &[(9, "1")]).await;
    let request = TailRequest { end: TailEnd::Never, ..present("web") };
    let mut reader = world.read(request).await;
    assert_eq!(next(&mut reader, 1).await.0, ["a/app: 1"]);
    world.write("p/app/z", &[(8, "of the other service")]).await;
    // Of an earlier time, and later all the same.
    world.write("p/app/b", &[(800, "2")]).await;
    assert_eq!(next(&mut reader, 1).await.0, ["b/app: 2"]);
    // A task that came meanwhile, and a definition with another container.
    world.start("web", ("web", "n")).await;
    world.write("p/app/n", &[(7, "3")]).await;
    assert_eq!(next(&mut reader, 1).await.0, ["n/app: 3"]);
    world.define("next", &[("app", None)]).await;
    world.write("M", &[(6, "4")]).await;
    world.start("web", ("next", "m")).await;
    assert_eq!(next(&mut reader, 1).await.0, ["m/app: 4"]);
    world.write("M", &[(5, "5")]).await;
    assert_eq!(next(&mut reader, 1).await.0, ["m/app: 5"]);
}

/// Written while it is read: every line once, in the order of its stream.
#[tokio::test]
async fn nothing_is_missed_or_doubled_in_between() {
    let world = two_services().await;
    let logs = world.logs.clone();
    let mut writers = tokio::task::JoinSet::new();
    writers.spawn(async move {
        for number in 0..400_u64 {
            let line = LogLine { at: NOW, message: number.to_string() };
            let place = |stdout| LogPosition { stdout, stderr: 0 };
            let batch = LogBatch {
                account: scope().account,
                region: scope().region,
                group: "g".to_owned(),
                stream: "p/app/a".to_owned(),
                is_group_created: true,
                from: place(number),
                to: place(number + 1),
                lines: vec![line],
            };
            logs.ingest(batch, NOW).await.expect("stored");
        }
    });
    let expected: Vec<String> = (0..400).map(|number| format!("a/app: {number}")).collect();
    // Each reader breaks off after some lines, and the next goes on in its place.
    let mut end = TailEnd::Never;
    let mut said = Vec::new();
    while said.len() < expected.len() {
        let mut reader = world.read(TailRequest { end, ..present("web") }).await;
        let (lines, place) = next(&mut reader, 20.min(expected.len() - said.len())).await;
        said.extend(lines);
        end = TailEnd::Resumed { place };
    }
    assert_eq!(said, expected);
}

#[tokio::test]
async fn what_cannot_be_given_is_said() {
    let world = two_services().await;
    world.define("mute", &[("mute", None)]).await;
    world.serve("mute", "mute").await;
    let mut elsewhere = present("web");
    elsewhere.service.cluster = "d".to_owned();
    let nowhere = TailEnd::Resumed { place: "x".to_owned() };
    let cases = [
        (
            present("wbe"),
            "there is no service `wbe` in the cluster `c`; there are: mute, other, web",
        ),
        (elsewhere, "there is no cluster `d` in us-east-1; there are: c"),
        (
            present("mute"),
            "no container of `mute:1`, which the service `mute` runs, has a log configuration \
             with the driver `awslogs`",
        ),
        (TailRequest { end: nowhere, ..present("web") }, "`x` is no place to go on from"),
    ];
    for (request, expected) in cases {
        assert_eq!(world.read_present(request).await, [expected]);
    }
}

#[tokio::test]
async fn a_service_that_is_forgotten_ends_it() {
    let world = two_services().await;
    let mut reader = world.read(TailRequest { end: TailEnd::Never, ..present("web") }).await;
    next(&mut reader, 0).await;
    let mut plan = Plan::new();
    plan.delete(world.store.snapshot().service(&key("web")).expect("it is there"));
    world.store.commit(plan).await.expect("deleted");
    let answer = reader.receive().await.expect("no error").expect("an answer");
    let reason = "there is no service `web` in the cluster `c`; there are: other".to_owned();
    assert_eq!(answer, TailAnswer::Refused { reason });
}
