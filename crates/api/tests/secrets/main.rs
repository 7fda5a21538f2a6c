//! Secrets Manager, called as the edge calls it, over a store in memory.

mod world;

use api::{ResolveError, SecretReference, resolve_secret};
use model::Scope;
use serde_json::json;

use crate::world::{World, token};

const DAY_SECS: i64 = 86_400;

#[tokio::test]
async fn only_the_first_reading_of_a_day_is_noted() {
    let mut world = World::new();
    world.make("db", "x").await;
    for day in 0..3 {
        let before = world.api.snapshot().revision;
        for reading in 0..3 {
            assert_eq!(world.read("db").await.as_deref(), Ok("x"));
            let revision = world.api.snapshot().revision;
            assert_eq!(revision, before + 1, "day {day}, reading {reading}");
        }
        let shown = world.call("DescribeSecret", json!({"SecretId": "db"})).await;
        let shown = shown.expect("it is described");
        let noted = shown["LastAccessedDate"].as_f64().expect("a date");
        assert!((noted / 86_400.0).fract() == 0.0, "{noted}");
        assert_eq!(shown["LastChangedDate"], shown["CreatedDate"]);
        world.pass(DAY_SECS);
    }
}

#[tokio::test]
async fn versions_without_a_stage_go_after_a_day() {
    let mut world = World::new();
    world.make("db", "1").await;
    for number in 2..=150 {
        world.put("db", number).await.expect("there is room");
    }
    let told = world.put("db", 151).await.expect_err("there are too many");
    assert!(told.starts_with("LimitExceededException: "), "{told}");
    world.pass(DAY_SECS);
    world.put("db", 151).await.expect("there is room again");
    let snapshot = world.api.snapshot();
    let secret = snapshot.secrets.all().next().expect("it is there");
    // Room was made before it was put.
    assert_eq!((secret.versions.len(), snapshot.secret_values.len()), (101, 101));
    assert!(!secret.versions.contains_key(&token(1)));
    assert_eq!(world.read("db").await.as_deref(), Ok("151"));
}

#[tokio::test]
async fn a_deleted_secret_leaves_no_value() {
    let world = World::new();
    world.make("db", "1").await;
    world.put("db", 2).await.expect("it is put");
    assert_eq!(world.api.snapshot().secret_values.len(), 2);
    let input = json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true});
    world.call("DeleteSecret", input).await.expect("it is deleted");
    let snapshot = world.api.snapshot();
    assert!(snapshot.secrets.is_empty() && snapshot.secret_values.is_empty());
}

#[tokio::test]
async fn a_reference_is_resolved_or_what_is_missing_is_named() {
    let world = World::new();
    let made = world.make("db", "one").await;
    let arn = made["ARN"].as_str().expect("an ARN").to_owned();
    world.put("db", 2).await.expect("it is put");
    let binary = json!({
        "Name": "binary", "ClientRequestToken": token(1), "SecretBinary": "AAE=",
    });
    world.call("CreateSecret", binary).await.expect("it is made");
    world.make("gone", "x").await;
    world.call("DeleteSecret", json!({"SecretId": "gone"})).await.expect("it is scheduled");

    let resolved = |secret_id: &str, version_id: Option<&str>, version_stage: Option<&str>| {
        let reference = SecretReference { secret_id, version_id, version_stage };
        let (snapshot, scope) = (world.api.snapshot(), &world.caller.scope);
        let found = resolve_secret(&world.api, (&world.caller, &snapshot), scope, &reference);
        found.map(|text| text.as_str().to_owned())
    };
    let (first, none) = (token(1), token(9));
    assert_eq!(resolved("db", None, None).as_deref(), Ok("2"));
    assert_eq!(resolved(&arn, None, Some("AWSPREVIOUS")).as_deref(), Ok("one"));
    assert_eq!(resolved(&arn[..arn.len() - 7], Some(&first), None).as_deref(), Ok("one"));
    let db = || "db".to_owned();
    assert_eq!(
        resolved("db", Some(&none), None),
        Err(ResolveError::NoVersion { secret: db(), version_id: none.clone() })
    );
    assert_eq!(
        resolved("db", None, Some("mine")),
        Err(ResolveError::NoStage { secret: db(), stage: "mine".to_owned() })
    );
    assert_eq!(
        resolved("db", Some(&first), Some("AWSCURRENT")),
        Err(ResolveError::NotInStage(db()))
    );
    assert_eq!(resolved("no", None, None), Err(ResolveError::NoSecret("no".to_owned())));
    assert_eq!(resolved("gone", None, None), Err(ResolveError::Deleted("gone".to_owned())));
    assert_eq!(resolved("binary", None, None), Err(ResolveError::Binary("binary".to_owned())));
}

#[tokio::test]
async fn another_account_sees_nothing() {
    let mut world = World::new();
    let made = world.make("db", "x").await;
    let arn = made["ARN"].as_str().expect("an ARN").to_owned();
    let scope = Scope::new("111111111111", "us-east-1");
    world.caller = api::Caller::root(scope, world.caller.now);
    for (name, code) in [("db", "ResourceNotFoundException"), (&arn, "AccessDeniedException")] {
        let told = world.read(name).await.expect_err("it is another account's");
        assert!(told.starts_with(&format!("{code}: ")), "{told}");
    }
}
