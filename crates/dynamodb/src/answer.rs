//! The engine's answers in this scope's terms.
//!
//! The engine knows one account and one region, whose names are in its ARNs. Only where an ARN of
//! its own can be is it put right: what an item holds is nobody's but its writer's.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::Scope;
use serde_json::{Map, Value};

/// What the ARNs of the engine's tables begin with.
const ENGINE_TABLES: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// A table's description, in which members called `…Arn` are ARNs.
pub(crate) fn description(body: Bytes, scope: &Scope) -> Bytes {
    changed(body, |answer| put_right(answer, scope))
}

/// A refusal, which may name a table by its ARN.
pub(crate) fn refusal(body: Bytes, scope: &Scope) -> Bytes {
    changed(body, |answer| {
        for member in ["message", "Message"] {
            if let Some(Value::String(text)) = answer.get_mut(member) {
                *text = text.replace(ENGINE_TABLES, &tables(scope));
            }
        }
    })
}

/// An answer about items, with the tables in `arns` by their ARNs.
pub(crate) fn named(body: Bytes, arns: &BTreeMap<String, String>) -> Bytes {
    if arns.is_empty() {
        return body;
    }
    changed(body, |answer| {
        let Value::Object(members) = answer else { return };
        for by_table in ["UnprocessedKeys", "UnprocessedItems", "ItemCollectionMetrics"] {
            rename_keys(members.get_mut(by_table), arns);
        }
        // A transaction's answers are a list, without names.
        rename_keys(members.get_mut("Responses"), arns);
        match members.get_mut("ConsumedCapacity") {
            Some(Value::Array(all)) => all.iter_mut().for_each(|one| rename_table(one, arns)),
            Some(one) => rename_table(one, arns),
            None => {}
        }
    })
}

fn changed(body: Bytes, change: impl FnOnce(&mut Value)) -> Bytes {
    match serde_json::from_slice::<Value>(&body) {
        Ok(mut answer) => {
            change(&mut answer);
            Bytes::from(answer.to_string())
        }
        Err(_) => body,
    }
}

fn put_right(value: &mut Value, scope: &Scope) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name.ends_with("Arn") => {
                        *text = text.replace(ENGINE_TABLES, &tables(scope));
                    }
                    member => put_right(member, scope),
                }
            }
        }
        Value::Array(elements) => {
            elements.iter_mut().for_each(|element| put_right(element, scope));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn tables(scope: &Scope) -> String {
    format!("arn:aws:dynamodb:{}:{}:", scope.region, scope.account)
}

fn rename_keys(by_table: Option<&mut Value>, arns: &BTreeMap<String, String>) {
    let Some(Value::Object(members)) = by_table else { return };
    let renamed: Map<String, Value> = std::mem::take(members)
        .into_iter()
        .map(|(name, value)| (arns.get(&name).cloned().unwrap_or(name), value))
        .collect();
    *members = renamed;
}

fn rename_table(capacity: &mut Value, arns: &BTreeMap<String, String>) {
    if let Some(Value::String(name)) = capacity.get_mut("TableName")
        && let Some(arn) = arns.get(name)
    {
        name.clone_from(arn);
    }
}
