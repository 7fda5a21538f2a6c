//! A world for operations that are asked in JSON: one server, and a clock that a test sets.

use api::{Api, ApiParts, Caller};
use model::{Rng, Scope, Timestamp};
use serde_json::{Value, json};
use store::{MemoryEngine, Store};
use tempfile::TempDir;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) caller: Caller,
    // The logs live in it.
    _directory: TempDir,
}

impl World {
    pub(crate) fn new() -> World {
        let directory = TempDir::new().expect("a temporary directory");
        let store = Store::open(MemoryEngine::new()).expect("an empty store opens");
        let logs = observe::Logs::open(directory.path()).expect("an empty directory opens");
        let vpc_cidr = model::Cidr::parse("172.31.0.0/16").expect("a range");
        let caller = Caller::root(
            Scope::new("000000000000", "us-east-1"),
            Timestamp::from_secs(1_700_000_000),
        );
        let api = Api::new(ApiParts::unkept(store, logs, vpc_cidr), Rng::seeded(1));
        World { api, caller, _directory: directory }
    }

    pub(crate) fn pass(&mut self, secs: i64) {
        self.caller.now = Timestamp::from_millis(self.caller.now.as_millis() + secs * 1000);
    }

    /// Calls an operation: its answer, or `Code: message`.
    pub(crate) async fn call(&self, operation: &str, input: Value) -> Result<Value, String> {
        let service = &aws_api::cloudwatch::SERVICE;
        let body = input.to_string();
        let request = wire::Request {
            service,
            operation: service.operation(operation).expect("the operation is imported"),
            protocol: wire::Protocol::AwsJson10,
            query: "",
            body: body.as_bytes(),
            request_id: "request-1",
        };
        let answer = aws_api::cloudwatch::dispatch(&self.api, &self.caller, &request).await;
        let told: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
        match answer.error_code {
            None => Ok(told),
            Some(code) => Err(format!("{code}: {}", told["message"].as_str().unwrap_or_default())),
        }
    }

    /// Puts an alarm, which is as [`alarm`] says but for `changes`.
    pub(crate) async fn put(&self, name: &str, changes: Value) -> Result<Value, String> {
        self.call("PutMetricAlarm", alarm(name, &changes)).await
    }

    /// The one alarm of this name.
    pub(crate) async fn alarm(&self, name: &str) -> Value {
        let shown = self.call("DescribeAlarms", json!({"AlarmNames": [name]})).await;
        let shown = shown.expect("alarms are described");
        assert_eq!(shown["MetricAlarms"].as_array().map(Vec::len), Some(1), "{shown}");
        shown["MetricAlarms"][0].clone()
    }

    /// The names of the alarms that a request describes.
    pub(crate) async fn names(&self, input: Value) -> Vec<String> {
        let shown = self.call("DescribeAlarms", input).await.expect("alarms are described");
        names(&shown)
    }
}

/// A good request, with `changes`; a null takes a member out of it.
pub(crate) fn alarm(name: &str, changes: &Value) -> Value {
    let mut input = json!({
        "AlarmName": name,
        "MetricName": "errors",
        "Namespace": "web",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    });
    for (name, value) in changes.as_object().expect("changes are an object") {
        input[name] = value.clone();
    }
    input
}

pub(crate) fn names(shown: &Value) -> Vec<String> {
    let alarms = shown["MetricAlarms"].as_array().expect("a list of alarms");
    alarms.iter().map(|it| it["AlarmName"].as_str().unwrap_or_default().to_owned()).collect()
}
