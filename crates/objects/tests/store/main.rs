//! The object store behind a gate that tells what it was asked.

mod clock;
mod harness;

use harness::{Call, EXPIRED, ROOT, SESSION, Store};

#[tokio::test]
async fn a_session_is_its_keys_token() {
    let store = Store::open();
    let list = || Call::get("/");
    assert_eq!(store.call(list().signed(&SESSION)).await.code(), "200");
    let without = SESSION.with_token(None);
    assert_eq!(store.call(list().signed(&without)).await.code(), "403 InvalidAccessKeyId");
    let other = SESSION.with_token(Some("another"));
    assert_eq!(store.call(list().signed(&other)).await.code(), "403 InvalidAccessKeyId");
    assert_eq!(store.call(list().signed(&EXPIRED)).await.code(), "400 ExpiredToken");
    let wrong = SESSION.with_secret("wrong");
    assert_eq!(store.call(list().signed(&wrong)).await.code(), "403 SignatureDoesNotMatch");
    assert_eq!(store.asked(), ["s3:ListAllMyBuckets arn:aws:s3:::* by session"]);
}

#[tokio::test]
async fn each_operation_asks_before_it_does_anything() {
    let store = Store::open();
    for path in ["/bbb", "/bbb/k"] {
        assert_eq!(store.call(Call::put(path).signed(&ROOT)).await.code(), "200");
    }
    store.deny();
    let source = ("x-amz-copy-source", "/bbb/k");
    let delete = "<Delete><Object><Key>k</Key></Object></Delete>";
    let upload = "<CompleteMultipartUpload><Part><ETag>a</ETag><PartNumber>1</PartNumber></Part>\
                  </CompleteMultipartUpload>";
    let calls = [
        (Call::get("/"), "s3:ListAllMyBuckets arn:aws:s3:::*"),
        (Call::put("/new"), "s3:CreateBucket arn:aws:s3:::new"),
        (Call::of("HEAD", "/bbb"), "s3:ListBucket arn:aws:s3:::bbb"),
        (Call::of("DELETE", "/bbb"), "s3:DeleteBucket arn:aws:s3:::bbb"),
        (Call::get("/bbb?location"), "s3:GetBucketLocation arn:aws:s3:::bbb"),
        (Call::get("/bbb?policy"), "s3:GetBucketPolicy arn:aws:s3:::bbb"),
        (Call::put("/bbb?policy").body("{}"), "s3:PutBucketPolicy arn:aws:s3:::bbb"),
        (Call::of("DELETE", "/bbb?policy"), "s3:DeleteBucketPolicy arn:aws:s3:::bbb"),
        (Call::get("/bbb"), "s3:ListBucket arn:aws:s3:::bbb"),
        (Call::get("/bbb?list-type=2"), "s3:ListBucket arn:aws:s3:::bbb"),
        (Call::get("/bbb?uploads"), "s3:ListBucketMultipartUploads arn:aws:s3:::bbb"),
        (Call::put("/bbb/n").body("x"), "s3:PutObject arn:aws:s3:::bbb/n"),
        (Call::get("/bbb/k"), "s3:GetObject arn:aws:s3:::bbb/k"),
        (Call::of("HEAD", "/bbb/k"), "s3:GetObject arn:aws:s3:::bbb/k"),
        (Call::of("DELETE", "/bbb/k"), "s3:DeleteObject arn:aws:s3:::bbb/k"),
        (Call::put("/bbb/n").header(source), "s3:PutObject arn:aws:s3:::bbb/n"),
        (Call::of("POST", "/bbb/n?uploads"), "s3:PutObject arn:aws:s3:::bbb/n"),
        (Call::put("/bbb/n?partNumber=1&uploadId=u").body("x"), "s3:PutObject arn:aws:s3:::bbb/n"),
        (
            Call::put("/bbb/n?partNumber=1&uploadId=u").header(source),
            "s3:PutObject arn:aws:s3:::bbb/n",
        ),
        (Call::of("POST", "/bbb/n?uploadId=u").body(upload), "s3:PutObject arn:aws:s3:::bbb/n"),
        (Call::of("DELETE", "/bbb/n?uploadId=u"), "s3:AbortMultipartUpload arn:aws:s3:::bbb/n"),
        (Call::get("/bbb/n?uploadId=u"), "s3:ListMultipartUploadParts arn:aws:s3:::bbb/n"),
    ];
    for (call, asked) in calls {
        let line = call.line();
        let answer = store.call(call.signed(&ROOT)).await;
        assert_eq!(answer.status, 403, "{line}: {}", answer.body);
        assert_eq!(store.asked(), [format!("{asked} by root")], "{line}");
    }
    let answer = store.call(Call::of("POST", "/bbb?delete").body(delete).signed(&ROOT)).await;
    assert!(answer.body.contains("<Code>AccessDenied</Code>"), "{}", answer.body);
    assert_eq!(store.asked(), ["s3:DeleteObject arn:aws:s3:::bbb/k by root"]);
    store.allow();
    assert_eq!(store.call(Call::get("/bbb/k").signed(&ROOT)).await.code(), "200");
}

