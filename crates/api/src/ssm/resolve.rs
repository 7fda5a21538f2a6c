//! The value of a parameter for a container that is to be started with it.

use model::{Scope, Snapshot};
use zeroize::Zeroizing;

use super::name::{self, Missing};
use super::value;
use crate::kms::KeyError;
use crate::{Api, Caller};

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
/// without one, and decrypts it. Permission is asked for its key alone: the rest is the caller's to
/// do before.
pub fn resolve_parameter(
    api: &Api,
    (caller, snapshot): (&Caller, &Snapshot),
    scope: &Scope,
    named: &str,
) -> Result<Zeroizing<String>, ParameterError> {
    let found = name::find(snapshot, scope, named).map_err(ParameterError::Missing)?;
    let keys = value::on_behalf(api, (caller, snapshot));
    let plain = value::plaintext(keys, found.parameter, found.version);
    plain.map_err(ParameterError::Key)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::{
        Change, Parameter, ParameterTier, ParameterValue, ParameterVersion, Plan, Rng, Tags,
        Timestamp,
    };
    use store::{MemoryEngine, Store};
    use tempfile::TempDir;
    use vault::Vault;

    use super::*;
    use crate::kms::envelope;
    use crate::kms::managed::ManagedKey;
    use crate::{ApiParts, Caller, Turn};

    /// Operations over an empty store, with a master key of their own. The logs live in the folder.
    fn api() -> (Api, TempDir) {
        let directory = TempDir::new().expect("a temporary directory");
        let store = Store::open(MemoryEngine::new()).expect("an empty store opens");
        let logs = observe::Logs::open(directory.path()).expect("an empty directory opens");
        let range = model::Cidr::parse("172.31.0.0/16").expect("a range");
        (Api::new(ApiParts::unkept(store, logs, range), Rng::seeded(1)), directory)
    }

    fn scope() -> Scope {
        Scope::new("000000000000", "us-east-1")
    }

    fn version(value: ParameterValue, label: &str) -> ParameterVersion {
        ParameterVersion {
            value,
            description: None,
            allowed_pattern: None,
            data_type: "text".to_owned(),
            tier: ParameterTier::Standard,
            labels: BTreeSet::from([label.to_owned()]),
            modified_at: Timestamp::EPOCH,
            modified_by: String::new(),
        }
    }

    /// `/a`, of which version 1 is plain and version 2 is secure.
    fn snapshot(vault: &Vault) -> Snapshot {
        let (empty, caller) = (Snapshot::default(), Caller::root(scope(), Timestamp::EPOCH));
        let (rng, plan) = (Rng::seeded(1), Plan::new());
        let mut turn = Turn { snapshot: &empty, caller: &caller, rng, plan };
        let context = value::context(Parameter::arn_of(&scope(), "/a"));
        let key = envelope::choose(&mut turn, vault, ManagedKey::Ssm, None).expect("it is made");
        let what = (b"secure".as_slice(), &context);
        let envelope = envelope::seal(vault, &key, what).expect("it is sealed");
        let secure = ParameterValue::SecureString { key_id: String::new(), envelope };
        let plain = ParameterValue::String("plain".to_owned());
        let versions = BTreeMap::from([(1, version(plain, "old")), (2, version(secure, "new"))]);
        let (name, tags) = ("/a".to_owned(), Tags::new());
        let parameter = Parameter { scope: scope(), name, versions, tags, expires: None };
        let mut changes = turn.plan.changes;
        changes.push(Change::Put(parameter.into()));
        let mut snapshot = Snapshot::default();
        snapshot.apply(1, &changes);
        snapshot
    }

    #[tokio::test]
    async fn a_value_is_found_by_name_arn_version_and_label() {
        let (api, _directory) = api();
        let (snapshot, caller) = (snapshot(&api.vault), Caller::root(scope(), Timestamp::EPOCH));
        let told = |named: &str| {
            let found = resolve_parameter(&api, (&caller, &snapshot), &scope(), named);
            found.map(|value| value.to_string())
        };
        let arn = Parameter::arn_of(&scope(), "/a");
        for named in ["/a", "/a:2", "/a:new", &arn, &format!("{arn}:new")] {
            assert_eq!(told(named), Ok("secure".to_owned()), "{named}");
        }
        for named in ["/a:1", "/a:old", &format!("{arn}:1")] {
            assert_eq!(told(named), Ok("plain".to_owned()), "{named}");
        }
        let missing = |named: &str| Err(ParameterError::Missing(Missing::Parameter(named.into())));
        assert_eq!(told("/b"), missing("/b"));
        assert_eq!(told("a"), missing("a"));
        assert!(matches!(told("/a:3"), Err(ParameterError::Missing(Missing::Version { .. }))));
        assert!(matches!(told("/a:x"), Err(ParameterError::Missing(Missing::Label { .. }))));
    }

    #[tokio::test]
    async fn a_value_whose_key_is_away_is_not_found() {
        let ((sealing, _), (other, _)) = (api(), api());
        let (snapshot, caller) =
            (snapshot(&sealing.vault), Caller::root(scope(), Timestamp::EPOCH));
        let found = resolve_parameter(&other, (&caller, &snapshot), &scope(), "/a");
        assert!(matches!(found, Err(ParameterError::Key(KeyError::Unreadable { .. }))));
    }
}
