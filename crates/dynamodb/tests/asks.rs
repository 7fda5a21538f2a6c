//! What each operation asks to be allowed: the action, the resource, and the context's keys.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dynamodb::{Call, TableKeys};
use expect_test::{Expect, expect};
use model::Scope;
use serde_json::{Value, json};

/// The table `orders` has the partition key `id`, and `by_user` the key `user`; `carts` has `id`.
fn keys() -> BTreeMap<String, TableKeys> {
    let key = |name: &str| json!([{ "AttributeName": name, "KeyType": "HASH" }]);
    let index = json!({ "IndexName": "by_user", "KeySchema": key("user") });
    let orders = json!({ "Table": { "KeySchema": key("id"), "GlobalSecondaryIndexes": [index] } });
    let carts = json!({ "Table": { "KeySchema": key("id") } });
    [("orders", orders), ("carts", carts)]
        .into_iter()
        .map(|(name, it)| (name.to_owned(), TableKeys::read(&it).expect("it has a key")))
        .collect()
}

fn read(operation: &str, body: &Value) -> Call {
    let scope = Scope::new("000000000000", "us-east-1");
    Call::read(operation, body.to_string().as_bytes(), &scope).expect("nothing in it is refused")
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "it reads better at the call")]
fn check(operation: &str, body: Value, expected: Expect) {
    let call = read(operation, &body);
    let mut text = String::new();
    for ask in call.asks(&keys()) {
        let resource = ask.resource.replace("arn:aws:dynamodb:us-east-1:000000000000:", "");
        let _ = writeln!(text, "{} {resource}", ask.action.replace("dynamodb:", ""));
        let context = format!("{:?}", ask.context).replace("dynamodb:", "");
        let context = context.trim_start_matches("Context({").trim_end_matches("})");
        for line in context.split_inclusive("], ") {
            let line = line.trim_end_matches(", ");
            // What says nothing is left out.
            if !line.is_empty() && !line.contains("[\"NONE\"]") {
                let _ = writeln!(text, "  {line}");
            }
        }
    }
    expected.assert_eq(&text);
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "it reads better at the call")]
fn check_refused(operation: &str, body: Value, expected: &str) {
    let told = match read(operation, &body).check(&keys()) {
        Ok(()) => "passed on".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(told, expected);
}

#[test]
fn tables_are_asked_about_as_such() {
    check(
        "ListTables",
        json!({}),
        expect![[r#"
        ListTables table/*
    "#]],
    );
    check(
        "DescribeTable",
        json!({ "TableName": "orders" }),
        expect![[r#"
        DescribeTable table/orders
    "#]],
    );
    check(
        "CreateTable",
        json!({ "TableName": "new", "Tags": [{ "Key": "Team", "Value": "a" }] }),
        expect![[r#"
            CreateTable table/new
              "aws:requesttag/team": ["a"]
              "aws:tagkeys": ["Team"]
            TagResource table/new
              "aws:requesttag/team": ["a"]
              "aws:tagkeys": ["Team"]
        "#]],
    );
    check(
        "UntagResource",
        json!({
            "ResourceArn": "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
            "TagKeys": ["Team"],
        }),
        expect![[r#"
            UntagResource table/orders
              "aws:tagkeys": ["Team"]
        "#]],
    );
}

#[test]
fn a_number_is_one_leading_key_however_it_is_spelt() {
    for text in ["17", "17.0", "1.7e1", "017", "+17"] {
        let key = json!({ "N": text });
        let values = json!({ ":v": key });
        for (operation, body) in [
            ("GetItem", json!({ "TableName": "orders", "Key": { "id": key } })),
            (
                "Query",
                json!({
                    "TableName": "orders",
                    "KeyConditionExpression": "id = :v",
                    "ExpressionAttributeValues": values,
                }),
            ),
            ("BatchGetItem", json!({ "RequestItems": { "orders": { "Keys": [{ "id": key }] } } })),
        ] {
            for ask in read(operation, &body).asks(&keys()) {
                let given = ask.context.single("dynamodb:leadingkeys");
                assert_eq!(given, Some("17"), "{operation} {text}");
            }
        }
    }
}

#[test]
fn an_item_has_a_leading_key_and_attributes() {
    check(
        "GetItem",
        json!({
            "TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
            "Key": { "id": { "S": "ann" } },
            "ProjectionExpression": "total, #s",
            "ExpressionAttributeNames": { "#s": "state" },
        }),
        expect![[r#"
            GetItem table/orders
              "attributes": ["id", "state", "total"]
              "leadingkeys": ["ann"]
              "select": ["SPECIFIC_ATTRIBUTES"]
        "#]],
    );
    check(
        "PutItem",
        json!({
            "TableName": "orders",
            "Item": { "id": { "N": "17" }, "total": { "N": "1" } },
            "ConditionExpression": "attribute_not_exists(id) OR version < :v",
            "ReturnValues": "ALL_OLD",
        }),
        expect![[r#"
            PutItem table/orders
              "attributes": ["id", "total", "version"]
              "leadingkeys": ["17"]
              "returnvalues": ["ALL_OLD"]
        "#]],
    );
    check(
        "UpdateItem",
        json!({
            "TableName": "orders",
            "Key": { "id": { "S": "ann" } },
            "UpdateExpression": "SET total = :t REMOVE old",
            "ReturnConsumedCapacity": "TOTAL",
        }),
        expect![[r#"
            UpdateItem table/orders
              "attributes": ["id", "old", "total"]
              "leadingkeys": ["ann"]
              "returnconsumedcapacity": ["TOTAL"]
        "#]],
    );
    check(
        "DeleteItem",
        json!({ "TableName": "orders", "Key": { "id": { "B": "YQ==" } } }),
        expect![[r#"
            DeleteItem table/orders
              "attributes": ["id"]
              "leadingkeys": ["YQ=="]
        "#]],
    );
}

#[test]
fn a_query_is_of_a_partition_and_a_scan_of_none() {
    check(
        "Query",
        json!({
            "TableName": "orders",
            "KeyConditionExpression": "#k = :k AND placed > :p",
            "ExpressionAttributeNames": { "#k": "id" },
            "ExpressionAttributeValues": { ":k": { "S": "ann" }, ":p": { "N": "1" } },
            "FilterExpression": "total > :p",
        }),
        expect![[r#"
            Query table/orders
              "attributes": ["id", "placed", "total"]
              "leadingkeys": ["ann"]
              "select": ["ALL_ATTRIBUTES"]
        "#]],
    );
    check(
        "Query",
        json!({
            "TableName": "orders",
            "IndexName": "by_user",
            "KeyConditions": { "user": {
                "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "ann" }],
            }},
            "Select": "COUNT",
        }),
        expect![[r#"
            Query table/orders/index/by_user
              "attributes": ["user"]
              "leadingkeys": ["ann"]
              "select": ["COUNT"]
        "#]],
    );
    check(
        "Scan",
        json!({ "TableName": "orders", "IndexName": "by_user" }),
        expect![[r#"
        Scan table/orders/index/by_user
          "select": ["ALL_PROJECTED_ATTRIBUTES"]
    "#]],
    );
}

#[test]
fn batches_ask_for_each_table() {
    check(
        "BatchGetItem",
        json!({ "RequestItems": {
            "orders": { "Keys": [{ "id": { "S": "a" } }, { "id": { "S": "b" } }] },
            "carts": { "Keys": [{ "id": { "S": "c" } }], "AttributesToGet": ["id"] },
        }}),
        expect![[r#"
            BatchGetItem table/orders
              "attributes": ["id"]
              "leadingkeys": ["a", "b"]
              "select": ["ALL_ATTRIBUTES"]
            BatchGetItem table/carts
              "attributes": ["id"]
              "leadingkeys": ["c"]
              "select": ["SPECIFIC_ATTRIBUTES"]
        "#]],
    );
    check(
        "BatchWriteItem",
        json!({ "RequestItems": { "orders": [
            { "PutRequest": { "Item": { "id": { "S": "a" }, "x": { "S": "1" } } } },
            { "DeleteRequest": { "Key": { "id": { "S": "b" } } } },
        ]}}),
        expect![[r#"
            BatchWriteItem table/orders
              "attributes": ["id", "x"]
              "leadingkeys": ["a", "b"]
        "#]],
    );
}

#[test]
fn transactions_ask_for_each_item() {
    check(
        "TransactWriteItems",
        json!({ "TransactItems": [
            { "Put": { "TableName": "orders", "Item": { "id": { "S": "a" } } } },
            { "Update": { "TableName": "carts", "Key": { "id": { "S": "b" } },
                "UpdateExpression": "SET n = :n" } },
            { "Delete": { "TableName": "carts", "Key": { "id": { "S": "c" } } } },
            { "ConditionCheck": { "TableName": "orders", "Key": { "id": { "S": "d" } },
                "ConditionExpression": "attribute_exists(id)" } },
        ]}),
        expect![[r#"
            PutItem table/orders
              "attributes": ["id"]
              "enclosingoperation": ["TransactWriteItems"]
              "leadingkeys": ["a"]
            UpdateItem table/carts
              "attributes": ["id", "n"]
              "enclosingoperation": ["TransactWriteItems"]
              "leadingkeys": ["b"]
            DeleteItem table/carts
              "attributes": ["id"]
              "enclosingoperation": ["TransactWriteItems"]
              "leadingkeys": ["c"]
            ConditionCheckItem table/orders
              "attributes": ["id"]
              "enclosingoperation": ["TransactWriteItems"]
              "leadingkeys": ["d"]
        "#]],
    );
    check(
        "TransactGetItems",
        json!({ "TransactItems": [
            { "Get": { "TableName": "orders", "Key": { "id": { "S": "a" } } } },
        ]}),
        expect![[r#"
            GetItem table/orders
              "attributes": ["id"]
              "enclosingoperation": ["TransactGetItems"]
              "leadingkeys": ["a"]
              "select": ["ALL_ATTRIBUTES"]
        "#]],
    );
}

#[test]
fn what_names_no_partition_or_no_table_is_not_passed_on() {
    let query = |condition: &str| {
        let values = json!({ ":v": { "S": "ann" } });
        json!({
            "TableName": "orders",
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
        })
    };
    check_refused("Query", query("id = :v"), "passed on");
    check_refused("Query", json!({ "TableName": "orders" }), "passed on");
    let missed = "ValidationException: Query condition missed key schema element: id";
    check_refused("Query", query("placed = :v"), missed);
    let unsupported = "ValidationException: Query key condition not supported";
    check_refused("Query", query("id > :v"), unsupported);
    let malformed = "ValidationException: Invalid KeyConditionExpression: Syntax error";
    check_refused("Query", query("id = :v OR id = :w"), malformed);
    let no_index = json!({ "TableName": "orders", "IndexName": "by_size" });
    let told = "ValidationException: The table does not have the specified index: by_size";
    check_refused("Scan", no_index, told);
    let no_table = "ResourceNotFoundException: Requested resource not found";
    check_refused("GetItem", json!({ "TableName": "gone" }), no_table);
    // The engine says what is wrong with the name.
    check_refused("GetItem", json!({ "TableName": "x" }), "passed on");
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/gone";
    let told = format!("{no_table}: ResourcArn: {arn} not found");
    check_refused("TagResource", json!({ "ResourceArn": arn }), &told);
}

#[test]
fn the_engine_is_sent_names_and_the_caller_gets_arns_back() {
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
    let call = read("BatchGetItem", &json!({ "RequestItems": { arn: { "Keys": [] } } }));
    assert_eq!(call.sent(), json!({ "RequestItems": { "orders": { "Keys": [] } } }).to_string());
    let item = json!({ "id": { "S": "arn:aws:dynamodb:dynoxide:000000000000:table/orders" } });
    let answer = |table: &str| {
        json!({
            "Responses": { table: [item] },
            "UnprocessedKeys": {},
            "ConsumedCapacity": [{ "TableName": table, "CapacityUnits": 0.5 }],
        })
        .to_string()
    };
    assert_eq!(call.answer(200, answer("orders").into()), answer(arn));
    let table = |arn: &str| json!({ "Table": { "TableName": "orders", "TableArn": arn } });
    let call = read("DescribeTable", &json!({ "TableName": "orders" }));
    let engine = "arn:aws:dynamodb:dynoxide:000000000000:table/orders";
    let answer = call.answer(200, table(engine).to_string().into());
    assert_eq!(answer, table(arn).to_string());
    let refusal = |arn: &str| json!({ "__type": "X", "message": format!("no {arn}") }).to_string();
    assert_eq!(call.answer(400, refusal(engine).into()), refusal(arn));
}

#[test]
fn a_table_is_not_named_twice() {
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
    let body = json!({ "RequestItems": { arn: {}, "orders": {} } }).to_string();
    let scope = Scope::new("000000000000", "us-east-1");
    let told = Call::read("BatchGetItem", body.as_bytes(), &scope).expect_err("it is twice");
    assert_eq!(told.code, "ValidationException");
}
