//! The shim's side of a log: append, rotate, stay within the bound.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::frame::{self, Record};
use super::segment_path;
use crate::files;
use crate::spec::{LogMode, LogSpec};

/// A log is this many segments: what is dropped at once is one of them.
const SEGMENTS: u64 = 8;
const SEGMENT_BYTES_MIN: u64 = 8 << 10;
/// Records gathered before they are written; a burst of lines is one system call.
const GATHER_BYTES: usize = 32 << 10;

#[derive(Debug)]
pub(crate) struct LogWriter {
    directory: PathBuf,
    mode: LogMode,
    bytes_max: u64,
    /// Closed ones first; the last is the one being written.
    segments: VecDeque<Segment>,
    file: File,
    gathered: Vec<u8>,
    next: u64,
}

#[derive(Debug)]
struct Segment {
    first: u64,
    bytes: u64,
}

impl LogWriter {
    /// Goes on where an earlier container of that name ended: numbers are not used twice.
    pub(crate) fn create(directory: &Path, spec: &LogSpec) -> io::Result<Self> {
        files::private_directory(directory)?;
        let (mut segments, next) = earlier(directory)?;
        let file = open(directory, next)?;
        segments.push_back(Segment { first: next, bytes: 0 });
        Ok(Self {
            directory: directory.to_owned(),
            mode: spec.mode,
            bytes_max: spec.bytes_max.max(SEGMENTS * SEGMENT_BYTES_MIN),
            segments,
            file,
            gathered: Vec::new(),
            next,
        })
    }

    /// The number of the next record.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Whether the container must wait: only in the blocking mode, only at the bound.
    pub(crate) fn is_full(&self) -> bool {
        self.mode == LogMode::Blocking && self.size() >= self.bytes_max
    }

    pub(crate) fn append(&mut self, record: &Record<'_>) {
        frame::encode(record, self.next, &mut self.gathered);
        self.next += 1;
        if self.gathered.len() >= GATHER_BYTES {
            self.flush();
        }
    }

    /// Hands what was gathered to the kernel. A disk that takes no more loses these records:
    /// their numbers are passed over, by which the reader knows; the container goes on.
    pub(crate) fn flush(&mut self) {
        if self.gathered.is_empty() {
            return;
        }
        let current = self.segments.back_mut().expect("one segment is always being written");
        match self.file.write_all(&self.gathered) {
            Ok(()) => current.bytes += self.gathered.len() as u64,
            Err(_) => {
                // A part of a record must not stay, or what follows could not be read. Should
                // that fail as well, the reader goes on with the next segment.
                let _ = self.file.set_len(current.bytes);
            }
        }
        self.gathered = Vec::new();
        self.rotate();
    }

    /// Everything before this number has been shipped.
    pub(crate) fn acknowledge(&mut self, sequence: u64) {
        while self.segments.get(1).is_some_and(|second| second.first <= sequence) {
            self.drop_oldest();
        }
    }

    fn rotate(&mut self) {
        let current = self.segments.back().expect("one segment is always being written");
        if current.bytes >= self.bytes_max / SEGMENTS
            && let Ok(file) = open(&self.directory, self.next)
        {
            self.file = file;
            self.segments.push_back(Segment { first: self.next, bytes: 0 });
        }
        let makes_room = self.mode == LogMode::NonBlocking;
        while makes_room && self.size() > self.bytes_max && self.segments.len() > 1 {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(segment) = self.segments.pop_front() {
            // A reader may hold it open and read on. One that cannot be removed is only disk.
            let _ = fs::remove_file(segment_path(&self.directory, segment.first));
        }
    }

    fn size(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }
}

/// The segments that are there, and the number after their last record.
fn earlier(directory: &Path) -> io::Result<(VecDeque<Segment>, u64)> {
    let mut segments = VecDeque::new();
    let mut next = 0;
    for first in super::segments(directory)? {
        let content = fs::read(segment_path(directory, first))?;
        let mut rest = &content[..];
        next = next.max(first);
        while let Some((_, sequence, length)) = frame::decode(rest) {
            next = sequence + 1;
            rest = &rest[length..];
        }
        // One without a record gets the next name, which is its own.
        if next > first {
            segments.push_back(Segment { first, bytes: content.len() as u64 });
        }
    }
    Ok((segments, next))
}

fn open(directory: &Path, first: u64) -> io::Result<File> {
    // In append mode, so that a truncation is where the next record goes.
    let path = segment_path(directory, first);
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    // Of an earlier container there may be a torn record.
    file.set_len(0)?;
    Ok(file)
}
