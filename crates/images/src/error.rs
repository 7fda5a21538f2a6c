//! What can be wrong with an image, and with getting one from a registry.
//!
//! The two are apart because their handlers are: an [`ImageError`] is about the image or this
//! host, whatever way the image came; the other variants of [`PullError`] are about the registry.

use std::io;

use rustix::io::Errno;
use thiserror::Error;

use crate::digest::Digest;

/// An image that cannot be taken into the store, or a store that cannot take it.
#[derive(Debug, Error)]
pub enum ImageError {
    #[error("invalid image reference `{reference}`")]
    BadReference { reference: String },
    /// The bytes are not those that were named.
    #[error("{what} has digest {actual}, expected {expected}")]
    BadDigest { what: String, expected: Digest, actual: Digest },
    #[error("no space left on the image store's file system")]
    NoSpace,
    #[error("{what} is larger than the limit of {limit}")]
    TooLarge { what: &'static str, limit: u64 },
    #[error("no image for platform `{wanted}`, only for {found}")]
    NoMatchingPlatform { wanted: String, found: String },
    /// The archive or document does not follow its format.
    #[error("malformed image: {reason}")]
    Malformed { reason: String },
    /// Valid, perhaps, but not something this store can represent.
    #[error("unsupported in an image: {what}")]
    Unsupported { what: String },
    /// A path that leads, or tries to lead, out of the image.
    #[error("unsafe path `{path}` in an image: {reason}")]
    UnsafePath { path: String, reason: &'static str },
    #[error("no such image `{reference}` in the store")]
    NoSuchImage { reference: String },
    /// Another process has the store open.
    #[error("the image store `{path}` is in use by another process")]
    Locked { path: String },
    /// The container's directory holds a root file system of another image.
    #[error("`{path}` already holds the root file system of another image")]
    RootfsTaken { path: String },
    #[error("cannot {action}: {source}")]
    Io { action: String, source: io::Error },
}

/// An image that could not be pulled.
#[derive(Debug, Error)]
pub enum PullError {
    #[error("`{reference}` not found")]
    NotFound { reference: String },
    /// The registry wants credentials, or does not accept those given.
    #[error("registry `{registry}` did not authorize the pull: {reason}")]
    Unauthorized { registry: String, reason: String },
    /// The credentials are good, but not for this repository.
    #[error("pull access denied for `{reference}`: {reason}")]
    Denied { reference: String, reason: String },
    #[error("registry `{registry}` cannot be reached: {reason}")]
    Unreachable { registry: String, reason: String },
    #[error("registry `{registry}` limits the rate of requests: {reason}")]
    RateLimited { registry: String, reason: String },
    /// The registry answered, but not as a registry should.
    #[error("registry `{registry}` failed: {reason}")]
    Registry { registry: String, reason: String },
    #[error(transparent)]
    Image(#[from] ImageError),
}

impl ImageError {
    pub(crate) fn malformed(reason: impl Into<String>) -> ImageError {
        ImageError::Malformed { reason: reason.into() }
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> ImageError {
        ImageError::Unsupported { what: what.into() }
    }

    pub(crate) fn unsafe_path(path: &[u8], reason: &'static str) -> ImageError {
        ImageError::UnsafePath { path: lossy(path), reason }
    }

    /// Smuggles this error through a `Read`; [`Context::doing`] takes it out again.
    pub(crate) fn into_io(self) -> io::Error {
        io::Error::other(self)
    }

    fn from_io(action: impl FnOnce() -> String, source: io::Error) -> ImageError {
        let is_ours =
            source.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>);
        if is_ours {
            let inner = source.into_inner().expect("an error with a reference has a value");
            return *inner.downcast::<ImageError>().expect("its type was just checked");
        }
        match Errno::from_io_error(&source) {
            Some(Errno::NOSPC | Errno::DQUOT) => ImageError::NoSpace,
            _ if source.kind() == io::ErrorKind::UnexpectedEof => {
                ImageError::malformed(format!("it ends early, when asked to {}", action()))
            }
            _ => ImageError::Io { action: action(), source },
        }
    }
}

/// Says what was being done when the system refused.
pub(crate) trait Context<T> {
    fn doing(self, action: impl FnOnce() -> String) -> Result<T, ImageError>;
}

impl<T> Context<T> for io::Result<T> {
    fn doing(self, action: impl FnOnce() -> String) -> Result<T, ImageError> {
        self.map_err(|source| ImageError::from_io(action, source))
    }
}

impl<T> Context<T> for rustix::io::Result<T> {
    fn doing(self, action: impl FnOnce() -> String) -> Result<T, ImageError> {
        self.map_err(|errno| ImageError::from_io(action, errno.into()))
    }
}

/// Longest piece of an untrusted path that an error repeats.
const QUOTED_BYTES_MAX: usize = 256;

pub(crate) fn lossy(bytes: &[u8]) -> String {
    let end = bytes.len().min(QUOTED_BYTES_MAX);
    String::from_utf8_lossy(&bytes[..end]).escape_debug().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: io::Error, expected: &str) {
        let result: io::Result<()> = Err(source);
        let error = result.doing(|| "read it".to_owned()).expect_err("it was an error");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn io_errors_become_what_the_handler_acts_on() {
        check(Errno::NOSPC.into(), "no space left on the image store's file system");
        check(Errno::DQUOT.into(), "no space left on the image store's file system");
        let inner = ImageError::TooLarge { what: "a layer", limit: 7 };
        check(inner.into_io(), "a layer is larger than the limit of 7");
        check(
            io::ErrorKind::UnexpectedEof.into(),
            "malformed image: it ends early, when asked to read it",
        );
        check(Errno::IO.into(), "cannot read it: Input/output error (os error 5)");
    }
}
