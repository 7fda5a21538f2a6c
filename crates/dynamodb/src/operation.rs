//! The operations that are served: what each is about, and which of its members are honoured.

use serde_json::Value;

/// An operation that the engine does for us.
#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    /// In the words of a policy.
    pub action: &'static str,
    pub subject: Subject,
    /// Members that are passed on. Others that DynamoDB does not have are dropped, as it does.
    pub members: &'static [&'static str],
    pub refused: &'static [Refused],
}

/// Where a request says which tables it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// None in particular.
    AllTables,
    /// `TableName`: the table as such.
    Table,
    /// `ResourceArn`.
    Tagged,
    /// `TableName`: an item.
    Item,
    /// `TableName`, and `IndexName` if it is given: all items of one partition key, or all there
    /// are.
    Search,
    /// `RequestItems`, by table, each with its `Keys`.
    BatchGet,
    /// `RequestItems`, by table, each with a list of `PutRequest` and `DeleteRequest`.
    BatchWrite,
    /// `TransactItems`, each with one of these members, which is an action of its own.
    Transaction(&'static [(&'static str, &'static str)]),
}

/// A member that is not honoured.
#[derive(Debug)]
pub struct Refused {
    pub member: &'static str,
    /// Whether this value of it says only what is so anyway.
    pub is_harmless: fn(&Value) -> bool,
}

/// The operation of this name, if it is served.
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

const fn never(member: &'static str) -> Refused {
    Refused { member, is_harmless: |_| false }
}

/// Streams, unless they stay off.
const STREAMS: Refused = Refused {
    member: "StreamSpecification",
    is_harmless: |value| value["StreamEnabled"] == Value::Bool(false),
};

/// Keys of KMS, unless there are to be none.
const ENCRYPTION: Refused = Refused {
    member: "SSESpecification",
    is_harmless: |value| value["Enabled"] == Value::Bool(false) && value["SSEType"].is_null(),
};

/// A price list, unless it is the usual one.
const TABLE_CLASS: Refused =
    Refused { member: "TableClass", is_harmless: |value| value == "STANDARD" };

pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "BatchGetItem",
        action: "dynamodb:BatchGetItem",
        subject: Subject::BatchGet,
        members: &["RequestItems", "ReturnConsumedCapacity"],
        refused: &[],
    },
    Operation {
        name: "BatchWriteItem",
        action: "dynamodb:BatchWriteItem",
        subject: Subject::BatchWrite,
        members: &["RequestItems", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"],
        refused: &[],
    },
    Operation {
        name: "CreateTable",
        action: "dynamodb:CreateTable",
        subject: Subject::Table,
        members: &[
            "AttributeDefinitions",
            "TableName",
            "KeySchema",
            "LocalSecondaryIndexes",
            "GlobalSecondaryIndexes",
            // LIMIT: throughput is kept and shown, and nothing is throttled by it.
            "BillingMode",
            "ProvisionedThroughput",
            "Tags",
            "DeletionProtectionEnabled",
        ],
        refused: &[
            STREAMS,
            ENCRYPTION,
            TABLE_CLASS,
            never("WarmThroughput"),
            never("ResourcePolicy"),
            never("OnDemandThroughput"),
            never("GlobalTableSourceArn"),
            never("GlobalTableSettingsReplicationMode"),
            never("VectorIndexes"),
        ],
    },
    Operation {
        name: "DeleteItem",
        action: "dynamodb:DeleteItem",
        subject: Subject::Item,
        members: &[
            "TableName",
            "Key",
            "Expected",
            "ConditionalOperator",
            "ReturnValues",
            "ReturnConsumedCapacity",
            "ReturnItemCollectionMetrics",
            "ConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "ReturnValuesOnConditionCheckFailure",
        ],
        refused: &[],
    },
    table("DeleteTable", "dynamodb:DeleteTable"),
    // Told from the table's being there: it has no backups.
    table("DescribeContinuousBackups", "dynamodb:DescribeContinuousBackups"),
    table("DescribeTable", "dynamodb:DescribeTable"),
    table("DescribeTimeToLive", "dynamodb:DescribeTimeToLive"),
    Operation {
        name: "GetItem",
        action: "dynamodb:GetItem",
        subject: Subject::Item,
        members: &[
            "TableName",
            "Key",
            "AttributesToGet",
            "ConsistentRead",
            "ReturnConsumedCapacity",
            "ProjectionExpression",
            "ExpressionAttributeNames",
        ],
        refused: &[],
    },
    Operation {
        name: "ListTables",
        action: "dynamodb:ListTables",
        subject: Subject::AllTables,
        members: &["ExclusiveStartTableName", "Limit"],
        refused: &[],
    },
    Operation {
        name: "ListTagsOfResource",
        action: "dynamodb:ListTagsOfResource",
        subject: Subject::Tagged,
        members: &["ResourceArn"],
        // All tags fit one answer, so no token was ever given out.
        refused: &[never("NextToken")],
    },
    Operation {
        name: "PutItem",
        action: "dynamodb:PutItem",
        subject: Subject::Item,
        members: &[
            "TableName",
            "Item",
            "Expected",
            "ReturnValues",
            "ReturnConsumedCapacity",
            "ReturnItemCollectionMetrics",
            "ConditionalOperator",
            "ConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "ReturnValuesOnConditionCheckFailure",
        ],
        refused: &[],
    },
    Operation {
        name: "Query",
        action: "dynamodb:Query",
        subject: Subject::Search,
        members: &[
            "TableName",
            "IndexName",
            "Select",
            "AttributesToGet",
            "Limit",
            "ConsistentRead",
            "KeyConditions",
            "QueryFilter",
            "ConditionalOperator",
            "ScanIndexForward",
            "ExclusiveStartKey",
            "ReturnConsumedCapacity",
            "ProjectionExpression",
            "FilterExpression",
            "KeyConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
        ],
        refused: &[],
    },
    Operation {
        name: "Scan",
        action: "dynamodb:Scan",
        subject: Subject::Search,
        members: &[
            "TableName",
            "IndexName",
            "AttributesToGet",
            "Limit",
            "Select",
            "ScanFilter",
            "ConditionalOperator",
            "ExclusiveStartKey",
            "ReturnConsumedCapacity",
            "TotalSegments",
            "Segment",
            "ProjectionExpression",
            "FilterExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "ConsistentRead",
        ],
        refused: &[],
    },
    Operation {
        name: "TagResource",
        action: "dynamodb:TagResource",
        subject: Subject::Tagged,
        members: &["ResourceArn", "Tags"],
        refused: &[],
    },
    Operation {
        name: "TransactGetItems",
        action: "dynamodb:GetItem",
        subject: Subject::Transaction(&[("Get", "dynamodb:GetItem")]),
        members: &["TransactItems", "ReturnConsumedCapacity"],
        refused: &[],
    },
    Operation {
        name: "TransactWriteItems",
        action: "dynamodb:PutItem",
        subject: Subject::Transaction(&[
            ("ConditionCheck", "dynamodb:ConditionCheckItem"),
            ("Put", "dynamodb:PutItem"),
            ("Delete", "dynamodb:DeleteItem"),
            ("Update", "dynamodb:UpdateItem"),
        ]),
        members: &[
            "TransactItems",
            "ReturnConsumedCapacity",
            "ReturnItemCollectionMetrics",
            "ClientRequestToken",
        ],
        refused: &[],
    },
    Operation {
        name: "UntagResource",
        action: "dynamodb:UntagResource",
        subject: Subject::Tagged,
        members: &["ResourceArn", "TagKeys"],
        refused: &[],
    },
    Operation {
        name: "UpdateItem",
        action: "dynamodb:UpdateItem",
        subject: Subject::Item,
        members: &[
            "TableName",
            "Key",
            "AttributeUpdates",
            "Expected",
            "ConditionalOperator",
            "ReturnValues",
            "ReturnConsumedCapacity",
            "ReturnItemCollectionMetrics",
            "UpdateExpression",
            "ConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "ReturnValuesOnConditionCheckFailure",
        ],
        refused: &[],
    },
    Operation {
        name: "UpdateTable",
        action: "dynamodb:UpdateTable",
        subject: Subject::Table,
        members: &[
            "AttributeDefinitions",
            "TableName",
            "BillingMode",
            "ProvisionedThroughput",
            "GlobalSecondaryIndexUpdates",
            "DeletionProtectionEnabled",
        ],
        refused: &[
            STREAMS,
            ENCRYPTION,
            TABLE_CLASS,
            never("ReplicaUpdates"),
            never("MultiRegionConsistency"),
            never("GlobalTableWitnessUpdates"),
            never("OnDemandThroughput"),
            never("WarmThroughput"),
            never("GlobalTableSettingsReplicationMode"),
            never("DisassociationProtectionEnabled"),
            never("VectorIndexUpdates"),
        ],
    },
    Operation {
        name: "UpdateTimeToLive",
        action: "dynamodb:UpdateTimeToLive",
        subject: Subject::Table,
        members: &["TableName", "TimeToLiveSpecification"],
        refused: &[],
    },
];

/// An operation on a table that says no more than which.
const fn table(name: &'static str, action: &'static str) -> Operation {
    Operation { name, action, subject: Subject::Table, members: &["TableName"], refused: &[] }
}
