//! Rotations, step by step, on a snapshot that a test changes.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    AnyRecord, Change, Cluster, ClusterStatus, NetworkMode, Rng, RotationRules, RotationWindow,
    Secret, SecretContent, SecretDeletion, SecretRotation, SecretVersion, Snapshot, StopCode, Tags,
    Task, TaskDefinition, TaskDefinitionRef, TaskDefinitionStatus, TaskState, Timestamp,
};
use planner::rotation::{next_window, plan};

use crate::fixtures::{self, Wanted, scope};

const DAY: Duration = Duration::from_hours(24);

fn cluster() -> Cluster {
    Cluster {
        scope: scope(),
        name: planner::rotation::CLUSTER.to_owned(),
        status: ClusterStatus::Active,
        capacity_providers: Vec::new(),
        default_capacity_provider_strategy: Vec::new(),
        tags: Tags::new(),
        created_at: Timestamp::EPOCH,
    }
}

/// `rotate:1`
fn definition() -> TaskDefinition {
    let definition = fixtures::definition(&Wanted::rolling("rotate", 1), 0);
    TaskDefinition { network_mode: NetworkMode::None, ..definition }
}

/// A secret with one current version, which is rotated daily.
fn secret() -> Secret {
    let version = SecretVersion {
        stages: [SecretVersion::CURRENT.to_owned()].into(),
        content: Some(SecretContent::Text),
        created_at: Timestamp::EPOCH,
        accessed_on: None,
    };
    let rotation = SecretRotation {
        task_definition: TaskDefinitionRef { family: "rotate".to_owned(), revision: 1 },
        rules: RotationRules { automatically_after_days: Some(1), ..RotationRules::default() },
        is_enabled: true,
        next: Some(window(1)),
        run: None,
        rotated_at: None,
        failure: None,
    };
    Secret {
        scope: scope(),
        name: "db".to_owned(),
        suffix: "AbCdEf".to_owned(),
        description: None,
        kms_key_id: None,
        tags: Tags::new(),
        versions: BTreeMap::from([("v1".to_owned(), version)]),
        resource_policy: None,
        rotation: Some(rotation),
        deletion: None,
        creation_token: None,
        created_at: Timestamp::EPOCH,
        changed_at: Timestamp::EPOCH,
        accessed_on: None,
    }
}

/// The whole of a day.
fn window(day: u32) -> RotationWindow {
    let opens_at = Timestamp::EPOCH + DAY * day;
    RotationWindow { opens_at, closes_at: opens_at + DAY }
}

struct World {
    snapshot: Snapshot,
    rng: Rng,
}

impl World {
    fn new(secret: Secret) -> World {
        let mut world = World { snapshot: Snapshot::default(), rng: Rng::seeded(1) };
        let records: [AnyRecord; 3] = [cluster().into(), definition().into(), secret.into()];
        for record in records {
            world.put(record);
        }
        world
    }

    fn put(&mut self, record: AnyRecord) {
        self.snapshot.apply(self.snapshot.revision + 1, &[Change::Put(record)]);
    }

    /// Plans at a time and commits, until there is nothing left to do; when to plan again.
    fn settle(&mut self, now: Timestamp) -> Option<Timestamp> {
        for _ in 0..10 {
            let plans = plan(&self.snapshot, now, &mut self.rng);
            let changes: Vec<Change> = plans
                .iter()
                .inspect(|plan| assert!(planner::lint::lint(&self.snapshot, plan).is_empty()))
                .flat_map(|plan| plan.changes.clone())
                .collect();
            if changes.is_empty() {
                return plans.iter().filter_map(|plan| plan.wake_at).min();
            }
            self.snapshot.apply(self.snapshot.revision + 1, &changes);
        }
        panic!("it does not come to rest");
    }

    fn secret(&self) -> Secret {
        (*self.snapshot.secrets.all().next().expect("it is there").record).clone()
    }

    fn rotation(&self) -> SecretRotation {
        self.secret().rotation.expect("it is rotated")
    }

    /// The version that the run is to put.
    fn begun(&self) -> String {
        self.rotation().run.expect("it is under way").version_id
    }

    fn task(&self) -> Task {
        let key = self.rotation().run.and_then(|run| run.task).expect("it is started");
        (*self.snapshot.task(&key).expect("it is there").record).clone()
    }

    /// What the task does: it puts a value, and makes it current.
    fn promote(&mut self) {
        let mut secret = self.secret();
        let id = self.begun();
        let version = secret.versions.get_mut(&id).expect("it was begun");
        version.content = Some(SecretContent::Text);
        secret.move_stage(SecretVersion::CURRENT, &id);
        self.put(secret.into());
    }

    fn end(&mut self, exit_code: Option<i32>) {
        let mut task = self.task();
        task.last_status = TaskState::Stopped;
        task.stop_code = Some(StopCode::EssentialContainerExited);
        task.stopped_reason = Some("it was told to".to_owned());
        task.containers[0].exit_code = exit_code;
        self.put(task.into());
    }

