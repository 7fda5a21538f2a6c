//! What a fuzzer would send: each is told AWS's code, and the listener stays up.

use std::fmt::Write;

use expect_test::{Expect, expect};

use crate::harness::{Call, ECS_TARGET, Server};

async fn check(calls: Vec<(&str, Call)>, expected: Expect) {
    let server = Server::start();
    let mut table = String::new();
    for (name, call) in calls {
        let answer = server.call(&call).await;
        let shown = answer.shown();
        writeln!(table, "{:<28} {} {}", name, answer.status, answer.code())
            .expect("writing to a string");
        assert!(answer.status >= 400, "{name} was answered: {shown}");
    }
    assert_eq!(server.call(&Call::list_clusters()).await.status, 200);
    expected.assert_eq(&table);
}

#[tokio::test]
async fn json() {
    let list = |body: &[u8]| Call::json(&format!("{ECS_TARGET}.ListClusters"), body.to_vec());
    let deep = format!("{{\"nextToken\":{}", "[".repeat(100_000));
    let put = Call { method: "PUT", ..list(b"{}") };
    let path = Call { path: "/v1/clusters".to_owned(), ..list(b"{}") };
    let no_target = Call { headers: Vec::new(), ..list(b"{}") };
    let odd_target = Call::json("Nothing", "{}");
    let calls = vec![
        ("bad JSON", list(b"{\"nextToken\":")),
        ("not an object", list(b"[]")),
        ("wrong type", list(b"{\"maxResults\":\"ten\"}")),
        ("number out of range", list(b"{\"maxResults\":1e400}")),
        ("unknown member", list(b"{\"noSuchMember\":1}")),
        ("nested too deeply", list(deep.as_bytes())),
        ("not UTF-8", list(b"{\"nextToken\":\"\xff\xfe\"}")),
        ("member given twice", list(b"{\"nextToken\":\"a\",\"nextToken\":\"b\"}")),
        ("required member missing", Call::json(&format!("{ECS_TARGET}.DeleteCluster"), "{}")),
        ("unknown operation", Call::json(&format!("{ECS_TARGET}.NoSuch"), "{}")),
        ("unknown service", Call::json("NoSuchService_1.Operation", "{}")),
        ("odd target", odd_target),
        ("no target", no_target),
        ("another method", Call { method: "GET", ..list(b"") }),
        ("one more method", put),
        ("another path", path),
        ("nothing but NULs", list(&[0; 64])),
        ("not implemented", Call::json(&format!("{ECS_TARGET}.CreateCluster"), "{}")),
    ];
    check(
        calls,
        expect![[r#"
            bad JSON                     400 SerializationException
            not an object                400 SerializationException
            wrong type                   400 SerializationException
            number out of range          400 SerializationException
            unknown member               400 InvalidParameterException
            nested too deeply            400 SerializationException
            not UTF-8                    400 SerializationException
            member given twice           400 SerializationException
            required member missing      400 InvalidParameterException
            unknown operation            400 UnknownOperationException
            unknown service              400 UnknownOperationException
            odd target                   400 UnknownOperationException
            no target                    400 UnknownOperationException
            another method               404 UnknownOperationException
            one more method              404 UnknownOperationException
            another path                 404 UnknownOperationException
            nothing but NULs             400 SerializationException
            not implemented              501 NotImplemented
        "#]],
    )
    .await;
}

#[tokio::test]
async fn query() {
    let form = |body: &[u8]| Call::form("elasticloadbalancing", body.to_vec());
    let act = |rest: &str| {
        form(format!("Action=DescribeLoadBalancers&Version=2015-12-01{rest}").as_bytes())
    };
    let deep = format!("&Names{}=x", ".member.1".repeat(10_000));
    let calls = vec![
        ("empty", form(b"")),
        ("no action", form(b"Version=2015-12-01")),
        ("unknown action", form(b"Action=NoSuch&Version=2015-12-01")),
        ("wrong version", form(b"Action=DescribeLoadBalancers&Version=1999-01-01")),
        ("a body of JSON", form(b"{\"Action\":\"DescribeLoadBalancers\"}")),
        ("unknown parameter", act("&NoSuch=1")),
        ("wrong type", act("&PageSize=ten")),
        ("number out of range", act("&PageSize=99999999999999999999")),
        ("nested too deeply", act(&deep)),
        ("element number too big", act("&Names.member.99999999999=x")),
        ("parameter given twice", act("&Marker=a&Marker=b")),
        ("not UTF-8", act("&Marker=%ff%fe")),
        ("broken percent", act("&NoSuch%=%zz")),
        ("NULs", form(&[0; 64])),
        ("another method", Call { method: "DELETE", ..act("") }),
        ("another path", Call { path: "/x".to_owned(), ..act("") }),
        ("another service's scope", Call { service: "glue", ..act("") }),
        ("required member missing", form(b"Action=DeleteLoadBalancer&Version=2015-12-01")),
    ];
    check(
        calls,
        expect![[r#"
        empty                        400 MissingAction
        no action                    400 MissingAction
        unknown action               400 InvalidAction
        wrong version                400 InvalidAction
        a body of JSON               400 MissingAction
        unknown parameter            400 ValidationError
        wrong type                   400 ValidationError
        number out of range          400 ValidationError
        nested too deeply            400 MalformedQueryString
        element number too big       400 ValidationError
        parameter given twice        400 MalformedQueryString
        not UTF-8                    400 MalformedQueryString
        broken percent               400 ValidationError
        NULs                         400 MissingAction
        another method               404 InvalidAction
        another path                 404 InvalidAction
        another service's scope      501 NotImplemented
        required member missing      400 ValidationError
    "#]],
    )
    .await;
}

#[tokio::test]
async fn ec2() {
    let form = |body: &[u8]| Call::form("ec2", body.to_vec());
    let act = |rest: &str| form(format!("Action=DescribeVpcs&Version=2016-11-15{rest}").as_bytes());
    let deep = format!("&Filter{}=x", ".1".repeat(10_000));
    let calls = vec![
        ("empty", form(b"")),
        ("no action", form(b"Version=2016-11-15")),
        ("unknown action", form(b"Action=NoSuch&Version=2016-11-15")),
        ("wrong version", form(b"Action=DescribeVpcs&Version=1999-01-01")),
        ("unknown parameter", act("&NoSuch=1")),
        ("wrong type", act("&MaxResults=ten")),
        ("number out of range", act("&MaxResults=99999999999999999999")),
        ("nested too deeply", act(&deep)),
        ("element number too big", act("&VpcId.99999999999=x")),
        ("parameter given twice", act("&NextToken=a&NextToken=b")),
        ("not UTF-8", act("&NextToken=%ff%fe")),
        ("broken percent", act("&NoSuch%=%zz")),
        ("NULs", form(&[0; 64])),
        ("another method", Call { method: "PUT", ..act("") }),
        ("another path", Call { path: "/x".to_owned(), ..act("") }),
        ("required member missing", form(b"Action=CreateSecurityGroup&Version=2016-11-15")),
    ];
    check(
        calls,
        expect![[r#"
            empty                        400 MissingAction
            no action                    400 MissingAction
            unknown action               400 InvalidAction
            wrong version                400 InvalidAction
            unknown parameter            400 UnknownParameter
            wrong type                   400 InvalidParameterValue
            number out of range          400 InvalidParameterValue
            nested too deeply            400 MalformedQueryString
            element number too big       400 UnknownParameter
            parameter given twice        400 MalformedQueryString
            not UTF-8                    400 MalformedQueryString
            broken percent               400 UnknownParameter
            NULs                         400 MissingAction
            another method               404 InvalidAction
            another path                 404 InvalidAction
            required member missing      400 MissingParameter
        "#]],
    )
    .await;
}

#[tokio::test]
async fn cbor() {
    let path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms";
    let at = |path: &str, body: &[u8]| Call::cbor("monitoring", path, body.to_vec());
    let describe = |body: &[u8]| at(path, body);
    let without = |name: &str| {
        let mut call = describe(&[0xa0]);
        call.headers.retain(|(header, _)| *header != name);
        call
    };
    let deep = [b"\xa1\x6aAlarmNames".to_vec(), vec![0x81; 100_000]].concat();
    let limit = |value: &[u8]| describe(&[&b"\xa1\x6aMaxRecords"[..], value].concat());
    let elsewhere = path.replace("Granite", "Basalt");
    let nowhere = path.replace("DescribeAlarms", "DescribeClocks");
    let of_json = "/service/AmazonEC2ContainerServiceV20141113/operation/ListClusters";
    let calls = vec![
        ("no CBOR", describe(b"{}")),
        ("cut off", describe(&[0xa1])),
        ("nothing but NULs", describe(&[0; 64])),
        ("not a map", describe(&[0x80])),
        ("two items", describe(&[0xa0, 0xa0])),
        ("wrong type", limit(b"\x63ten")),
        ("number out of range", limit(&[0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0])),
        ("constraint broken", limit(&[0])),
        ("unknown member", describe(b"\xa1\x64none\x01")),
        ("nested too deeply", describe(&deep)),
        ("required member missing", at(&path.replace("Describe", "Delete"), &[0xa0])),
        ("unknown operation", at(&nowhere, &[0xa0])),
        ("unknown service", at(&elsewhere, &[0xa0])),
        ("a service of JSON", at(of_json, &[0xa0])),
        ("no path", at("/", &[0xa0])),
        ("no protocol", without("smithy-protocol")),
        ("no content type", without("content-type")),
        ("another method", Call { method: "PUT", ..describe(&[0xa0]) }),
        ("another service's scope", Call { service: "ecs", ..describe(&[0xa0]) }),
        ("unsigned", describe(&[0xa0]).unsigned()),
        ("not implemented", describe(&[0xa0])),
    ];
    check(
        calls,
        expect![[r#"
        no CBOR                      400 SerializationException
        cut off                      400 SerializationException
        nothing but NULs             400 SerializationException
        not a map                    400 SerializationException
        two items                    400 SerializationException
        wrong type                   400 SerializationException
        number out of range          400 SerializationException
        constraint broken            400 ValidationException
        unknown member               400 ValidationException
        nested too deeply            400 SerializationException
        required member missing      400 MissingRequiredParameterException
        unknown operation            400 UnknownOperationException
        unknown service              400 UnknownOperationException
        a service of JSON            400 UnknownOperationException
        no path                      400 UnknownOperationException
        no protocol                  404 InvalidAction
        no content type              415 UnsupportedMediaTypeException
        another method               404 UnknownOperationException
        another service's scope      400 InvalidSignatureException
        unsigned                     400 MissingAuthenticationTokenException
        not implemented              501 NotImplemented
    "#]],
    )
    .await;
}

#[tokio::test]
async fn others() {
    let get = |service, path: &str| Call {
        method: "GET",
        path: path.to_owned(),
        headers: Vec::new(),
        ..Call::form(service, "")
    };
    let calls = vec![
        ("S3, a bucket", get("s3", "/bucket/key")),
        ("S3, all buckets", get("s3", "/")),
        ("S3, unsigned", get("s3", "/bucket").unsigned()),
        ("Lambda", get("lambda", "/2015-03-31/functions")),
        ("DynamoDB", Call { service: "dynamodb", ..Call::json("DynamoDB_20120810.List", "{}") }),
        ("a browser", get("s3", "/").unsigned()),
        ("a browser's icon", get("s3", "/favicon.ico").unsigned()),
        ("preflight", Call { method: "OPTIONS", ..get("s3", "/").unsigned() }),
    ];
    check(
        calls,
        expect![[r#"
            S3, a bucket                 501 NotImplemented
            S3, all buckets              501 NotImplemented
            S3, unsigned                 501 NotImplemented
            Lambda                       501 NotImplemented
            DynamoDB                     501 NotImplemented
            a browser                    403 MissingAuthenticationToken
            a browser's icon             501 NotImplemented
            preflight                    403 MissingAuthenticationToken
        "#]],
    )
    .await;
}
