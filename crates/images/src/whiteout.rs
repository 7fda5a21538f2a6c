//! Deletions: from a layer's marker files to what overlayfs understands.
//!
//! A layer says "the lower `name` is gone" by an empty file `.wh.name`, and "nothing of the lower
//! directory shows" by `.wh..wh..opq` in it. Overlayfs says the same by a character device 0:0 and
//! by an extended attribute.
//!
//! INVARIANT: no other path of a layer can produce either form: devices of a tar are not created,
//! and its `trusted.*` attributes are not set.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, FileType, Mode, Stat, XattrFlags};

use crate::error::{Context as _, ImageError, lossy};

const PREFIX: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
/// Bookkeeping of aufs, which means nothing here.
const METADATA_PREFIX: &[u8] = b".wh..wh.";
const OPAQUE_XATTR: &str = "trusted.overlay.opaque";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Marker<'a> {
    /// An ordinary name.
    None,
    /// The lower entry of this name is gone.
    Remove(&'a [u8]),
    /// Nothing of the lower directory shows through.
    Opaque,
    /// A marker that is to be left out.
    Ignored,
}

impl Marker<'_> {
    /// What the last component of an entry's path means.
    pub(crate) fn of(name: &[u8]) -> Result<Marker<'_>, ImageError> {
        let Some(removed) = name.strip_prefix(PREFIX) else {
            return Ok(Marker::None);
        };
        if name == OPAQUE {
            return Ok(Marker::Opaque);
        }
        if name.starts_with(METADATA_PREFIX) {
            return Ok(Marker::Ignored);
        }
        match removed {
            b"" | b"." | b".." => Err(ImageError::unsafe_path(name, "it whites out no name")),
            _ => Ok(Marker::Remove(removed)),
        }
    }
}

/// Makes the lower `name` invisible. There must be nothing of that name.
pub(crate) fn create(parent: BorrowedFd<'_>, name: &[u8]) -> Result<(), ImageError> {
    let device = rustix::fs::makedev(0, 0);
    rustix::fs::mknodat(parent, name, FileType::CharacterDevice, Mode::empty(), device)
        .doing(|| format!("white out `{}`", lossy(name)))
}

/// Makes everything lower in this directory invisible.
pub(crate) fn set_opaque(directory: impl AsFd) -> Result<(), ImageError> {
    rustix::fs::fsetxattr(directory, OPAQUE_XATTR, b"y", XattrFlags::empty())
        .doing(|| "make a directory opaque".to_owned())
}

/// Whether a file made here is a whiteout.
pub(crate) fn is_whiteout(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice && stat.st_rdev == 0
}

/// The file of that name, if there is one; a symbolic link is not followed.
pub(crate) fn stat(parent: BorrowedFd<'_>, name: &[u8]) -> Result<Option<Stat>, ImageError> {
    match rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno).doing(|| format!("look at `{}`", lossy(name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_told_from_names() {
        for (name, expected) in [
            (&b"web"[..], Marker::None),
            (b"wh.web", Marker::None),
            (b".wh.web", Marker::Remove(b"web")),
            (b".wh..hidden", Marker::Remove(b".hidden")),
            (b".wh..wh..opq", Marker::Opaque),
            (b".wh..wh.plnk", Marker::Ignored),
        ] {
            assert_eq!(Marker::of(name).expect("it is fine"), expected, "{}", lossy(name));
        }
        for bad in [&b".wh."[..], b".wh..", b".wh..."] {
            assert!(Marker::of(bad).is_err(), "{}", lossy(bad));
        }
    }
}
