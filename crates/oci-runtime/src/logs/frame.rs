//! A record as it lies in a segment: a header of 24 bytes, then the bytes of the line.
//!
//! ```text
//! length u32 | stream u8 | ends u8 | 0 u16 | sequence u64 | time in µs u64      (little endian)
//! ```

use super::{RECORD_BYTES_MAX, Stream};

pub(super) const HEADER_BYTES: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) stream: Stream,
    /// Whether the line ends here, or goes on in the stream's next record.
    pub(crate) ends_line: bool,
    pub(crate) time_us: u64,
    pub(crate) bytes: &'a [u8],
}

pub(super) fn encode(record: &Record<'_>, sequence: u64, into: &mut Vec<u8>) {
    let length = u32::try_from(record.bytes.len()).expect("records are bounded far below 4 GiB");
    into.extend(length.to_le_bytes());
    into.extend([record.stream.index() as u8, u8::from(record.ends_line), 0, 0]);
    into.extend(sequence.to_le_bytes());
    into.extend(record.time_us.to_le_bytes());
    into.extend(record.bytes);
}

/// The record at the start of `bytes`, its number, and its length with the header; `None` if
/// it is not there as a whole (yet), or is none.
pub(super) fn decode(bytes: &[u8]) -> Option<(Record<'_>, u64, usize)> {
    let header = bytes.first_chunk::<HEADER_BYTES>()?;
    let length = u32::from_le_bytes(*header.first_chunk()?) as usize;
    if length > RECORD_BYTES_MAX {
        return None;
    }
    let sequence = u64::from_le_bytes(*header[8..].first_chunk()?);
    let record = Record {
        stream: if header[4] == 0 { Stream::Stdout } else { Stream::Stderr },
        ends_line: header[5] != 0,
        time_us: u64::from_le_bytes(*header[16..].first_chunk()?),
        bytes: bytes.get(HEADER_BYTES..HEADER_BYTES + length)?,
    };
    Some((record, sequence, HEADER_BYTES + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_and_a_torn_one_is_not_taken() {
        let record =
            Record { stream: Stream::Stderr, ends_line: true, time_us: 12, bytes: b"hello" };
        let mut bytes = Vec::new();
        encode(&record, 9, &mut bytes);
        assert_eq!(decode(&bytes), Some((record, 9, HEADER_BYTES + 5)));
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]), None, "{length}");
        }
    }
}
