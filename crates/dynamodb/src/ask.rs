//! What a request asks to be allowed: actions, the resources they are on, and what a policy's
//! conditions may be about.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB";
//! Developer Guide, "Using IAM policy conditions for fine-grained access control".

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use iam::Context;
use serde_json::{Map, Value};
use wire::ApiError;

use crate::call::Call;
use crate::expression;
use crate::key_condition::{Equality, equality};
use crate::keys::TableKeys;
use crate::names::{index_arn, table_arn};
use crate::number;
use crate::operation::Subject;

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// For example `dynamodb:GetItem`.
    pub action: &'static str,
    pub resource: String,
    pub context: Context,
}

type Members = Map<String, Value>;

/// A part of a request that is an action of its own.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    action: &'static str,
    /// None where the request should name one, or is about all.
    pub(crate) table: Option<&'a str>,
    index: Option<&'a str>,
    /// Each with a key, an item or conditions.
    parts: Vec<&'a Members>,
}

/// Members by which an item's attributes are named.
const BY_ATTRIBUTE: [&str; 7] =
    ["Key", "Item", "Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter"];
const EXPRESSIONS: [&str; 5] = [
    "ProjectionExpression",
    "ConditionExpression",
    "UpdateExpression",
    "FilterExpression",
    "KeyConditionExpression",
];

pub(crate) fn asks(call: &Call, keys: &BTreeMap<String, TableKeys>) -> Vec<Ask> {
    let mut asks: Vec<Ask> = pieces(call)
        .into_iter()
        .map(|piece| Ask {
            action: piece.action,
            resource: resource(call, &piece),
            context: context(call, &piece, keys),
        })
        .collect();
    // Whom a table's first tags are given by must be allowed to give them.
    if let ("CreateTable", Some(Ask { resource, context, .. }), true) =
        (call.operation.name, asks.first(), call.members.contains_key("Tags"))
    {
        let (resource, context) = (resource.clone(), context.clone());
        asks.push(Ask { action: "dynamodb:TagResource", resource, context });
    }
    asks
}

/// Refuses a search of an index that is not there, and a query that names no partition.
pub(crate) fn check_search(
    call: &Call,
    keys: &BTreeMap<String, TableKeys>,
) -> Result<(), ApiError> {
    let invalid = |message| Err(ApiError::client("ValidationException", message));
    let index = call.text("IndexName");
    let Some(table) = call.text("TableName").and_then(|table| keys.get(table)) else {
        return Ok(());
    };
    let Some(hash) = table.of(index) else {
        let index = index.unwrap_or_default();
        return invalid(format!("The table does not have the specified index: {index}"));
    };
    let given = ["KeyConditionExpression", "KeyConditions"];
    // A query with neither is refused by the engine.
    if call.operation.name == "Query" && given.iter().any(|it| call.members.contains_key(*it)) {
        return match partition(&call.members, hash) {
            Ok(Equality::Unnamed) => {
                invalid(format!("Query condition missed key schema element: {hash}"))
            }
            Ok(Equality::Compared) => invalid("Query key condition not supported".to_owned()),
            Ok(Equality::Values(_)) => Ok(()),
            Err(message) => invalid(message),
        };
    }
    Ok(())
}

/// The parts of the request; one at least.
pub(crate) fn pieces(call: &Call) -> Vec<Piece<'_>> {
    let action = call.operation.action;
    let members = &call.members;
    let whole =
        |index| vec![Piece { action, table: call.text("TableName"), index, parts: vec![members] }];
    let pieces = match call.operation.subject {
        Subject::AllTables | Subject::Tagged | Subject::Table | Subject::Item => whole(None),
        Subject::Search => whole(call.text("IndexName")),
        Subject::BatchGet | Subject::BatchWrite => {
            let items = members.get("RequestItems").and_then(Value::as_object);
            let items = items.into_iter().flatten();
            items.map(|(table, requests)| batch_piece(action, table, requests)).collect()
        }
        Subject::Transaction(actions) => {
            let items = members.get("TransactItems").and_then(Value::as_array);
            let items = items.into_iter().flatten();
            items.flat_map(|item| transaction_pieces(item, actions)).collect()
        }
    };
    // The engine refuses a request that names nothing; whoever sends it is asked about as well.
    if pieces.is_empty() { whole(None) } else { pieces }
}

