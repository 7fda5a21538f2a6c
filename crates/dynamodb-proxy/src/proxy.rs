//! A request from its decoded head to its answer.

use std::collections::BTreeMap;

use bytes::Bytes;
use dynamodb::{Call, SERVICE, TableKeys};
use edge::RequestContext;
use model::Scope;
use serde_json::{Value, json};
use wire::{ApiError, not_implemented};

use crate::authorize::Authorize;
use crate::connection::Answer;
use crate::engine::{Engine, EngineError};
use crate::tables::Tables;

/// DynamoDB as the listener sees it.
#[derive(Debug)]
pub struct Proxy {
    engine: Engine,
    authorize: Box<dyn Authorize>,
    tables: Tables,
}

/// LIMIT: a region's name, of which AWS's longest has 14 letters. It becomes a file's name.
const REGION_LENGTH_MAX: usize = 40;

impl Proxy {
    pub fn new(engine: Engine, authorize: Box<dyn Authorize>) -> Proxy {
        Proxy { engine, authorize, tables: Tables::default() }
    }

    /// Answers an authenticated request for DynamoDB or its streams.
    pub async fn answer(
        &self,
        caller: &RequestContext,
        request: &wire::Request<'_>,
    ) -> wire::Response {
        let mut response = match self.carry_out(caller, request).await {
            Ok(answer) => respond(answer),
            Err(error) => request.refuse(&error),
        };
        // COMPAT: SDKs hold an answer against it where it is given.
        let checksum = crc32fast::hash(&response.body).to_string();
        response.headers.push(("x-amz-crc32", checksum));
        response
    }

    /// Deletes every table of every account and region.
    pub async fn empty(&self) -> Result<(), EngineError> {
        let emptied = self.engine.empty().await;
        self.tables.forget_all();
        emptied
    }

    async fn carry_out(
        &self,
        caller: &RequestContext,
        request: &wire::Request<'_>,
    ) -> Result<Answer, ApiError> {
        let name = request.operation.name;
        if request.service.name != SERVICE.name {
            return Err(not_implemented(request.service.name, name));
        }
        let scope = &caller.scope;
        check_region(scope)?;
        let call = Call::read(name, request.body, scope)?;
        let keys = self.keys(&call, scope).await?;
        for ask in call.asks(&keys) {
            self.authorize.authorize(caller, &ask)?;
        }
        call.check(&keys)?;
        let _changing = call.changed_table().map(|table| self.tables.changing(scope, table));
        let answer = self.ask(scope, call.sent_operation(), call.sent()).await?;
        let body = call.answer(answer.status, answer.body);
        Ok(Answer { status: answer.status, body })
    }

    /// The keys of those of the call's tables that are there.
    async fn keys(
        &self,
        call: &Call,
        scope: &Scope,
    ) -> Result<BTreeMap<String, TableKeys>, ApiError> {
        let mut found = BTreeMap::new();
        for table in call.tables() {
            let reading = match self.tables.get(scope, &table) {
                Ok(keys) => {
                    found.insert(table, keys);
                    continue;
                }
                Err(reading) => reading,
            };
            let body = Bytes::from(json!({ "TableName": table }).to_string());
            let answer = self.ask(scope, "DescribeTable", body).await?;
            let described = serde_json::from_slice::<Value>(&answer.body);
            if let Some(keys) = described.ok().as_ref().and_then(TableKeys::read) {
                self.tables.keep(reading, (scope, &table), &keys);
                found.insert(table, keys);
            } else if answer.status >= 500 {
                return Err(internal_server_error());
            }
        }
        Ok(found)
    }

    async fn ask(&self, scope: &Scope, operation: &str, body: Bytes) -> Result<Answer, ApiError> {
        self.engine.ask(scope, operation, body).await.map_err(|error| match error {
            EngineError::NotInstalled => not_installed(),
            error => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(operation, %error, cause, "the DynamoDB engine failed a request");
                internal_server_error()
            }
        })
    }
}

/// An account is twelve digits by the time it comes here.
fn check_region(scope: &Scope) -> Result<(), ApiError> {
    let is_word = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    let region = &scope.region;
    if !region.is_empty() && region.len() <= REGION_LENGTH_MAX && region.bytes().all(is_word) {
        return Ok(());
    }
    let message = format!("`{}` is not the name of a region", region.escape_debug());
    Err(ApiError::client("ValidationException", message))
}

fn respond(answer: Answer) -> wire::Response {
    let error_code = (answer.status >= 400).then(|| code(&answer.body)).flatten();
    wire::Response {
        status: answer.status,
        headers: vec![("content-type", "application/x-amz-json-1.0".to_owned())],
        body: answer.body,
        error_code,
    }
}

/// `com.amazonaws.dynamodb.v20120810#ResourceInUseException` without what stands before it.
fn code(body: &[u8]) -> Option<String> {
    let refusal: Value = serde_json::from_slice(body).ok()?;
    let named = refusal["__type"].as_str()?;
    Some(named.rsplit('#').next().unwrap_or(named).to_owned())
}

fn internal_server_error() -> ApiError {
    ApiError::server(
        "InternalServerError",
        "the request was not carried out, or its answer is lost",
    )
}

fn not_installed() -> ApiError {
    let message = "DynamoDB is not installed with this Longshore: `longshore-dynamodb` is neither \
                   beside `longshore` nor on its PATH. `scripts/setup.sh run` builds it; \
                   `longshore up --dynamodb FILE` says where it is";
    ApiError::server("NotImplemented", message).status(501)
}
