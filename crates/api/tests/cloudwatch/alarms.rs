//! Alarms are put, shown, set, found, tagged and deleted.

use expect_test::expect;
use serde_json::{Value, json};

use crate::world::{World, names};

#[tokio::test]
async fn an_alarm_is_shown_as_it_was_put() {
    let world = World::new();
    world.put("least", json!({})).await.expect("it is put");
    expect![[r#"
        {
          "AlarmName": "least",
          "AlarmArn": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:least",
          "AlarmConfigurationUpdatedTimestamp": 1700000000,
          "ActionsEnabled": true,
          "OKActions": [],
          "AlarmActions": [],
          "InsufficientDataActions": [],
          "StateValue": "INSUFFICIENT_DATA",
          "StateReason": "Unchecked: Initial alarm creation",
          "StateUpdatedTimestamp": 1700000000,
          "MetricName": "errors",
          "Namespace": "web",
          "Statistic": "Sum",
          "Dimensions": [],
          "Period": 60,
          "EvaluationPeriods": 1,
          "Threshold": 1.0,
          "ComparisonOperator": "GreaterThanThreshold",
          "StateTransitionedTimestamp": 1700000000
        }"#]]
    .assert_eq(&format!("{:#}", world.alarm("least").await));
    let all = json!({
        "AlarmDescription": "too many",
        "ActionsEnabled": false,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "Metrics": [],
        "Statistic": null,
        "ExtendedStatistic": "p99.9",
        "Dimensions": [{"Name": "b", "Value": "1"}, {"Name": "a", "Value": "2"}],
        "Unit": "Count/Second",
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": 3,
        "Threshold": 0.25,
        "ComparisonOperator": "LessThanOrEqualToThreshold",
        "TreatMissingData": "ignore",
        "EvaluateLowSampleCountPercentile": "evaluate",
        "Tags": [{"Key": "team", "Value": "web"}],
    });
    world.put("most", all.clone()).await.expect("it is put");
    let shown = world.alarm("most").await;
    for (name, value) in all.as_object().expect("an object") {
        if !matches!(name.as_str(), "Metrics" | "Tags") {
            assert_eq!(shown.get(name).unwrap_or(&Value::Null), value, "{name}");
        }
    }
}

#[tokio::test]
async fn without_data_the_rule_says_what_the_state_is() {
    let world = World::new();
    for (treatment, periods) in [
        (json!(null), 1),
        (json!("ignore"), 1),
        (json!("breaching"), 1),
        (json!("notBreaching"), 3),
    ] {
        let changes = json!({"TreatMissingData": treatment, "EvaluationPeriods": periods});
        world.put(&format!("{treatment}"), changes).await.expect("it is put");
    }
    let shown = world.call("DescribeAlarms", json!({})).await.expect("alarms are described");
    let states: Vec<String> = shown["MetricAlarms"]
        .as_array()
        .expect("a list of alarms")
        .iter()
        .map(|it| {
            let reason = it["StateReason"].as_str().unwrap_or_default();
            let reason = reason.replace("Threshold Crossed: no datapoints were received", "None");
            format!("{} {}\n    {reason}", it["AlarmName"], it["StateValue"])
        })
        .collect();
    expect![[r#"
        "\"breaching\"" "ALARM"
            None for 1 period and 1 missing datapoint was treated as [Breaching].
        "\"ignore\"" "INSUFFICIENT_DATA"
            Unchecked: Initial alarm creation
        "\"notBreaching\"" "OK"
            None for 3 periods and 3 missing datapoints were treated as [NonBreaching].
        "null" "INSUFFICIENT_DATA"
            Unchecked: Initial alarm creation"#]]
    .assert_eq(&states.join("\n"));
}

#[tokio::test]
async fn a_state_is_set_at_once_and_stays() {
    let mut world = World::new();
    world.put("a", json!({})).await.expect("it is put");
    world.pass(10);
    let alarm = json!({
        "AlarmName": "a", "StateValue": "ALARM", "StateReason": "I say so",
        "StateReasonData": "{\"by\": \"me\"}",
    });
    world.call("SetAlarmState", alarm).await.expect("it is set");
    let shown = world.alarm("a").await;
    assert_eq!(shown["StateValue"], "ALARM");
    assert_eq!(shown["StateReason"], "I say so");
    assert_eq!(shown["StateReasonData"], "{\"by\": \"me\"}");
    assert_eq!(shown["StateUpdatedTimestamp"], 1_700_000_010);
    assert_eq!(shown["StateTransitionedTimestamp"], 1_700_000_010);
    assert_eq!(shown["AlarmConfigurationUpdatedTimestamp"], 1_700_000_000);
    world.pass(10);
    let again = json!({"AlarmName": "a", "StateValue": "ALARM", "StateReason": ""});
    world.call("SetAlarmState", again).await.expect("it is set");
    let shown = world.alarm("a").await;
    assert_eq!((&shown["StateReason"], shown.get("StateReasonData")), (&json!(""), None));
    assert_eq!(shown["StateUpdatedTimestamp"], 1_700_000_020);
    assert_eq!(shown["StateTransitionedTimestamp"], 1_700_000_010);
}

#[tokio::test]
async fn a_change_leaves_the_state_and_the_tags() {
    let mut world = World::new();
    let tags = json!({"Tags": [{"Key": "a", "Value": "1"}]});
    world.put("a", tags).await.expect("it is put");
    let alarm = json!({"AlarmName": "a", "StateValue": "ALARM", "StateReason": "no"});
    world.call("SetAlarmState", alarm).await.expect("it is set");
    world.pass(10);
    let changes = json!({"Threshold": 2, "Tags": [{"Key": "a", "Value": "2"}]});
    world.put("a", changes).await.expect("it is changed");
    let shown = world.alarm("a").await;
    assert_eq!((&shown["StateValue"], &shown["StateReason"]), (&json!("ALARM"), &json!("no")));
    assert_eq!(shown["Threshold"], 2.0);
    assert_eq!(shown["AlarmConfigurationUpdatedTimestamp"], 1_700_000_010);
    let tags = world.call("ListTagsForResource", json!({"ResourceARN": shown["AlarmArn"]})).await;
    assert_eq!(tags.expect("tags")["Tags"], json!([{"Key": "a", "Value": "1"}]));
    // Treated otherwise, what is missing comes to another state.
    world.put("a", json!({"TreatMissingData": "notBreaching"})).await.expect("it is changed");
    assert_eq!(world.alarm("a").await["StateValue"], "OK");
    world.put("a", json!({"EvaluationPeriods": 2})).await.expect("it is changed");
    let shown = world.alarm("a").await;
    assert_eq!(shown["StateReason"], "Insufficient Data: 2 datapoints were unknown.");
}

#[tokio::test]
async fn alarms_are_found_by_name_state_and_type() {
    let mut world = World::new();
    for name in ["web-a", "web-b", "db-a", "web"] {
        world.put(name, json!({})).await.expect("it is put");
    }
    let alarm = json!({"AlarmName": "web-b", "StateValue": "ALARM", "StateReason": ""});
    world.call("SetAlarmState", alarm).await.expect("it is set");
    for (input, expected) in [
        (json!({}), vec!["db-a", "web", "web-a", "web-b"]),
        (json!({"AlarmNames": ["web-b", "db-a", "none"]}), vec!["db-a", "web-b"]),
        (json!({"AlarmNamePrefix": "web-"}), vec!["web-a", "web-b"]),
        (json!({"AlarmNamePrefix": "Web"}), vec![]),
        (json!({"StateValue": "ALARM"}), vec!["web-b"]),
        (json!({"StateValue": "OK"}), vec![]),
        (
            json!({"AlarmNamePrefix": "web", "StateValue": "INSUFFICIENT_DATA"}),
            vec!["web", "web-a"],
        ),
        (json!({"AlarmTypes": ["MetricAlarm"], "AlarmNames": ["web"]}), vec!["web"]),
        (json!({"AlarmTypes": ["CompositeAlarm", "LogAlarm"]}), vec![]),
        (json!({"ActionPrefix": "arn:"}), vec![]),
    ] {
        assert_eq!(world.names(input.clone()).await, expected, "{input}");
    }
    world.caller.scope = model::Scope::new("000000000000", "eu-west-1");
    assert!(world.names(json!({})).await.is_empty());
}

#[tokio::test]
async fn every_alarm_is_on_one_page() {
    let world = World::new();
    for number in 0..60 {
        world.put(&format!("{number:02}"), json!({})).await.expect("it is put");
    }
    assert_eq!(world.names(json!({})).await.len(), 50);
    assert_eq!(world.names(json!({"MaxRecords": 100})).await.len(), 60);
    let mut found = Vec::new();
    let mut input = json!({"MaxRecords": 25});
    loop {
        let page = world.call("DescribeAlarms", input.clone()).await.expect("a page");
        assert!(names(&page).len() <= 25);
        found.extend(names(&page));
        if page.get("NextToken").is_none() {
            break;
        }
        input["NextToken"] = page["NextToken"].clone();
    }
    let all: Vec<String> = (0..60).map(|number| format!("{number:02}")).collect();
    assert_eq!(found, all);
}

#[tokio::test]
async fn a_metrics_alarms_are_found() {
    let world = World::new();
    let dimensions = json!([{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]);
    let turned = json!([{"Name": "b", "Value": "2"}, {"Name": "a", "Value": "1"}]);
    world.put("plain", json!({})).await.expect("it is put");
    world.put("of two", json!({"Dimensions": dimensions, "Unit": "Count"})).await.expect("put");
    let tail = json!({"Statistic": null, "ExtendedStatistic": "p99", "Period": 300});
    world.put("tail", tail).await.expect("it is put");
    for (changes, expected) in [
        (json!({}), vec!["plain", "tail"]),
        (json!({"MetricName": "Errors"}), vec![]),
        (json!({"Dimensions": turned}), vec!["of two"]),
        (json!({"Dimensions": [dimensions[0]]}), vec![]),
        (json!({"Dimensions": turned, "Unit": "Bytes"}), vec![]),
        (json!({"Statistic": "Sum"}), vec!["plain"]),
        (json!({"ExtendedStatistic": "p99"}), vec!["tail"]),
        (json!({"Period": 300}), vec!["tail"]),
    ] {
        let mut input = json!({"MetricName": "errors", "Namespace": "web"});
        input
            .as_object_mut()
            .expect("an object")
            .extend(changes.as_object().expect("an object").clone());
        let shown = world.call("DescribeAlarmsForMetric", input).await.expect("they are found");
        assert_eq!(names(&shown), expected, "{changes}");
    }
}

#[tokio::test]
async fn alarms_are_deleted_and_their_actions_switched() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.put(name, json!({})).await.expect("it is put");
    }
    let two = json!({"AlarmNames": ["a", "b", "b", "none"]});
    world.call("DisableAlarmActions", two.clone()).await.expect("they are disabled");
    assert_eq!(world.alarm("b").await["ActionsEnabled"], false);
    assert_eq!(world.alarm("c").await["ActionsEnabled"], true);
    world.call("EnableAlarmActions", json!({"AlarmNames": ["b"]})).await.expect("it is enabled");
    assert_eq!(world.alarm("b").await["ActionsEnabled"], true);
    world.call("DeleteAlarms", two.clone()).await.expect("they are deleted");
    assert_eq!(world.names(json!({})).await, ["c"]);
    world.call("DeleteAlarms", two).await.expect("there is nothing to delete");
}

#[tokio::test]
async fn tags_are_added_replaced_and_taken_off() {
    let world = World::new();
    world.put("a", json!({"Tags": [{"Key": "x", "Value": "1"}]})).await.expect("it is put");
    let arn = world.alarm("a").await["AlarmArn"].clone();
    assert_eq!(arn, "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a");
    let tags = json!([{"Key": "x", "Value": "2"}, {"Key": "y", "Value": ""}]);
    let input = json!({"ResourceARN": arn, "Tags": tags});
    world.call("TagResource", input).await.expect("it is tagged");
    let shown = world.call("ListTagsForResource", json!({"ResourceARN": arn})).await;
    assert_eq!(shown.expect("tags")["Tags"], tags);
    let input = json!({"ResourceARN": arn, "TagKeys": ["x", "none"]});
    world.call("UntagResource", input).await.expect("it is untagged");
    let shown = world.call("ListTagsForResource", json!({"ResourceARN": arn})).await;
    assert_eq!(shown.expect("tags")["Tags"], json!([tags[1]]));
}
