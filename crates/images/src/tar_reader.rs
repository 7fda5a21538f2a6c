//! Reads a tar entry by entry, with everything that is held in memory bounded.
//!
//! The `tar` crate decodes the 512-byte header. The framing around it is ours: that crate reads
//! long names and extended headers of any length into memory, splits extended headers at line
//! feeds, though values (a capability, for one) may contain them, and gives link entries a body
//! that the tools which build images do not.

use std::io::{self, Read};

use tar::{EntryType, Header};

use crate::error::{Context as _, ImageError, lossy};
use crate::limits::Limits;

const BLOCK: u64 = 512;

/// Where a tar is read from. A file may step over what is not wanted.
pub(crate) trait Input: Read + Sized {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.by_ref().take(bytes), &mut io::sink())?;
        if skipped == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl Input for Box<dyn Read + '_> {}

impl<R: Read> Input for crate::digest::HashingReader<R> {}

pub(crate) struct TarReader<'a, R> {
    input: R,
    limits: &'a Limits,
    /// Bytes consumed from `input`.
    position: u64,
    /// What is left of the current entry's data, and of the padding after it.
    remaining: u64,
    padding: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: EntryKind,
    pub(crate) path: Vec<u8>,
    /// The target of a link.
    pub(crate) link: Vec<u8>,
    pub(crate) size: u64,
    /// Where the data begins in the archive.
    pub(crate) offset: u64,
    pub(crate) mode: u32,
    pub(crate) user_id: u64,
    pub(crate) group_id: u64,
    pub(crate) modified: Modified,
    pub(crate) xattrs: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modified {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Directory,
    Symlink,
    HardLink,
    Fifo,
    Device,
}

