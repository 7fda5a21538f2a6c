//! How long one decision takes for a caller with ten policies of ten statements. Prints one line
//! of JSON, in microseconds.

use std::time::{Duration, Instant};

use iam::{
    Caller, CallerKind, Compiled, Context, Policies, Policy, PolicyKind, Request, ResourceRule,
    decide,
};
use serde_json::json;

const POLICIES: usize = 10;
const DECISIONS: usize = 100_000;
const SERVICES: [&str; 10] =
    ["s3", "dynamodb", "logs", "ecs", "ec2", "ssm", "kms", "sqs", "sns", "ecr"];

fn main() {
    let policies: Vec<Compiled> = (0..POLICIES).map(policy).collect();
    let policies: Policies<'_, Compiled> = Policies {
        identity: policies.iter().map(|one| ("policy", one)).collect(),
        ..Policies::default()
    };
    let caller = Caller {
        kind: CallerKind::RoleSession,
        account: "000000000000".to_owned(),
        arns: vec!["arn:aws:sts::000000000000:assumed-role/app/one".to_owned()],
    };
    let context = Context::default()
        .with("aws:SourceIp", &["10.1.2.3"])
        .with("aws:PrincipalTag/team", &["web"])
        .with("aws:SecureTransport", &["false"]);
    let mut times: Vec<Duration> = Vec::with_capacity(DECISIONS);
    for number in 0..DECISIONS {
        let resource = format!("arn:aws:s3:::bucket-{}/object/{number}", number % POLICIES);
        let request = Request {
            caller: &caller,
            action: "s3:GetObject",
            resource: &resource,
            resource_account: "000000000000",
            context: &context,
            rule: ResourceRule::MayAllow,
        };
        let began = Instant::now();
        let decision = decide(&request, &policies);
        times.push(began.elapsed());
        assert!(decision.is_allowed());
    }
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6;
    println!("{}", json!({ "p50": at(50), "p99": at(99) }));
}

/// A statement for each service: some actions on some resources, under a condition.
fn policy(number: usize) -> Compiled {
    let statements: Vec<_> = SERVICES
        .iter()
        .map(|service| {
            json!({
                "Effect": "Allow",
                "Action": [format!("{service}:Get*"), format!("{service}:List*")],
                "Resource": [
                    format!("arn:aws:{service}:::bucket-{number}/*"),
                    format!("arn:aws:{service}:*:*:thing/${{aws:PrincipalTag/team}}/*"),
                ],
                "Condition": {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "10.0.0.0/8"]}},
            })
        })
        .collect();
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    Compiled::new(&Policy::parse(&text, PolicyKind::Identity).expect("it is well formed"))
}
