//! The wire without a server: one JSON command a line in, one JSON answer a line out.
//!
//! The agreement test drives it with what AWS's own client library sends, and hands what it
//! answers to that library's parsers. Bodies are in base64, as not every protocol has text.

use std::io::{self, BufRead, Write as _};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_api::{cloudwatch, codedeploy, ec2, ecs, elbv2, iam, kms, logs, secretsmanager, ssm, sts};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value as Json, json};
use wire::{ApiError, Facts, Protocol, Request, Response};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let command: Json = serde_json::from_str(&line?)?;
        let answer = match text(&command, "do") {
            "input" => input(&command),
            "output" => output(&command),
            "refuse" => refuse(&command),
            other => json!({"failed": format!("no such command: {other}")}),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// What a request decodes to, and what a service that implements nothing answers to it.
fn input(command: &Json) -> Json {
    let body = BASE64_STANDARD.decode(text(command, "body")).unwrap_or_default();
    let facts = Facts {
        smithy_protocol: command["smithy_protocol"].as_str(),
        path: text(command, "path"),
        target: command["target"].as_str(),
        content_type: command["content_type"].as_str(),
        host: command["host"].as_str(),
        scope_service: command["scope"].as_str(),
        query: text(command, "query"),
        body: &body,
    };
    let route = match wire::route(aws_api::SERVICES, &facts) {
        Ok(route) => route,
        Err(refusal) => return response(&refusal.response("request-1")),
    };
    let request = route.request(&facts, "request-1");
    let typed = request.decode().map(|value| (route.operation.input.read)(value));
    match typed {
        Ok(Ok(typed)) => {
            let text = wire::dump(route.operation.input.schema, &*typed);
            json!({
                "service": route.service.name,
                "operation": route.operation.name,
                "protocol": format!("{:?}", route.protocol),
                "value": serde_json::from_slice::<Json>(&text).unwrap_or_default(),
                "unimplemented": response(&dispatch(&request)),
            })
        }
        Ok(Err(error)) => json!({"failed": error.to_string()}),
        Err(error) => response(&request.refuse(&error)),
    }
}

/// The encoded answer of an operation that gave this value.
fn output(command: &Json) -> Json {
    let request = match named(command) {
        Ok(request) => request,
        Err(failed) => return failed,
    };
    let output = request.operation.output;
    let value = command["value"].to_string();
    let typed = wire::parse(value.as_bytes(), output.schema)
        .map_err(|error| error.to_string())
        .and_then(|value| (output.read)(value).map_err(|error| error.to_string()));
    match typed {
        Ok(typed) => response(&request.encode(&*typed)),
        Err(error) => json!({"failed": error}),
    }
}

/// The encoded refusal of an operation.
fn refuse(command: &Json) -> Json {
    let request = match named(command) {
        Ok(request) => request,
        Err(failed) => return failed,
    };
    let (code, message) = (text(command, "code").to_owned(), text(command, "message"));
    let status = command["status"].as_u64().and_then(|it| u16::try_from(it).ok());
    let error = ApiError::client(code, message).status(status.unwrap_or(400));
    response(&request.refuse(&error))
}

fn named(command: &Json) -> Result<Request<'static>, Json> {
    let (service, operation) = (text(command, "service"), text(command, "operation"));
    let found = aws_api::SERVICES.iter().find(|it| it.name == service);
    found
        .and_then(|service| {
            let operation = service.operation(operation)?;
            Some(Request {
                service,
                operation,
                protocol: protocol(service, text(command, "protocol"))?,
                query: "",
                body: b"",
                request_id: "request-1",
            })
        })
        .ok_or_else(|| json!({"failed": format!("no operation {service}.{operation}")}))
}

/// The one that botocore calls by this name, if the service speaks it.
fn protocol(service: &wire::Service, name: &str) -> Option<Protocol> {
    service.protocols.iter().copied().find(|protocol| match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => name == "json",
        Protocol::Query => name == "query",
        Protocol::Ec2 => name == "ec2",
        Protocol::RpcV2Cbor => name == "smithy-rpc-v2-cbor",
    })
}

struct Nothing;

/// Every service as one that implements nothing, and the way to it by its name.
macro_rules! services {
    ($($name:literal $service:ident $operations:ident,)*) => {
        $(impl $service::$operations for Nothing {
            type Context = ();

            fn admit(&self, (): &(), _: &Request<'_>, _: &wire::Value) -> Result<(), ApiError> {
                Ok(())
            }
        })*

        fn dispatch(request: &Request<'_>) -> Response {
            match request.service.name {
                $($name => ready($service::dispatch(&Nothing, &(), request)),)*
                other => unreachable!("there is no service `{other}`"),
            }
        }
    };
}

services! {
    "cloudwatch" cloudwatch CloudWatch,
    "codedeploy" codedeploy CodeDeploy,
    "ec2" ec2 Ec2,
    "ecs" ecs Ecs,
    "elbv2" elbv2 Elbv2,
    "iam" iam Iam,
    "kms" kms Kms,
    "logs" logs Logs,
    "secretsmanager" secretsmanager SecretsManager,
    "ssm" ssm Ssm,
    "sts" sts Sts,
}

/// Runs what never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

fn response(response: &Response) -> Json {
    let headers: serde_json::Map<String, Json> = response
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Json::from(value.clone())))
        .collect();
    json!({
        "status": response.status,
        "headers": headers,
        "body": BASE64_STANDARD.encode(&response.body),
    })
}

fn text<'a>(command: &'a Json, key: &str) -> &'a str {
    command[key].as_str().unwrap_or_default()
}
