//! What is decided before the engine is asked.

use std::path::PathBuf;
use std::sync::Arc;

use dynamodb::{Ask, SERVICE, STREAMS};
use dynamodb_proxy::{Authorize, Engine, EngineConfig, Proxy};
use edge::RequestContext;
use model::principal::Identity;
use model::{Principal, Scope, Timestamp};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::{ApiError, Protocol, Service};

/// Lets `ann` do nothing.
#[derive(Debug)]
struct NotAnn;

impl Authorize for NotAnn {
    fn authorize(&self, caller: &RequestContext, ask: &Ask) -> Result<(), ApiError> {
        if caller.principal.arn().ends_with("user/ann") {
            let message = format!("ann may not {} on {}", ask.action, ask.resource);
            return Err(ApiError::client("AccessDeniedException", message));
        }
        Ok(())
    }
}

/// Asks a proxy whose engine is not installed.
async fn told(user: &str, region: &str, (service, operation): (&'static Service, &str)) -> String {
    let config =
        EngineConfig { program: None, data: PathBuf::new(), socket: PathBuf::from("/nowhere") };
    let (engine, keeper) = Engine::new(config);
    let (stop, tracker) = (CancellationToken::new(), TaskTracker::new());
    tracker.spawn(keeper.run(stop.clone()));
    let proxy = Proxy::new(engine, Box::new(NotAnn));
    let caller = RequestContext {
        scope: Scope::new("000000000000", region),
        principal: Arc::new(Principal {
            account: "000000000000".to_owned(),
            identity: Identity::User {
                name: user.to_owned(),
                path: "/".to_owned(),
                id: "AIDA".to_owned(),
            },
            session: None,
        }),
        user_agent: None,
        access_key_id: None,
        request_id: "1".to_owned(),
        source_ip: [127, 0, 0, 1].into(),
        now: Timestamp::from_millis(0),
    };
    let request = wire::Request {
        service,
        operation: service.operation(operation).expect("it is in the model"),
        protocol: Protocol::AwsJson10,
        query: "",
        body: b"{}",
        request_id: "1",
    };
    let response = proxy.answer(&caller, &request).await;
    let crc = crc32fast::hash(&response.body).to_string();
    assert!(response.headers.contains(&("x-amz-crc32", crc)), "{:?}", response.headers);
    stop.cancel();
    format!("{} {}", response.status, String::from_utf8_lossy(&response.body))
}

/// What a refusal with this status, code and message is.
fn refusal(status: u16, code: &str, message: &str) -> String {
    format!(r#"{status} {{"__type":"{code}","message":"{message}"}}"#)
}

#[tokio::test]
async fn who_may_not_is_told_so_and_the_engine_is_not_asked() {
    let message = "ann may not dynamodb:ListTables on \
                   arn:aws:dynamodb:us-east-1:000000000000:table/*";
    let answer = told("ann", "us-east-1", (&SERVICE, "ListTables")).await;
    assert_eq!(answer, refusal(400, "AccessDeniedException", message));
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let answer = told("bob", "us-east-1", (&SERVICE, "ListTables")).await;
    assert!(answer.starts_with(r#"501 {"__type":"NotImplemented""#), "{answer}");
    assert!(answer.contains("`longshore-dynamodb`"), "{answer}");
    for (service, operation) in [(&SERVICE, "ExecuteStatement"), (&STREAMS, "ListStreams")] {
        let answer = told("bob", "us-east-1", (service, operation)).await;
        let name = service.name;
        let message =
            format!("operation `{operation}` of `{name}` is not implemented by Longshore");
        assert_eq!(answer, refusal(501, "NotImplemented", &message));
    }
    let answer = told("bob", "../etc", (&SERVICE, "ListTables")).await;
    let message = "`../etc` is not the name of a region";
    assert_eq!(answer, refusal(400, "ValidationException", message));
}
