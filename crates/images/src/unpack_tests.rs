//! Honest and dishonest layers, unpacked beside something that must not be touched.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;

use tar::EntryType;
use tempfile::TempDir;

use super::*;
use crate::testing::RawTar;

/// A layer's root with a neighbour, `outside/secret`.
struct Place {
    directory: TempDir,
    limits: Limits,
}

impl Place {
    fn new() -> Place {
        let directory = TempDir::new().expect("a temporary directory");
        for name in ["root", "outside"] {
            fs::create_dir(directory.path().join(name)).expect("it is writable");
        }
        fs::write(directory.path().join("outside/secret"), "secret").expect("it is writable");
        Place { directory, limits: Limits::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("root").join(name)
    }

    fn outside(&self) -> String {
        self.directory.path().join("outside").display().to_string()
    }

    fn unpack(&self, tar: RawTar) -> Result<Unpacked, String> {
        let root = File::open(self.path("")).expect("it is there");
        let tar = tar.finish();
        let input = Box::new(&tar[..]) as Box<dyn Read>;
        let result = unpack(input, root.as_fd(), &self.limits);
        let outside: Vec<_> = fs::read_dir(self.outside()).expect("it is there").collect();
        assert_eq!(outside.len(), 1, "something was made outside");
        let secret = PathBuf::from(self.outside()).join("secret");
        assert_eq!(fs::read_to_string(&secret).expect("it is there"), "secret");
        let metadata = secret.metadata().expect("it is there");
        assert_eq!((metadata.nlink(), metadata.uid()), (1, 0), "the file outside was linked");
        result.map(|(unpacked, _)| unpacked).map_err(|error| error.to_string())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the layer has this file")
    }
}

#[test]
fn everything_a_container_needs_is_restored() {
    let place = Place::new();
    let capability =
        b"\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let tar = RawTar::default()
        .header(b"", |header| {
            header.set_entry_type(EntryType::Directory);
            header.set_path("srv/").expect("short");
            header.set_mode(0o1777);
            header.set_uid(33);
        })
        .pax(&[
            ("SCHILY.xattr.security.capability", capability),
            ("SCHILY.xattr.user.note", b"a\nb"),
            ("mtime", b"1234567890.5"),
            ("uid", b"1000"),
            ("gid", b"1001"),
        ])
        .header(b"", |header| {
            header.set_path("srv/tool").expect("short");
            header.set_mode(0o4751);
        })
        .hard_link("srv/same", "srv/tool")
        .symlink("srv/link", "/srv/tool")
        .entry(EntryType::Fifo, "srv/pipe", "", b"")
        .file("implied/parent/file", "data");
    let unpacked = place.unpack(tar).expect("an honest layer");
    assert_eq!(unpacked, Unpacked { bytes: 4, entries: 8, ..Unpacked::default() });

    let tool = place.path("srv/tool").metadata().expect("it is there");
    assert_eq!((tool.uid(), tool.gid(), tool.mode() & 0o7777), (1000, 1001, 0o4751));
    assert_eq!((tool.mtime(), tool.mtime_nsec()), (1_234_567_890, 500_000_000));
    let mut value = [0; 64];
    for (name, expected) in [("security.capability", &capability[..]), ("user.note", b"a\nb")] {
        let length = rustix::fs::getxattr(place.path("srv/tool"), name, &mut value).expect(name);
        assert_eq!(&value[..length], expected);
    }
    let same = place.path("srv/same").metadata().expect("it is there");
    assert_eq!((same.ino(), same.nlink()), (tool.ino(), 2));
    let link = fs::read_link(place.path("srv/link")).expect("it is a link");
    assert_eq!(link.to_str(), Some("/srv/tool"));
    let pipe = place.path("srv/pipe").symlink_metadata().expect("it is there");
    assert!(pipe.file_type().is_fifo());
    let srv = place.path("srv").metadata().expect("it is there");
    // The directory's time is its own, though files were made in it later.
    assert_eq!((srv.mode() & 0o7777, srv.uid(), srv.mtime()), (0o1777, 33, 1_000_000_000));
    let implied = place.path("implied/parent").metadata().expect("it is there");
    assert_eq!(implied.permissions().mode() & 0o7777, 0o755);
}

type Make = fn(&str) -> RawTar;

#[test]
fn nothing_leads_out() {
    let outside = Place::new().outside();
    assert!(outside.len() < 90, "it fits into a header");
    let upwards: Make = |_| RawTar::default().file("../outside/new", "x");
    let inner_upwards: Make = |_| RawTar::default().file("a/../../outside/new", "x");
    let hard_link: Make = |_| RawTar::default().hard_link("link", "../outside/secret");
    let hard_absolute: Make =
        |outside| RawTar::default().hard_link("link", &format!("{outside}/secret"));
    let through_relative: Make =
        |_| RawTar::default().symlink("link", "../outside").file("link/secret", "x");
    let through_absolute: Make =
        |outside| RawTar::default().symlink("link", outside).file("link/secret", "x");
    let hard_through: Make =
        |outside| RawTar::default().symlink("s", outside).hard_link("link", "s/secret");
    let opaque_through: Make =
        |outside| RawTar::default().symlink("s", outside).file("s/.wh..wh..opq", "");
    let whiteout_through: Make =
        |outside| RawTar::default().symlink("s", outside).file("s/.wh.secret", "");
    let file_root: Make = |_| RawTar::default().file(".", "x");
    for (make, expected) in [
        (upwards, "unsafe path `../outside/new` in an image: it leads upwards"),
        (inner_upwards, "unsafe path `a/../../outside/new` in an image: it leads upwards"),
        (hard_link, "unsafe path `../outside/secret` in an image: it leads upwards"),
        (hard_absolute, "unsafe path `link` in an image: its hard link's target is missing"),
        (through_relative, "unsafe path `link` in an image: it is used as a directory but is none"),
        (through_absolute, "unsafe path `link` in an image: it is used as a directory but is none"),
        (hard_through, "unsafe path `link` in an image: its hard link's target is missing"),
        (opaque_through, "unsafe path `s` in an image: it is used as a directory but is none"),
        (whiteout_through, "unsafe path `s` in an image: it is used as a directory but is none"),
        (file_root, "unsafe path `.` in an image: only a directory can be the root"),
    ] {
        let place = Place::new();
        let result = place.unpack(make(&place.outside()));
        assert_eq!(result.err().as_deref(), Some(expected));
    }
}

#[test]
fn links_that_seem_to_lead_out_stay_inside() {
    let place = Place::new();
    let outside = place.outside();
    let tar = RawTar::default()
        .symlink("up", "../../../..")
        .symlink("abs", "/")
        .symlink("file", &format!("{outside}/secret"))
        .hard_link("hard", "file")
        .directory("etc")
        .file("/absolute", "a")
        .file("up/etc/b", "b")
        .file("abs/etc/c", "c")
        // Each takes the place of a link; none is written through.
        .file("file", "d")
        .file("hard", "e");
    place.unpack(tar).expect("nothing leads out");
    for (name, data) in
        [("absolute", "a"), ("etc/b", "b"), ("etc/c", "c"), ("file", "d"), ("hard", "e")]
    {
        assert_eq!(place.read(name), data);
        assert!(place.path(name).symlink_metadata().expect("it is there").is_file(), "{name}");
    }
}

#[test]
fn what_steers_the_kernel_is_left_out_and_counted() {
    let place = Place::new();
    let tar = RawTar::default()
        .pax(&[
            ("SCHILY.xattr.trusted.overlay.opaque", b"y"),
            ("SCHILY.xattr.trusted.overlay.redirect", b"/etc"),
            ("SCHILY.xattr.user.overlay.opaque", b"y"),
        ])
        .directory("d/")
        .file("sda", "")
        .entry(EntryType::Block, "sda", "", b"")
        .entry(EntryType::Char, "null", "", b"");
    let unpacked = place.unpack(tar).expect("they are only left out");
    assert_eq!((unpacked.devices_skipped, unpacked.xattrs_skipped), (2, 3));
    assert!(!place.path("null").exists() && !place.path("sda").exists());
    let mut names = [0; 256];
    let length = rustix::fs::listxattr(place.path("d"), &mut names).expect("it is a directory");
    assert_eq!(length, 0);
}

#[test]
fn the_last_entry_of_a_name_wins() {
    let place = Place::new();
    let tar = RawTar::default()
        .file("a", "1")
        .file("a", "2")
        .directory("b")
        .file("b/deep/file", "1")
        .file("b", "2")
        .file("c", "1")
        .directory("c")
        .file("c/file", "2")
        .directory("d")
        .symlink("d", "c");
    place.unpack(tar).expect("duplicates are usual");
    assert_eq!(
        (place.read("a"), place.read("b"), place.read("d/file")),
        ("2".into(), "2".into(), "2".into())
    );
    let link = place.path("d").symlink_metadata().expect("it is there");
    assert!(link.is_symlink());
}

#[test]
fn limits_hold() {
    let sized = |size: u64| {
        RawTar::default().header(b"", |header| {
            header.set_path("big").expect("short");
            header.set_size(size);
        })
    };
    let mut chain = RawTar::default();
    for index in 0..12 {
        let directory = format!("d{index}/{}", "x/".repeat(20));
        let through =
            if index == 0 { directory.clone() } else { format!("l{}/{directory}", index - 1) };
        chain = chain
            .file(&format!("{through}f"), "")
            .symlink(&format!("l{index}"), &format!("/{through}"));
    }
    let mut many = RawTar::default();
    for index in 0..40 {
        many = many.file(&format!("f{index}"), "");
    }
    let small = Limits { layer_bytes: 1 << 20, layer_entries: 30, ..Limits::default() };
    let short = Limits { path_bytes: 400, ..Limits::default() };
    for (tar, limits, expected) in [
        (sized(1 << 30), &small, "an unpacked layer is larger than the limit of 1048576"),
        (many, &small, "the number of files in a layer is larger than the limit of 30"),
        (chain, &short, "its links lead too deep"),
    ] {
        let place = Place { limits: limits.clone(), ..Place::new() };
        let error = place.unpack(tar).expect_err("it is too much");
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn whiteouts_take_the_form_that_overlayfs_reads() {
    let place = Place::new();
    let tar = RawTar::default()
        .file("gone/.wh.file", "")
        .file("opaque/.wh..wh..opq", "")
        .file("opaque/new", "")
        .file(".wh..wh.plnk", "")
        // Made by this layer, before or after: the whiteout is about the layers below.
        .file("kept", "x")
        .file(".wh.kept", "")
        .directory("before")
        .file(".wh.before", "")
        .file(".wh.after", "")
        .file("after/file", "");
    place.unpack(tar).expect("an honest layer");
    let gone = place.path("gone/file").symlink_metadata().expect("the whiteout is there");
    assert!(gone.file_type().is_char_device());
    assert_eq!(gone.rdev(), 0);
    assert_eq!(place.read("kept"), "x");
    assert!(!place.path(".wh..wh.plnk").exists());
    for directory in ["opaque", "before", "after"] {
        let mut value = [0; 8];
        let length =
            rustix::fs::getxattr(place.path(directory), "trusted.overlay.opaque", &mut value);
        assert_eq!(&value[..length.expect(directory)], b"y");
    }
}
