//! Keys that a service uses for whoever calls it: what that caller has to be allowed of them.
//
// COMPAT: "AWS KMS condition keys", and "Permissions for the KMS key" of the services: the caller
// needs the permission itself, and policies see through which service it asks, and for what. The
// services' own keys ask nothing: their policies let in everybody who may use the service.

use iam::Context;
use model::{KmsDataKey, KmsKey, KmsKeyManager, Snapshot};
use vault::Key;

use super::ciphertext::EncryptionContext;
use super::envelope;
use super::key::{self, KeyError};
use super::managed::ManagedKey;
use crate::authorize::Refused;
use crate::{Api, Caller};

/// What a caller is to be allowed of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    Encrypt,
    Decrypt,
    GenerateDataKey,
}

/// A service, the caller that it works for, and the state that it decides on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnBehalf<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) service: ManagedKey,
}

impl KeyUse {
    const fn action(self) -> &'static str {
        match self {
            KeyUse::Encrypt => "kms:Encrypt",
            KeyUse::Decrypt => "kms:Decrypt",
            KeyUse::GenerateDataKey => "kms:GenerateDataKey",
        }
    }
}

impl OnBehalf<'_> {
    /// Refuses a key that the caller may not use so, or that nobody can use now.
    pub(crate) fn check(
        &self,
        wanted: KeyUse,
        key: &KmsKey,
        context: &EncryptionContext,
    ) -> Result<(), KeyError> {
        self.may(wanted, key, context).map_err(|refused| {
            self.api.denials.note(&refused, self.caller.now);
            let denied = refused.sentence();
            tracing::info!(request_id = self.caller.request_id, denied, "denied");
            KeyError::Denied(said(wanted, &refused))
        })?;
        key::check_usable(key)
    }

    /// The data key that one of several KMS keys opens: the newest that the caller may use and
    /// that serves. Where none does, the newest says why.
    pub(crate) fn unwrap(
        &self,
        wrapped: &[KmsDataKey],
        context: &EncryptionContext,
    ) -> Result<Key, KeyError> {
        let serves = |one: &&KmsDataKey| {
            let key = envelope::find(self.snapshot, &one.key_arn).ok();
            let key = key.filter(|key| key::check_usable(key).is_ok());
            key.is_some_and(|key| self.may(KeyUse::Decrypt, key, context).is_ok())
        };
        let newest = wrapped.last().ok_or(KeyError::InvalidCiphertext)?;
        let serving = wrapped.iter().rev().find(serves);
        if serving.is_none() {
            let key = envelope::find(self.snapshot, &newest.key_arn)?;
            self.check(KeyUse::Decrypt, key, context)?;
        }
        let serving = serving.unwrap_or(newest);
        envelope::unwrap((self.snapshot, &self.api.vault), serving, context)
    }

    fn may(
        &self,
        wanted: KeyUse,
        key: &KmsKey,
        context: &EncryptionContext,
    ) -> Result<(), Refused> {
        if is_own(self.service, self.snapshot, key) {
            return Ok(());
        }
        let known = self.known(key, context);
        self.api.may_with((self.caller, known), self.snapshot, (wanted.action(), &key.arn()))
    }

    /// What policies see of such a request besides its caller.
    fn known(&self, key: &KmsKey, context: &EncryptionContext) -> Context {
        let mut known = Context::default()
            .with("aws:ViaAWSService", &["true"])
            .with("kms:CallerAccount", &[&self.caller.principal.account])
            .with("kms:ViaService", &[&self.service.endpoint(&key.scope.region)]);
        for (name, value) in context {
            known.set(&format!("kms:EncryptionContext:{name}"), vec![value.clone()]);
        }
        known.set("kms:EncryptionContextKeys", context.keys().cloned().collect());
        known
    }
}

/// Whether a key is the one that the service has for who names none.
pub(crate) fn is_own(service: ManagedKey, snapshot: &Snapshot, key: &KmsKey) -> bool {
    // One that is made in this very turn has no alias yet.
    let is_of = |other: &ManagedKey| {
        let alias = snapshot.kms_aliases.get(&key.scope, other.alias());
        alias.is_some_and(|alias| alias.key_id == key.id)
    };
    let mut others = ManagedKey::ALL.iter().filter(|other| **other != service);
    key.manager == KmsKeyManager::Aws && !others.any(is_of)
}

/// COMPAT: of a ciphertext, AWS does not say which key it is under.
fn said(wanted: KeyUse, refused: &Refused) -> String {
    match wanted {
        KeyUse::Encrypt | KeyUse::GenerateDataKey => refused.sentence(),
        KeyUse::Decrypt => format!(
            "User: {} is not authorized to perform: {} on the resource associated with this \
             ciphertext {}",
            refused.principal,
            refused.action,
            refused.reason()
        ),
    }
}
