//! Randomness that nobody can guess: the system's.

use zeroize::Zeroizing;

/// # Panics
///
/// Where the system gives no randomness: nothing secret could be made then.
pub fn random_bytes(count: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; count]);
    getrandom::fill(&mut bytes).expect("the system gives randomness");
    bytes
}

/// `length` characters of an alphabet of ASCII, each as likely as any other.
pub fn random_text(alphabet: &[u8], length: usize) -> Zeroizing<String> {
    assert!(!alphabet.is_empty() && alphabet.len() <= 256, "an alphabet has 1 to 256 characters");
    // Bytes from the last whole multiple on would make some characters likelier.
    let bound = 256 - 256 % alphabet.len();
    let mut text = Zeroizing::new(String::with_capacity(length));
    while text.len() < length {
        let drawn = random_bytes(length - text.len());
        let fair = drawn.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < bound);
        text.extend(fair.map(|byte| char::from(alphabet[byte % alphabet.len()])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_length_and_alphabet() {
        for length in [0, 1, 40, 1000] {
            let text = random_text(b"abc", length);
            assert_eq!(text.len(), length);
            assert!(text.bytes().all(|byte| b"abc".contains(&byte)));
        }
        let long = random_text(b"abc", 3000);
        for letter in ['a', 'b', 'c'] {
            let count = long.chars().filter(|one| *one == letter).count();
            assert!((700..1300).contains(&count), "{letter}: {count}");
        }
    }
}
