//! Attributes of a network that a request changes: one at a time.

use aws_api::ec2::AttributeBooleanValue;
use wire::ApiError;

use crate::refuse::Given;

/// The place of the only member that is given.
///
/// COMPAT: AWS changes one attribute in a request (`ModifyVpcAttribute`,
/// `ModifySubnetAttribute`).
pub(super) fn only_one(members: &[Given<'_>]) -> Result<usize, ApiError> {
    let given: Vec<usize> = (0..members.len()).filter(|index| members[*index].1).collect();
    let refuse = |message| ApiError::client("InvalidParameterCombination", message);
    match given.as_slice() {
        [index] => Ok(*index),
        [] => Err(refuse("No attributes specified.".to_owned())),
        _ => {
            let names: Vec<&str> = given.iter().map(|index| members[*index].0).collect();
            Err(refuse(format!(
                "Fields for multiple attribute types specified: {}",
                names.join(", ")
            )))
        }
    }
}

/// The value that an attribute is given.
pub(super) fn value(name: &str, given: Option<&AttributeBooleanValue>) -> Result<bool, ApiError> {
    given.and_then(|given| given.value).ok_or_else(|| {
        ApiError::client(
            "MissingParameter",
            format!("The request must contain the parameter {name}.value"),
        )
    })
}