impl<'a, R: Input> TarReader<'a, R> {
    pub(crate) fn new(input: R, limits: &'a Limits) -> TarReader<'a, R> {
        TarReader { input, limits, position: 0, remaining: 0, padding: 0 }
    }

    /// The next entry, stepping over what is left of the last one.
    pub(crate) fn next_entry(&mut self) -> Result<Option<Entry>, ImageError> {
        let mut extra = Extra::default();
        loop {
            self.step_over()?;
            let Some(header) = self.read_header()? else {
                return extra
                    .is_empty()
                    .then_some(None)
                    .ok_or_else(|| ImageError::malformed("an extended header describes no entry"));
            };
            let old = header.as_old();
            let size = number(&old.size, header.entry_size(), "size")?;
            match header.entry_type() {
                EntryType::XHeader => {
                    let bytes = self.read_metadata(size)?;
                    once(&mut extra.pax, Pax::parse(&bytes)?)?;
                }
                EntryType::GNULongName => {
                    let bytes = self.read_metadata(size)?;
                    once(&mut extra.path, until_nul(bytes))?;
                }
                EntryType::GNULongLink => {
                    let bytes = self.read_metadata(size)?;
                    once(&mut extra.link, until_nul(bytes))?;
                }
                // Comments, in practice; the tools that build images ignore them too.
                EntryType::XGlobalHeader => self.begin_data(size)?,
                kind => return self.entry(&header, kind, extra).map(Some),
            }
        }
    }

    /// Gives back the input, to be read to its end.
    pub(crate) fn into_inner(self) -> R {
        self.input
    }

    fn entry(
        &mut self,
        header: &Header,
        kind: EntryType,
        extra: Extra,
    ) -> Result<Entry, ImageError> {
        let pax = extra.pax.unwrap_or_default();
        let old = header.as_old();
        let path = pax.path.or(extra.path).unwrap_or_else(|| header.path_bytes().into_owned());
        let kind = entry_kind(kind, &path)?;
        let header_link = || header.link_name_bytes().map(std::borrow::Cow::into_owned);
        let size = match (kind, pax.size) {
            (EntryKind::File, Some(size)) => size,
            (EntryKind::File, None) => number(&old.size, header.entry_size(), "size")?,
            // A link's size is that of its target: no data follows.
            _ => 0,
        };
        self.begin_data(size)?;
        let seconds =
            i64::try_from(number(&old.mtime, header.mtime(), "mtime")?).unwrap_or_default();
        Ok(Entry {
            kind,
            path,
            link: pax.link.or(extra.link).or_else(header_link).unwrap_or_default(),
            size,
            offset: self.position,
            mode: number(&old.mode, header.mode(), "mode")? & 0o7777,
            user_id: pax.user_id.map_or_else(|| number(&old.uid, header.uid(), "uid"), Ok)?,
            group_id: pax.group_id.map_or_else(|| number(&old.gid, header.gid(), "gid"), Ok)?,
            modified: pax.modified.unwrap_or(Modified { seconds, nanoseconds: 0 }),
            xattrs: pax.xattrs,
        })
    }

    fn step_over(&mut self) -> Result<(), ImageError> {
        let bytes = self.remaining + self.padding;
        self.input.skip(bytes).doing(|| "read an archive entry".to_owned())?;
        self.position += bytes;
        (self.remaining, self.padding) = (0, 0);
        Ok(())
    }

    fn begin_data(&mut self, size: u64) -> Result<(), ImageError> {
        if size > self.limits.archive_bytes {
            let limit = self.limits.archive_bytes;
            return Err(ImageError::TooLarge { what: "an archive entry", limit });
        }
        self.remaining = size;
        self.padding = size.next_multiple_of(BLOCK) - size;
        Ok(())
    }

    /// The next header, or nothing at the end, which is a block of zeros or a clean end of input.
    fn read_header(&mut self) -> Result<Option<Header>, ImageError> {
        let mut block = Vec::with_capacity(BLOCK as usize);
        let read = self.input.by_ref().take(BLOCK).read_to_end(&mut block);
        read.doing(|| "read an archive header".to_owned())?;
        self.position += block.len() as u64;
        if block.is_empty() || (block.len() as u64 == BLOCK && block.iter().all(|b| *b == 0)) {
            return Ok(None);
        }
        if (block.len() as u64) < BLOCK {
            return Err(ImageError::malformed("an archive ends within a header"));
        }
        let header = Header::from_byte_slice(&block).clone();
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        let own: u32 = block[148..156].iter().map(|byte| u32::from(*byte)).sum();
        // The field counts as eight spaces in its own sum.
        if number(&header.as_old().cksum, header.cksum(), "checksum")? != sum - own + 8 * 32 {
            return Err(ImageError::malformed("an archive header's checksum is wrong"));
        }
        Ok(Some(header))
    }

    fn read_metadata(&mut self, size: u64) -> Result<Vec<u8>, ImageError> {
        if size > self.limits.entry_metadata_bytes {
            let limit = self.limits.entry_metadata_bytes;
            return Err(ImageError::TooLarge { what: "an archive entry's metadata", limit });
        }
        self.begin_data(size)?;
        let mut bytes = Vec::with_capacity(size as usize);
        self.read_to_end(&mut bytes).doing(|| "read an archive header".to_owned())?;
        Ok(bytes)
    }
}

/// The current entry's data.
impl<R: Input> Read for TarReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.input.read(&mut buffer[..wanted])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.remaining -= count as u64;
        self.position += count as u64;
        Ok(count)
    }
}

/// What came before an entry to describe it.
#[derive(Default)]
struct Extra {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Option<Pax>,
}

impl Extra {
    fn is_empty(&self) -> bool {
        self.path.is_none() && self.link.is_none() && self.pax.is_none()
    }
}

