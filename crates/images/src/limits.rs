//! How large an image may be, in every direction in which it could grow.
//!
//! An image is untrusted input that decompresses: without these, a kilobyte could fill a disk,
//! a header could fill memory, and a tree could be too deep to delete.

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// A manifest or index; registries themselves stop at 4 MiB.
pub const MANIFEST_BYTES_MAX: u64 = 4 * MIB;
pub const CONFIG_BYTES_MAX: u64 = 8 * MIB;
/// Overlayfs stacks 500 at most; Docker builds 127 at most.
pub const LAYERS_MAX: u64 = 256;
/// One layer as transferred.
pub const BLOB_BYTES_MAX: u64 = 32 * GIB;
/// One layer as a tar, which bounds what decompression may yield.
pub const LAYER_BYTES_MAX: u64 = 64 * GIB;
/// Files, directories and links of one layer, with implied parents.
pub const LAYER_ENTRIES_MAX: u64 = 2_000_000;
/// `PATH_MAX`: a longer path cannot be opened by the container either.
pub const PATH_BYTES_MAX: u64 = 4096;
/// Nested directories; keeps a tree deletable with a few file descriptors.
pub const PATH_DEPTH_MAX: u64 = 256;
/// Long names and extended attributes of one archive entry, which are held in memory.
pub const ENTRY_METADATA_BYTES_MAX: u64 = MIB;
/// A whole archive, decompressed.
pub const ARCHIVE_BYTES_MAX: u64 = 256 * GIB;
/// Files in an archive of images: layers, configs, manifests.
pub const ARCHIVE_MEMBERS_MAX: u64 = 100_000;

/// The limits in force in one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub manifest_bytes: u64,
    pub config_bytes: u64,
    pub layers: u64,
    pub blob_bytes: u64,
    pub layer_bytes: u64,
    pub layer_entries: u64,
    pub path_bytes: u64,
    pub path_depth: u64,
    pub entry_metadata_bytes: u64,
    pub archive_bytes: u64,
    pub archive_members: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            manifest_bytes: MANIFEST_BYTES_MAX,
            config_bytes: CONFIG_BYTES_MAX,
            layers: LAYERS_MAX,
            blob_bytes: BLOB_BYTES_MAX,
            layer_bytes: LAYER_BYTES_MAX,
            layer_entries: LAYER_ENTRIES_MAX,
            path_bytes: PATH_BYTES_MAX,
            path_depth: PATH_DEPTH_MAX,
            entry_metadata_bytes: ENTRY_METADATA_BYTES_MAX,
            archive_bytes: ARCHIVE_BYTES_MAX,
            archive_members: ARCHIVE_MEMBERS_MAX,
        }
    }
}
