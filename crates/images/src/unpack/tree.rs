//! One directory tree under construction, in which no path leads outside.
//!
//! Every directory is found by `openat2` with the tree as its root, so that `..` and absolute
//! symbolic links stay inside, whatever the archive made of the tree so far; the last component of
//! a path is then always handled by name, relative to that directory, and never followed.

use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::error::{Context as _, ImageError, lossy};
use crate::limits::Limits;
use crate::whiteout;

/// Attempts at resolving `..` while something else on the host is being renamed.
const RESOLVE_ATTEMPTS_MAX: u32 = 128;
const IMPLIED_DIRECTORY_MODE: Mode = Mode::from_raw_mode(0o755);

pub(super) struct Tree<'a> {
    root: BorrowedFd<'a>,
    root_path_bytes: usize,
    limits: &'a Limits,
    entries: u64,
}

/// INVARIANT: relative, without empty, `.` or `..` components; empty for the root itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CleanPath(Vec<u8>);

impl CleanPath {
    pub(super) fn new(raw: &[u8], limits: &Limits) -> Result<CleanPath, ImageError> {
        if raw.len() as u64 >= limits.path_bytes {
            return Err(ImageError::unsafe_path(raw, "it is too long"));
        }
        if raw.contains(&0) {
            return Err(ImageError::unsafe_path(raw, "it contains a zero byte"));
        }
        let is_named = |part: &&[u8]| !part.is_empty() && *part != b".";
        let parts: Vec<&[u8]> = raw.split(|byte| *byte == b'/').filter(is_named).collect();
        if parts.contains(&&b".."[..]) {
            return Err(ImageError::unsafe_path(raw, "it leads upwards"));
        }
        if parts.len() as u64 > limits.path_depth {
            return Err(ImageError::unsafe_path(raw, "it is nested too deeply"));
        }
        Ok(CleanPath(parts.join(&b'/')))
    }

    /// Directory and name; nothing for the root.
    pub(super) fn split(&self) -> Option<(&[u8], &[u8])> {
        if self.0.is_empty() {
            return None;
        }
        match self.0.iter().rposition(|byte| *byte == b'/') {
            Some(slash) => Some((&self.0[..slash], &self.0[slash + 1..])),
            None => Some((b"", &self.0)),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'a> Tree<'a> {
    pub(super) fn new(root: BorrowedFd<'a>, limits: &'a Limits) -> Result<Tree<'a>, ImageError> {
        let root_path_bytes = real_path(root)?.len();
        Ok(Tree { root, root_path_bytes, limits, entries: 0 })
    }

    /// Counts an entry towards the limit.
    pub(super) fn count(&mut self) -> Result<(), ImageError> {
        self.entries += 1;
        if self.entries > self.limits.layer_entries {
            let limit = self.limits.layer_entries;
            return Err(ImageError::TooLarge { what: "the number of files in a layer", limit });
        }
        Ok(())
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// The directory of that path, which may lead through symbolic links of the tree.
    pub(super) fn open_directory(&self, path: &[u8]) -> Result<Option<OwnedFd>, ImageError> {
        let path = if path.is_empty() { b"." } else { path };
        match self.resolve(path, ResolveFlags::NO_SYMLINKS) {
            Ok(directory) => return Ok(Some(directory)),
            Err(Errno::LOOP) => {}
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(errno) => return Err(errno).doing(|| format!("open `{}`", lossy(path))),
        }
        let directory = match self.resolve(path, ResolveFlags::empty()) {
            Ok(directory) => directory,
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(Errno::LOOP) => return Err(ImageError::unsafe_path(path, "its links are a loop")),
            Err(errno) => return Err(errno).doing(|| format!("open `{}`", lossy(path))),
        };
        // Links could otherwise be chained into a tree deeper than any path, which nobody could
        // delete again.
        let depth = real_path(&directory)?.len().saturating_sub(self.root_path_bytes);
        if depth as u64 > self.limits.path_bytes / 2 {
            return Err(ImageError::unsafe_path(path, "its links lead too deep"));
        }
        Ok(Some(directory))
    }

    /// The directory of that path, made where it is missing.
    pub(super) fn ensure_directory(&mut self, path: &[u8]) -> Result<OwnedFd, ImageError> {
        if let Some(directory) = self.open_directory(path)? {
            return Ok(directory);
        }
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        let mut parent = self.open_directory(b"")?.ok_or_else(gone)?;
        let mut start = 0;
        for end in ends.chain([path.len()]) {
            let name = &path[start..end];
            parent = match self.open_directory(&path[..end])? {
                Some(directory) => directory,
                None => self.imply_directory(&parent, name)?,
            };
            start = end + 1;
        }
        Ok(parent)
    }

    /// A parent that the archive did not list: an ordinary directory of root.
    ///
    /// LIMIT: a lower layer's mode and owner of the same directory are shadowed by these.
    fn imply_directory(&mut self, parent: &OwnedFd, name: &[u8]) -> Result<OwnedFd, ImageError> {
        use std::os::fd::AsFd as _;
        match whiteout::stat(parent.as_fd(), name)? {
            Some(stat) if !whiteout::is_whiteout(&stat) => {
                Err(ImageError::unsafe_path(name, "it is used as a directory but is none"))
            }
            _ => {
                self.count()?;
                let directory = make_directory(parent, name)?;
                // Whatever this process's umask made of it.
                rustix::fs::fchmod(&directory, IMPLIED_DIRECTORY_MODE)
                    .doing(|| format!("set the mode of `{}`", lossy(name)))?;
                Ok(directory)
            }
        }
    }

    fn resolve(&self, path: &[u8], extra: ResolveFlags) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
        for _ in 0..RESOLVE_ATTEMPTS_MAX {
            match rustix::fs::openat2(self.root, path, flags, Mode::empty(), resolve | extra) {
                Err(Errno::AGAIN | Errno::INTR) => {}
                result => return result,
            }
        }
        Err(Errno::AGAIN)
    }
}

/// Removes what is there, so that something else can take the name.
pub(super) fn vacate(parent: &OwnedFd, name: &[u8]) -> Result<(), ImageError> {
    use std::os::fd::AsFd as _;
    let Some(stat) = whiteout::stat(parent.as_fd(), name)? else {
        return Ok(());
    };
    let action = || format!("replace `{}`", lossy(name));
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return rustix::fs::unlinkat(parent, name, AtFlags::empty()).doing(action);
    }
    std::fs::remove_dir_all(path_below(parent, name)).doing(action)
}

/// Makes or keeps the directory of that name, and opens it.
///
/// A directory that takes the place of a whiteout must stay closed to what is below it.
pub(super) fn make_directory(parent: &OwnedFd, name: &[u8]) -> Result<OwnedFd, ImageError> {
    use std::os::fd::AsFd as _;
    let existing = whiteout::stat(parent.as_fd(), name)?;
    let is_directory = existing
        .as_ref()
        .is_some_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory);
    if !is_directory {
        vacate(parent, name)?;
        rustix::fs::mkdirat(parent, name, IMPLIED_DIRECTORY_MODE)
            .doing(|| format!("make the directory `{}`", lossy(name)))?;
    }
    let directory = open_child_directory(parent, name)?;
    if existing.is_some_and(|stat| whiteout::is_whiteout(&stat)) {
        whiteout::set_opaque(&directory)?;
    }
    Ok(directory)
}

