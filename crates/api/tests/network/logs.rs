//! CloudWatch Logs over the log store.

use serde_json::{Value, json};

use crate::world::World;

#[test]
fn events_are_put_read_and_searched() {
    let world = World::new();
    let group = json!({"logGroupName": "/ecs/web", "tags": {"team": "web"}});
    world.logs("CreateLogGroup", &group);
    let stream = json!({"logGroupName": "/ecs/web", "logStreamName": "web/app/1"});
    world.logs("CreateLogStream", &stream);
    let now = world.caller.now.as_millis();
    let put = world.logs(
        "PutLogEvents",
        &json!({
            "logGroupName": "/ecs/web",
            "logStreamName": "web/app/1",
            "logEvents": [
                {"timestamp": now - 2, "message": "hello"},
                {"timestamp": now - 1, "message": "ERROR no"},
            ],
        }),
    );
    assert_eq!(put["rejectedLogEventsInfo"], Value::Null);
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:/ecs/web";
    let read = world.logs(
        "GetLogEvents",
        &json!({
            "logGroupIdentifier": arn,
            "logStreamName": "web/app/1",
            "startFromHead": true,
        }),
    );
    let messages: Vec<&Value> =
        read["events"].as_array().expect("a list").iter().map(|it| &it["message"]).collect();
    assert_eq!(messages, ["hello", "ERROR no"]);
    let found = world
        .logs("FilterLogEvents", &json!({"logGroupName": "/ecs/web", "filterPattern": "ERROR"}));
    assert_eq!(found["events"][0]["logStreamName"], "web/app/1");
    assert_eq!(found["events"].as_array().expect("a list").len(), 1);
    let streams = world.logs("DescribeLogStreams", &json!({"logGroupName": "/ecs/web"}));
    assert_eq!(streams["logStreams"][0]["lastEventTimestamp"], now - 1);
}

#[test]
fn groups_are_kept_tagged_and_deleted() {
    let world = World::new();
    world.logs("CreateLogGroup", &json!({"logGroupName": "a"}));
    let again = world.logs("CreateLogGroup", &json!({"logGroupName": "a"}));
    assert_eq!(again["message"], "The specified log group already exists");
    world.logs("PutRetentionPolicy", &json!({"logGroupName": "a", "retentionInDays": 7}));
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:a";
    world.logs("TagResource", &json!({"resourceArn": arn, "tags": {"x": "1", "y": "2"}}));
    world.logs("UntagResource", &json!({"resourceArn": arn, "tagKeys": ["x"]}));
    let tags = world.logs("ListTagsForResource", &json!({"resourceArn": arn}));
    assert_eq!(tags["tags"], json!({"y": "2"}));
    let shown = world.logs("DescribeLogGroups", &json!({"logGroupIdentifiers": [arn, "b"]}));
    assert_eq!(shown["logGroups"][0]["retentionInDays"], 7);
    assert_eq!(shown["logGroups"][0]["logGroupArn"], arn);
    world.logs("DeleteRetentionPolicy", &json!({"logGroupName": "a"}));
    let shown = world.logs("DescribeLogGroups", &json!({"logGroupNamePrefix": "a"}));
    assert_eq!(shown["logGroups"][0].get("retentionInDays"), None);
    world.logs("DeleteLogGroup", &json!({"logGroupName": "a"}));
    let gone = world.logs("DescribeLogStreams", &json!({"logGroupName": "a"}));
    assert_eq!(gone["message"], "The specified log group does not exist.");
}

#[test]
fn what_is_not_honoured_is_refused_by_name() {
    let world = World::new();
    let table = [
        (json!({"logGroupName": "a", "kmsKeyId": "arn:key"}), "kmsKeyId"),
        (json!({"logGroupName": "a", "logGroupClass": "DELIVERY"}), "logGroupClass other than"),
        (json!({"logGroupName": "a", "deletionProtectionEnabled": true}), "deletionProtection"),
    ];
    for (input, wanted) in table {
        let answer = world.logs("CreateLogGroup", &input);
        let message = answer["message"].as_str().expect("a refusal");
        assert!(message.contains(wanted), "{message}");
    }
    let groups = world.logs("DescribeLogGroups", &json!({}));
    assert_eq!(groups["logGroups"], json!([]));
}
