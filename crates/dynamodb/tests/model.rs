//! Every operation of DynamoDB's model, and every member of those that are served, is served or
//! refused by name.
//!
//! `members.json` is of botocore 1.44.5: each operation's name with its input's members.

use dynamodb::operation::{OPERATIONS, find};
use dynamodb::{Call, SERVICE};
use model::Scope;
use serde_json::{Map, Value, json};

fn model() -> Map<String, Value> {
    serde_json::from_str(include_str!("members.json")).expect("it is JSON")
}

fn read(name: &str, body: &Value) -> Result<Call, wire::ApiError> {
    Call::read(name, body.to_string().as_bytes(), &Scope::new("000000000000", "us-east-1"))
}

#[test]
fn every_operation_is_served_or_refused_by_name() {
    let model = model();
    let listed: Vec<&str> = SERVICE.operations.iter().map(|it| it.name).collect();
    assert_eq!(listed, model.keys().collect::<Vec<_>>());
    assert!(OPERATIONS.iter().all(|operation| model.contains_key(operation.name)));
    for name in model.keys() {
        let refused = read(name, &json!({})).map_err(|error| (error.code, error.message));
        match (find(name), refused) {
            (Some(_), Ok(call)) => assert_eq!(call.operation(), name),
            (None, Err((code, message))) => {
                assert_eq!(code, "NotImplemented");
                assert!(message.contains(&format!("`{name}`")), "{message}");
            }
            (_, other) => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn every_member_is_passed_on_or_refused_by_name() {
    let model = model();
    for operation in OPERATIONS {
        let members = model[operation.name].as_array().expect("it is a list");
        let refused = operation.refused.iter().map(|it| it.member);
        let known: Vec<&str> = operation.members.iter().copied().chain(refused).collect();
        assert_eq!(known.len(), members.len(), "{}", operation.name);
        for member in members.iter().filter_map(Value::as_str) {
            assert!(known.contains(&member), "{}: {member}", operation.name);
            let read = read(operation.name, &json!({ member: {} }));
            match (operation.members.contains(&member), read) {
                (true, Ok(call)) => assert_eq!(call.sent(), json!({ member: {} }).to_string()),
                (false, Err(error)) => {
                    assert_eq!(error.code, "ValidationException");
                    assert!(error.message.contains(&format!("`{member}`")), "{error}");
                }
                (_, other) => panic!("{} {member}: {other:?}", operation.name),
            }
        }
    }
}

#[test]
fn every_call_asks_for_something() {
    for operation in OPERATIONS {
        for body in [
            json!({}),
            json!({ "RequestItems": [], "TransactItems": {}, "TableName": 1 }),
            json!({ "RequestItems": {}, "TransactItems": [{}, 1], "ResourceArn": {} }),
        ] {
            let call = read(operation.name, &body).expect("nothing in it is refused");
            let asks = call.asks(&std::collections::BTreeMap::new());
            assert_ne!(asks, [], "{} {body}", operation.name);
        }
    }
}
