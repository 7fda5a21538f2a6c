//! A container's root file system: an image's layers under a directory of its own.
//!
//! ```text
//! <container>/rootfs.json   which image, written first
//! <container>/upper, work   what the container changed, and overlayfs's scratch space
//! <container>/rootfs        where the overlay is mounted
//! ```
//!
//! The new mount interface takes one call per layer and so knows no limit of a page of options.
//! Kernels before 6.5 take them all as one string; layers are then named by open descriptors,
//! which is short enough for 200 of them.
//!
//! Mounts are `volatile`: a container's own files live as long as its host stays up, so neither its
//! end nor its `fsync` has to wait for a disk that it shares with everybody. After a restart of the
//! host its files cannot be trusted and are thrown away.
//!
//! INVARIANT: every step may be repeated after a crash at any point of it.

use std::fs::{self, File};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxAttributes, StatxFlags};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MoveMountFlags, UnmountFlags,
};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::error::{Context as _, ImageError};
use crate::layers::{Pin, create_open_directory, remove_any};
use crate::store::{ImageHandle, ImageStore};

impl ImageStore {
    /// Mounts the image for one container, or finds it mounted already.
    ///
    /// What the container wrote earlier is still there, unless the host was restarted. The mount is
    /// made in the calling thread's mount namespace.
    pub fn mount(
        &self,
        image: &ImageHandle,
        container_directory: &Path,
        access: Access,
    ) -> Result<Rootfs, ImageError> {
        let image_digest = image.manifest_digest.clone();
        let rootfs = Rootfs {
            container_directory: container_directory.to_owned(),
            record: Record {
                image: image_digest,
                layers: image.layers.clone(),
                access,
                boot: boot_id()?,
            },
        };
        rootfs.prepare()?;
        if rootfs.is_mounted()? {
            return Ok(rootfs);
        }
        // From here on the layers cannot be collected between being found and being mounted.
        let layers = &self.inner.layers;
        let _pins: Vec<Pin> = image.layers.iter().map(|layer| layers.pin(layer)).collect();
        for layer in &image.layers {
            if !layers.is_present(layer) {
                let reference = image.manifest_digest.to_string();
                return Err(ImageError::NoSuchImage { reference });
            }
            layers.touch(layer)?;
        }
        let mut lower: Vec<PathBuf> =
            distinct_from_top(&image.layers).into_iter().map(|layer| layers.path(layer)).collect();
        // An overlay needs one lower directory, and two where it has no upper.
        lower.push(self.inner.empty_path());
        rootfs.accept_unsynced()?;
        rootfs.attach(lower)?;
        Ok(rootfs)
    }
}

/// A root file system that is, or was, mounted for a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rootfs {
    container_directory: PathBuf,
    record: Record,
}

/// Whether the container may change its root file system.
///
/// A runtime creates mount points in it, so a task's `readonlyRootFilesystem` is better left to
/// the runtime, over a writable mount; `ReadOnly` is for looking into an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    ReadWrite,
    ReadOnly,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    image: Digest,
    layers: Vec<Digest>,
    access: Access,
    /// When: files of an earlier boot are not those that were written.
    boot: String,
}

