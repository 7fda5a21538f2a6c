//! Names of images, as users write them and as the store keys them.
//!
//! `web`, `docker.io/web` and `docker.io/library/web:latest` are one image; all are normalized
//! here, once, by the rules of the distribution project.

use std::fmt;
use std::str::FromStr;

use oci_client::Reference;

use crate::digest::Digest;
use crate::error::ImageError;

/// Longest text that is looked at; the grammar's own parts are shorter.
const REFERENCE_BYTES_MAX: usize = 1024;

/// INVARIANT: normalized: has a registry, a repository, and a tag or a digest but not both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference(Reference);

impl ImageReference {
    pub fn parse(text: &str) -> Result<ImageReference, ImageError> {
        let bad = || ImageError::BadReference { reference: text.chars().take(128).collect() };
        if text.len() > REFERENCE_BYTES_MAX {
            return Err(bad());
        }
        let parsed = Reference::from_str(text).map_err(|_| bad())?;
        match parsed.digest() {
            None => Ok(ImageReference(parsed)),
            Some(digest) => {
                let digest = Digest::parse(digest).ok_or_else(bad)?;
                let (registry, repository) = (parsed.registry(), parsed.repository());
                Ok(ImageReference(Reference::with_digest(
                    registry.to_owned(),
                    repository.to_owned(),
                    digest.to_string(),
                )))
            }
        }
    }

    /// The registry's host and port, `docker.io` where none was written.
    pub fn registry(&self) -> &str {
        self.0.registry()
    }

    pub fn repository(&self) -> &str {
        self.0.repository()
    }

    pub fn tag(&self) -> Option<&str> {
        self.0.tag()
    }

    /// The digest that pins this reference, if it is pinned.
    pub fn digest(&self) -> Option<Digest> {
        self.0.digest().map(|text| Digest::parse(text).expect("checked when parsed"))
    }

    /// The same repository, pinned to a digest.
    #[must_use]
    pub fn with_digest(&self, digest: &Digest) -> ImageReference {
        ImageReference(self.0.clone_with_digest(digest.to_string()))
    }

    /// The form that the registry client takes.
    pub(crate) fn inner(&self) -> &Reference {
        &self.0
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (registry, repository) = (self.registry(), self.repository());
        match (self.0.digest(), self.0.tag()) {
            (Some(digest), _) => write!(formatter, "{registry}/{repository}@{digest}"),
            (None, tag) => write!(formatter, "{registry}/{repository}:{}", tag.unwrap_or("latest")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn normalized(text: &str) -> String {
        ImageReference::parse(text).map_or_else(|error| error.to_string(), |r| r.to_string())
    }

    #[test]
    fn references_are_normalized() {
        let pinned = format!("docker.io/library/web@{DIGEST}");
        for (text, expected) in [
            ("web", "docker.io/library/web:latest"),
            ("web:1", "docker.io/library/web:1"),
            ("docker.io/web", "docker.io/library/web:latest"),
            ("index.docker.io/library/web", "docker.io/library/web:latest"),
            ("team/web:1", "docker.io/team/web:1"),
            ("localhost/web", "localhost/web:latest"),
            ("localhost:5000/web", "localhost:5000/web:latest"),
            ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c"),
            (&format!("web@{DIGEST}"), &pinned),
            (&format!("web:1@{DIGEST}"), &pinned),
        ] {
            assert_eq!(normalized(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let long = "a".repeat(2000);
        for bad in ["", "Web", "web:", "web@sha256:12", "../etc", "a b", "web:1:2", &long] {
            let shown = normalized(bad);
            assert!(shown.starts_with("invalid image reference `"), "{bad}: {shown}");
        }
    }
}
