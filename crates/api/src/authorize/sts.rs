//! What each operation of STS asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("AssumeRole", &["{RoleArn}"])
        .keys(&[
            ("sts:ExternalId", "{ExternalId}"),
            ("sts:RoleSessionName", "{RoleSessionName}"),
            ("sts:SourceIdentity", "{SourceIdentity}"),
            ("sts:TransitiveTagKeys", "{TransitiveTagKeys}"),
        ])
        .also(&[
            ("sts:TagSession", "Tags", "{RoleArn}"),
            ("sts:SetSourceIdentity", "SourceIdentity", "{RoleArn}"),
        ]),
    row("AssumeRoleWithSAML", &["{RoleArn}"]),
    row("AssumeRoleWithWebIdentity", &["{RoleArn}"]),
    row("AssumeRoot", &["*"]),
    row("DecodeAuthorizationMessage", &["*"]),
    row("GetAccessKeyInfo", &["*"]),
    row("GetCallerIdentity", &["*"]).free(),
    row("GetDelegatedAccessToken", &["*"]),
    row("GetFederationToken", &["sts:{Name|federated}"]),
    row("GetSessionToken", &["*"]).free(),
    row("GetWebIdentityToken", &["*"]),
];