impl Rootfs {
    /// What was mounted, or about to be, for the container of that directory.
    ///
    /// Nothing, too, where a restart of the host has damaged the record: nothing is mounted then.
    pub fn find(container_directory: &Path) -> Result<Option<Rootfs>, ImageError> {
        let path = container_directory.join(RECORD);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).doing(|| format!("read {}", path.display())),
        };
        let container_directory = container_directory.to_owned();
        let record = serde_json::from_slice(&bytes).ok();
        Ok(record.map(|record| Rootfs { container_directory, record }))
    }

    /// Where the file system is.
    pub fn path(&self) -> PathBuf {
        self.container_directory.join("rootfs")
    }

    /// The manifest digest of its image, for the collector's set of what is in use.
    pub fn image(&self) -> &Digest {
        &self.record.image
    }

    /// The diff ids of its layers, bottom first.
    pub fn layers(&self) -> &[Digest] {
        &self.record.layers
    }

    /// What the container changed, as overlayfs keeps it.
    pub fn upper(&self) -> PathBuf {
        self.container_directory.join("upper")
    }

    /// Unmounts, if it is mounted. What the container wrote stays.
    pub fn unmount(&self) -> Result<(), ImageError> {
        let path = self.path();
        for _ in 0..STACKED_MOUNTS_MAX {
            let unmounted = match rustix::mount::unmount(&path, UnmountFlags::NOFOLLOW) {
                // Somebody still looks inside: it goes when they do.
                Err(Errno::BUSY) => {
                    rustix::mount::unmount(&path, UnmountFlags::NOFOLLOW | UnmountFlags::DETACH)
                }
                result => result,
            };
            match unmounted {
                Ok(()) => {}
                Err(Errno::INVAL | Errno::NOENT) => return Ok(()),
                Err(errno) => return Err(errno).doing(|| format!("unmount {}", path.display())),
            }
        }
        Err(Errno::BUSY).doing(|| format!("unmount {}", path.display()))
    }

    /// Unmounts and deletes everything that [`ImageStore::mount`] made.
    pub fn remove(self) -> Result<(), ImageError> {
        self.unmount()?;
        // The record goes last: while it is there, this can be found and repeated.
        for name in ["rootfs", "work", "upper", RECORD_NEW, RECORD] {
            let path = self.container_directory.join(name);
            if path.symlink_metadata().is_ok() {
                remove_any(&path)?;
            }
        }
        Ok(())
    }

    fn prepare(&self) -> Result<(), ImageError> {
        let directory = &self.container_directory;
        fs::create_dir_all(directory).doing(|| format!("create {}", directory.display()))?;
        match Rootfs::find(directory)? {
            Some(found) if found.record == self.record => {}
            Some(found) if found.record.boot == self.record.boot => {
                return Err(ImageError::RootfsTaken { path: directory.display().to_string() });
            }
            Some(_) | None => self.begin()?,
        }
        for name in ["rootfs", "work"] {
            let path = directory.join(name);
            fs::create_dir_all(&path).doing(|| format!("create {}", path.display()))?;
        }
        // Not again: the container may have changed the mode of its root.
        if self.upper().is_dir() { Ok(()) } else { create_open_directory(&self.upper()) }
    }

    /// Clears the place and notes what it is for.
    fn begin(&self) -> Result<(), ImageError> {
        for path in [self.upper(), self.work()] {
            if path.symlink_metadata().is_ok() {
                remove_any(&path)?;
            }
        }
        let [path, new] = [RECORD, RECORD_NEW].map(|name| self.container_directory.join(name));
        let bytes = serde_json::to_vec(&self.record).expect("plain data");
        // Not synced: it is about this boot alone.
        let written = fs::write(&new, bytes).and_then(|()| fs::rename(&new, &path));
        written.doing(|| format!("write {}", path.display()))
    }

    /// Takes away the kernel's note that these files have not been synced. They need not be: the
    /// record says that they were written since the host started.
    fn accept_unsynced(&self) -> Result<(), ImageError> {
        let path = self.work().join("work/incompat/volatile");
        if path.is_dir() { remove_any(&path) } else { Ok(()) }
    }

    fn work(&self) -> PathBuf {
        self.container_directory.join("work")
    }

    fn is_mounted(&self) -> Result<bool, ImageError> {
        let path = self.path();
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        let stat = rustix::fs::statx(CWD, &path, flags, StatxFlags::empty())
            .doing(|| format!("look at {}", path.display()))?;
        Ok(stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }

    fn attach(&self, lower: Vec<PathBuf>) -> Result<(), ImageError> {
        let options = self.options(lower);
        match self.attach_by_calls(&options) {
            Err(Errno::NOSYS) => self.attach_by_string(&options),
            result => result,
        }
        .doing(|| format!("mount {}", self.path().display()))
    }

    fn options(&self, lower: Vec<PathBuf>) -> Vec<(&'static str, PathBuf)> {
        let mut options: Vec<_> = lower.into_iter().map(|path| (LOWER, path)).collect();
        if self.record.access == Access::ReadWrite {
            options.push(("upperdir", self.upper()));
            options.push(("workdir", self.work()));
        }
        options
    }

    fn attach_by_calls(&self, options: &[(&str, PathBuf)]) -> Result<(), Errno> {
        let context = rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
        rustix::mount::fsconfig_set_string(&context, "source", "overlay")?;
        let mut held = Vec::new();
        for (name, path) in options {
            let path = short(path, &mut held)?;
            match rustix::mount::fsconfig_set_string(&context, *name, &path) {
                // The option is younger than the interface.
                Err(Errno::INVAL) if *name == LOWER => return Err(Errno::NOSYS),
                result => result.inspect_err(|_| log_messages(&context))?,
            }
        }
        if self.record.access == Access::ReadWrite {
            rustix::mount::fsconfig_set_flag(&context, VOLATILE)?;
        }
        rustix::mount::fsconfig_create(&context).inspect_err(|_| log_messages(&context))?;
        let attributes = match self.record.access {
            Access::ReadWrite => MountAttrFlags::empty(),
            Access::ReadOnly => MountAttrFlags::MOUNT_ATTR_RDONLY,
        };
        let mount = rustix::mount::fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)?;
        let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
        rustix::mount::move_mount(&mount, "", CWD, self.path(), flags)
    }

    fn attach_by_string(&self, options: &[(&str, PathBuf)]) -> Result<(), Errno> {
        let mut held = Vec::new();
        let mut data = String::new();
        let mut last = "";
        for (name, path) in options {
            let separator = if *name == last { ":".to_owned() } else { format!(",{name}=") };
            last = name;
            data += &separator.replace('+', "");
            data += &by_descriptor(path, &mut held)?;
        }
        let data =
            std::ffi::CString::new(data.trim_start_matches(',')).map_err(|_| Errno::INVAL)?;
        let flags = match self.record.access {
            Access::ReadWrite => MountFlags::empty(),
            Access::ReadOnly => MountFlags::RDONLY,
        };
        rustix::mount::mount("overlay", self.path(), "overlay", flags, Some(&*data))
    }
}

