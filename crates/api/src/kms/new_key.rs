//! A new key: its id, and material that nobody has seen.

use model::{KmsKey, KmsKeyManager, KmsKeyState, KmsRotationSchedule, Sealed, Tags};
use serde_json::json;
use vault::{Key, Vault};

use super::key::uuid_text;
use crate::Turn;

/// What a new key is to be.
#[derive(Clone, Debug)]
pub(crate) struct NewKey {
    pub manager: KmsKeyManager,
    pub description: String,
    pub policy: String,
    pub tags: Tags,
    pub rotation_schedule: Option<KmsRotationSchedule>,
}

/// The record, which is still to be inserted.
pub(crate) fn make(turn: &mut Turn<'_>, vault: &Vault, new: NewKey) -> KmsKey {
    let empty =
        Sealed { master_key: String::new(), data_key: String::new(), ciphertext: String::new() };
    let mut key = KmsKey {
        scope: turn.scope().clone(),
        id: id(turn),
        description: new.description,
        manager: new.manager,
        state: KmsKeyState::Enabled,
        root: empty,
        rotations: Vec::new(),
        rotation_schedule: new.rotation_schedule,
        policy: new.policy,
        tags: new.tags,
        created_at: turn.now(),
    };
    key.root = vault.seal(Key::random().bytes(), &key.sealing_context());
    key
}

/// A UUID of version 4.
fn id(turn: &mut Turn<'_>) -> String {
    let drawn = u128::from(turn.rng.next_u64()) << 64 | u128::from(turn.rng.next_u64());
    let version = 0x4000_u128 << 64;
    let variant = 0x8000_u128 << 48;
    let fixed = 0xf000_u128 << 64 | 0xc000_u128 << 48;
    uuid_text(drawn & !fixed | version | variant)
}

/// COMPAT: "Default key policy": the account decides by the policies of its identities.
pub(crate) fn default_policy(account: &str) -> String {
    let policy = json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }],
    });
    format!("{policy:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_policy_is_one() {
        let text = default_policy("000000000000");
        let parsed = iam::Policy::parse(&text, iam::PolicyKind::Resource);
        assert_eq!(parsed.map(|policy| policy.statements.len()), Ok(1));
    }
}
