//! What `Encrypt` answers: which material sealed it, and the sealed text.
//!
//! A version byte, the generation (4 bytes), the key's id (16), then the nonce (12), the text and
//! its tag (16). The encryption context is not in it and has to be said again.
//!
//! INVARIANT: no byte of it and no pair of the context can be changed without its being refused.

use std::collections::BTreeMap;

use vault::{Key, OpenError};
use zeroize::Zeroizing;

/// Pairs that are sealed with a text without being in it. They have no order.
pub(crate) type EncryptionContext = BTreeMap<String, String>;

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 1 + 4 + 16;

/// Whose material sealed a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub generation: u32,
    /// The key's id as the number that it is.
    pub key: u128,
}

/// A ciphertext taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ciphertext<'a> {
    pub header: Header,
    sealed: &'a [u8],
}

/// Seals under the material that the header names.
pub(crate) fn seal(
    material: &Key,
    header: Header,
    plaintext: &[u8],
    context: &EncryptionContext,
) -> Vec<u8> {
    let mut bytes = header.bytes().to_vec();
    bytes.extend(material.seal(plaintext, &associated(header, context)));
    bytes
}

impl<'a> Ciphertext<'a> {
    /// `None` where it is none of ours.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Ciphertext<'a>> {
        let (header, sealed) = bytes.split_at_checked(HEADER_BYTES)?;
        let (version, rest) = header.split_first()?;
        let (generation, key) = rest.split_at_checked(4)?;
        let header = Header {
            generation: u32::from_be_bytes(generation.try_into().ok()?),
            key: u128::from_be_bytes(key.try_into().ok()?),
        };
        (*version == VERSION).then_some(Ciphertext { header, sealed })
    }

    pub(crate) fn open(
        &self,
        material: &Key,
        context: &EncryptionContext,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        material.open(self.sealed, &associated(self.header, context))
    }
}

impl Header {
    fn bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0] = VERSION;
        bytes[1..5].copy_from_slice(&self.generation.to_be_bytes());
        bytes[5..].copy_from_slice(&self.key.to_be_bytes());
        bytes
    }
}

fn associated(header: Header, context: &EncryptionContext) -> Vec<u8> {
    let mut bytes = header.bytes().to_vec();
    bytes.extend(canonical(context));
    bytes
}

/// One text for one context: pairs in order, each part after its length, so that no two contexts
/// run together into one.
pub(crate) fn canonical(context: &EncryptionContext) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in context.iter().flat_map(|(key, value)| [key, value]) {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header { generation: 3, key: 0x0123_4567_89ab_cdef };

    fn context(pairs: &[(&str, &str)]) -> EncryptionContext {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_sealed_opens_with_its_context_in_any_order() {
        let material = Key::random();
        let bytes = seal(&material, HEADER, b"hunter2", &context(&[("b", "2"), ("a", "1")]));
        let read = Ciphertext::parse(&bytes).expect("ours");
        assert_eq!(read.header, HEADER);
        let opened = read.open(&material, &context(&[("a", "1"), ("b", "2")])).expect("its own");
        assert_eq!(opened.as_slice(), b"hunter2");
    }

    #[test]
    fn no_byte_of_it_can_be_changed() {
        let material = Key::random();
        let context = context(&[("a", "1")]);
        let bytes = seal(&material, HEADER, b"hunter2", &context);
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let opened = Ciphertext::parse(&changed)
                .is_some_and(|changed| changed.open(&material, &context).is_ok());
            assert!(!opened, "byte {index}");
        }
        for length in 0..bytes.len() {
            let opened = Ciphertext::parse(&bytes[..length])
                .is_some_and(|cut| cut.open(&material, &context).is_ok());
            assert!(!opened, "cut after {length}");
        }
    }

    #[test]
    fn another_context_opens_nothing() {
        let material = Key::random();
        let bytes = seal(&material, HEADER, b"hunter2", &context(&[("a", "1"), ("b", "2")]));
        let read = Ciphertext::parse(&bytes).expect("ours");
        for other in [
            context(&[]),
            context(&[("a", "1")]),
            context(&[("a", "2"), ("b", "1")]),
            context(&[("A", "1"), ("b", "2")]),
            context(&[("a", "1b"), ("", "2")]),
            context(&[("a", "1"), ("b", "2"), ("c", "")]),
        ] {
            assert_eq!(read.open(&material, &other), Err(OpenError::Tampered), "{other:?}");
        }
    }
}
