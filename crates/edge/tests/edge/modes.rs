//! Serving without signatures, and the pages that are not AWS's.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use edge::{AuthMode, ConfigError, Limits, ServeError};
use tokio_util::sync::CancellationToken;

use crate::harness::{Answer, Call, Fake, SIGNER, Server, Signer, edge};

fn any() -> Server {
    Server::with(AuthMode::Any, Limits::default())
}

#[tokio::test]
async fn anyone_is_root() {
    let server = any();
    let identity = async |call: Call| {
        let answer = server.call(&call).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (_, rest) = answer.body.split_once("<Arn>").expect("an ARN");
        rest.split_once("</Arn>").expect("an ARN").0.to_owned()
    };
    let root = "arn:aws:iam::000000000000:root";
    assert_eq!(identity(Call::caller_identity().unsigned()).await, root);
    let unknown = Signer { key: "test", secret: "test", at: 0, ..SIGNER };
    assert_eq!(identity(Call::caller_identity().signed_by(unknown)).await, root);
    let account = Signer { key: "123456789012", ..unknown };
    let other = "arn:aws:iam::123456789012:root";
    assert_eq!(identity(Call::caller_identity().signed_by(account)).await, other);

    let elsewhere = Call { region: "eu-west-1", ..Call::list_clusters().signed_by(unknown) };
    let answer = server.call(&elsewhere).await;
    assert!(answer.body.contains("ecs:eu-west-1:000000000000"), "{}", answer.body);
    let answer = server.call(&Call::list_clusters().unsigned()).await;
    assert!(answer.body.contains("ecs:us-east-1:000000000000"), "{}", answer.body);
}

#[tokio::test]
async fn web_pages_are_not_anyone() {
    let server = any();
    let page = Call::list_clusters().unsigned().header("origin", "https://evil.example");
    let answer = server.call(&page).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDeniedException"));
    let answer = server.raw(
        b"GET /_longshore/hello HTTP/1.1\r\nHost: evil.example\r\n\
        Connection: close\r\n\r\n",
    );
    let answer = answer.await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    let signed = Call::list_clusters().header("origin", "https://evil.example");
    assert_eq!(Server::start().call(&signed).await.status, 200);
}

#[tokio::test]
async fn any_is_refused_beyond_loopback() {
    let listener = TcpListener::bind("0.0.0.0:0").expect("a free port");
    let fake = Arc::new(Fake::new());
    let edge = edge(AuthMode::Any, Limits::default(), &fake, &Arc::new(AtomicI64::new(0)));
    let result = edge.serve(vec![listener], CancellationToken::new()).await;
    assert!(matches!(result, Err(ServeError::Config(ConfigError::AnyBeyondLoopback(_)))));
}

#[tokio::test]
async fn our_own_pages() {
    let server = Server::start();
    let get = async |path: &str| {
        let call = Call { method: "GET", path: path.to_owned(), ..Call::list_clusters() };
        let Answer { status, body, .. } = server.call(&call.unsigned()).await;
        format!("{status} {}", body.trim_end())
    };
    assert_eq!(get("/_longshore/health").await, "200 ok");
    assert_eq!(get("/_longshore/hello").await, "200 hello");
    assert_eq!(get("/_longshore/nothing").await, "404 no such page");
    assert_eq!(get("/_longshore/panic").await, "500 internal failure");
    assert_eq!(get("/_longshore/hello").await, "200 hello");
}
