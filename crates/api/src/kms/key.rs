//! A key: which one a name means, what its state lets be done, and its material.

use model::{Arn, Entry, KmsAlias, KmsKey, KmsKeyState, Scope, Snapshot};
use sha2::{Digest as _, Sha256};
use vault::{Key, OpenError, Vault};
use zeroize::Zeroizing;

use super::ciphertext::{self, Ciphertext, EncryptionContext, Header};
use crate::paging::hex;

/// Why a key cannot be used, in the words of AWS KMS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("{0}")]
    NotFound(String),
    #[error("Invalid arn {0}")]
    InvalidArn(String),
    #[error("{0} is disabled.")]
    Disabled(String),
    #[error("{0} is pending deletion.")]
    PendingDeletion(String),
    /// The caller may not use it: why, in IAM's words.
    #[error("{0}")]
    Denied(String),
    #[error("the ciphertext or its encryption context is not what was encrypted")]
    InvalidCiphertext,
    /// The master key that protects it is away: nothing that the caller can mend.
    #[error("the material of {key_arn} cannot be read")]
    Unreadable {
        key_arn: String,
        #[source]
        source: OpenError,
    },
}

/// The key that is named by its id, its ARN, an alias or an alias's ARN.
pub(crate) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    named: &str,
) -> Result<&'a Entry<KmsKey>, KeyError> {
    let Some(name) = alias_name(scope, named)? else { return find_by_id(snapshot, scope, named) };
    let alias = find_alias(snapshot, scope, &name)?;
    find_by_id(snapshot, scope, &alias.key_id)
}

/// The key that is named by its id or ARN: an alias is not taken.
pub(crate) fn find_by_id<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    named: &str,
) -> Result<&'a Entry<KmsKey>, KeyError> {
    let resource = resource(scope, named)?;
    let id = resource.as_deref().map_or(Some(named), |it| it.strip_prefix("key/"));
    // COMPAT: what has not the form of an id is told apart from an id that is nobody's.
    let id = id.filter(|id| uuid_number(id).is_some());
    let id = id.ok_or_else(|| KeyError::NotFound(format!("Invalid keyId '{named}'")))?;
    let found = snapshot.kms_keys.get(scope, id);
    found.ok_or_else(|| not_found(&KmsKey::arn_of(scope, id)))
}

pub(crate) fn find_alias<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<&'a Entry<KmsAlias>, KeyError> {
    let not_found = || format!("Alias {} is not found.", KmsAlias::arn_of(scope, name));
    snapshot.kms_aliases.get(scope, name).ok_or_else(|| KeyError::NotFound(not_found()))
}

/// The alias that is named by itself or by its ARN; `None` where something else is named.
pub(crate) fn alias_name(scope: &Scope, named: &str) -> Result<Option<String>, KeyError> {
    let resource = resource(scope, named)?;
    let name = resource.unwrap_or_else(|| named.to_owned());
    Ok(Some(name).filter(|name| name.starts_with("alias/")))
}

/// What an ARN names; `None` where it is no ARN.
fn resource(scope: &Scope, named: &str) -> Result<Option<String>, KeyError> {
    if !named.starts_with("arn:") {
        return Ok(None);
    }
    let arn = Arn::parse(named).filter(|arn| arn.service == "kms");
    let arn = arn.ok_or_else(|| KeyError::InvalidArn(named.to_owned()))?;
    if arn.scope.region != scope.region {
        return Err(KeyError::NotFound(format!("Invalid arn {}", arn.scope.region)));
    }
    // LIMIT: keys of other accounts are not reached, whatever their policies say.
    if arn.scope.account != scope.account {
        return Err(not_found(named));
    }
    Ok(Some(arn.resource))
}

pub(crate) fn not_found(arn: &str) -> KeyError {
    KeyError::NotFound(format!("Key '{arn}' does not exist"))
}

/// Refuses a key that nothing may be encrypted or decrypted with.
pub(crate) fn check_usable(key: &KmsKey) -> Result<(), KeyError> {
    match key.state {
        KmsKeyState::Enabled => Ok(()),
        KmsKeyState::Disabled => Err(KeyError::Disabled(key.arn())),
        KmsKeyState::PendingDeletion { .. } => Err(KeyError::PendingDeletion(key.arn())),
    }
}

/// Refuses a key that is to be deleted.
pub(crate) fn check_kept(key: &KmsKey) -> Result<(), KeyError> {
    match key.state {
        KmsKeyState::Enabled | KmsKeyState::Disabled => Ok(()),
        KmsKeyState::PendingDeletion { .. } => Err(KeyError::PendingDeletion(key.arn())),
    }
}