#[tokio::test]
async fn a_copy_asks_for_both_ends() {
    let store = Store::open();
    for path in ["/bbb", "/from", "/from/k"] {
        assert_eq!(store.call(Call::put(path).signed(&ROOT)).await.code(), "200");
    }
    store.asked();
    let copy = Call::put("/bbb/n").header(("x-amz-copy-source", "from/k"));
    assert_eq!(store.call(copy.signed(&ROOT)).await.code(), "200");
    let both =
        ["s3:PutObject arn:aws:s3:::bbb/n by root", "s3:GetObject arn:aws:s3:::from/k by root"];
    assert_eq!(store.asked(), both);
}

#[tokio::test]
async fn what_is_read_for_somebody_is_decided_on_as_if_they_asked() {
    let store = Store::open();
    for (path, body) in [("/bbb", ""), ("/bbb/a.env", "A=1\n"), ("/bbb/empty.env", "")] {
        assert_eq!(store.call(Call::put(path).body(body).signed(&ROOT)).await.code(), "200");
    }
    store.asked();
    let read = async |bucket, key, most| {
        let read = store.read_for(("reader", bucket, key), most).await;
        read.map(|bytes| String::from_utf8(bytes).expect("text"))
    };
    assert_eq!(read("bbb", "a.env", 4).await.as_deref(), Ok("A=1\n"));
    let both = [
        "s3:GetBucketLocation arn:aws:s3:::bbb by reader",
        "s3:GetObject arn:aws:s3:::bbb/a.env by reader",
    ];
    assert_eq!(store.asked(), both);
    assert_eq!(read("bbb", "empty.env", 4).await.as_deref(), Ok(""));
    let refused = async |bucket, key, most| read(bucket, key, most).await.expect_err("refused");
    let told = refused("bbb", "a.env", 3).await;
    assert_eq!(told, "InvalidRequest: The object has 4 bytes, and at most 3 are read.");
    let told = refused("bbb", "no.env", 4).await;
    assert_eq!(told, "NoSuchKey: The specified key does not exist.");
    let told = refused("ccc", "a.env", 4).await;
    assert_eq!(told, "NoSuchBucket: The specified bucket does not exist");
    store.deny();
    assert_eq!(refused("bbb", "a.env", 4).await, "AccessDenied: no");
    assert_eq!(store.asked(), both[..1]);
}

#[tokio::test]
async fn what_nobody_signed_is_refused() {
    let store = Store::open();
    assert_eq!(store.call(Call::put("/bbb").signed(&ROOT)).await.code(), "200");
    let acl = Call::put("/bbb/k").signed(&ROOT).header(("x-amz-acl", "private"));
    assert_eq!(store.call(acl).await.code(), "403 AccessDenied");
    let twice = Call::put("/bbb/k?X-Amz-Signature=a").signed(&ROOT);
    assert_eq!(store.call(twice).await.code(), "400 InvalidArgument");
    let old = Call::put("/bbb/k").header(("authorization", "AWS root:c2lnbmF0dXJl"));
    assert_eq!(store.call(old).await.code(), "400 InvalidRequest");
    let half = Call::put("/bbb/k?AWSAccessKeyId=root&Expires=9999999999");
    assert_eq!(store.call(half).await.code(), "403 AccessDenied");
    let other = Call::put("/bbb/k").header(("x-amz-content-sha256", &"0".repeat(64))).body("x");
    assert_eq!(store.call(other.signed(&ROOT)).await.code(), "400 XAmzContentSHA256Mismatch");
    let skewed = Call::put("/bbb/k").signed(&ROOT.at(-3600));
    assert_eq!(store.call(skewed).await.code(), "403 RequestTimeTooSkewed");
    let service = Call::put("/bbb/k").signed(&ROOT.of_service("sts"));
    assert_eq!(store.call(service).await.code(), "400 AuthorizationHeaderMalformed");
    assert_eq!(store.call(Call::get("/bbb/k").signed(&ROOT)).await.code(), "404 NoSuchKey");
}

#[tokio::test]
async fn places_are_bounded() {
    let store = Store::open();
    assert_eq!(store.call(Call::put("/bbb").signed(&ROOT)).await.code(), "200");
    assert_eq!(store.call(Call::put("/bbb/k").body("x").signed(&ROOT)).await.code(), "200");
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(store.begin(Call::get("/bbb/k").signed(&ROOT)).await);
    }
    let refused = store.call(Call::get("/bbb/k").signed(&ROOT)).await;
    assert_eq!(refused.code(), "503 SlowDown");
    answers.pop();
    assert_eq!(store.call(Call::get("/bbb/k").signed(&ROOT)).await.code(), "200");
}
