//! What several tests need: tars that no honest tool would write, and a place to mount in.

use tar::{EntryType, Header};

/// Writes a tar header by header, checking nothing.
#[derive(Clone, Default)]
pub(crate) struct RawTar(Vec<u8>);

impl RawTar {
    pub(crate) fn file(self, path: &str, data: &str) -> RawTar {
        self.entry(EntryType::Regular, path, "", data.as_bytes())
    }

    pub(crate) fn directory(self, path: &str) -> RawTar {
        self.entry(EntryType::Directory, path, "", b"")
    }

    pub(crate) fn symlink(self, path: &str, target: &str) -> RawTar {
        self.entry(EntryType::Symlink, path, target, b"")
    }

    pub(crate) fn hard_link(self, path: &str, target: &str) -> RawTar {
        self.entry(EntryType::Link, path, target, b"")
    }

    /// Extended headers for the entry that follows.
    pub(crate) fn pax(self, records: &[(&str, &[u8])]) -> RawTar {
        let mut data = Vec::new();
        for (key, value) in records {
            // The length counts itself: digits are added until they fit.
            let rest = key.len() + value.len() + 3;
            let mut length = rest + 1;
            while length != rest + length.to_string().len() {
                length = rest + length.to_string().len();
            }
            data.extend_from_slice(format!("{length} {key}=").as_bytes());
            data.extend_from_slice(value);
            data.push(b'\n');
        }
        self.entry(EntryType::XHeader, "pax", "", &data)
    }

    pub(crate) fn entry(self, kind: EntryType, path: &str, link: &str, data: &[u8]) -> RawTar {
        self.header(data, |header| {
            header.set_entry_type(kind);
            header.set_size(data.len() as u64);
            let gnu = header.as_gnu_mut().expect("made as such");
            gnu.name[..path.len()].copy_from_slice(path.as_bytes());
            gnu.linkname[..link.len()].copy_from_slice(link.as_bytes());
        })
    }

    /// Any header, and data that it need not be honest about.
    pub(crate) fn header(mut self, data: &[u8], change: impl FnOnce(&mut Header)) -> RawTar {
        let mut header = Header::new_gnu();
        header.set_mode(0o755);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1_000_000_000);
        header.set_size(0);
        change(&mut header);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// Without the end that a tar should have.
    pub(crate) fn unfinished(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// Runs work on a thread whose mounts nobody else sees, and which vanish with it.
pub(crate) fn in_private_mount_namespace<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let thread = std::thread::spawn(|| {
        unshare_mounts();
        work()
    });
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[expect(unsafe_code, reason = "a thread leaves its process's mount namespace")]
fn unshare_mounts() {
    use rustix::mount::MountPropagationFlags;
    // SAFETY: only the calling thread's mount namespace and working directory are unshared; no
    // file descriptor and no memory is affected.
    unsafe { rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::NEWNS) }
        .expect("these tests need root");
    let flags = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", flags).expect("root may change propagation");
}