#[derive(Default)]
struct Pax {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    user_id: Option<u64>,
    group_id: Option<u64>,
    modified: Option<Modified>,
    xattrs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Pax {
    /// Records of `<length> <key>=<value>\n`, where the length counts the whole record.
    fn parse(mut bytes: &[u8]) -> Result<Pax, ImageError> {
        let bad = || ImageError::malformed("an extended header is not well formed");
        let mut pax = Pax::default();
        while !bytes.is_empty() {
            let space = bytes.iter().position(|byte| *byte == b' ').ok_or_else(bad)?;
            let length: usize = parse_text(&bytes[..space]).ok_or_else(bad)?;
            let record = bytes.get(space + 1..length).ok_or_else(bad)?;
            let record = record.strip_suffix(b"\n").ok_or_else(bad)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(bad)?;
            pax.set(&record[..equals], &record[equals + 1..])?;
            bytes = &bytes[length..];
        }
        Ok(pax)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), ImageError> {
        const XATTR: &[u8] = b"SCHILY.xattr.";
        if key.starts_with(b"GNU.sparse.") {
            return Err(ImageError::unsupported("sparse archive entries"));
        }
        if let Some(name) = key.strip_prefix(XATTR) {
            self.xattrs.push((name.to_vec(), value.to_vec()));
            return Ok(());
        }
        // An empty value takes an earlier one back.
        let given = (!value.is_empty()).then_some(value);
        let bad =
            || ImageError::malformed(format!("an extended header has a bad `{}`", lossy(key)));
        let integer = || given.map(|value| parse_text(value).ok_or_else(bad)).transpose();
        match key {
            b"path" => self.path = given.map(<[u8]>::to_vec),
            b"linkpath" => self.link = given.map(<[u8]>::to_vec),
            b"size" => self.size = integer()?,
            b"uid" => self.user_id = integer()?,
            b"gid" => self.group_id = integer()?,
            b"mtime" => {
                let modified = given.map(|value| Modified::parse(value).ok_or_else(bad));
                self.modified = modified.transpose()?;
            }
            // Access times, user names, checksums: nothing that a container could see.
            _ => {}
        }
        Ok(())
    }
}

impl Modified {
    /// Seconds with a decimal fraction, possibly before 1970.
    fn parse(text: &[u8]) -> Option<Modified> {
        let text = std::str::from_utf8(text).ok()?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let seconds: i64 = whole.parse().ok()?;
        let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        let nanoseconds: u32 = digits.parse().ok()?;
        match (whole.starts_with('-'), nanoseconds) {
            (true, 1..) => Some(Modified {
                seconds: seconds.checked_sub(1)?,
                nanoseconds: 1_000_000_000 - nanoseconds,
            }),
            _ => Some(Modified { seconds, nanoseconds }),
        }
    }
}

fn entry_kind(kind: EntryType, path: &[u8]) -> Result<EntryKind, ImageError> {
    match kind {
        // Before tar knew directories, they were files with a slash.
        EntryType::Regular if path.ends_with(b"/") => Ok(EntryKind::Directory),
        EntryType::Regular | EntryType::Continuous => Ok(EntryKind::File),
        EntryType::Directory => Ok(EntryKind::Directory),
        EntryType::Symlink => Ok(EntryKind::Symlink),
        EntryType::Link => Ok(EntryKind::HardLink),
        EntryType::Fifo => Ok(EntryKind::Fifo),
        EntryType::Char | EntryType::Block => Ok(EntryKind::Device),
        EntryType::GNUSparse => Err(ImageError::unsupported("sparse archive entries")),
        other => {
            let byte = char::from(other.as_byte()).escape_debug().to_string();
            Err(ImageError::unsupported(format!("archive entries of type `{byte}`")))
        }
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), ImageError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ImageError::malformed("an archive entry is described twice")),
    }
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    bytes
}

/// A field that was left blank is zero, as some tools mean it.
fn number<T: Default>(field: &[u8], value: io::Result<T>, name: &str) -> Result<T, ImageError> {
    if field.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return Ok(T::default());
    }
    value.map_err(|_| ImageError::malformed(format!("an archive header has a bad {name}")))
}

fn parse_text<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
#[path = "tar_reader_tests.rs"]
mod tests;
