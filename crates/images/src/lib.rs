//! Images: pull, import, verify, unpack, share layers, collect garbage.
//!
//! One directory of a node holds every image it knows. A layer is unpacked once, under the
//! digest of its contents, and lent to any number of containers as an overlayfs lower directory.
//!
//! INVARIANT: nothing enters the store unverified: blobs by their digest, layers by their diff id.
//! INVARIANT: a layer is visible whole or not at all, whatever crashes when.
//! INVARIANT: no path of an archive is ever resolved outside the directory it is unpacked into.

pub mod build;
mod config;
mod decompress;
mod digest;
mod error;
mod gc;
mod import;
mod index;
mod layers;
pub mod limits;
mod manifest;
mod mount;
mod progress;
mod pull;
mod reference;
mod store;
mod tar_reader;
#[cfg(test)]
mod testing;
mod unpack;
mod whiteout;

pub use config::{HealthCheck, ImageConfig};
pub use digest::Digest;
pub use error::{ImageError, PullError};
pub use gc::GarbageReport;
pub use import::{ImportSource, ImportedImage};
pub use limits::Limits;
pub use mount::{Access, Rootfs};
pub use progress::{LayerPhase, LayerProgress, Progress};
pub use pull::{PullPolicy, PullRequest, RegistryAuth};
pub use reference::ImageReference;
pub use store::{ImageHandle, ImageStore, ImageSummary};
