//! DynamoDB and its streams as the listener routes to them.
//!
//! Their shapes are not generated: the engine decodes. What is here is enough to tell that a
//! request is theirs, to verify its signature and to word a refusal.

use wire::{Operation, Protocol, Quirks, ReadError, Schema, Service, Typed, Value, Wording, Write};

/// DynamoDB, with every operation of its model.
pub static SERVICE: Service = Service {
    name: "dynamodb",
    target_prefix: "DynamoDB_20120810",
    operations: &OPERATIONS,
    ..RAW
};

/// DynamoDB Streams, of which nothing is served.
pub static STREAMS: Service = Service {
    name: "dynamodbstreams",
    target_prefix: "DynamoDBStreams_20120810",
    operations: &STREAMS_OPERATIONS,
    ..RAW
};

const RAW: Service = Service {
    name: "",
    protocol: Protocol::AwsJson10,
    protocols: &[Protocol::AwsJson10],
    api_version: "2012-08-10",
    signing_name: "dynamodb",
    endpoint_prefix: "dynamodb",
    target_prefix: "",
    xml_namespace: "",
    quirks: Quirks {
        wording: Wording::Counted,
        missing: "ValidationException",
        invalid: "ValidationException",
        unknown_member: "ValidationException",
    },
    query_error_shapes: &[],
    operations: &[],
};

/// Amazon DynamoDB API Reference, "Actions"; sorted.
const NAMES: [&str; 62] = [
    "BatchExecuteStatement",
    "BatchGetItem",
    "BatchWriteItem",
    "CancelBulkOperation",
    "CreateBackup",
    "CreateGlobalTable",
    "CreateTable",
    "DeleteBackup",
    "DeleteItem",
    "DeleteResourcePolicy",
    "DeleteTable",
    "DescribeBackup",
    "DescribeBulkOperation",
    "DescribeContinuousBackups",
    "DescribeContributorInsights",
    "DescribeEndpoints",
    "DescribeExport",
    "DescribeGlobalTable",
    "DescribeGlobalTableSettings",
    "DescribeImport",
    "DescribeKinesisStreamingDestination",
    "DescribeLimits",
    "DescribeTable",
    "DescribeTableReplicaAutoScaling",
    "DescribeTimeToLive",
    "DisableKinesisStreamingDestination",
    "EnableKinesisStreamingDestination",
    "ExecuteStatement",
    "ExecuteTransaction",
    "ExportTableToPointInTime",
    "GetItem",
    "GetResourcePolicy",
    "ImportTable",
    "ListBackups",
    "ListBulkOperations",
    "ListContributorInsights",
    "ListExports",
    "ListGlobalTables",
    "ListImports",
    "ListTables",
    "ListTagsOfResource",
    "PutItem",
    "PutResourcePolicy",
    "Query",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
    "Scan",
    "SearchVectors",
    "StartBulkPutItems",
    "TagResource",
    "TransactGetItems",
    "TransactWriteItems",
    "UntagResource",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateGlobalTable",
    "UpdateGlobalTableSettings",
    "UpdateItem",
    "UpdateKinesisStreamingDestination",
    "UpdateTable",
    "UpdateTableReplicaAutoScaling",
    "UpdateTimeToLive",
];

/// Amazon DynamoDB Streams API Reference, "Actions"; sorted.
const STREAMS_NAMES: [&str; 4] =
    ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];

static OPERATIONS: [Operation; NAMES.len()] = raw(NAMES);
static STREAMS_OPERATIONS: [Operation; STREAMS_NAMES.len()] = raw(STREAMS_NAMES);

const fn raw<const COUNT: usize>(names: [&'static str; COUNT]) -> [Operation; COUNT] {
    let mut made = [const { operation("", 0) }; COUNT];
    let mut index = 0;
    while index < COUNT {
        made[index] = operation(names[index], index);
        index += 1;
    }
    made
}

const fn operation(name: &'static str, index: usize) -> Operation {
    let untyped = Typed { schema: &UNTYPED, read };
    Operation {
        name,
        index,
        input: untyped,
        output: untyped,
        result_wrapper: "",
        has_output: true,
        errors: &[],
        readonly: false,
    }
}

static UNTYPED: Schema = Schema::new("Untyped", wire::Kind::Structure(&[]));

/// No codec reads these shapes.
fn read(_: Value) -> Result<Box<dyn Write>, ReadError> {
    Err(ReadError("Untyped"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_by_their_names() {
        for (service, names) in [(&SERVICE, &NAMES[..]), (&STREAMS, &STREAMS_NAMES[..])] {
            for (index, name) in names.iter().enumerate() {
                let found = service.operation(name).expect("it is in the list");
                assert_eq!((found.name, found.index), (*name, index));
            }
            assert!(service.operation("DropTable").is_none());
        }
    }
}
