//! What each operation of CloudWatch Logs asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("CreateLogGroup", &["logs:log-group:{logGroupName}:log-stream:"])
        .tags("logs:TagResource", "logs:log-group:{logGroupName}"),
    row("CreateLogStream", &["logs:log-group:{logGroupName}:log-stream:{logStreamName=}"]),
    row("DeleteLogGroup", &["logs:log-group:{logGroupName}:log-stream:"]),
    row("DeleteLogStream", &["logs:log-group:{logGroupName}:log-stream:{logStreamName=}"]),
    row("DeleteRetentionPolicy", &["logs:log-group:{logGroupName}:log-stream:"]),
    row("DescribeLogGroups", &["logs:log-group:{logGroupNamePrefix=}:log-stream:"]),
    row(
        "DescribeLogStreams",
        &["logs:log-group:{logGroupName+logGroupIdentifier|log_group}:log-stream:"],
    ),
    row(
        "FilterLogEvents",
        &["logs:log-group:{logGroupName+logGroupIdentifier|log_group}:log-stream:"],
    ),
    row(
        "GetLogEvents",
        &["logs:log-group:{logGroupName+logGroupIdentifier|log_group}:log-stream:{logStreamName=}"],
    ),
    row("ListTagsForResource", &["logs:log-group:{resourceArn|log_group}"]),
    row("PutLogEvents", &["logs:log-group:{logGroupName}:log-stream:{logStreamName=}"]),
    row("PutRetentionPolicy", &["logs:log-group:{logGroupName}:log-stream:"]),
    row("TagResource", &["logs:log-group:{resourceArn|log_group}"]),
    row("UntagResource", &["logs:log-group:{resourceArn|log_group}"]),
];
