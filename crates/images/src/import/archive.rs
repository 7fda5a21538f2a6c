//! An archive's members by name, each readable at any time.
//!
//! Links between members are followed, as old versions of `docker save` share layers by them; only
//! names within the archive can be meant, whatever a link says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::decompress::{Bound, Compression, decompress};
use crate::digest::Digest;
use crate::error::{Context as _, ImageError, lossy};
use crate::layers::expect_digest;
use crate::limits::Limits;
use crate::tar_reader::{EntryKind, Input, TarReader};

use super::ImportSource;

/// Links from one member to another to another.
const LINK_HOPS_MAX: u32 = 8;

pub(super) struct Archive<'a> {
    file: File,
    members: BTreeMap<String, Member>,
    pub(super) limits: &'a Limits,
}

/// A part of the archive's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    offset: u64,
    pub(super) bytes: u64,
}

enum Member {
    File(Slice),
    /// To a name within the archive.
    Link(String),
}

impl<'a> Archive<'a> {
    pub(super) fn open(
        source: ImportSource<'_>,
        tmp: &Path,
        limits: &'a Limits,
    ) -> Result<Archive<'a>, ImageError> {
        let file = match source {
            ImportSource::Path(path) => {
                let action = || format!("read {}", path.display());
                let mut file = File::open(path).doing(action)?;
                if is_plain_file(&file).doing(action)? {
                    file
                } else {
                    stage(&mut file, tmp, limits)?
                }
            }
            ImportSource::Reader(reader) => stage(reader, tmp, limits)?,
        };
        let members = list(&file, limits)?;
        Ok(Archive { file, members, limits })
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The part of the file that holds a member.
    pub(super) fn find(&self, name: &str) -> Result<Slice, ImageError> {
        let missing = || ImageError::malformed(format!("it lacks its member `{name}`"));
        let mut name = normalize(name).ok_or_else(missing)?;
        for _ in 0..LINK_HOPS_MAX {
            match self.members.get(&name) {
                Some(Member::File(slice)) => return Ok(*slice),
                Some(Member::Link(target)) => name.clone_from(target),
                None => return Err(missing()),
            }
        }
        Err(missing())
    }

    /// A small member's contents.
    pub(super) fn read(
        &self,
        name: &str,
        what: &'static str,
        limit: u64,
    ) -> Result<Vec<u8>, ImageError> {
        let slice = self.find(name)?;
        if slice.bytes > limit {
            return Err(ImageError::TooLarge { what, limit });
        }
        let mut bytes = Vec::with_capacity(slice.bytes as usize);
        self.reader(&slice).read_to_end(&mut bytes).doing(|| format!("read `{name}`"))?;
        Ok(bytes)
    }

    /// A small member's contents, which must be those of the digest.
    pub(super) fn read_blob(
        &self,
        digest: &Digest,
        what: &'static str,
        limit: u64,
    ) -> Result<Vec<u8>, ImageError> {
        let bytes = self.read(&blob_name(digest), what, limit)?;
        expect_digest(what, Some(digest), Digest::of(&bytes))?;
        Ok(bytes)
    }

    pub(super) fn reader(&self, slice: &Slice) -> SliceReader<'_> {
        SliceReader { file: &self.file, offset: slice.offset, remaining: slice.bytes }
    }
}

/// Where a layout keeps a blob.
pub(super) fn blob_name(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

/// Reads a part of a file, sharing the file with other readers.
pub(super) struct SliceReader<'a> {
    file: &'a File,
    offset: u64,
    remaining: u64,
}

impl Read for SliceReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.file.read_at(&mut buffer[..wanted], self.offset)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.offset += count as u64;
        self.remaining -= count as u64;
        Ok(count)
    }
}

impl Input for SliceReader<'_> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        self.remaining = self.remaining.checked_sub(bytes).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.offset += bytes;
        Ok(())
    }
}

fn is_plain_file(file: &File) -> io::Result<bool> {
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut magic = [0; 4];
    let count = file.read_at(&mut magic, 0)?;
    Ok(Compression::of(&magic[..count]) == Compression::None)
}

/// Copies what cannot be read in place to a file without a name, which no crash can leave behind.
fn stage(input: impl Read, tmp: &Path, limits: &Limits) -> Result<File, ImageError> {
    let action = || "unpack the archive".to_owned();
    let bound = Bound { what: "an archive of images", bytes: limits.archive_bytes };
    let (_, mut plain) = decompress(input, bound).doing(action)?;
    let mut file = tempfile::tempfile_in(tmp).doing(action)?;
    io::copy(&mut plain, &mut file).doing(action)?;
    Ok(file)
}

fn list(file: &File, limits: &Limits) -> Result<BTreeMap<String, Member>, ImageError> {
    let bytes = file.metadata().doing(|| "read the archive".to_owned())?.len();
    let whole = SliceReader { file, offset: 0, remaining: bytes };
    let mut archive = TarReader::new(whole, limits);
    let mut members = BTreeMap::new();
    let mut count = 0;
    while let Some(entry) = archive.next_entry()? {
        count += 1;
        if count > limits.archive_members {
            let limit = limits.archive_members;
            return Err(ImageError::TooLarge { what: "the number of files in an archive", limit });
        }
        // A name that is no text, or leads upwards, is none that could be asked for.
        let Some(name) = std::str::from_utf8(&entry.path).ok().and_then(normalize) else {
            continue;
        };
        let member = match entry.kind {
            EntryKind::File => Member::File(Slice { offset: entry.offset, bytes: entry.size }),
            EntryKind::Symlink => match symlink_target(&name, &entry.link) {
                Some(target) => Member::Link(target),
                None => return Err(ImageError::unsafe_path(&entry.path, "it links outside")),
            },
            EntryKind::HardLink => match normalize(&lossy(&entry.link)) {
                Some(target) => Member::Link(target),
                None => return Err(ImageError::unsafe_path(&entry.path, "it links outside")),
            },
            EntryKind::Directory | EntryKind::Fifo | EntryKind::Device => continue,
        };
        members.insert(name, member);
    }
    Ok(members)
}

/// A relative target begins at the link's own directory.
fn symlink_target(link: &str, target: &[u8]) -> Option<String> {
    let target = std::str::from_utf8(target).ok()?;
    let parent = link.rsplit_once('/').map_or("", |(parent, _)| parent);
    if target.starts_with('/') { None } else { normalize(&format!("{parent}/{target}")) }
}

/// A name without `.`, `..` and empty parts; nothing if it leads out of the archive.
fn normalize(name: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_the_archive() {
        let text = |name: &str| normalize(name).unwrap_or_else(|| "outside".to_owned());
        for (name, expected) in
            [("./a//b", "a/b"), ("a/../b", "b"), ("../b", "outside"), ("a/../../b", "outside")]
        {
            assert_eq!(text(name), expected, "{name}");
        }
        assert_eq!(
            symlink_target("1/layer.tar", b"../2/layer.tar").as_deref(),
            Some("2/layer.tar")
        );
        assert_eq!(symlink_target("1/layer.tar", b"/etc/passwd"), None);
        assert_eq!(symlink_target("layer.tar", b"../layer.tar"), None);
    }
}
