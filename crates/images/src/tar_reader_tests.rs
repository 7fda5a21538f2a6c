//! Headers as honest tools write them, and as others might.

use super::*;
use crate::testing::RawTar;

fn limits() -> Limits {
    Limits { entry_metadata_bytes: 4096, archive_bytes: 1 << 40, ..Limits::default() }
}

fn entries(tar: &[u8]) -> Result<Vec<(Entry, Vec<u8>)>, String> {
    let limits = limits();
    let mut reader = TarReader::new(Box::new(tar) as Box<dyn Read>, &limits);
    let mut entries = Vec::new();
    loop {
        match reader.next_entry() {
            Ok(None) => return Ok(entries),
            Ok(Some(entry)) => {
                let mut data = Vec::new();
                reader.read_to_end(&mut data).map_err(|error| error.to_string())?;
                entries.push((entry, data));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn only(tar: &[u8]) -> Entry {
    let mut entries = entries(tar).expect("it is well formed");
    assert_eq!(entries.len(), 1);
    entries.pop().expect("there is one").0
}

#[test]
fn what_the_tar_crate_writes_is_read() {
    let mut builder = tar::Builder::new(Vec::new());
    let long = format!("{}file", "directory/".repeat(20));
    for (path, data) in [("short", "one"), (&long, "two"), ("empty", "")] {
        let mut header = Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o640);
        header.set_uid(7);
        header.set_mtime(42);
        builder.append_data(&mut header, path, data.as_bytes()).expect("memory writes");
    }
    let tar = builder.into_inner().expect("memory writes");
    let read = entries(&tar).expect("it is well formed");
    let shown: Vec<(String, &[u8])> =
        read.iter().map(|(entry, data)| (lossy(&entry.path), &data[..])).collect();
    assert_eq!(shown, [("short".into(), &b"one"[..]), (long, b"two"), ("empty".into(), b"")]);
    let first = &read[0].0;
    assert_eq!((first.mode, first.user_id, first.modified.seconds), (0o640, 7, 42));
    let at = first.offset as usize;
    assert_eq!(&tar[at..at + 3], b"one");
}

#[test]
fn extended_headers_override_and_may_hold_any_bytes() {
    let records: [(&str, &[u8]); 6] = [
        ("path", b"real/name"),
        ("uid", b"3000000000"),
        ("mtime", b"-1.25"),
        ("SCHILY.xattr.security.capability", b"\x01\n20 path=../../evil\n\0"),
        ("comment", b"ignored"),
        ("gid", b""),
    ];
    let tar = RawTar::default().pax(&records).file("other", "data").finish();
    let entry = only(&tar);
    assert_eq!(lossy(&entry.path), "real/name");
    assert_eq!((entry.user_id, entry.group_id), (3_000_000_000, 0));
    assert_eq!(entry.modified, Modified { seconds: -2, nanoseconds: 750_000_000 });
    assert_eq!(entry.xattrs, [(b"security.capability".to_vec(), records[3].1.to_vec())]);
}

#[test]
fn a_links_size_is_not_that_of_data() {
    let tar = RawTar::default().header(b"", |header| {
        header.set_entry_type(EntryType::Link);
        header.set_path("link").expect("it is short");
        header.set_link_name("file").expect("it is short");
        header.set_size(1_000_000);
    });
    let read = entries(&tar.file("file", "data").finish()).expect("it is well formed");
    assert_eq!(read[0].0.kind, EntryKind::HardLink);
    assert_eq!((read[1].0.kind, &read[1].1[..]), (EntryKind::File, &b"data"[..]));
}

#[test]
fn a_directory_of_old_is_a_file_with_a_slash() {
    assert_eq!(only(&RawTar::default().file("old/", "").finish()).kind, EntryKind::Directory);
}

#[test]
fn a_tar_may_end_without_its_end() {
    assert_eq!(only(&RawTar::default().file("a", "b").unfinished()).size, 1);
    assert_eq!(entries(b""), Ok(Vec::new()));
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let huge = |size: u64| RawTar::default().header(b"", |header| header.set_size(size)).finish();
    let long_name = RawTar::default().entry(EntryType::GNULongName, "x", "", &[b'a'; 5000]);
    let mut checksum = RawTar::default().file("a", "b").finish();
    checksum[0] = b'c';
    let bad_pax =
        |data: &[u8]| RawTar::default().entry(EntryType::XHeader, "pax", "", data).file("a", "");
    let cut = RawTar::default().file("a", "data").unfinished();
    for (name, tar, expected) in [
        ("size", huge(1 << 50), "an archive entry is larger than the limit of 1099511627776"),
        (
            "long name",
            long_name.finish(),
            "an archive entry's metadata is larger than the limit of 4096",
        ),
        ("checksum", checksum, "malformed image: an archive header's checksum is wrong"),
        (
            "nothing described",
            RawTar::default().pax(&[("path", b"a")]).finish(),
            "malformed image: an extended header describes no entry",
        ),
        (
            "described twice",
            RawTar::default().pax(&[("path", b"a")]).pax(&[("path", b"b")]).file("c", "").finish(),
            "malformed image: an archive entry is described twice",
        ),
        (
            "length too long",
            bad_pax(b"99 path=a\n").finish(),
            "malformed image: an extended header is not well formed",
        ),
        (
            "length too short",
            bad_pax(b"1 path=a\n").finish(),
            "malformed image: an extended header is not well formed",
        ),
        (
            "number",
            bad_pax(b"12 uid=none\n").finish(),
            "malformed image: an extended header has a bad `uid`",
        ),
        (
            "sparse by extension",
            RawTar::default().pax(&[("GNU.sparse.major", b"1")]).file("a", "").finish(),
            "unsupported in an image: sparse archive entries",
        ),
        (
            "sparse by type",
            RawTar::default().entry(EntryType::GNUSparse, "a", "", b"").finish(),
            "unsupported in an image: sparse archive entries",
        ),
        (
            "unknown type",
            RawTar::default().entry(EntryType::new(b'Z'), "a", "", b"").finish(),
            "unsupported in an image: archive entries of type `Z`",
        ),
        ("cut header", cut[..300].to_vec(), "malformed image: an archive ends within a header"),
        ("cut data", cut[..514].to_vec(), "unexpected end of file"),
    ] {
        assert_eq!(entries(&tar).err().as_deref(), Some(expected), "{name}");
    }
}
