//! A connection's first line: whose tables it is about.
//!
//! INVARIANT: what comes out names a file below the data directory, and no other place.

use std::io;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// LIMIT: account, slash, region and the line's end. AWS's longest region has 14 letters.
const BYTES_MAX: usize = 64;

/// An account and a region of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    account: String,
    region: String,
}

impl Scope {
    fn parse(line: &str) -> Option<Scope> {
        let (account, region) = line.split_once('/')?;
        let is_account = account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit());
        let is_word =
            |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'_';
        let is_region = !region.is_empty() && region.bytes().all(is_word);
        (is_account && is_region)
            .then(|| Scope { account: account.to_owned(), region: region.to_owned() })
    }

    /// The directory that its file is in, and the file, below the data directory.
    pub(crate) fn path(&self) -> (PathBuf, String) {
        (PathBuf::from(&self.account), format!("{}.db", self.region))
    }
}

/// Reads the line and not a byte more: what follows is not for us.
pub(crate) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Scope> {
    let mut line = Vec::with_capacity(BYTES_MAX);
    while line.len() < BYTES_MAX {
        match from.read_u8().await? {
            b'\n' => {
                let scope = std::str::from_utf8(&line).ok().and_then(Scope::parse);
                return scope.ok_or_else(|| io::Error::other("it names no account and region"));
            }
            byte => line.push(byte),
        }
    }
    Err(io::Error::other("its first line is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_names_a_file_of_its_own() {
        let check = |line: &str| Scope::parse(line).map(|it| it.path());
        let path = |account: &str, file: &str| Some((PathBuf::from(account), file.to_owned()));
        assert_eq!(check("000000000000/us-east-1"), path("000000000000", "us-east-1.db"));
        for line in [
            "",
            "/",
            "000000000000",
            "000000000000/",
            "000000000000/..",
            "000000000000/a/b",
            "000000000000/A",
            "00000000000/us-east-1",
            "../../../etc/us-east-1",
            "000000000000/us-east-1\0",
        ] {
            assert_eq!(check(line), None, "{line:?}");
        }
    }

    #[tokio::test]
    async fn nothing_after_the_line_is_read() {
        let mut text: &[u8] = b"000000000000/us-east-1\nPOST / HTTP/1.1";
        read(&mut text).await.expect("it is a scope");
        assert_eq!(text, b"POST / HTTP/1.1");
        let long = [b'0'; 100];
        assert!(read(&mut long.as_slice()).await.is_err());
        assert!(read(&mut b"000".as_slice()).await.is_err());
    }
}
