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
    for path in ["/b", "/b/k"] {
        assert_eq!(store.call(Call::put(path).signed(&ROOT)).await.code(), "200");
    }
    store.deny();
    let source = ("x-amz-copy-source", "/b/k");
    let delete = "<Delete><Object><Key>k</Key></Object></Delete>";
    let upload = "<CompleteMultipartUpload><Part><ETag>a</ETag><PartNumber>1</PartNumber></Part>\
                  </CompleteMultipartUpload>";
    let calls = [
        (Call::get("/"), "s3:ListAllMyBuckets arn:aws:s3:::*"),
        (Call::put("/new"), "s3:CreateBucket arn:aws:s3:::new"),
        (Call::of("HEAD", "/b"), "s3:ListBucket arn:aws:s3:::b"),
        (Call::of("DELETE", "/b"), "s3:DeleteBucket arn:aws:s3:::b"),
        (Call::get("/b?location"), "s3:GetBucketLocation arn:aws:s3:::b"),
        (Call::get("/b?policy"), "s3:GetBucketPolicy arn:aws:s3:::b"),
        (Call::put("/b?policy").body("{}"), "s3:PutBucketPolicy arn:aws:s3:::b"),
        (Call::of("DELETE", "/b?policy"), "s3:DeleteBucketPolicy arn:aws:s3:::b"),
        (Call::get("/b"), "s3:ListBucket arn:aws:s3:::b"),
        (Call::get("/b?list-type=2"), "s3:ListBucket arn:aws:s3:::b"),
        (Call::get("/b?uploads"), "s3:ListBucketMultipartUploads arn:aws:s3:::b"),
        (Call::put("/b/n").body("x"), "s3:PutObject arn:aws:s3:::b/n"),
        (Call::get("/b/k"), "s3:GetObject arn:aws:s3:::b/k"),
        (Call::of("HEAD", "/b/k"), "s3:GetObject arn:aws:s3:::b/k"),
        (Call::of("DELETE", "/b/k"), "s3:DeleteObject arn:aws:s3:::b/k"),
        (Call::put("/b/n").header(source), "s3:PutObject arn:aws:s3:::b/n"),
        (Call::of("POST", "/b/n?uploads"), "s3:PutObject arn:aws:s3:::b/n"),
        (Call::put("/b/n?partNumber=1&uploadId=u").body("x"), "s3:PutObject arn:aws:s3:::b/n"),
        (Call::put("/b/n?partNumber=1&uploadId=u").header(source), "s3:PutObject arn:aws:s3:::b/n"),
        (Call::of("POST", "/b/n?uploadId=u").body(upload), "s3:PutObject arn:aws:s3:::b/n"),
        (Call::of("DELETE", "/b/n?uploadId=u"), "s3:AbortMultipartUpload arn:aws:s3:::b/n"),
        (Call::get("/b/n?uploadId=u"), "s3:ListMultipartUploadParts arn:aws:s3:::b/n"),
    ];
    for (call, asked) in calls {
        let line = call.line();
        let answer = store.call(call.signed(&ROOT)).await;
        assert_eq!(answer.status, 403, "{line}: {}", answer.body);
        assert_eq!(store.asked(), [format!("{asked} by root")], "{line}");
    }
    let answer = store.call(Call::of("POST", "/b?delete").body(delete).signed(&ROOT)).await;
    assert!(answer.body.contains("<Code>AccessDenied</Code>"), "{}", answer.body);
    assert_eq!(store.asked(), ["s3:DeleteObject arn:aws:s3:::b/k by root"]);
    store.allow();
    assert_eq!(store.call(Call::get("/b/k").signed(&ROOT)).await.code(), "200");
}

#[tokio::test]
async fn a_copy_asks_for_both_ends() {
    let store = Store::open();
    for path in ["/b", "/from", "/from/k"] {
        assert_eq!(store.call(Call::put(path).signed(&ROOT)).await.code(), "200");
    }
    store.asked();
    let copy = Call::put("/b/n").header(("x-amz-copy-source", "from/k"));
    assert_eq!(store.call(copy.signed(&ROOT)).await.code(), "200");
    let both =
        ["s3:PutObject arn:aws:s3:::b/n by root", "s3:GetObject arn:aws:s3:::from/k by root"];
    assert_eq!(store.asked(), both);
}

#[tokio::test]
async fn what_nobody_signed_is_refused() {
    let store = Store::open();
    assert_eq!(store.call(Call::put("/b").signed(&ROOT)).await.code(), "200");
    let acl = Call::put("/b/k").signed(&ROOT).header(("x-amz-acl", "private"));
    assert_eq!(store.call(acl).await.code(), "403 AccessDenied");
    let twice = Call::put("/b/k?X-Amz-Signature=a").signed(&ROOT);
    assert_eq!(store.call(twice).await.code(), "400 InvalidArgument");
    let old = Call::put("/b/k").header(("authorization", "AWS root:c2lnbmF0dXJl"));
    assert_eq!(store.call(old).await.code(), "400 InvalidRequest");
    let half = Call::put("/b/k?AWSAccessKeyId=root&Expires=9999999999");
    assert_eq!(store.call(half).await.code(), "403 AccessDenied");
    let other = Call::put("/b/k").header(("x-amz-content-sha256", &"0".repeat(64))).body("x");
    assert_eq!(store.call(other.signed(&ROOT)).await.code(), "400 XAmzContentSHA256Mismatch");
    let skewed = Call::put("/b/k").signed(&ROOT.at(-3600));
    assert_eq!(store.call(skewed).await.code(), "403 RequestTimeTooSkewed");
    let service = Call::put("/b/k").signed(&ROOT.of_service("sts"));
    assert_eq!(store.call(service).await.code(), "400 AuthorizationHeaderMalformed");
    assert_eq!(store.call(Call::get("/b/k").signed(&ROOT)).await.code(), "404 NoSuchKey");
}

#[tokio::test]
async fn places_are_bounded() {
    let store = Store::open();
    assert_eq!(store.call(Call::put("/b").signed(&ROOT)).await.code(), "200");
    assert_eq!(store.call(Call::put("/b/k").body("x").signed(&ROOT)).await.code(), "200");
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(store.begin(Call::get("/b/k").signed(&ROOT)).await);
    }
    let refused = store.call(Call::get("/b/k").signed(&ROOT)).await;
    assert_eq!(refused.code(), "503 SlowDown");
    answers.pop();
    assert_eq!(store.call(Call::get("/b/k").signed(&ROOT)).await.code(), "200");
}
