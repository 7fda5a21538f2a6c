//! The value of a parameter for a container that is to be started with it.

use model::{Scope, Snapshot};
use vault::Vault;
use zeroize::Zeroizing;

use super::name::{self, Missing};
use super::value;
use crate::kms::KeyError;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    #[error(transparent)]
    Missing(Missing),
    /// It is secure, and its key does not serve.
    #[error("the value of the parameter cannot be decrypted")]
    Key(#[source] KeyError),
}

/// Looks up a parameter by its name or ARN, with a version's number or label after a colon or
/// without one, and decrypts it. Nobody is authorized here: that is the caller's to do before.
pub fn resolve_parameter(
    snapshot: &Snapshot,
    vault: &Vault,
    scope: &Scope,
    named: &str,
) -> Result<Zeroizing<String>, ParameterError> {
    let found = name::find(snapshot, scope, named).map_err(ParameterError::Missing)?;
    let plain = value::plaintext((snapshot, vault), found.parameter, found.version);
    plain.map_err(ParameterError::Key)
}
