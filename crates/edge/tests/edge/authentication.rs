//! Who gets in, and what the others are told.

use std::fmt::Write;

use expect_test::{Expect, expect};

use crate::harness::{Call, EXPIRED_KEY, NOW, SIGNER, Server, Signer, TEMPORARY_KEY, TOKEN};

#[tokio::test]
async fn signed_calls_are_answered() {
    let server = Server::start();
    let check = async |call: Call, expected: Expect| {
        expected.assert_eq(&server.call(&call).await.shown());
    };
    check(
        Call::list_clusters(),
        expect![[r#"
        200 application/x-amz-json-1.1
        {"clusterArns":["arn:aws:ecs:us-east-1:000000000000:cluster/default"]}
    "#]],
    )
    .await;
    check(
        Call { region: "eu-west-1", ..Call::list_clusters() },
        expect![[r#"
        200 application/x-amz-json-1.1
        {"clusterArns":["arn:aws:ecs:eu-west-1:000000000000:cluster/default"]}
    "#]],
    )
    .await;
    check(
        Call::caller_identity(),
        expect![[r#"
        200 text/xml
        <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <GetCallerIdentityResult>
        <UserId>AKIDEXAMPLE</UserId>
        <Account>000000000000</Account>
        <Arn>arn:aws:iam::000000000000:root</Arn>
        </GetCallerIdentityResult>
        <ResponseMetadata>
        <RequestId>ID</RequestId>
        </ResponseMetadata>
        </GetCallerIdentityResponse>
    "#]],
    )
    .await;
}

#[tokio::test]
async fn sessions_and_ec2_are_answered() {
    let server = Server::start();
    let check = async |call: Call, expected: Expect| {
        expected.assert_eq(&server.call(&call).await.shown());
    };
    let temporary = Signer { key: TEMPORARY_KEY, token: Some(TOKEN), ..SIGNER };
    check(
        Call::caller_identity().signed_by(temporary),
        expect![[r#"
        200 text/xml
        <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <GetCallerIdentityResult>
        <UserId>ASIAEXAMPLE</UserId>
        <Account>000000000000</Account>
        <Arn>arn:aws:sts::000000000000:assumed-role/web/task</Arn>
        </GetCallerIdentityResult>
        <ResponseMetadata>
        <RequestId>ID</RequestId>
        </ResponseMetadata>
        </GetCallerIdentityResponse>
    "#]],
    )
    .await;
    check(
        Call::describe_vpcs(),
        expect![[r#"
        501 text/xml
        <?xml version="1.0" encoding="UTF-8"?>
        <Response>
        <Errors>
        <Error>
        <Code>NotImplemented</Code>
        <Message>operation `DescribeVpcs` of `ec2` is not implemented by Longshore</Message>
        </Error>
        </Errors>
        <RequestID>ID</RequestID>
        </Response>
    "#]],
    )
    .await;
}

#[tokio::test]
async fn presigned_calls_are_answered() {
    let server = Server::start();
    let mut call = Call::form("sts", "");
    call.method = "GET";
    call.path = "/?Action=GetCallerIdentity&Version=2011-06-15".to_owned();
    call.headers.clear();
    let call = call.presigned(server.address, 60);
    assert_eq!(server.call(&call).await.status, 200);
    server.set_time(NOW + 61);
    let late = server.call(&call).await;
    assert_eq!((late.status, late.code().as_str()), (403, "SignatureDoesNotMatch"));
    server.set_time(NOW);
    let forged = Call { path: format!("{}&Extra=1", call.path), ..call };
    assert_eq!(server.call(&forged).await.code(), "SignatureDoesNotMatch");
}

#[tokio::test]
async fn others_are_refused_in_their_protocol() {
    let server = Server::start();
    let mut table = String::new();
    for (name, spoil) in SPOILED {
        writeln!(table, "{name}").expect("writing to a string");
        for call in [Call::list_clusters(), Call::caller_identity(), Call::describe_vpcs()] {
            let answer = server.send(spoil(call, &server)).await;
            assert!(!answer.body.contains("cluster/default"), "{name} was answered");
            writeln!(table, "    {} {}", answer.status, answer.code())
                .expect("writing to a string");
        }
    }
    expect![[r#"
        no signature
            400 MissingAuthenticationTokenException
            403 MissingAuthenticationToken
            403 MissingAuthenticationToken
        unknown key
            400 UnrecognizedClientException
            403 InvalidClientTokenId
            401 AuthFailure
        wrong secret
            400 InvalidSignatureException
            403 SignatureDoesNotMatch
            401 AuthFailure
        too old
            400 InvalidSignatureException
            403 SignatureDoesNotMatch
            400 RequestExpired
        too new
            400 InvalidSignatureException
            403 SignatureDoesNotMatch
            400 RequestExpired
        session over
            400 ExpiredTokenException
            403 ExpiredToken
            400 RequestExpired
        session token missing
            400 UnrecognizedClientException
            403 InvalidClientTokenId
            401 AuthFailure
        session token of another
            400 UnrecognizedClientException
            403 InvalidClientTokenId
            401 AuthFailure
        body changed
            400 InvalidSignatureException
            403 SignatureDoesNotMatch
            401 AuthFailure
        path changed
            400 InvalidSignatureException
            403 SignatureDoesNotMatch
            401 AuthFailure
        unsigned x-amz header
            400 InvalidSignatureException
            403 SignatureDoesNotMatch
            401 AuthFailure
        half an Authorization
            400 IncompleteSignatureException
            400 IncompleteSignature
            400 IncompleteSignature
        another scheme
            400 IncompleteSignatureException
            400 IncompleteSignature
            400 IncompleteSignature
    "#]]
    .assert_eq(&table);
}

type Spoil = fn(Call, &Server) -> http::Request<http_body_util::Full<bytes::Bytes>>;

/// Each with a way to make it, on the lines of JSON, Query and EC2.
const SPOILED: [(&str, Spoil); 13] = [
    ("no signature", |call, server| call.unsigned().request(server.address)),
    ("unknown key", |call, server| {
        call.signed_by(Signer { key: "AKIDOTHER", ..SIGNER }).request(server.address)
    }),
    ("wrong secret", |call, server| {
        call.signed_by(Signer { secret: "other", ..SIGNER }).request(server.address)
    }),
    ("too old", |call, server| {
        call.signed_by(Signer { at: NOW - 901, ..SIGNER }).request(server.address)
    }),
    ("too new", |call, server| {
        call.signed_by(Signer { at: NOW + 901, ..SIGNER }).request(server.address)
    }),
    ("session over", |call, server| {
        let signer = Signer { key: EXPIRED_KEY, token: Some(TOKEN), ..SIGNER };
        call.signed_by(signer).request(server.address)
    }),
    ("session token missing", |call, server| {
        call.signed_by(Signer { key: TEMPORARY_KEY, ..SIGNER }).request(server.address)
    }),
    ("session token of another", |call, server| {
        let signer = Signer { key: TEMPORARY_KEY, token: Some("other"), ..SIGNER };
        call.signed_by(signer).request(server.address)
    }),
    ("body changed", |call, server| {
        let mut request = call.request(server.address);
        let mut body = call.body.to_vec();
        body.push(b'&');
        *request.body_mut() = body.into();
        request
    }),
    ("path changed", |call, server| {
        let mut request = call.request(server.address);
        let uri = format!("http://{}/?x=y", server.address);
        *request.uri_mut() = uri.parse().expect("a URI");
        request
    }),
    ("unsigned x-amz header", |call, server| {
        let mut request = call.request(server.address);
        request.headers_mut().insert("x-amz-meta", "x".parse().expect("a header"));
        request
    }),
    ("half an Authorization", |call, server| {
        let mut request = call.request(server.address);
        let headers = request.headers_mut();
        let half = headers["authorization"].to_str().expect("text").split(',').next();
        let half = half.expect("a first part").parse().expect("a header");
        headers.insert("authorization", half);
        request
    }),
    ("another scheme", |call, server| {
        let mut request = call.unsigned().request(server.address);
        let headers = request.headers_mut();
        headers.insert("authorization", "Bearer token".parse().expect("a header"));
        request
    }),
];
