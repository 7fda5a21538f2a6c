//! What is wrong with a document that is no policy, in the words that the caller is told.

/// Why a document is none: the reason of `MalformedPolicyDocument`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("Syntax errors in policy.")]
    Syntax,
    #[error("Syntax errors in policy: the key \"{0}\" is there twice.")]
    DuplicateKey(String),
    #[error("Policy statement must contain actions.")]
    NoActions,
    #[error("Policy statement must contain resources.")]
    NoResources,
    #[error("Policy document should not specify a principal.")]
    Principal,
    #[error("Has prohibited field Resource")]
    Resource,
    #[error("Has prohibited field NotPrincipal")]
    NotPrincipal,
    #[error("NotPrincipal with the Effect Allow is not supported.")]
    AllowNotPrincipal,
    #[error("Missing required field Principal")]
    NoPrincipal,
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    NoVendor,
    #[error("Resource {0} must be in ARN format or \"*\".")]
    NoArn(String),
    #[error("Invalid principal in policy: \"{0}\"")]
    InvalidPrincipal(String),
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    DuplicateSid,
    #[error("Statement IDs (SID) should be alpha-numeric.")]
    InvalidSid,
    #[error("Invalid Condition type : {0}.")]
    InvalidOperator(String),
    #[error("Invalid value \"{value}\" for Condition {operator} of {key}.")]
    InvalidValue { operator: String, key: String, value: String },
}
