//! Each way to be refused, with AWS's code, status and message in every family.

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use sigv4::{
    AmzDate, BodyHash, Claim, Error, Expected, Family, Hint, PathRule, SecretKey, UNSIGNED_PAYLOAD,
};

#[path = "common/call.rs"]
mod call;

use call::{Call, HOST, KEY, NOW, secret};

#[track_caller]
fn check(call: &Call, expected: &Expect) {
    let error = call.verify(&secret()).expect_err("this must be refused");
    check_error(&error, expected);
}

#[track_caller]
fn check_error(error: &Error, expected: &Expect) {
    let mut text = String::new();
    let families =
        [Family::Json, Family::RestJson, Family::Query, Family::Ec2, Family::S3].map(|family| {
            let fault = error.fault(family);
            (format!("{family:?} {} {}", fault.status, fault.code), fault.message)
        });
    let common = error.to_string();
    writeln!(text, "{common}").expect("writing to a string");
    for (line, message) in families {
        let own = if message == common { String::new() } else { format!(": {message}") };
        writeln!(text, "{line}{own}").expect("writing to a string");
    }
    expected.assert_eq(&wrapped(&text));
}

/// Breaks lines at blanks, so that what is expected fits on this page.
fn wrapped(text: &str) -> String {
    const COLUMNS: usize = 70;
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut current = String::new();
        for word in line.trim_end().split(' ') {
            if current.len() + word.len() > COLUMNS {
                lines.push(std::mem::take(&mut current));
                current.push_str("  ");
            } else if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current.trim_end().to_owned());
    }
    lines.join("\n")
}

