//! What each operation of Secrets Manager asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("AssociateCrossAccountReplica", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("BatchGetSecretValue", &["*"]).also(&[("secretsmanager:ListSecrets", "Filters", "*")]),
    row("CancelRotateSecret", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("CreateSecret", &["secretsmanager:secret:{Name}-*"])
        .keys(&[("secretsmanager:Name", "{Name}")])
        .tags("secretsmanager:TagResource", "secretsmanager:secret:{Name}-*"),
    row("DeleteResourcePolicy", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("DeleteSecret", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("DescribeSecret", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("DisassociateCrossAccountReplica", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("GetRandomPassword", &["*"]),
    row("GetResourcePolicy", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("GetSecretValue", &["{SecretId|secret}"]).keys(&[
        ("secretsmanager:SecretId", "{SecretId|secret}"),
        ("secretsmanager:VersionId", "{VersionId}"),
        ("secretsmanager:VersionStage", "{VersionStage=AWSCURRENT}"),
    ]),
    row("ListResourcePolicies", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("ListSecretVersionIds", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("ListSecrets", &["*"]),
    row("PutResourcePolicy", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("PutSecretValue", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("RemoveRegionsFromReplication", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("ReplicateSecretToRegions", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("RestoreSecret", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("RotateSecret", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("StopReplicationToReplica", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("TagResource", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("UntagResource", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("UpdateSecret", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("UpdateSecretVersionStage", &["{SecretId|secret}"])
        .keys(&[("secretsmanager:SecretId", "{SecretId|secret}")]),
    row("ValidateResourcePolicy", &["{SecretId|secret}"]),
];