fn batch_piece<'a>(action: &'static str, table: &'a str, requests: &'a Value) -> Piece<'a> {
    let parts = match requests {
        Value::Object(get) => vec![get],
        Value::Array(writes) => {
            let each = writes.iter().filter_map(Value::as_object).flat_map(Map::values);
            each.filter_map(Value::as_object).collect()
        }
        _ => Vec::new(),
    };
    Piece { action, table: Some(table), index: None, parts }
}

fn transaction_pieces<'a>(
    item: &'a Value,
    actions: &'static [(&'static str, &'static str)],
) -> impl Iterator<Item = Piece<'a>> {
    actions.iter().filter_map(move |(member, action)| {
        let part = item.get(member)?.as_object()?;
        let table = part.get("TableName").and_then(Value::as_str);
        Some(Piece { action, table, index: None, parts: vec![part] })
    })
}

fn resource(call: &Call, piece: &Piece<'_>) -> String {
    let scope = &call.scope;
    match (call.tagged_table(), piece.table, piece.index) {
        (Some(tagged), _, _) => table_arn(scope, &tagged),
        (None, Some(table), Some(index)) => index_arn(scope, table, index),
        (None, Some(table), None) => table_arn(scope, table),
        // COMPAT: what AWS says that `ListTables` is on.
        (None, None, _) => table_arn(scope, "*"),
    }
}

fn context(call: &Call, piece: &Piece<'_>, keys: &BTreeMap<String, TableKeys>) -> Context {
    let mut context = Context::default();
    match call.operation.subject {
        Subject::AllTables => return context,
        Subject::Table | Subject::Tagged => {
            tag_context(call, &mut context);
            return context;
        }
        Subject::Transaction(_) => {
            context = context.with("dynamodb:EnclosingOperation", &[call.operation.name]);
        }
        Subject::Item | Subject::Search | Subject::BatchGet | Subject::BatchWrite => {}
    }
    let table = piece.table.and_then(|table| keys.get(table));
    if let Some(hash) = table.and_then(|table| table.of(piece.index))
        && piece.action != "dynamodb:Scan"
    {
        context.set("dynamodb:LeadingKeys", leading_keys(piece, hash));
    }
    let attributes = attributes(piece);
    if !attributes.is_empty() {
        context.set("dynamodb:Attributes", attributes.into_iter().collect());
    }
    let text = |member: &str| call.text(member);
    context = match piece.action {
        "dynamodb:PutItem" | "dynamodb:UpdateItem" | "dynamodb:DeleteItem" => {
            context.with("dynamodb:ReturnValues", &[text("ReturnValues").unwrap_or("NONE")])
        }
        "dynamodb:GetItem" | "dynamodb:BatchGetItem" | "dynamodb:Query" | "dynamodb:Scan" => {
            context.with("dynamodb:Select", &[select(call, piece)])
        }
        _ => context,
    };
    let capacity = text("ReturnConsumedCapacity").unwrap_or("NONE");
    context.with("dynamodb:ReturnConsumedCapacity", &[capacity])
}

/// The values of the partition key that the piece reads or writes.
fn leading_keys(piece: &Piece<'_>, hash: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for part in &piece.parts {
        let single = ["Key", "Item"].into_iter().filter_map(|member| part.get(member));
        let listed = part.get("Keys").and_then(Value::as_array).into_iter().flatten();
        for value in single.chain(listed).filter_map(|key| key.get(hash)) {
            found.extend(texts(value).map(Cow::into_owned));
        }
        let equals = match partition(part, hash) {
            Ok(Equality::Values(values)) => values,
            Ok(Equality::Unnamed | Equality::Compared) | Err(_) => Vec::new(),
        };
        found.extend(equals.into_iter().flat_map(texts).map(Cow::into_owned));
    }
    found.into_iter().collect()
}

