//! The snapshot keeps its indexes in step, whatever is put and removed.

use proptest::prelude::*;

use super::*;
use crate::record::{TargetHealth, TaskService};
use crate::{Change, TaskState, Timestamp};

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn task(id: u8, service: Option<u8>, node: Option<u8>) -> Task {
    let text = format!(
        r#"{{"key":{{"scope":{{"account":"000000000000","region":"us-east-1"}},"cluster":"c",
        "id":"{id:032x}"}},"definition":{{"family":"f","revision":1}},"group":"g",
        "launch_type":"Fargate","availability_zone":"a","desired_status":"Running",
        "last_status":"PROVISIONING","health_status":"Unknown","overrides":{{"containers":[]}},
        "cpu_units":256,"memory_mib":512,"containers":[],"tags":{{}},"created_at":0,"version":1}}"#
    );
    let mut task: Task = serde_json::from_str(&text).expect("the task is well formed");
    task.service =
        service.map(|name| TaskService { name: format!("s{name}"), revision: "1".to_owned() });
    task.node = node.map(|name| format!("n{name}"));
    task
}

fn service_key(name: u8) -> ServiceKey {
    ServiceKey { scope: scope(), cluster: "c".to_owned(), name: format!("s{name}") }
}

#[test]
fn a_key_is_written_and_read_back() {
    let key = task(1, None, None).key();
    assert_eq!(Key::parse(&key.to_text()), Some(key));
    assert_eq!(Key::parse("task/a"), None);
    assert_eq!(Key::parse("nothing/a/b/c"), None);
}

#[test]
fn a_scope_sees_only_its_own() {
    let mut snapshot = Snapshot::default();
    snapshot.apply(1, &[Change::Put(task(1, None, None).into())]);
    assert_eq!(snapshot.tasks.list(&scope()).count(), 1);
    assert_eq!(snapshot.tasks.list(&Scope::new("000000000000", "eu-west-1")).count(), 0);
    assert_eq!(snapshot.tasks.list_under(&scope(), "c/").count(), 1);
    assert_eq!(snapshot.tasks.list_under(&scope(), "d/").count(), 0);
}

#[test]
fn targets_are_found_by_task_and_by_group() {
    let owner = task(1, None, None).key;
    let target = Target {
        scope: scope(),
        target_group_arn: "arn:tg".to_owned(),
        address: [172, 31, 0, 5].into(),
        port: 80,
        availability_zone: None,
        task: Some(owner.clone()),
        registered_at: Timestamp::EPOCH,
        healthy_at: None,
        draining_since: None,
        health: TargetHealth::registering(),
    };
    let mut snapshot = Snapshot::default();
    snapshot.apply(1, &[Change::Put(target.clone().into())]);
    assert_eq!(snapshot.targets_of_task(&owner).count(), 1);
    assert_eq!(snapshot.targets_of_group(&scope(), "arn:tg").len(), 1);
    assert_eq!(snapshot.targets_of_group(&scope(), "arn:t").len(), 0);
    snapshot.apply(2, &[Change::Delete(target.key())]);
    assert_eq!(snapshot.targets_of_task(&owner).count(), 0);
}

proptest! {
    /// The indexes say what a walk over all tasks says.
    #[test]
    fn indexes_agree_with_the_table(
        steps in prop::collection::vec((0u8..6, prop::option::of(0u8..3),
            prop::option::of(0u8..3), any::<bool>()), 1..40)
    ) {
        let mut snapshot = Snapshot::default();
        for (revision, (id, service, node, is_deleted)) in (1..).zip(steps) {
            let record = task(id, service, node);
            prop_assert_eq!(record.last_status, TaskState::Provisioning);
            let change = if is_deleted {
                Change::Delete(record.key())
            } else {
                Change::Put(record.into())
            };
            snapshot.apply(revision, &[change]);
            for name in 0u8..3 {
                let key = service_key(name);
                let walked: Vec<_> = snapshot.tasks.all()
                    .filter(|task| task.service_key().as_ref() == Some(&key))
                    .map(|task| task.key.clone()).collect();
                let indexed: Vec<_> =
                    snapshot.tasks_of_service(&key).map(|task| task.key.clone()).collect();
                prop_assert_eq!(walked, indexed);
                let node = format!("n{name}");
                let walked = snapshot.tasks.all()
                    .filter(|task| task.node.as_ref() == Some(&node)).count();
                prop_assert_eq!(walked, snapshot.tasks_of_node(&node).count());
            }
        }
    }
}
