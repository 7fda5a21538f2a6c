//! Turns a blob into a tar: plain, gzip or zstd, told by its first bytes.
//!
//! The bytes decide, not the media type: builders mislabel blobs, archives carry no label, and the
//! digests are checked over both forms anyway.
//!
//! INVARIANT: the output never exceeds its limit, whatever the input's ratio.

use std::io::{self, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::error::ImageError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

/// What is being decompressed, for the error, and how much of it is accepted.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) what: &'static str,
    pub(crate) bytes: u64,
}

const MAGIC_LENGTH: usize = 4;
const BUFFER_BYTES: usize = 128 * 1024;
/// zstd's own default: a window of 128 MiB is the most a frame may ask for.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// The decompressed bytes of `input`, of at most the bound.
pub(crate) fn decompress<'a>(
    mut input: impl Read + 'a,
    bound: Bound,
) -> io::Result<(Compression, Box<dyn Read + 'a>)> {
    let mut magic = Vec::with_capacity(MAGIC_LENGTH);
    input.by_ref().take(MAGIC_LENGTH as u64).read_to_end(&mut magic)?;
    let compression = Compression::of(&magic);
    let whole = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(magic).chain(input));
    let plain: Box<dyn Read + 'a> = match compression {
        Compression::None => Box::new(whole),
        Compression::Gzip => Box::new(MultiGzDecoder::new(whole)),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(whole)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
            Box::new(decoder)
        }
    };
    let bounded = BoundedReader { inner: plain, remaining: bound.bytes, bound };
    Ok((compression, Box::new(BufReader::with_capacity(BUFFER_BYTES, bounded))))
}

impl Compression {
    pub(crate) fn of(magic: &[u8]) -> Compression {
        match magic {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
            _ => Compression::None,
        }
    }
}

struct BoundedReader<R> {
    inner: R,
    remaining: u64,
    bound: Bound,
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).map_err(name_the_format)?;
        let limit = self.bound.bytes;
        self.remaining = self
            .remaining
            .checked_sub(count as u64)
            .ok_or_else(|| ImageError::TooLarge { what: self.bound.what, limit }.into_io())?;
        Ok(count)
    }
}

/// A decoder's complaint is about the image; an error of the system below it is not.
fn name_the_format(error: io::Error) -> io::Error {
    let is_foreign = error.get_ref().is_some_and(|inner| !inner.is::<ImageError>());
    let is_decoder = matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other
    );
    if is_decoder && is_foreign && error.raw_os_error().is_none() {
        return ImageError::malformed(format!("compressed data is corrupt: {error}")).into_io();
    }
    error
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::write::GzEncoder;

    use super::*;
    use crate::error::Context as _;

    const BOUND: Bound = Bound { what: "a test", bytes: 1000 };

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("memory writes");
        encoder.finish().expect("memory writes")
    }

    fn read(input: &[u8]) -> Result<Vec<u8>, String> {
        let mut output = Vec::new();
        let result = decompress(input, BOUND).and_then(|(_, mut r)| r.read_to_end(&mut output));
        result.doing(|| "read".to_owned()).map(|_| output).map_err(|error| error.to_string())
    }

    #[test]
    fn each_form_is_told_by_its_first_bytes() {
        let zstd = zstd::encode_all(&b"hello"[..], 1).expect("memory writes");
        let two_members = [gzip(b"hel"), gzip(b"lo")].concat();
        for input in [b"hello".to_vec(), gzip(b"hello"), two_members, zstd] {
            assert_eq!(read(&input), Ok(b"hello".to_vec()));
        }
        assert_eq!(read(b""), Ok(Vec::new()));
    }

    #[test]
    fn a_bomb_is_stopped_at_the_bound() {
        let bomb = vec![0; 100_000];
        let zstd = zstd::encode_all(&bomb[..], 1).expect("memory writes");
        for input in [gzip(&bomb), zstd, bomb] {
            assert_eq!(read(&input), Err("a test is larger than the limit of 1000".to_owned()));
        }
    }

    #[test]
    fn corrupt_data_is_the_images_fault() {
        let mut bytes = gzip(b"hello hello hello");
        bytes[12] ^= 0xff;
        let error = read(&bytes).expect_err("it is corrupt");
        assert!(error.starts_with("malformed image: "), "{error}");
        let half = gzip(b"hello").split_at(8).0.to_vec();
        let error = read(&half).expect_err("it is cut");
        assert!(error.starts_with("malformed image: it ends early"), "{error}");
    }
}
