//! A request's members: passed on, dropped, or refused by name.

use serde_json::{Map, Value};
use wire::ApiError;

use crate::operation::Operation;

/// What is refused of the indexes in these lists, by its path there. The engine would take an
/// index's throughput in `UpdateTable`, and forget it.
const INDEX_REFUSED: [(&str, &[&str]); 6] = [
    ("GlobalSecondaryIndexes", &["OnDemandThroughput"]),
    ("GlobalSecondaryIndexes", &["WarmThroughput"]),
    ("GlobalSecondaryIndexUpdates", &["Update"]),
    ("GlobalSecondaryIndexUpdates", &["Create", "ProvisionedThroughput"]),
    ("GlobalSecondaryIndexUpdates", &["Create", "OnDemandThroughput"]),
    ("GlobalSecondaryIndexUpdates", &["Create", "WarmThroughput"]),
];

/// The request's members, without those that DynamoDB does not know.
pub(crate) fn read(operation: &Operation, body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let mut members = match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => members,
        Ok(_) => return Err(unreadable("the body is not a JSON object")),
        Err(_) => return Err(unreadable("the body is not JSON")),
    };
    for refused in operation.refused {
        let value = members.get(refused.member).filter(|value| !value.is_null());
        if value.is_some_and(|value| !(refused.is_harmless)(value)) {
            return Err(unsupported(refused.member));
        }
    }
    members.retain(|name, value| operation.members.contains(&&**name) && !value.is_null());
    for (list, path) in INDEX_REFUSED {
        let mut indexes = members.get(list).and_then(Value::as_array).into_iter().flatten();
        if indexes.any(|index| has(index, path)) {
            return Err(unsupported(&format!("{list}.{}", path.join("."))));
        }
    }
    Ok(members)
}

fn has(index: &Value, path: &[&str]) -> bool {
    let mut below = Some(index);
    for name in path {
        below = below.and_then(|it| it.get(name));
    }
    below.is_some_and(|value| !value.is_null())
}

fn unsupported(member: &str) -> ApiError {
    let message = format!("`{member}` is not supported by Longshore yet");
    ApiError::client("ValidationException", message)
}

fn unreadable(message: &str) -> ApiError {
    ApiError::client("SerializationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::find;

    #[track_caller]
    fn check(operation: &str, body: &str, expected: &str) {
        let operation = find(operation).expect("it is served");
        let actual = match read(operation, body.as_bytes()) {
            Ok(members) => Value::Object(members).to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expected);
    }

    #[test]
    fn what_is_not_known_is_dropped_and_what_stands_twice_stands_once() {
        check("GetItem", r#"{"TableName":"a","table_name":"b"}"#, r#"{"TableName":"a"}"#);
        check("GetItem", r#"{"TableName":"a","Key":null,"TableName":"b"}"#, r#"{"TableName":"b"}"#);
    }

    #[test]
    fn what_is_not_honoured_is_refused_by_name() {
        let refused =
            |name: &str| format!("ValidationException: `{name}` is not supported by Longshore yet");
        let streams = r#"{"StreamSpecification":{"StreamEnabled":true}}"#;
        check("CreateTable", streams, &refused("StreamSpecification"));
        check("CreateTable", r#"{"StreamSpecification":{"StreamEnabled":false}}"#, "{}");
        check("CreateTable", r#"{"SSESpecification":{"Enabled":false}}"#, "{}");
        let key = r#"{"SSESpecification":{"Enabled":true}}"#;
        check("CreateTable", key, &refused("SSESpecification"));
        check("UpdateTable", r#"{"TableClass":"STANDARD"}"#, "{}");
        let class = r#"{"TableClass":"STANDARD_INFREQUENT_ACCESS"}"#;
        check("UpdateTable", class, &refused("TableClass"));
        let warm = r#"{"GlobalSecondaryIndexes":[{"WarmThroughput":{}}]}"#;
        check("CreateTable", warm, &refused("GlobalSecondaryIndexes.WarmThroughput"));
        let units = r#"{"GlobalSecondaryIndexUpdates":[{"Create":{"ProvisionedThroughput":{}}}]}"#;
        let name = "GlobalSecondaryIndexUpdates.Create.ProvisionedThroughput";
        check("UpdateTable", units, &refused(name));
        let update = r#"{"GlobalSecondaryIndexUpdates":[{"Update":{}}]}"#;
        check("UpdateTable", update, &refused("GlobalSecondaryIndexUpdates.Update"));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        check("GetItem", "", "SerializationException: the body is not JSON");
        check("GetItem", "{", "SerializationException: the body is not JSON");
        check("GetItem", "[]", "SerializationException: the body is not a JSON object");
    }
}