/// Encrypts with the key's newest material.
pub(crate) fn encrypt(
    vault: &Vault,
    key: &KmsKey,
    plaintext: &[u8],
    context: &EncryptionContext,
) -> Result<Vec<u8>, KeyError> {
    check_usable(key)?;
    let number = uuid_number(&key.id).ok_or_else(|| not_found(&key.arn()))?;
    let header = Header { generation: key.generation(), key: number };
    let material = material(vault, key, header.generation)?;
    Ok(ciphertext::seal(&material, header, plaintext, context))
}

/// Decrypts with the material that the ciphertext names.
pub(crate) fn decrypt(
    vault: &Vault,
    key: &KmsKey,
    ciphertext: &Ciphertext<'_>,
    context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    check_usable(key)?;
    if ciphertext.header.generation > key.generation() {
        return Err(KeyError::InvalidCiphertext);
    }
    let material = material(vault, key, ciphertext.header.generation)?;
    ciphertext.open(&material, context).map_err(|_| KeyError::InvalidCiphertext)
}

/// What a generation encrypts with: it follows from the root, and no other follows from it.
fn material(vault: &Vault, key: &KmsKey, generation: u32) -> Result<Key, KeyError> {
    let unreadable = |source| KeyError::Unreadable { key_arn: key.arn(), source };
    let root = vault.open(&key.root, &key.sealing_context()).map_err(unreadable)?;
    let root = Key::from_bytes(&root).ok_or_else(|| unreadable(OpenError::Tampered))?;
    Ok(root.derived(&format!("kms/generation/{generation}")))
}

/// Names the material of a generation: 64 hexadecimal digits, which tell nothing of it.
pub(crate) fn material_id(key: &KmsKey, generation: u32) -> String {
    hex(&Sha256::digest(format!("{}/{generation}", key.arn())))
}

/// The number that a UUID in lower case is.
fn uuid_number(text: &str) -> Option<u128> {
    let number = u128::from_str_radix(&text.replace('-', ""), 16).ok()?;
    (uuid_text(number) == text).then_some(number)
}

pub(crate) fn uuid_text(number: u128) -> String {
    let digits = format!("{number:032x}");
    let cuts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    cuts.map(|(from, to)| &digits[from..to]).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_a_number_written_in_one_way() {
        let text = "0123abcd-12ab-34cd-56ef-1234567890ab";
        assert_eq!(uuid_number(text).map(uuid_text).as_deref(), Some(text));
        for other in [
            "",
            "0123ABCD-12ab-34cd-56ef-1234567890ab",
            "0123abcd12ab34cd56ef1234567890ab",
            "0123abcd-12ab-34cd-56ef-1234567890a",
            "0123abcd-12ab-34cd-56ef-1234567890abc",
            "+123abcd-12ab-34cd-56ef-1234567890ab",
            "mrk-0123abcd12ab34cd56ef1234567890ab",
        ] {
            assert_eq!(uuid_number(other), None, "{other}");
        }
    }

    #[test]
    fn a_name_is_looked_for_where_it_can_be() {
        let (snapshot, scope) = (Snapshot::default(), Scope::new("000000000000", "us-east-1"));
        let told = |named: &str| {
            let found = find(&snapshot, &scope, named);
            found.map(|_| ()).expect_err("there is no key").to_string()
        };
        let id = "0123abcd-12ab-34cd-56ef-1234567890ab";
        let own = format!("arn:aws:kms:us-east-1:000000000000:key/{id}");
        assert_eq!(told(id), format!("Key '{own}' does not exist"));
        assert_eq!(told(&own), format!("Key '{own}' does not exist"));
        assert_eq!(told("x"), "Invalid keyId 'x'");
        let alias = "arn:aws:kms:us-east-1:000000000000:alias/a";
        assert_eq!(told("alias/a"), format!("Alias {alias} is not found."));
        assert_eq!(told(alias), format!("Alias {alias} is not found."));
        let elsewhere = format!("arn:aws:kms:eu-west-1:000000000000:key/{id}");
        assert_eq!(told(&elsewhere), "Invalid arn eu-west-1");
        let others = format!("arn:aws:kms:us-east-1:111111111111:key/{id}");
        assert_eq!(told(&others), format!("Key '{others}' does not exist"));
        assert_eq!(told("arn:aws:s3:::b"), "Invalid arn arn:aws:s3:::b");
        let no_alias = find_by_id(&snapshot, &scope, "alias/a").map(|_| ());
        assert_eq!(no_alias, Err(KeyError::NotFound("Invalid keyId 'alias/a'".to_owned())));
    }
}
