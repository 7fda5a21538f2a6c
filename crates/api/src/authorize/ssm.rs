//! What each operation of Parameter Store asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("AddTagsToResource", &["{ResourceId|parameter}"]),
    row("DeleteParameter", &["{Name|parameter}"]),
    row("DeleteParameters", &["{Names|parameter}"]),
    row("DeleteResourcePolicy", &["{ResourceArn}"]),
    row("DescribeParameters", &["*"]),
    row("GetParameter", &["{Name|parameter}"]),
    row("GetParameterHistory", &["{Name|parameter}"]),
    row("GetParameters", &["{Names|parameter}"]),
    row("GetParametersByPath", &["{Path|parameter}"])
        .keys(&[("ssm:Recursive", "{Recursive=false}")]),
    row("GetResourcePolicies", &["{ResourceArn}"]),
    row("LabelParameterVersion", &["{Name|parameter}"]),
    row("ListTagsForResource", &["{ResourceId|parameter}"]),
    row("PutParameter", &["{Name|parameter}"])
        .keys(&[("ssm:Overwrite", "{Overwrite=false}")])
        .tags("ssm:AddTagsToResource", "{Name|parameter}"),
    row("PutResourcePolicy", &["{ResourceArn}"]),
    row("RemoveTagsFromResource", &["{ResourceId|parameter}"]),
    row("UnlabelParameterVersion", &["{Name|parameter}"]),
];
