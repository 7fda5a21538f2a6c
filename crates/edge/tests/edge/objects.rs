//! Requests for S3 are handed on after their heads.

use bytes::Bytes;
use edge::AuthMode;

use crate::harness::{Call, SIGNER, Server, Signer};

fn get(path: &str) -> Call {
    let call = Call { method: "GET", path: path.to_owned(), ..Call::form("s3", Bytes::new()) };
    Call { headers: Vec::new(), ..call }
}

#[tokio::test]
async fn what_is_signed_for_s3_or_names_a_path_is_handed_on() {
    let server = Server::with_objects(AuthMode::Verify);
    let body = async |call: Call| server.call(&call).await.body;
    // Whether it is signed well is not the listener's to say.
    let wrong = Signer { secret: "wrong", ..SIGNER };
    assert_eq!(body(get("/").signed_by(wrong)).await, "GET / unproven 127.0.0.1");
    assert_eq!(body(get("/b/k").unsigned()).await, "GET /b/k unproven 127.0.0.1");
    let big = Call { method: "PUT", body: vec![0; 9 << 20].into(), ..get("/b/k") };
    assert_eq!(body(big).await, "PUT /b/k unproven 127.0.0.1");
    let other = server.call(&Call::list_clusters()).await;
    assert!(other.body.contains("cluster/default"), "{}", other.body);
    assert!(!body(get("/").unsigned()).await.contains("unproven"));
    let host = "GET / HTTP/1.1\r\nHost: bucket.s3.localhost\r\nConnection: close\r\n\r\n";
    let answer = server.raw(host.as_bytes()).await;
    assert!(answer.ends_with("GET / unproven 127.0.0.1"), "{answer}");
    let answer = server.call(&get("/panic")).await;
    assert_eq!(answer.status, 500);
}

#[tokio::test]
async fn without_signatures_anyone_is_root_and_pages_are_nobody() {
    let server = Server::with_objects(AuthMode::Any);
    let account = Signer { key: "123456789012", secret: "test", at: 0, ..SIGNER };
    let call = Call { region: "eu-west-1", ..get("/b").signed_by(account) };
    let told = server.call(&call).await.body;
    assert_eq!(told, "GET /b arn:aws:iam::123456789012:root eu-west-1 127.0.0.1");
    let told = server.call(&get("/b").unsigned()).await.body;
    assert_eq!(told, "GET /b arn:aws:iam::000000000000:root us-east-1 127.0.0.1");
    let page = get("/b").unsigned().header("origin", "https://evil.example");
    let answer = server.call(&page).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDeniedException"));
}