    fn stages(&self) -> Vec<(String, String)> {
        let secret = self.secret();
        let joined =
            |version: &SecretVersion| version.stages.iter().cloned().collect::<Vec<_>>().join("+");
        let staged = secret.versions.iter().filter(|(_, version)| !version.stages.is_empty());
        staged.map(|(id, version)| (joined(version), id.clone())).collect()
    }
}

fn stage(name: &str, id: &str) -> (String, String) {
    (name.to_owned(), id.to_owned())
}

#[test]
fn a_window_runs_a_task_whose_version_becomes_current() {
    let mut world = World::new(secret());
    assert_eq!(world.settle(Timestamp::EPOCH), Some(window(1).opens_at));
    assert_eq!(world.rotation().run, None);
    world.settle(window(1).opens_at);
    let (task, id) = (world.task(), world.begun());
    assert_eq!(task.started_by.as_deref(), Some("secretsmanager"));
    assert_eq!(task.group, "family:rotate");
    let told: Vec<_> = task.overrides.containers[0]
        .environment
        .iter()
        .map(|variable| (variable.name.as_str(), variable.value.as_str()))
        .collect();
    assert_eq!(told, [("SECRET_ID", world.secret().arn().as_str()), ("CLIENT_REQUEST_TOKEN", &id)]);
    let mut stages = [stage("AWSCURRENT", "v1"), stage("AWSPENDING", &id)];
    stages.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(world.stages(), stages);
    assert_eq!(world.snapshot.tasks.len(), 1, "one task is enough");

    world.promote();
    let done = window(1).opens_at + Duration::from_mins(1);
    assert_eq!(world.settle(done), None, "its end is waited for");
    world.end(Some(0));
    assert_eq!(world.settle(done), Some(window(2).opens_at));
    let rotation = world.rotation();
    assert_eq!((rotation.rotated_at, rotation.failure), (Some(done), None));
    assert_eq!((rotation.run, rotation.next), (None, Some(window(2))));
    let mut stages = [stage("AWSPREVIOUS", "v1"), stage("AWSCURRENT", &id)];
    stages.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(world.stages(), stages);
}

#[test]
fn a_failure_leaves_what_is_current_and_the_next_window_tries_again() {
    let mut world = World::new(secret());
    world.settle(window(1).opens_at);
    let id = world.begun();
    world.end(Some(3));
    assert_eq!(world.settle(window(1).opens_at), Some(window(2).opens_at));
    let failure = world.rotation().failure.expect("it failed");
    assert!(failure.contains("exited with 3"), "{failure}");
    assert_eq!(world.secret().version_at(SecretVersion::CURRENT).expect("kept").0, "v1");

    // It ends well, though its version is not current.
    world.settle(window(2).opens_at);
    assert_eq!(world.begun(), id, "it is the same version that is tried again");
    world.end(Some(0));
    world.settle(window(2).opens_at);
    let failure = world.rotation().failure.expect("it failed");
    assert!(failure.contains("without making its version current"), "{failure}");

    // Its version is current, though it was stopped.
    world.settle(window(3).opens_at);
    world.promote();
    world.end(None);
    world.settle(window(3).opens_at);
    let failure = world.rotation().failure.expect("it failed");
    assert!(failure.contains("it was told to"), "{failure}");

    world.settle(window(4).opens_at);
    world.promote();
    world.end(Some(0));
    world.settle(window(4).opens_at);
    assert_eq!(world.rotation().failure, None);
}

#[test]
fn what_cannot_be_started_is_a_failure() {
    let mut world = World::new(secret());
    let mut gone = definition();
    gone.status = TaskDefinitionStatus::Inactive;
    world.put(gone.into());
    assert_eq!(world.settle(window(1).opens_at), Some(window(2).opens_at));
    let failure = world.rotation().failure.expect("it failed");
    assert_eq!(failure, "`rotate:1` is no active task definition");
    assert!(world.snapshot.tasks.is_empty());
}

#[test]
fn a_window_that_was_missed_gives_way_to_the_next() {
    let mut world = World::new(secret());
    assert_eq!(world.settle(window(5).opens_at), Some(window(6).opens_at));
    assert_eq!((world.rotation().run, world.rotation().next), (None, Some(window(6))));
}

#[test]
fn what_is_deleted_or_turned_off_is_left_alone() {
    let mut deleted = secret();
    let at = Timestamp::EPOCH;
    deleted.deletion = Some(SecretDeletion { deleted_at: at, ends_at: at + DAY * 7 });
    let mut off = secret();
    if let Some(rotation) = &mut off.rotation {
        rotation.is_enabled = false;
        rotation.next = next_window(rotation, at);
    }
    for secret in [deleted, off] {
        let mut world = World::new(secret.clone());
        assert_eq!(world.settle(window(1).opens_at), None);
        assert_eq!(world.secret(), secret);
    }
}