pub(super) fn open_child_directory(parent: &OwnedFd, name: &[u8]) -> Result<OwnedFd, ImageError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, Mode::empty())
        .doing(|| format!("open `{}`", lossy(name)))
}

/// A path for the standard library that begins at a directory we hold.
fn path_below(parent: &OwnedFd, name: &[u8]) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    let parent = format!("/proc/self/fd/{}", parent.as_raw_fd());
    std::path::Path::new(&parent).join(std::ffi::OsStr::from_bytes(name))
}

fn real_path(directory: impl std::os::fd::AsFd) -> Result<Vec<u8>, ImageError> {
    let link = format!("/proc/self/fd/{}", directory.as_fd().as_raw_fd());
    let path = rustix::fs::readlink(link, Vec::new());
    Ok(path.doing(|| "read /proc/self/fd".to_owned())?.into_bytes())
}

fn gone() -> ImageError {
    ImageError::malformed("its root directory is gone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_or_refused() {
        let limits = Limits { path_bytes: 20, path_depth: 3, ..Limits::default() };
        for (raw, expected) in [
            ("./", ""),
            ("/", ""),
            ("a", "a"),
            ("./a//b/", "a/b"),
            ("/etc/passwd", "etc/passwd"),
            ("..a/b..", "..a/b.."),
        ] {
            let path = CleanPath::new(raw.as_bytes(), &limits).expect("it is fine");
            assert_eq!(lossy(path.as_bytes()), expected, "{raw}");
        }
        for (raw, reason) in [
            ("..", "it leads upwards"),
            ("a/../b", "it leads upwards"),
            ("a\0b", "it contains a zero byte"),
            ("a/b/c/d", "it is nested too deeply"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaa", "it is too long"),
        ] {
            let error = CleanPath::new(raw.as_bytes(), &limits).expect_err(raw).to_string();
            assert!(error.ends_with(reason), "{raw}: {error}");
        }
    }
}
