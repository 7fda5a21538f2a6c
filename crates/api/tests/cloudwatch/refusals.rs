//! What is refused, and how: the requests and answers are in `scripts/`.

use std::fmt::Write as _;

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::world::{World, alarm};

const LOW: &str = "EvaluateLowSampleCountPercentile";

async fn script(world: &World, calls: Vec<(&str, Value)>) -> String {
    let mut script = String::new();
    for (operation, input) in calls {
        let told = match world.call(operation, input.clone()).await {
            Ok(answer) => format!("accepted: {answer}"),
            Err(error) => error,
        };
        writeln!(script, "{operation} {input}\n    {told}\n").expect("a string takes any text");
    }
    script
}

/// Requests that are good but for these members, of which alone the script tells.
async fn changed(world: &World, changes: Vec<Value>) -> String {
    let mut script = String::new();
    for change in changes {
        let told = match world.call("PutMetricAlarm", alarm("a", &change)).await {
            Ok(answer) => format!("accepted: {answer}"),
            Err(error) => error,
        };
        writeln!(script, "{change}\n    {told}\n").expect("a string takes any text");
    }
    script
}

#[tokio::test]
async fn what_is_not_honoured_is_refused_by_name() {
    let world = World::new();
    let action = json!(["arn:aws:sns:us-east-1:000000000000:topic"]);
    let changes = vec![
        json!({"AlarmActions": action}),
        json!({"OKActions": action}),
        json!({"InsufficientDataActions": action}),
        json!({"MetricName": null, "Metrics": [{"Id": "m1", "Expression": "1"}]}),
        json!({"ThresholdMetricId": "t1"}),
        json!({"ComparisonOperator": "GreaterThanUpperThreshold"}),
        json!({"ComparisonOperator": "LessThanLowerThreshold"}),
        json!({"ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold"}),
        json!({"EvaluationInterval": 60}),
        json!({"EvaluationCriteria": {"PromQLCriteria": {"Query": "up"}}}),
        json!({"EvaluationWindow": {"WallClockWindow": {}}}),
        json!({"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 5}}),
        json!({"ActionConfiguration": {}}),
    ];
    expect_file!["scripts/unsupported.txt"].assert_eq(&changed(&world, changes).await);
    assert!(world.names(json!({})).await.is_empty());
    let calls = vec![
        ("DescribeAlarms", json!({"ParentsOfAlarmName": "a"})),
        ("DescribeAlarms", json!({"ChildrenOfAlarmName": "a"})),
    ];
    expect_file!["scripts/unsupported_lists.txt"].assert_eq(&script(&world, calls).await);
}

#[tokio::test]
async fn alarms_that_make_no_sense() {
    let world = World::new();
    let low = |given: &str| json!({"Statistic": null, "ExtendedStatistic": "p9", LOW: given});
    let tag = |key: &str| json!({"Key": key, "Value": ""});
    let many: Vec<Value> = (0..51).map(|number| tag(&format!("{number}"))).collect();
    let changes = vec![
        json!({"AlarmName": ""}),
        json!({"AlarmName": "a\tb"}),
        json!({"MetricName": null}),
        json!({"Namespace": null}),
        json!({"Namespace": ":web"}),
        json!({"Period": null}),
        json!({"EvaluationPeriods": null}),
        json!({"Threshold": null}),
        json!({"ComparisonOperator": null}),
        json!({"ComparisonOperator": "More"}),
        json!({"Statistic": null}),
        json!({"ExtendedStatistic": "p99"}),
        json!({"Statistic": null, "ExtendedStatistic": "90"}),
        json!({"Period": 0}),
        json!({"Period": 45}),
        json!({"Period": 60, "EvaluationPeriods": 1441}),
        json!({"Period": 3600, "EvaluationPeriods": 169}),
        json!({"Period": 2_147_483_640, "EvaluationPeriods": 2_147_483_647}),
        json!({"DatapointsToAlarm": 2}),
        json!({"TreatMissingData": "sometimes"}),
        json!({"EvaluateLowSampleCountPercentile": "ignore"}),
        low("x"),
        json!({"Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "a", "Value": "2"}]}),
        json!({"Tags": [tag("a"), tag("a")]}),
        json!({"Tags": [tag("AWS:a")]}),
        json!({"Colour": "red"}),
    ];
    expect_file!["scripts/nonsense.txt"].assert_eq(&changed(&world, changes).await);
    let told = world.put("a", json!({"Tags": many})).await;
    let expected = "InvalidParameterValue: An alarm can have at most 50 tags.";
    assert_eq!(told.expect_err("they are too many"), expected);
    for good in [
        json!({"Period": 60, "EvaluationPeriods": 1440}),
        json!({"Period": 3600, "EvaluationPeriods": 168}),
        json!({"Period": 20, "EvaluationPeriods": 2, "DatapointsToAlarm": 2}),
    ] {
        world.put("a", good).await.expect("it is put");
    }
}

#[tokio::test]
async fn alarms_have_a_number() {
    let world = World::new();
    for number in 0..5_000 {
        world.put(&number.to_string(), json!({})).await.expect("it is put");
    }
    let told = world.put("more", json!({})).await.expect_err("they are too many");
    assert_eq!(told, "LimitExceeded: The maximum limit of 5000 alarms was reached.");
    world.put("4999", json!({})).await.expect("one that is there can be changed");
    world.call("DeleteAlarms", json!({"AlarmNames": ["0"]})).await.expect("it is deleted");
    world.put("more", json!({})).await.expect("it is put");
}

#[tokio::test]
async fn calls_that_make_no_sense() {
    let world = World::new();
    world.put("a", json!({})).await.expect("it is put");
    let arn = |name: &str| format!("arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}");
    let set = |changes: Value| {
        let mut input = json!({"AlarmName": "a", "StateValue": "OK", "StateReason": ""});
        for (name, value) in changes.as_object().expect("an object") {
            input[name] = value.clone();
        }
        ("SetAlarmState", input)
    };
    let calls = vec![
        set(json!({"AlarmName": "none"})),
        set(json!({"StateValue": "RED"})),
        set(json!({"StateReason": null})),
        set(json!({"StateReasonData": "{"})),
        ("DeleteAlarms", json!({})),
        ("DescribeAlarms", json!({"AlarmNames": ["a"], "AlarmNamePrefix": "a"})),
        ("DescribeAlarms", json!({"MaxRecords": 0})),
        ("DescribeAlarms", json!({"MaxRecords": 101})),
        ("DescribeAlarms", json!({"NextToken": "more"})),
        ("DescribeAlarms", json!({"NextToken": ""})),
        ("DescribeAlarmsForMetric", json!({"Namespace": "web"})),
        ("ListTagsForResource", json!({"ResourceARN": arn("none")})),
        ("ListTagsForResource", json!({"ResourceARN": arn("")})),
        ("ListTagsForResource", json!({"ResourceARN": arn("a").replace("us-east-1", "eu-west-1")})),
        ("TagResource", json!({"ResourceARN": arn("none"), "Tags": []})),
        ("TagResource", json!({"ResourceARN": arn("a"), "Tags": [{"Key": "aws:", "Value": ""}]})),
        ("UntagResource", json!({"ResourceARN": "a", "TagKeys": []})),
    ];
    expect_file!["scripts/calls_refused.txt"].assert_eq(&script(&world, calls).await);
}
