//! Unpacks one layer's tar into a directory that overlayfs can use as it is.
//!
//! Order is kept and the last entry of a name wins, as in every tar. What a container cannot use
//! or must not be given is left out, and counted: devices, since the runtime makes `/dev`;
//! extended attributes but capabilities and the user's own, since the others steer the kernel.
//!
//! INVARIANT: nothing outside the directory is read, written, linked to or followed.

mod tree;

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use crate::error::{Context as _, ImageError, lossy};
use crate::limits::Limits;
use crate::tar_reader::{Entry, EntryKind, Input, TarReader};
use crate::whiteout::{self, Marker};

use tree::{CleanPath, Tree};

/// Unpacks `input` into the empty directory `root`. The input's tail is left unread.
pub(crate) fn unpack<R: Input>(
    input: R,
    root: BorrowedFd<'_>,
    limits: &Limits,
) -> Result<(Unpacked, R), ImageError> {
    let mut archive = TarReader::new(input, limits);
    let mut unpacker = Unpacker {
        tree: Tree::new(root, limits)?,
        limits,
        result: Unpacked::default(),
        directory_times: Vec::new(),
        buffer: vec![0; COPY_BYTES],
    };
    while let Some(entry) = archive.next_entry()? {
        unpacker.add(&entry, &mut archive)?;
    }
    unpacker.restore_directory_times()?;
    let mut result = unpacker.result;
    result.entries = unpacker.tree.entries();
    Ok((result, archive.into_inner()))
}

/// What came out, and what was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unpacked {
    pub(crate) bytes: u64,
    pub(crate) entries: u64,
    pub(crate) devices_skipped: u64,
    pub(crate) xattrs_skipped: u64,
}

const COPY_BYTES: usize = 128 * 1024;
/// The only attributes that are restored. `user.overlay.` steers unprivileged overlays.
const XATTR_CAPABILITY: &[u8] = b"security.capability";
const XATTR_USER: &[u8] = b"user.";
const XATTR_USER_OVERLAY: &[u8] = b"user.overlay.";

struct Unpacker<'a> {
    tree: Tree<'a>,
    limits: &'a Limits,
    result: Unpacked,
    /// Applied last: making a file changes its directory's time.
    directory_times: Vec<(CleanPath, Timestamps)>,
    buffer: Vec<u8>,
}

