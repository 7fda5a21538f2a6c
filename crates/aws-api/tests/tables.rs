//! What the generated tables promise to the router, the dispatcher and the checks.

use std::collections::BTreeSet;

use wire::{Kind, Schema};

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
fn every_pattern_compiles() {
    let mut seen = BTreeSet::new();
    for service in aws_api::SERVICES {
        for operation in service.operations {
            patterns(operation.input.schema, &mut seen);
        }
    }
    assert!(seen.len() > 300, "only {} schemas were walked", seen.len());
}

fn patterns(schema: &'static Schema, seen: &mut BTreeSet<usize>) {
    if !seen.insert(std::ptr::from_ref(schema).addr()) {
        return;
    }
    if let Some(pattern) = &schema.pattern {
        assert_eq!(pattern.error(), None, "{}: {pattern:?}", schema.name);
    }
    match schema.kind {
        Kind::List(list) => patterns(list.element, seen),
        Kind::Map(map) => {
            patterns(map.key, seen);
            patterns(map.value, seen);
        }
        _ => schema.members().iter().for_each(|member| patterns(member.schema, seen)),
    }
}
