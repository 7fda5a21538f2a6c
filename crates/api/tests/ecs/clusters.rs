//! Clusters: made, described, listed, changed, deleted.

use expect_test::{Expect, expect, expect_file};
use model::TaskState;
use serde_json::{Value, json};

use crate::world::{World, check_script};

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn check_refused(world: &World, operation: &str, input: Value, expected: Expect) {
    expected.assert_eq(&world.refused(operation, input));
}

#[test]
fn a_cluster_is_made_once_and_described() {
    let world = World::new();
    let made = world.ok(
        "CreateCluster",
        json!({
            "clusterName": "blue",
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
            "tags": [{"key": "team", "value": "web"}],
        }),
    );
    assert_eq!(made["cluster"]["status"], "ACTIVE");
    assert_eq!(made["cluster"]["tags"], json!([{"key": "team", "value": "web"}]));
    let again = world.ok("CreateCluster", json!({"clusterName": "blue"}));
    assert_eq!(again["cluster"], made["cluster"]);
    let described =
        world.ok("DescribeClusters", json!({"clusters": ["blue", "gone"], "include": ["TAGS"]}));
    assert_eq!(described["clusters"][0]["tags"], made["cluster"]["tags"]);
    expect![[r#"[{"arn":"arn:aws:ecs:us-east-1:000000000000:cluster/gone","reason":"MISSING"}]"#]]
        .assert_eq(&described["failures"].to_string());
}

#[test]
fn a_cluster_that_is_not_empty_is_not_deleted() {
    let world = World::with_node();
    world.register("web");
    let task = world.run("web");
    let arn = task["taskArn"].as_str().expect("an ARN");
    check_refused(
        &world,
        "DeleteCluster",
        json!({"cluster": "default"}),
        expect![
            "ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active."
        ],
    );
    world.advance(arn, TaskState::Stopped);
    let deleted = world.ok("DeleteCluster", json!({"cluster": "default"}));
    assert_eq!(deleted["cluster"]["status"], "INACTIVE");
    assert_eq!(world.ok("ListClusters", json!({}))["clusterArns"], json!([]));
    check_refused(
        &world,
        "ListTasks",
        json!({}),
        expect!["ClusterNotFoundException: The referenced cluster was inactive."],
    );
    let again = world.ok("CreateCluster", json!({}));
    assert_eq!(again["cluster"]["status"], "ACTIVE");
}

#[test]
fn what_a_cluster_cannot_have_is_refused() {
    let world = World::new();
    check_script(expect_file!["scripts/clusters_refused.txt"], |input| {
        world.refused("CreateCluster", input)
    });
    assert!(world.snapshot().clusters.is_empty());
}

#[test]
fn clusters_are_listed_in_pages() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.ok("CreateCluster", json!({"clusterName": name}));
    }
    let first = world.ok("ListClusters", json!({"maxResults": 2}));
    assert_eq!(first["clusterArns"].as_array().map(Vec::len), Some(2));
    let second = world.ok("ListClusters", json!({"nextToken": first["nextToken"]}));
    assert_eq!(second["clusterArns"], json!(["arn:aws:ecs:us-east-1:000000000000:cluster/c"]));
    assert_eq!(second.get("nextToken"), None);
    check_refused(
        &world,
        "ListClusters",
        json!({"nextToken": "x"}),
        expect!["InvalidParameterException: Invalid token."],
    );
    check_refused(
        &world,
        "ListClusters",
        json!({"maxResults": 101}),
        expect!["InvalidParameterException: maxResults must be between 1 and 100."],
    );
}
