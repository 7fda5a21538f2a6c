//! What each operation of Parameter Store asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("AddTagsToResource", &["ssm:parameter{ResourceId|parameter}"]),
    row("DeleteParameter", &["ssm:parameter{Name|parameter}"]),
    row("DeleteParameters", &["ssm:parameter{Names|parameter}"]),
    row("DeleteResourcePolicy", &["{ResourceArn}"]),
    row("DescribeParameters", &["*"]),
    row("GetParameter", &["ssm:parameter{Name|parameter}"]),
    row("GetParameterHistory", &["ssm:parameter{Name|parameter}"]),
    row("GetParameters", &["ssm:parameter{Names|parameter}"]),
    row("GetParametersByPath", &["ssm:parameter{Path|parameter}"])
        .keys(&[("ssm:Recursive", "{Recursive=false}")]),
    row("GetResourcePolicies", &["{ResourceArn}"]),
    row("LabelParameterVersion", &["ssm:parameter{Name|parameter}"]),
    row("ListTagsForResource", &["ssm:parameter{ResourceId|parameter}"]),
    row("PutParameter", &["ssm:parameter{Name|parameter}"])
        .keys(&[("ssm:Overwrite", "{Overwrite=false}")])
        .tags("ssm:AddTagsToResource", "ssm:parameter{Name|parameter}"),
    row("PutResourcePolicy", &["{ResourceArn}"]),
    row("RemoveTagsFromResource", &["ssm:parameter{ResourceId|parameter}"]),
    row("UnlabelParameterVersion", &["ssm:parameter{Name|parameter}"]),
];