const RECORD: &str = "rootfs.json";
const RECORD_NEW: &str = "rootfs.json.new";
const LOWER: &str = "lowerdir+";
const VOLATILE: &str = "volatile";
/// Mounts on top of each other that one call takes away.
const STACKED_MOUNTS_MAX: u32 = 16;
/// The new interface takes strings of at most this.
const OPTION_BYTES_MAX: usize = 255;

/// Names the host's current run.
fn boot_id() -> Result<String, ImageError> {
    let path = "/proc/sys/kernel/random/boot_id";
    let text = fs::read_to_string(path).doing(|| format!("read {path}"))?;
    Ok(text.trim().to_owned())
}

/// Top first, each layer once. A second occurrence lower down is wholly hidden by the first, and
/// the kernel refuses to stack a directory on itself.
fn distinct_from_top(layers: &[Digest]) -> Vec<&Digest> {
    let mut seen = std::collections::BTreeSet::new();
    layers.iter().rev().filter(|layer| seen.insert(*layer)).collect()
}

/// The path itself, which reads well in `mountinfo`, where the kernel would take it as it is.
fn short(path: &Path, held: &mut Vec<OwnedFd>) -> Result<String, Errno> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    match path.to_str() {
        Some(text) if text.len() <= OPTION_BYTES_MAX && text.bytes().all(is_plain) => {
            Ok(text.to_owned())
        }
        _ => by_descriptor(path, held),
    }
}

/// A short name, without characters that options give a meaning, while `held` is kept.
fn by_descriptor(path: &Path, held: &mut Vec<OwnedFd>) -> Result<String, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = rustix::fs::open(path, flags, Mode::empty())?;
    let name = format!("/proc/self/fd/{}", directory.as_raw_fd());
    held.push(directory);
    Ok(name)
}

/// What the kernel has to say about a refused option.
fn log_messages(context: &OwnedFd) {
    use std::io::Read as _;
    let Ok(context) = context.try_clone() else {
        return;
    };
    let mut file = File::from(context);
    let mut message = [0; 1024];
    while let Ok(count @ 1..) = file.read(&mut message) {
        let message = String::from_utf8_lossy(&message[..count]);
        tracing::warn!(message = message.trim(), "the kernel refuses an overlay mount");
    }
}

#[cfg(test)]
#[path = "mount_tests.rs"]
mod tests;