impl Unpacker<'_> {
    fn add(&mut self, entry: &Entry, data: &mut impl Read) -> Result<(), ImageError> {
        let path = CleanPath::new(&entry.path, self.limits)?;
        self.tree.count()?;
        let Some((parent, name)) = path.split() else {
            return self.add_root(entry, &path);
        };
        let marker = Marker::of(name)?;
        if marker == Marker::Ignored {
            return Ok(());
        }
        let parent = self.tree.ensure_directory(parent)?;
        match marker {
            Marker::Opaque => return whiteout::set_opaque(&parent),
            Marker::Remove(removed) => return add_whiteout(&parent, removed),
            Marker::None | Marker::Ignored => {}
        }
        match entry.kind {
            EntryKind::File => self.add_file(entry, (&parent, name), data),
            EntryKind::Directory => {
                let directory = tree::make_directory(&parent, name)?;
                self.set_attributes(&directory, entry)?;
                self.directory_times.push((path, timestamps(entry)));
                Ok(())
            }
            EntryKind::Symlink => self.add_symlink(entry, (&parent, name)),
            EntryKind::HardLink => self.add_hard_link(entry, (&parent, name)),
            EntryKind::Fifo => self.add_fifo(entry, (&parent, name)),
            EntryKind::Device => {
                self.result.devices_skipped += 1;
                tree::vacate(&parent, name)
            }
        }
    }

    fn add_root(&mut self, entry: &Entry, path: &CleanPath) -> Result<(), ImageError> {
        if entry.kind != EntryKind::Directory {
            return Err(ImageError::unsafe_path(&entry.path, "only a directory can be the root"));
        }
        let root = self.tree.ensure_directory(path.as_bytes())?;
        self.set_attributes(&root, entry)?;
        self.directory_times.push((path.clone(), timestamps(entry)));
        Ok(())
    }

    fn add_file(&mut self, entry: &Entry, at: Place<'_>, data: &mut impl Read) -> Unit {
        let (parent, name) = at;
        let remaining = self.limits.layer_bytes.saturating_sub(self.result.bytes);
        if entry.size > remaining {
            let limit = self.limits.layer_bytes;
            return Err(ImageError::TooLarge { what: "an unpacked layer", limit });
        }
        tree::vacate(parent, name)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = rustix::fs::openat(parent, name, flags | OFlags::CLOEXEC, mode)
            .doing(|| format!("create `{}`", lossy(&entry.path)))?;
        let mut file = File::from(file);
        self.copy(data, &mut file, entry)?;
        self.result.bytes += entry.size;
        let file = OwnedFd::from(file);
        self.set_attributes(&file, entry)?;
        rustix::fs::futimens(&file, &timestamps(entry))
            .doing(|| format!("set the time of `{}`", lossy(&entry.path)))
    }

    fn copy(&mut self, data: &mut impl Read, file: &mut File, entry: &Entry) -> Unit {
        let mut left = entry.size;
        while left > 0 {
            let count = match data.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result.doing(|| format!("read `{}`", lossy(&entry.path)))?,
            };
            file.write_all(&self.buffer[..count])
                .doing(|| format!("write `{}`", lossy(&entry.path)))?;
            left -= count as u64;
        }
        Ok(())
    }

    fn add_symlink(&mut self, entry: &Entry, (parent, name): Place<'_>) -> Unit {
        let is_sound = !entry.link.is_empty() && !entry.link.contains(&0);
        if !is_sound || entry.link.len() as u64 >= self.limits.path_bytes {
            return Err(ImageError::unsafe_path(&entry.path, "its link's target is no path"));
        }
        tree::vacate(parent, name)?;
        rustix::fs::symlinkat(&entry.link[..], parent, name)
            .doing(|| format!("create `{}`", lossy(&entry.path)))?;
        self.result.xattrs_skipped += entry.xattrs.len() as u64;
        set_owner_and_time(entry, (parent, name))
    }

    fn add_fifo(&mut self, entry: &Entry, (parent, name): Place<'_>) -> Unit {
        tree::vacate(parent, name)?;
        let action = || format!("create `{}`", lossy(&entry.path));
        rustix::fs::mkfifoat(parent, name, Mode::empty()).doing(action)?;
        self.result.xattrs_skipped += entry.xattrs.len() as u64;
        set_owner_and_time(entry, (parent, name))?;
        // Not a symbolic link: it was just made here, and nothing else writes to this tree.
        rustix::fs::chmodat(parent, name, Mode::from_raw_mode(entry.mode), AtFlags::empty())
            .doing(action)
    }

    /// LIMIT: the target must be in the same layer, as it is in all that diff tools write.
    fn add_hard_link(&mut self, entry: &Entry, (parent, name): Place<'_>) -> Unit {
        let target = CleanPath::new(&entry.link, self.limits)?;
        let missing = || ImageError::unsafe_path(&entry.path, "its hard link's target is missing");
        let (target_parent, target_name) = target.split().ok_or_else(missing)?;
        let target_parent = self.tree.open_directory(target_parent)?.ok_or_else(missing)?;
        let stat = whiteout::stat(target_parent.as_fd(), target_name)?.ok_or_else(missing)?;
        let existing = whiteout::stat(parent.as_fd(), name)?;
        let is_same = existing.is_some_and(|existing| existing.st_ino == stat.st_ino);
        if whiteout::is_whiteout(&stat) {
            return Err(missing());
        }
        if is_same {
            return Ok(());
        }
        tree::vacate(parent, name)?;
        match rustix::fs::linkat(&target_parent, target_name, parent, name, AtFlags::empty()) {
            Err(Errno::PERM | Errno::NOENT) => {
                Err(ImageError::unsafe_path(&entry.path, "its hard link's target is no file"))
            }
            result => result.doing(|| format!("link `{}`", lossy(&entry.path))),
        }
    }

    /// Owner, mode and attributes, in this order: a change of owner clears set-user-id and
    /// capabilities.
    fn set_attributes(&mut self, file: &OwnedFd, entry: &Entry) -> Unit {
        let action = || format!("set the attributes of `{}`", lossy(&entry.path));
        let (user, group) = owner(entry)?;
        rustix::fs::fchown(file, Some(user), Some(group)).doing(action)?;
        rustix::fs::fchmod(file, Mode::from_raw_mode(entry.mode)).doing(action)?;
        for (name, value) in &entry.xattrs {
            let is_user = name.starts_with(XATTR_USER) && !name.starts_with(XATTR_USER_OVERLAY);
            if !is_user && name != XATTR_CAPABILITY {
                self.result.xattrs_skipped += 1;
                continue;
            }
            rustix::fs::fsetxattr(file, &name[..], value, XattrFlags::empty()).doing(action)?;
        }
        Ok(())
    }

    fn restore_directory_times(&self) -> Result<(), ImageError> {
        // The last entry of a path comes last, and wins.
        for (path, times) in &self.directory_times {
            // A later entry may have put something else there.
            if let Some(directory) = self.tree.open_directory(path.as_bytes())? {
                rustix::fs::futimens(&directory, times)
                    .doing(|| format!("set the time of `{}`", lossy(path.as_bytes())))?;
            }
        }
        Ok(())
    }
}

/// A name in an open directory.
type Place<'a> = (&'a OwnedFd, &'a [u8]);
type Unit = Result<(), ImageError>;

/// A whiteout is about lower layers alone: what this layer put there stays.
fn add_whiteout(parent: &OwnedFd, name: &[u8]) -> Result<(), ImageError> {
    use rustix::fs::FileType;
    let existing = whiteout::stat(parent.as_fd(), name)?;
    match existing.map(|stat| FileType::from_raw_mode(stat.st_mode)) {
        None => whiteout::create(parent.as_fd(), name),
        Some(FileType::Directory) => {
            whiteout::set_opaque(tree::open_child_directory(parent, name)?)
        }
        Some(_) => Ok(()),
    }
}

fn set_owner_and_time(entry: &Entry, (parent, name): Place<'_>) -> Unit {
    let (user, group) = owner(entry)?;
    let action = || format!("set the owner of `{}`", lossy(&entry.path));
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    rustix::fs::chownat(parent, name, Some(user), Some(group), flags).doing(action)?;
    rustix::fs::utimensat(parent, name, &timestamps(entry), flags).doing(action)
}

fn owner(entry: &Entry) -> Result<(Uid, Gid), ImageError> {
    let id = |raw: u64| {
        // The highest id means "unchanged" to the kernel.
        u32::try_from(raw).ok().filter(|id| *id != u32::MAX).ok_or_else(|| {
            ImageError::malformed(format!("`{}` has no valid owner", lossy(&entry.path)))
        })
    };
    Ok((Uid::from_raw(id(entry.user_id)?), Gid::from_raw(id(entry.group_id)?)))
}

fn timestamps(entry: &Entry) -> Timestamps {
    let time =
        Timespec { tv_sec: entry.modified.seconds, tv_nsec: i64::from(entry.modified.nanoseconds) };
    Timestamps { last_access: time, last_modification: time }
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
