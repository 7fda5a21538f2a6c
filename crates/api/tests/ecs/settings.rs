//! Tags of every resource, account settings, capacity providers, and what is never there.

use expect_test::{expect, expect_file};
use model::TaskState;
use serde_json::{Value, json};

use crate::world::{World, check_script, with};

#[test]
fn every_resource_is_tagged_by_its_arn() {
    let world = World::with_node();
    let definition = world.register("web");
    let task = world.run("web");
    let task_arn = task["taskArn"].as_str().expect("an ARN").to_owned();
    for arn in [
        json!("arn:aws:ecs:us-east-1:000000000000:cluster/default"),
        definition["taskDefinition"]["taskDefinitionArn"].clone(),
        json!(task_arn),
    ] {
        let tag = |key: &str, value: &str| json!({"key": key, "value": value});
        let tags = json!([tag("a", "1"), tag("b", "2")]);
        world.ok("TagResource", json!({"resourceArn": arn, "tags": tags}));
        world.ok("TagResource", json!({"resourceArn": arn, "tags": [tag("a", "3")]}));
        world.ok("UntagResource", json!({"resourceArn": arn, "tagKeys": ["b", "c"]}));
        let listed = world.ok("ListTagsForResource", json!({"resourceArn": arn}));
        assert_eq!(listed["tags"], json!([tag("a", "3")]));
    }
    world.advance(&task_arn, TaskState::Stopped);
    let tags = json!([{"key": "a", "value": "4"}]);
    assert_eq!(
        world.refused("TagResource", json!({"resourceArn": task_arn, "tags": tags})),
        "InvalidParameterException: The specified task is stopped. Specify a running task and try \
         again."
    );
}

#[test]
fn what_has_no_tags_is_refused() {
    let world = World::with_node();
    check_script(expect_file!["scripts/tags_refused.txt"], |input| {
        world.refused("ListTagsForResource", input)
    });
    let arn = "arn:aws:ecs:us-east-1:000000000000:cluster/default";
    let tag = |number: usize| json!({"key": number.to_string(), "value": ""});
    let tags: Vec<Value> = (0..50).map(tag).collect();
    world.ok("TagResource", json!({"resourceArn": arn, "tags": tags}));
    expect!["InvalidParameterException: Too many tags: 51. A resource can have at most 50 tags."]
        .assert_eq(&world.refused("TagResource", json!({"resourceArn": arn, "tags": [tag(50)]})));
}

#[test]
fn a_setting_is_accepted_where_it_is_so() {
    let world = World::new();
    let listed = |input: Value| world.ok("ListAccountSettings", input)["settings"].clone();
    assert_eq!(listed(json!({})), json!([]));
    let made =
        world.ok("PutAccountSetting", json!({"name": "taskLongArnFormat", "value": "enabled"}));
    assert_eq!(listed(json!({})), json!([made["setting"]]));
    assert_eq!(listed(json!({"effectiveSettings": true})).as_array().map(Vec::len), Some(10));
    let name = json!({"effectiveSettings": true, "name": "containerInsights"});
    assert_eq!(listed(name)[0]["value"], "disabled");
    world.ok("DeleteAccountSetting", json!({"name": "taskLongArnFormat"}));
    assert_eq!(listed(json!({})), json!([]));
    world.ok(
        "PutAccountSettingDefault",
        json!({"name": "serviceLongArnFormat", "value": "enabled"}),
    );
    assert_eq!(listed(json!({}))[0]["name"], "serviceLongArnFormat");
    check_script(expect_file!["scripts/settings_refused.txt"], |input| {
        world.refused("PutAccountSetting", input)
    });
}

#[test]
fn fargate_is_the_only_capacity() {
    let world = World::with_node();
    let described =
        world.ok("DescribeCapacityProviders", json!({"capacityProviders": ["FARGATE", "mine"]}));
    assert_eq!(described["capacityProviders"].as_array().map(Vec::len), Some(1));
    let arn = "arn:aws:ecs:us-east-1:000000000000:capacity-provider/mine";
    assert_eq!(described["failures"], json!([{"arn": arn, "reason": "MISSING"}]));
    let of_cluster = world.ok("DescribeCapacityProviders", json!({"cluster": "default"}));
    assert_eq!(of_cluster["capacityProviders"], json!([]));
    assert_eq!(world.ok("ListContainerInstances", json!({}))["containerInstanceArns"], json!([]));
    let described = world.ok("DescribeContainerInstances", json!({"containerInstances": ["i"]}));
    let arn = "arn:aws:ecs:us-east-1:000000000000:container-instance/default/i";
    assert_eq!(described["failures"], json!([{"arn": arn, "reason": "MISSING"}]));
    let attributes = world.ok("ListAttributes", json!({"targetType": "container-instance"}));
    assert_eq!(attributes["attributes"], json!([]));
}

#[test]
fn a_provider_in_use_stays() {
    let world = World::with_node();
    world.register("web");
    let put = |providers: Value, strategy: Value| {
        json!({
            "cluster": "default",
            "capacityProviders": providers,
            "defaultCapacityProviderStrategy": strategy,
        })
    };
    let strategy = json!([{"capacityProvider": "FARGATE", "weight": 1}]);
    world.ok("PutClusterCapacityProviders", put(json!(["FARGATE"]), strategy));
    let request = with(world.run_request("web"), json!({"launchType": null}));
    let task = world.ok("RunTask", request)["tasks"][0].clone();
    assert_eq!(task["capacityProviderName"], "FARGATE");
    expect![
        "ResourceInUseException: The specified capacity provider is in use and cannot be removed."
    ]
    .assert_eq(&world.refused("PutClusterCapacityProviders", put(json!([]), json!([]))));
    world.advance(task["taskArn"].as_str().expect("an ARN"), TaskState::Stopped);
    let changed = world.ok("PutClusterCapacityProviders", put(json!([]), json!([])));
    assert_eq!(changed["cluster"]["capacityProviders"], json!([]));
}
