//! Containers' root file systems over real overlay mounts, and what the collector may take.

#[path = "../src/testing.rs"]
#[expect(dead_code, reason = "these tests write only sound tars")]
mod testing;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use images::build::ArchiveBuilder;
use images::{
    Access, Digest, ImageError, ImageHandle, ImageStore, ImportSource, Limits, Progress, Rootfs,
};
use tempfile::TempDir;
use testing::in_private_mount_namespace;

/// Runs a test with a store, where mounts are nobody else's.
fn with_store(test: impl FnOnce(&ImageStore, &Path) + Send + 'static) {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().to_owned();
    in_private_mount_namespace(move || {
        let store =
            ImageStore::open(&path.join("store"), Limits::default()).expect("the store opens");
        test(&store, &path);
    });
}

fn add(store: &ImageStore, builder: &ArchiveBuilder) -> ImageHandle {
    let mut archive = Vec::new();
    builder.write(&mut archive).expect("memory writes");
    let source = ImportSource::Reader(Box::new(&archive[..]));
    store.import(source, &Progress::none()).expect("it is sound")[0].image.clone()
}

fn read(rootfs: &Rootfs, name: &str) -> String {
    fs::read_to_string(rootfs.path().join(name)).expect("the image has this file")
}

fn names(path: PathBuf) -> Vec<String> {
    let entries = fs::read_dir(path).expect("it is there");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn three_layers() -> ArchiveBuilder {
    ArchiveBuilder::new("web:1")
        .directory("/etc", 0o755)
        .file("/etc/kept", 0o644, "1")
        .file("/etc/changed", 0o644, "1")
        .file("/etc/removed", 0o644, "1")
        .directory("/data", 0o755)
        .file("/data/old", 0o644, "1")
        .directory("/dir", 0o755)
        .file("/dir/old", 0o644, "1")
        .layer()
        .directory("/etc", 0o755)
        .file("/etc/changed", 0o644, "2")
        .removal("/etc/removed")
        .directory("/data", 0o755)
        .file("/data/.wh..wh..opq", 0, "")
        .file("/data/new", 0o644, "2")
        .removal("/dir")
        .layer()
        .directory("/etc", 0o755)
        .file("/etc/removed", 0o644, "3")
}

#[test]
fn layers_show_through_and_deletions_hide() {
    with_store(|store, directory| {
        let image = add(store, &three_layers());
        let rootfs =
            store.mount(&image, &directory.join("c1"), Access::ReadWrite).expect("it mounts");
        assert_eq!(read(&rootfs, "etc/kept"), "1");
        assert_eq!(read(&rootfs, "etc/changed"), "2");
        assert_eq!(read(&rootfs, "etc/removed"), "3");
        assert_eq!(names(rootfs.path().join("data")), ["new"]);
        assert_eq!(names(rootfs.path()), ["data", "etc"]);

        // A second container sees the image, not what the first one does to it.
        let second =
            store.mount(&image, &directory.join("c2"), Access::ReadWrite).expect("it mounts");
        fs::write(rootfs.path().join("etc/kept"), "mine").expect("it is writable");
        fs::remove_file(rootfs.path().join("etc/changed")).expect("it is writable");
        assert_eq!(read(&second, "etc/kept"), "1");
        assert_eq!(read(&second, "etc/changed"), "2");
        second.remove().expect("it unmounts");
        assert!(!directory.join("c2/upper").exists());

        let look = store.mount(&image, &directory.join("c3"), Access::ReadOnly).expect("it mounts");
        assert_eq!(read(&look, "etc/kept"), "1");
        assert!(fs::write(look.path().join("etc/kept"), "x").is_err(), "it is read-only");
        look.remove().expect("it unmounts");
        rootfs.remove().expect("it unmounts");
    });
}

#[test]
fn mounting_and_unmounting_may_be_repeated() {
    with_store(|store, directory| {
        let image = add(store, &three_layers());
        let container = directory.join("c1");
        let mount = || store.mount(&image, &container, Access::ReadWrite).expect("it mounts");
        assert_eq!(Rootfs::find(&container).expect("it can be read"), None);
        let rootfs = mount();
        fs::write(rootfs.path().join("note"), "mine").expect("it is writable");
        assert_eq!(mount(), rootfs);
        assert_eq!(Rootfs::find(&container).expect("it can be read").as_ref(), Some(&rootfs));
        assert_eq!(rootfs.image(), &image.manifest_digest);
        rootfs.unmount().expect("it unmounts once, as it was mounted once");
        assert_eq!(names(rootfs.path()), [""; 0]);
        rootfs.unmount().expect("it is not mounted");

        let again = mount();
        assert_eq!(read(&again, "note"), "mine");

        // Somebody looks inside while it is taken away.
        let open = fs::File::open(again.path().join("etc")).expect("it is there");
        again.unmount().expect("it unmounts when they are done");
        assert_eq!(names(again.path()), [""; 0]);
        drop(open);

        let other = add(store, &ArchiveBuilder::new("other").file("/a", 0o644, "1"));
        let error = store.mount(&other, &container, Access::ReadWrite).expect_err("it is taken");
        assert!(matches!(error, ImageError::RootfsTaken { .. }), "{error}");
        again.clone().remove().expect("nothing is mounted");
        again.remove().expect("nothing is left");
        assert_eq!(names(container), [""; 0]);
    });
}

#[test]
fn files_of_an_earlier_boot_are_not_used() {
    with_store(|store, directory| {
        let image = add(store, &three_layers());
        let container = directory.join("c1");
        let mount = || store.mount(&image, &container, Access::ReadWrite).expect("it mounts");
        let rootfs = mount();
        let record = container.join("rootfs.json");
        let this_boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("proc");
        let sound = fs::read_to_string(&record).expect("it is there");
        let earlier = sound.replace(this_boot.trim(), "another boot");
        assert_ne!(sound, earlier);
        // What a restart of the host leaves: no mount, and the record of then, or half of one.
        for left in [&earlier, "", &sound[..10]] {
            fs::write(rootfs.path().join("note"), "mine").expect("it is writable");
            rootfs.unmount().expect("it is mounted");
            fs::write(&record, left).expect("it is writable");
            mount();
            assert!(!rootfs.path().join("note").exists(), "{left}");
            assert_eq!(read(&rootfs, "etc/kept"), "1");
        }
        rootfs.remove().expect("it unmounts");
    });
}

#[test]
fn no_layer_one_layer_and_the_most_layers_mount() {
    with_store(|store, directory| {
        // A name beyond what one option may hold, with what options give a meaning.
        let deep = directory.join(format!("{}/with, colon: and\\slash", "x".repeat(220)));
        let mut many = ArchiveBuilder::new("many").file("/f0", 0o644, "0");
        for index in 1..Limits::default().layers {
            many = many.layer().file(&format!("/f{index}"), 0o644, "x");
        }
        for (builder, files) in
            [(ArchiveBuilder::new("empty"), 0), (many, Limits::default().layers as usize)]
        {
            let image = add(store, &builder);
            for access in [Access::ReadWrite, Access::ReadOnly] {
                let container = deep.join(format!("{files}{access:?}"));
                let rootfs = store.mount(&image, &container, access).expect("it mounts");
                assert_eq!(names(rootfs.path()).len(), files);
                rootfs.remove().expect("it unmounts");
            }
        }
    });
}

#[test]
fn a_layer_that_occurs_twice_mounts() {
    with_store(|store, directory| {
        let builder = ArchiveBuilder::new("twice").file("/a", 0o644, "1");
        let builder = builder.layer().file("/a", 0o644, "2").file("/b", 0o644, "2");
        let image = add(store, &builder.layer().file("/a", 0o644, "1"));
        assert_eq!(image.layers[0], image.layers[2]);
        let rootfs =
            store.mount(&image, &directory.join("c"), Access::ReadWrite).expect("it mounts");
        assert_eq!((read(&rootfs, "a"), read(&rootfs, "b")), ("1".into(), "2".into()));
        rootfs.remove().expect("it unmounts");
    });
}

#[test]
fn the_collector_takes_what_nobody_needs() {
    with_store(|store, directory| {
        let base = || ArchiveBuilder::new("x").file("/base", 0o644, "12345678").layer();
        let make = |name: &str, data: &str| {
            let image = add(store, &base().file("/own", 0o644, data));
            store.tag(&image.manifest_digest, name).expect("it is there");
            image
        };
        let (one, two, three) = (make("one", "1"), make("two", "22"), make("three", "333"));
        assert!(store.remove("x").expect("it is a name"));
        let none = BTreeSet::new();
        let all_named = store.garbage_collect(&none, 0).expect("it collects");
        assert_eq!(all_named, images::GarbageReport::default());

        // One loses its name but runs; two loses its name; three keeps it.
        let container = directory.join("c");
        let rootfs = store.mount(&one, &container, Access::ReadWrite).expect("it mounts");
        assert!(store.remove("one:latest").expect("it is a name"));
        assert!(store.remove(&two.manifest_digest.to_string()).expect("it is a digest"));
        assert!(!store.remove("two").expect("it is a name"), "its names went with the digest");
        assert_eq!(store.resolve("two").expect("it is a name"), None);
        let in_use = BTreeSet::from([rootfs.image().clone()]);

        let kept = store.garbage_collect(&in_use, 100).expect("it collects");
        assert_eq!((kept.bytes_freed, kept.bytes_kept), (0, 2));
        let digest = two.manifest_digest.to_string();
        assert!(store.resolve(&digest).expect("it is a digest").is_some(), "it is a cache now");

        let report = store.garbage_collect(&in_use, 0).expect("it collects");
        assert_eq!(report.images_removed, std::slice::from_ref(&two.manifest_digest));
        assert_eq!(report.layers_removed, [two.layers[1].clone()]);
        assert_eq!((report.bytes_freed, report.bytes_kept), (2, 0));
        assert_eq!(store.resolve(&digest).expect("it is a digest"), None);
        assert_eq!(read(&rootfs, "own"), "1");
        rootfs.remove().expect("it unmounts");

        // Nothing runs any more, and a set of layers will do as well as one of images.
        let by_layer = BTreeSet::from([one.layers[1].clone()]);
        let report = store.garbage_collect(&by_layer, 0).expect("it collects");
        assert_eq!((report.images_removed.len(), report.layers_removed.len()), (1, 0));
        let report = store.garbage_collect(&none, 0).expect("it collects");
        assert_eq!(report.layers_removed, [one.layers[1].clone()]);
        let error = store.mount(&one, &container, Access::ReadWrite).expect_err("it is gone");
        assert!(matches!(error, ImageError::NoSuchImage { .. }), "{error}");
        assert!(store.resolve("three").expect("it is a name").is_some());
        assert_eq!(names(directory.join("store/layers")).len(), 2);
        assert_eq!(names(directory.join("store/blobs/sha256")).len(), 2);
        assert_eq!(names(directory.join("store/tmp")), [""; 0]);
        drop(three);
    });
}

#[test]
fn a_crash_leaves_nothing_half_done() {
    with_store(|store, directory| {
        let image = add(store, &three_layers());
        let root = directory.join("store");
        let second = ImageStore::open(&root, Limits::default()).expect_err("it is open");
        assert!(matches!(second, ImageError::Locked { .. }), "{second}");

        // What a crash within an unpacking, a removal or a write of the index leaves.
        fs::create_dir_all(root.join("tmp/layer-1/diff/etc")).expect("it is writable");
        fs::create_dir_all(root.join("tmp/retired-1/layer/diff")).expect("it is writable");
        fs::write(root.join("tmp/blob"), "half").expect("it is writable");
        fs::write(root.join("index.json.new"), "{").expect("it is writable");
        let orphan = Digest::of(b"never committed");
        fs::create_dir_all(root.join("layers").join(orphan.hex()).join("diff"))
            .expect("it is writable");
        let copy = directory.join("copy");
        fs::rename(&root, &copy).expect("it is writable");
        // The dead process's lock went with it.
        fs::remove_file(copy.join("lock")).expect("it is there");

        let store = ImageStore::open(&copy, Limits::default()).expect("the store opens");
        assert_eq!(names(copy.join("tmp")), [""; 0]);
        assert_eq!(store.resolve("web:1").expect("it is a name"), Some(image.clone()));
        let report = store.garbage_collect(&BTreeSet::new(), 0).expect("it collects");
        assert_eq!(report.layers_removed, [orphan]);

        // A store that was tampered with has no image rather than half of one.
        fs::remove_dir_all(copy.join("layers").join(image.layers[0].hex())).expect("it is there");
        assert_eq!(store.resolve("web:1").expect("it is a name"), None);
        add(&store, &three_layers());
        assert!(store.resolve("web:1").expect("it is a name").is_some());
    });
}

#[test]
fn a_full_disk_is_told_and_leaves_no_trace() {
    with_store(|_, directory| {
        let disk = directory.join("disk");
        fs::create_dir(&disk).expect("it is writable");
        let flags = rustix::mount::MountFlags::empty();
        let options = Some(c"size=1m");
        rustix::mount::mount("tmpfs", &disk, "tmpfs", flags, options).expect("tmpfs is there");
        let store = ImageStore::open(&disk, Limits::default()).expect("the store opens");
        let mut archive = Vec::new();
        let big = ArchiveBuilder::new("big").file("/big", 0o644, vec![1; 3 << 20]);
        big.write(&mut archive).expect("memory writes");
        let path = directory.join("archive");
        fs::write(&path, &archive).expect("it is writable");
        let staged = ImportSource::Reader(Box::new(&archive[..]));
        for source in [ImportSource::Path(&path), staged] {
            let error = store.import(source, &Progress::none()).expect_err("it does not fit");
            assert!(matches!(error, ImageError::NoSpace), "{error}");
            assert_eq!((names(disk.join("tmp")), names(disk.join("layers"))), (vec![], vec![]));
        }
        add(&store, &ArchiveBuilder::new("small").file("/small", 0o644, "1"));
    });
}
