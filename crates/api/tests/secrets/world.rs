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
        let service = &aws_api::secretsmanager::SERVICE;
        let body = input.to_string();
        let request = wire::Request {
            service,
            operation: service.operation(operation).expect("the operation is imported"),
            protocol: wire::Protocol::AwsJson11,
            query: "",
            body: body.as_bytes(),
            request_id: "request-1",
        };
        let answer = aws_api::secretsmanager::dispatch(&self.api, &self.caller, &request).await;
        let told: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
        match answer.error_code {
            None => Ok(told),
            Some(code) => {
                let message = told["message"].as_str().or(told["Message"].as_str());
                Err(format!("{code}: {}", message.unwrap_or_default()))
            }
        }
    }

    /// Makes a secret of one version.
    pub(crate) async fn make(&self, name: &str, value: &str) -> Value {
        let input = json!({"Name": name, "ClientRequestToken": token(1), "SecretString": value});
        self.call("CreateSecret", input).await.expect("it is made")
    }

    pub(crate) async fn put(&self, name: &str, number: u32) -> Result<Value, String> {
        let value = number.to_string();
        let input =
            json!({"SecretId": name, "ClientRequestToken": token(number), "SecretString": value});
        self.call("PutSecretValue", input).await
    }

    pub(crate) async fn read(&self, name: &str) -> Result<String, String> {
        let told = self.call("GetSecretValue", json!({"SecretId": name})).await?;
        Ok(told["SecretString"].as_str().expect("it is text").to_owned())
    }
}

pub(crate) fn token(number: u32) -> String {
    format!("{number:032}")
}
