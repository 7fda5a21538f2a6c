//! What the generated tables promise to the router, the dispatcher and the checks.

use std::collections::BTreeSet;

use wire::{Kind, Protocol, Schema};

#[test]
fn operations_are_sorted_and_know_their_place() {
    for service in aws_api::SERVICES {
        let names: Vec<&str> = service.operations.iter().map(|it| it.name).collect();
        assert!(names.is_sorted(), "{names:?}");
        for (index, operation) in service.operations.iter().enumerate() {
            assert_eq!(operation.index, index, "{}", operation.name);
            let found = service.operation(operation.name).map(|it| it.index);
            assert_eq!(found, Some(index), "{}", operation.name);
        }
    }
}

#[test]
fn all_of_ecs_and_elbv2_is_there() {
    assert_eq!(aws_api::ecs::OPERATIONS.len(), 88);
    assert_eq!(aws_api::elbv2::OPERATIONS.len(), 51);
}

#[test]
fn cloudwatch_is_spoken_to_in_three_protocols() {
    let service = &aws_api::cloudwatch::SERVICE;
    let expected = [Protocol::RpcV2Cbor, Protocol::AwsJson10, Protocol::Query];
    assert_eq!((service.protocol, service.protocols), (Protocol::RpcV2Cbor, &expected[..]));
    assert_eq!(service.error_shape("LimitExceeded"), "LimitExceededFault");
    assert_eq!(service.error_shape("NotImplemented"), "NotImplemented");
    assert!(!service.operation("PutMetricAlarm").expect("it is imported").has_output);
    assert!(service.operation("TagResource").expect("it is imported").has_output);
    let codes: BTreeSet<&str> = service.query_error_shapes.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes.len(), service.query_error_shapes.len(), "one shape a code");
    assert!(aws_api::codedeploy::SERVICE.query_error_shapes.is_empty());
}

/// The protocol has none, so its codec neither reads nor writes one.
#[test]
fn what_speaks_rpc_v2_cbor_has_no_documents() {
    let mut seen = BTreeSet::new();
    for service in aws_api::SERVICES.iter().filter(|it| it.speaks(Protocol::RpcV2Cbor)) {
        for operation in service.operations {
            for typed in [operation.input, operation.output] {
                walk(typed.schema, &mut seen, &mut |schema| {
                    assert!(!matches!(schema.kind, Kind::Document), "{}", schema.name);
                });
            }
        }
    }
    assert!(seen.len() > 150, "only {} schemas were walked", seen.len());
}

#[test]
fn every_pattern_compiles() {
    let mut seen = BTreeSet::new();
    for service in aws_api::SERVICES {
        for operation in service.operations {
            walk(operation.input.schema, &mut seen, &mut |schema| {
                if let Some(pattern) = &schema.pattern {
                    assert_eq!(pattern.error(), None, "{}: {pattern:?}", schema.name);
                }
            });
        }
    }
    assert!(seen.len() > 300, "only {} schemas were walked", seen.len());
}

/// Visits a schema and all that it is made of, each once.
fn walk(
    schema: &'static Schema,
    seen: &mut BTreeSet<usize>,
    visit: &mut impl FnMut(&'static Schema),
) {
    if !seen.insert(std::ptr::from_ref(schema).addr()) {
        return;
    }
    visit(schema);
    match schema.kind {
        Kind::List(list) => walk(list.element, seen, visit),
        Kind::Map(map) => {
            walk(map.key, seen, visit);
            walk(map.value, seen, visit);
        }
        _ => schema.members().iter().for_each(|member| walk(member.schema, seen, visit)),
    }
}