/// What a query says about its partition key, in either of the two forms, and the values.
fn partition<'a>(members: &'a Members, hash: &str) -> Result<Equality<&'a Value>, String> {
    let object = |name: &str| members.get(name).and_then(Value::as_object);
    let old = object("KeyConditions").and_then(|conditions| conditions.get(hash));
    if let Some(condition) = old {
        let operands = condition["AttributeValueList"].as_array();
        let is_equality = condition["ComparisonOperator"] == "EQ";
        let values = || Equality::Values(operands.into_iter().flatten().collect());
        return Ok(if is_equality { values() } else { Equality::Compared });
    }
    let Some(text) = members.get("KeyConditionExpression").and_then(Value::as_str) else {
        return Ok(Equality::Unnamed);
    };
    let found = equality(text, object("ExpressionAttributeNames"), hash);
    Ok(match found.map_err(|error| error.to_string())? {
        Equality::Unnamed => Equality::Unnamed,
        Equality::Compared => Equality::Compared,
        Equality::Values(names) => {
            let values = object("ExpressionAttributeValues");
            Equality::Values(names.iter().filter_map(|name| values?.get(*name)).collect())
        }
    })
}

/// An attribute value's text, whatever its type: a number's and a binary value's are texts, too.
///
/// One value has one text, or a condition on it would be evaded by another spelling: numbers are
/// in DynamoDB's own, and of a binary value the engine takes no other base 64 than the canonical.
fn texts(value: &Value) -> impl Iterator<Item = Cow<'_, str>> {
    let members = value.as_object().into_iter().flatten();
    members.filter_map(|(kind, value)| {
        let text = value.as_str()?;
        let normal = if kind == "N" { number::normalized(text) } else { None };
        Some(normal.map_or(Cow::Borrowed(text), Cow::Owned))
    })
}

/// Every attribute that the piece names.
fn attributes(piece: &Piece<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in &piece.parts {
        let maps = BY_ATTRIBUTE.into_iter().filter_map(|member| part.get(member));
        let listed = part.get("Keys").and_then(Value::as_array).into_iter().flatten();
        let maps = maps.chain(listed).filter_map(Value::as_object);
        found.extend(maps.flat_map(Map::keys).cloned());
        let list = part.get("AttributesToGet").and_then(Value::as_array).into_iter().flatten();
        found.extend(list.filter_map(Value::as_str).map(str::to_owned));
        let names = part.get("ExpressionAttributeNames").and_then(Value::as_object);
        for member in EXPRESSIONS {
            if let Some(text) = part.get(member).and_then(Value::as_str) {
                found.extend(expression::attributes(text, names));
            }
        }
    }
    found
}

/// How much of each item is asked for. What reads single items has no such parameter, and is
/// held to the same: else a condition on attributes would let whole items through.
fn select<'a>(call: &'a Call, piece: &Piece<'_>) -> &'a str {
    let is_given = |it: &str| piece.parts.iter().any(|part| part.contains_key(it));
    match call.text("Select") {
        Some(select) => select,
        None if is_given("ProjectionExpression") || is_given("AttributesToGet") => {
            "SPECIFIC_ATTRIBUTES"
        }
        None if piece.index.is_some() => "ALL_PROJECTED_ATTRIBUTES",
        None => "ALL_ATTRIBUTES",
    }
}

/// The tags that a request gives or takes.
fn tag_context(call: &Call, context: &mut Context) {
    let list = |member: &str| call.members.get(member).and_then(Value::as_array);
    let mut names = Vec::new();
    for tag in list("Tags").into_iter().flatten() {
        if let (Some(name), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) {
            context.set(&format!("aws:RequestTag/{name}"), vec![value.to_owned()]);
            names.push(name.to_owned());
        }
    }
    let removed = list("TagKeys").into_iter().flatten().filter_map(Value::as_str);
    names.extend(removed.map(str::to_owned));
    if !names.is_empty() {
        context.set("aws:TagKeys", names);
    }
}
