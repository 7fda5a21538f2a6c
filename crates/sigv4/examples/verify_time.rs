//! Times the verification of one signed call of 1 kB with a warm key.
//!
//! Run it with optimizations; the figure includes the hash of the body and the
//! reading of the claim, that is, all that the signature costs a request.

use std::hint::black_box;
use std::time::Instant;

use sigv4::{
    AmzDate, BodyHash, Claim, Credentials, Expected, Headers, PathRule, Request, SecretKey,
    Signing, Verifier, sign,
};

const ROUNDS: u32 = 20_000;
const SAMPLES: usize = 15;

fn main() {
    let body = vec![b'x'; 1024];
    let secret = SecretKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let now = AmzDate::from_secs(1_440_938_160);
    let plain: [(&str, &[u8]); 7] = [
        ("accept-encoding", b"identity"),
        ("content-length", b"1024"),
        ("content-type", b"application/x-amz-json-1.1"),
        ("host", b"localhost:4566"),
        ("user-agent", b"aws-cli/2.0 md/Botocore#2.0 ua/2.0 os/linux lang/python#3.12"),
        ("x-amz-target", b"AmazonEC2ContainerServiceV20141113.DescribeServices"),
        ("amz-sdk-invocation-id", b"6a1a3b2c-0000-4000-8000-000000000000"),
    ];
    let request = |headers| Request {
        method: "POST",
        path: "/",
        query: "",
        headers: Headers(headers),
        body_hash: BodyHash::of(&body),
    };
    let credentials =
        Credentials { access_key_id: "AKIDEXAMPLE", secret: &secret, session_token: None };
    let (region, path) = ("us-east-1", PathRule::Normalized);
    let added = sign(&request(&plain), &Signing { credentials, region, service: "ecs", now, path });
    let mut headers = plain.to_vec();
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));

    let other = BodyHash::of(b"another");
    let verifier = Verifier::new();
    let expected = Expected::of("ecs", now);
    let once = || {
        let request = request(black_box(&headers));
        let claim = Claim::read(&request).expect("it was signed above");
        verifier.verify(&request, &claim, &secret, &expected).expect("it was signed above");
    };
    let time = |work: &dyn Fn()| {
        let mut samples: Vec<f64> = (0..SAMPLES)
            .map(|_| {
                let start = Instant::now();
                (0..ROUNDS).for_each(|_| work());
                start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
            })
            .collect();
        samples.sort_by(f64::total_cmp);
        samples[SAMPLES / 2]
    };
    let hash = time(&|| assert_ne!(BodyHash::of(black_box(&body)), other));
    println!("body hash {hash:.2} µs, whole verification {:.2} µs", time(&once));
}
