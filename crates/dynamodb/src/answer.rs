//! The engine's answers in this scope's terms.
//!
//! The engine knows one account and one region, whose names are in its ARNs. Only where an ARN of
//! its own can be is it put right: what an item holds is nobody's but its writer's.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::Scope;
use serde_json::{Map, Value, json};

/// What the ARNs of the engine's tables begin with.
const ENGINE_TABLES: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// Members that say something of each table, by its name.
const BY_TABLE: [&str; 4] =
    ["Responses", "UnprocessedKeys", "UnprocessedItems", "ItemCollectionMetrics"];

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

/// What there is of the table's backups, once the engine was asked for the table: none.
pub(crate) fn backups(status: u16, table: &str) -> Bytes {
    let answer = if status == 200 {
        json!({ "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "DISABLED",
            "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": "DISABLED" },
        }})
    } else {
        let kind = "com.amazonaws.dynamodb.v20120810#TableNotFoundException";
        json!({ "__type": kind, "message": format!("Table not found: {table}") })
    };
    Bytes::from(answer.to_string())
}

/// An answer about items, with the tables in `arns` by their ARNs.
pub(crate) fn named(body: Bytes, arns: &BTreeMap<String, String>) -> Bytes {
    if arns.is_empty() {
        return body;
    }
    changed(body, |answer| {
        let Value::Object(members) = answer else { return };
        for name in BY_TABLE {
            // A transaction's answers are a list, without names.
            if let Some(Value::Object(tables)) = members.get_mut(name) {
                rename_keys(tables, arns);
            }
        }
        let capacities = match members.get_mut("ConsumedCapacity") {
            Some(Value::Array(all)) => all.as_mut_slice(),
            Some(one) => std::slice::from_mut(one),
            None => &mut [],
        };
        for capacity in capacities {
            rename_table(capacity, arns);
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
            for element in elements {
                put_right(element, scope);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn tables(scope: &Scope) -> String {
    format!("arn:aws:dynamodb:{}:{}:", scope.region, scope.account)
}

fn rename_keys(tables: &mut Map<String, Value>, arns: &BTreeMap<String, String>) {
    let renamed: Map<String, Value> = std::mem::take(tables)
        .into_iter()
        .map(|(name, value)| (arns.get(&name).cloned().unwrap_or(name), value))
        .collect();
    *tables = renamed;
}

fn rename_table(capacity: &mut Value, arns: &BTreeMap<String, String>) {
    if let Some(Value::String(name)) = capacity.get_mut("TableName")
        && let Some(arn) = arns.get(name)
    {
        name.clone_from(arn);
    }
}