#[test]
fn unsigned() {
    check(
        &Call::to("ecs"),
        &expect![[r#"
            Request is missing Authentication Token
            Json 400 MissingAuthenticationTokenException
            RestJson 403 MissingAuthenticationTokenException
            Query 403 MissingAuthenticationToken
            Ec2 403 MissingAuthenticationToken
            S3 403 AccessDenied: Access Denied"#]],
    );
}

#[test]
fn unknown_key() {
    check_error(
        &Error::UnrecognizedClient,
        &expect![[r#"
            The security token included in the request is invalid.
            Json 400 UnrecognizedClientException
            RestJson 403 UnrecognizedClientException
            Query 403 InvalidClientTokenId
            Ec2 401 AuthFailure: AWS was not able to validate the provided access
              credentials
            S3 403 InvalidAccessKeyId: The AWS Access Key Id you provided does not
              exist in our records."#]],
    );
}

#[test]
fn expired_token() {
    check_error(
        &Error::ExpiredToken,
        &expect![[r#"
            The security token included in the request is expired
            Json 400 ExpiredTokenException
            RestJson 403 ExpiredTokenException
            Query 403 ExpiredToken
            Ec2 400 RequestExpired: Request has expired.
            S3 400 ExpiredToken: The provided token has expired."#]],
    );
}

#[test]
fn wrong_secret() {
    let error = Call::to("ecs").signed_at(NOW).verify(&SecretKey::new("other"));
    check_error(
        &error.expect_err("another secret"),
        &expect![[r#"
            The request signature we calculated does not match the signature you
              provided. Check your AWS Secret Access Key and signing method.
              Consult the service documentation for details.
            Json 400 InvalidSignatureException
            RestJson 403 InvalidSignatureException
            Query 403 SignatureDoesNotMatch
            Ec2 401 AuthFailure: AWS was not able to validate the provided access
              credentials
            S3 403 SignatureDoesNotMatch: The request signature we calculated does
              not match the signature you provided. Check your key and signing
              method."#]],
    );
}

#[test]
fn too_old_and_too_new() {
    check(
        &Call::to("ecs").signed_at(NOW - 901),
        &expect![[r#"
            Signature expired: 20150830T122059Z is now earlier than
              20150830T122100Z (20150830T123600Z - 15 min.)
            Json 400 InvalidSignatureException
            RestJson 403 InvalidSignatureException
            Query 403 SignatureDoesNotMatch
            Ec2 400 RequestExpired
            S3 403 RequestTimeTooSkewed: The difference between the request time
              and the current time is too large."#]],
    );
    check(
        &Call::to("ecs").signed_at(NOW + 901),
        &expect![[r#"
            Signature not yet current: 20150830T125101Z is still later than
              20150830T125100Z (20150830T123600Z + 15 min.)
            Json 400 InvalidSignatureException
            RestJson 403 InvalidSignatureException
            Query 403 SignatureDoesNotMatch
            Ec2 400 RequestExpired
            S3 403 RequestTimeTooSkewed: The difference between the request time
              and the current time is too large."#]],
    );
    assert_eq!(Call::to("ecs").signed_at(NOW - 900).verify(&secret()), Ok(()));
    assert_eq!(Call::to("ecs").signed_at(NOW + 900).verify(&secret()), Ok(()));
}

#[test]
fn presigned_too_long_ago() {
    check(
        &Call::to("sts").presigned_at(NOW - 61, 60),
        &expect![[r#"
            Signature expired: 20150830T123459Z is now earlier than
              20150830T123500Z (20150830T123600Z - 60 sec.)
            Json 400 InvalidSignatureException
            RestJson 403 InvalidSignatureException
            Query 403 SignatureDoesNotMatch
            Ec2 400 RequestExpired
            S3 403 AccessDenied: Request has expired"#]],
    );
    assert_eq!(Call::to("sts").presigned_at(NOW - 60, 60).verify(&secret()), Ok(()));
    let week = Call::to("sts").presigned_at(NOW - 604_800, 604_800);
    assert_eq!(week.verify(&secret()), Ok(()));
}

#[test]
fn presigned_for_too_long() {
    for seconds in [0, 604_801] {
        let error = Call::to("sts").presigned_at(NOW, seconds).verify(&secret());
        assert_eq!(error, Err(Error::ExpiresOutOfRange));
    }
    check_error(
        &Error::ExpiresOutOfRange,
        &expect![[r#"
            X-Amz-Expires must be less than a week (in seconds); that is, the given
              X-Amz-Expires must be less than 604800 seconds
            Json 400 IncompleteSignatureException
            RestJson 403 IncompleteSignatureException
            Query 400 IncompleteSignature
            Ec2 400 IncompleteSignature
            S3 400 AuthorizationQueryParametersError"#]],
    );
}

#[test]
fn presigned_in_part() {
    let mut call = Call::to("sts");
    call.query = "Action=GetCallerIdentity&X-Amz-Signature=00".to_owned();
    check(
        &call,
        &expect![[r#"
            AWS query-string parameters must include 'X-Amz-Algorithm'. AWS
              query-string parameters must include 'X-Amz-Credential'. AWS
              query-string parameters must include 'X-Amz-SignedHeaders'. AWS
              query-string parameters must include 'X-Amz-Date'. AWS query-string
              parameters must include 'X-Amz-Expires'. Re-examine the query-string
              parameters.
            Json 400 IncompleteSignatureException
            RestJson 403 IncompleteSignatureException
            Query 400 IncompleteSignature
            Ec2 400 IncompleteSignature
            S3 400 AuthorizationHeaderMalformed"#]],
    );
    call.query = "X-Amz-Date=1&X-Amz-Date=2&X-Amz-Credential=k".to_owned();
    let twice = "Query parameter 'X-Amz-Date' is given twice.".to_owned();
    assert_eq!(call.verify(&secret()), Err(Error::IncompleteSignature(twice)));
}

#[track_caller]
fn check_header(authorization: &str, expected: &Expect) {
    let call = Call::to("ecs")
        .header("authorization", authorization)
        .header("x-amz-date", "20150830T123600Z");
    let error = call.verify(&secret()).expect_err("this must be refused");
    expected.assert_eq(&wrapped(&format!("{}: {error}", error.fault(Family::Json).code)));
}

#[test]
fn malformed_authorization() {
    check_header("", &expect!["IncompleteSignatureException: Unsupported AWS 'algorithm': ''."]);
    check_header(
        "Bearer token",
        &expect!["IncompleteSignatureException: Unsupported AWS 'algorithm': 'Bearer'."],
    );
    check_header(
        "AWS4-HMAC-SHA256",
        &expect![[r#"
            IncompleteSignatureException: Authorization header requires
              'Credential' parameter. Authorization header requires 'Signature'
              parameter. Authorization header requires 'SignedHeaders' parameter.
              (Hashed with SHA-256 and encoded with Base64)
              Authorization=YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0="#]],
    );
    check_header(
        "AWS4-HMAC-SHA256 Credential",
        &expect![[r#"
            IncompleteSignatureException: Invalid key=value pair (missing
              equal-sign) in Authorization header (hashed with SHA-256 and encoded
              with Base64): 'KfSoC26UaBDGXxo5AUFS45c1cmAbyLKDOxOTKcZYWt4='."#]],
    );
    check_header(
        "AWS4-HMAC-SHA256 Credential=a, Signature=b",
        &expect![[r#"
            IncompleteSignatureException: Authorization header requires
              'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with
              Base64) Authorization=WIPqWomlL2QGrBJdKVmMFJN71JLikBxi7Io9l4Y9baM="#]],
    );
}

#[test]
fn malformed_credential() {
    let rest = "SignedHeaders=host;x-amz-date, Signature=00";
    let check = |credential: &str, expected: &Expect| {
        check_header(&format!("AWS4-HMAC-SHA256 Credential={credential}, {rest}"), expected);
    };
    check(
        "a/b",
        &expect![[r#"
            IncompleteSignatureException: Credential must have exactly 5
              slash-delimited elements, e.g. keyid/date/region/service/term, got
              'a/b'."#]],
    );
    check(
        "/20150830/us-east-1/ecs/aws4_request",
        &expect![[r#"
        IncompleteSignatureException: Credential has an empty element, got
          '/20150830/us-east-1/ecs/aws4_request'."#]],
    );
    check(
        "k/20150830/us-east-1/ecs/aws5",
        &expect![[r#"
            InvalidSignatureException: Credential should be scoped with a valid
              terminator: 'aws4_request', not 'aws5'."#]],
    );
    check(
        "k/20150830/US:EAST/ecs/aws4_request",
        &expect![[r#"
            InvalidSignatureException: Credential should be scoped to a valid
              region, not 'US:EAST'."#]],
    );
    check(
        "k/20150831/us-east-1/ecs/aws4_request",
        &expect![[r#"
            InvalidSignatureException: Date in Credential scope does not match
              YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' !=
              '20150830', from '20150830T123600Z'."#]],
    );
    check(
        "k/20150830/us-east-1/ec2/aws4_request",
        &expect![[r#"
        InvalidSignatureException: Credential should be scoped to correct
          service: 'ecs'."#]],
    );
    check(
        "k/20150830/us-west-1/ecs/aws4_request",
        &expect![[r#"
            InvalidSignatureException: Credential should be scoped to a valid
              region, not 'us-west-1'."#]],
    );
    check(
        "k/20150830/us-east-1/ecs/aws4_request",
        &expect![[r#"
            InvalidSignatureException: The request signature we calculated does not
              match the signature you provided. Check your AWS Secret Access Key
              and signing method. Consult the service documentation for details."#]],
    );
}

#[test]
fn hints_are_read_from_what_is_refused() {
    let hint = |call: &Call| {
        let hint = call.with(Hint::read)?;
        Some(format!("{} {} {}", hint.access_key_id, hint.region, hint.service))
    };
    let with = |authorization: &str| hint(&Call::to("ecs").header("authorization", authorization));
    let named = Some("k us-east-1 ecs".to_owned());
    assert_eq!(with("AWS4-HMAC-SHA256 Credential=k/1/us-east-1/ecs/aws4_request"), named);
    assert_eq!(with("Credential=k/1/us-east-1/ecs/aws4_request, Signature=x"), named);
    for text in ["", "Credential=", "Credential=k/1/US/ecs/aws4_request", "Credential=k/1/a/b"] {
        assert_eq!(with(text), None, "{text}");
    }
    let presigned = Call::to("ecs").presigned_at(NOW, 60);
    assert_eq!(hint(&presigned), Some("AKIDEXAMPLE us-east-1 ecs".to_owned()));
    assert_eq!(hint(&Call::to("ecs")), None);
}

#[test]
fn malformed_date() {
    let call = Call::to("ecs").signed_at(NOW).header("x-amz-date", "2015-08-30");
    check(
        &call,
        &expect![[r#"
            Date must be in ISO-8601 'basic format'. Got '2015-08-30'. See
              http://en.wikipedia.org/wiki/ISO_8601
            Json 400 IncompleteSignatureException
            RestJson 403 IncompleteSignatureException
            Query 400 IncompleteSignature
            Ec2 400 IncompleteSignature
            S3 400 AuthorizationHeaderMalformed"#]],
    );
}

#[test]
fn the_date_header_will_do() {
    let mut call = Call::to("ecs").signed_at(NOW);
    call.headers.retain(|(name, _)| name != "x-amz-date");
    let call = call.header("date", "Sun, 30 Aug 2015 12:36:00 GMT");
    let signed_at = call.with(|request| Claim::read(request).map(|claim| claim.signed_at()));
    assert_eq!(signed_at, Ok(AmzDate::from_secs(NOW)));
    // What was signed is the other header, which is gone.
    assert_eq!(call.verify(&secret()), Err(Error::SignatureMismatch));
}

#[test]
fn unsigned_headers() {
    let mut call = Call::to("ecs");
    call.headers.clear();
    let error = call.signed_at(NOW).header("host", HOST.1).verify(&secret());
    check_error(
        &error.expect_err("the host is not signed"),
        &expect![[r#"
            'Host' or ':authority' must be a 'SignedHeader' in the AWS
              Authorization.
            Json 400 InvalidSignatureException
            RestJson 403 InvalidSignatureException
            Query 403 SignatureDoesNotMatch
            Ec2 401 AuthFailure
            S3 403 AccessDenied: There were headers present in the request which
              were not signed"#]],
    );
    let call = Call::to("ecs").signed_at(NOW).header("x-amz-target", "Service.Operation");
    let unsigned = Error::HeaderNotSigned("x-amz-target".to_owned());
    assert_eq!(call.verify(&secret()), Err(unsigned));
    let call = Call::to("ecs").signed_at(NOW).header("user-agent", "anything");
    assert_eq!(call.verify(&secret()), Ok(()));
}

#[test]
fn payload_stand_ins() {
    let sign = |service: &'static str, stated: &str| {
        Call::to(service).header("x-amz-content-sha256", stated).signed_at(NOW).verify(&secret())
    };
    let hash = BodyHash::of(b"{}").hex();
    let other = BodyHash::of(b"other").hex();
    let streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    for (stated, ecs, s3) in [
        (hash.as_str(), Ok(()), Ok(())),
        (UNSIGNED_PAYLOAD, Err(Error::SignatureMismatch), Ok(())),
        (&other, Err(Error::SignatureMismatch), Err(Error::PayloadMismatch)),
        (
            streaming,
            Err(Error::SignatureMismatch),
            Err(Error::PayloadNotImplemented(streaming.to_owned())),
        ),
    ] {
        assert_eq!(sign("ecs", stated), ecs, "{stated}");
        assert_eq!(sign("s3", stated), s3, "{stated}");
    }
}

#[test]
fn debug_shows_no_signature() {
    let call = Call::to("ecs").header("x-amz-security-token", "the-token").signed_at(NOW);
    let shown = call.with(|request| format!("{request:?} {:?}", Claim::read(request)));
    assert!(shown.contains(KEY));
    assert!(!shown.contains("the-token") && !shown.contains("Signature="), "{shown}");
}

prop_compose! {
    fn any_call()(
        method in "GET|POST|PUT|DELETE",
        path in "(/[a-zA-Z0-9._~%+: -]{0,6}){0,4}",
        query in "([a-zA-Z0-9%+._-]{0,4}=?[a-zA-Z0-9%+/=._-]{0,6}&?){0,4}",
        values in proptest::collection::vec("[ -~]{0,12}", 0..4),
        body in proptest::collection::vec(any::<u8>(), 0..64),
        service in prop_oneof![Just("ecs"), Just("s3"), Just("ec2")],
    ) -> Call {
        let mut call = Call { method, path, query, body, ..Call::to(service) };
        for (index, value) in values.iter().enumerate() {
            call = call.header(&format!("x-amz-meta-{index}"), value);
        }
        if service == "s3" {
            let hash = BodyHash::of(&call.body).hex();
            call = call.header("x-amz-content-sha256", &hash);
        }
        call
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies(call in any_call(), skew in -900_i64..=900) {
        prop_assert_eq!(call.clone().signed_at(NOW + skew).verify(&secret()), Ok(()));
        prop_assert_eq!(call.presigned_at(NOW + skew, 900).verify(&secret()), Ok(()));
    }

    #[test]
    fn what_is_changed_does_not(call in any_call(), byte in any::<u8>()) {
        let mut signed = call.signed_at(NOW);
        signed.body.push(byte);
        prop_assert!(signed.verify(&secret()).is_err());
    }

    #[test]
    fn reading_never_panics(
        authorization in "(AWS4-HMAC-SHA256 )?(Credential=|SignedHeaders=|Signature=|[ -~é]){0,8}",
        date in "[0-9TZ é]{0,18}",
        query in "(X-Amz-[A-Za-z]{4,9}=[ -~é]{0,8}&|X-Amz-Algorithm=AWS4-HMAC-SHA256&){0,5}",
    ) {
        let mut call = Call::to("ecs").header("x-amz-date", &date);
        call.query = query;
        prop_assert!(call.verify(&secret()).is_err());
        call = call.header("authorization", &authorization);
        prop_assert!(call.verify(&secret()).is_err());
    }
}

#[test]
fn the_path_rule_is_the_services() {
    let now = AmzDate::from_secs(NOW);
    assert_eq!(Expected::of("s3", now).path, PathRule::Verbatim);
    assert_eq!(Expected::of("ecs", now).path, PathRule::Normalized);
}
