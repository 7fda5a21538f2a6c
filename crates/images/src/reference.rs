//! Names of images, as users write them and as the store keys them.
//!
//! `web`, `docker.io/web` and `docker.io/library/web:latest` are one image; all are normalized
//! here, once, by the rules of the distribution project.
//!
//! The grammar is read by hand: the registry client's own is one regular expression, which takes
//! 34 MB to compile.

use std::fmt;

use oci_client::Reference;

use crate::digest::Digest;
use crate::error::ImageError;

/// Longest text that is looked at; the grammar's own parts are shorter.
const REFERENCE_BYTES_MAX: usize = 1024;
/// LIMIT: of a repository and of a tag, the distribution project's own.
const REPOSITORY_BYTES_MAX: usize = 255;
const TAG_BYTES_MAX: usize = 128;

const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_LEGACY: &str = "index.docker.io";
const DOCKER_HUB_OFFICIAL: &str = "library";
const TAG_DEFAULT: &str = "latest";

/// INVARIANT: normalized: has a registry, a repository, and a tag or a digest but not both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference(Reference);

impl ImageReference {
    pub fn parse(text: &str) -> Result<ImageReference, ImageError> {
        let bad = || ImageError::BadReference { reference: text.chars().take(128).collect() };
        if text.len() > REFERENCE_BYTES_MAX {
            return Err(bad());
        }
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(Digest::parse(digest).ok_or_else(bad)?)),
            None => (text, None),
        };
        let (name, tag) = split_tag(named);
        if !tag.is_none_or(is_tag) {
            return Err(bad());
        }
        let (registry, repository) = split_registry(name).ok_or_else(bad)?;
        if repository.len() > REPOSITORY_BYTES_MAX {
            return Err(bad());
        }
        Ok(ImageReference(match digest {
            Some(digest) => Reference::with_digest(registry, repository, digest.to_string()),
            None => {
                Reference::with_tag(registry, repository, tag.unwrap_or(TAG_DEFAULT).to_owned())
            }
        }))
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

/// A colon before the last slash is a port's, not a tag's.
fn split_tag(named: &str) -> (&str, Option<&str>) {
    match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        Some(_) | None => (named, None),
    }
}

/// The registry and the repository that a name means; none if it is no name.
///
/// COMPAT: what precedes the first slash is a registry if it has a dot or a port, or is
/// `localhost`.
fn split_registry(name: &str) -> Option<(String, String)> {
    let (registry, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            // A host that is also a component may have underscores.
            ((is_host(host) || is_path_component(host)).then_some(host)?, path)
        }
        Some(_) | None => (DOCKER_HUB, name),
    };
    if !path.split('/').all(is_path_component) {
        return None;
    }
    match registry {
        DOCKER_HUB | DOCKER_HUB_LEGACY if !path.contains('/') => {
            Some((DOCKER_HUB.to_owned(), format!("{DOCKER_HUB_OFFICIAL}/{path}")))
        }
        DOCKER_HUB_LEGACY => Some((DOCKER_HUB.to_owned(), path.to_owned())),
        _ => Some((registry.to_owned(), path.to_owned())),
    }
}

fn is_host(host: &str) -> bool {
    let (domain, port) = match host.split_once(':') {
        Some((domain, port)) => (domain, Some(port)),
        None => (host, None),
    };
    let is_label = |label: &str| {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.bytes().all(is_inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    domain.split('.').all(is_label) && port.is_none_or(is_port)
}

/// Lower case and digits, in runs that one dot, one or two underscores or any hyphens separate.
fn is_path_component(component: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_separator =
        |run: &str| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|byte| byte == b'-');
    component.bytes().next().is_some_and(is_inner)
        && component.bytes().next_back().is_some_and(is_inner)
        && component
            .split(|inner: char| inner.is_ascii() && is_inner(inner as u8))
            .all(is_separator)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= TAG_BYTES_MAX
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
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

    /// The registry client's own reading, where it reads a digest as we do.
    fn peers_reading(text: &str) -> Option<String> {
        let parsed: Reference = text.parse().ok()?;
        let digest = parsed.digest().map(|digest| Digest::parse(digest).expect("a digest"));
        Some(match digest {
            Some(digest) => parsed.clone_with_digest(digest.to_string()).to_string(),
            None => parsed.to_string(),
        })
    }

    #[test]
    fn every_combination_of_parts_is_read_as_the_registry_client_reads_it() {
        let hosts = [
            "",
            "docker.io/",
            "index.docker.io/",
            "localhost/",
            "localhost:5000/",
            "a.b:1/",
            "A.b/",
            "a-b.c/",
            "-a.b/",
            "a-.b/",
            "a..b/",
            ".a/",
            "a.:1/",
            "a.b:/",
            "a.b:x/",
            "/",
            "team/",
            "a_b.c/",
            "[::1]:5000/",
        ];
        let paths = [
            "web", "a/b", "a.b", "a_b", "a__b", "a___b", "a-b", "a---b", "a-_b", "a..b", "-a",
            "a-", "a/", "a//b", "Web", "w b", "9", "\u{e9}", "a.b/c", "", "a/b/c_d",
        ];
        let tags = ["", ":1", ":", ":_a.b-c", ":-a", ":.a", ":a:b", ":a b", ":A"];
        let pinned = format!("@{DIGEST}");
        for host in hosts {
            for path in paths {
                for tag in tags {
                    for digest in ["", pinned.as_str(), "@", "@sha256:12"] {
                        let text = format!("{host}{path}{tag}{digest}");
                        let own = ImageReference::parse(&text).ok().map(|own| own.to_string());
                        assert_eq!(own, peers_reading(&text), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn lengths_are_bounded() {
        for (text, is_read) in [
            (format!("a/{}", "b".repeat(253)), true),
            (format!("a/{}", "b".repeat(254)), false),
            (format!("a:{}", "b".repeat(128)), true),
            (format!("a:{}", "b".repeat(129)), false),
        ] {
            assert_eq!(ImageReference::parse(&text).is_ok(), is_read, "{text}");
        }
    }
}
