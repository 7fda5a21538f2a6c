//! What each operation of CloudWatch asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("DeleteAlarms", &["cloudwatch:alarm:{AlarmNames=*}"]),
    row("DescribeAlarms", &["cloudwatch:alarm:{AlarmNames=*}"]),
    row("DescribeAlarmsForMetric", &["*"]),
    row("DisableAlarmActions", &["cloudwatch:alarm:{AlarmNames=*}"]),
    row("EnableAlarmActions", &["cloudwatch:alarm:{AlarmNames=*}"]),
    row("ListTagsForResource", &["{ResourceARN}"]),
    row("PutMetricAlarm", &["cloudwatch:alarm:{AlarmName}"])
        .tags("cloudwatch:TagResource", "cloudwatch:alarm:{AlarmName}"),
    row("SetAlarmState", &["cloudwatch:alarm:{AlarmName}"]),
    row("TagResource", &["{ResourceARN}"]),
    row("UntagResource", &["{ResourceARN}"]),
];
