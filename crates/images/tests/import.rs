//! Archives of every kind, into a store and back out of it as names, sizes and files.

#[path = "support/archives.rs"]
mod archives;
#[path = "../src/testing.rs"]
#[expect(dead_code, reason = "these tests mount nothing")]
mod testing;

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use archives::{Blob, blob, docker_archive, oci_archive, with_files};
use images::build::ArchiveBuilder;
use images::{
    Digest, ImageError, ImageStore, ImportSource, ImportedImage, LayerPhase, Limits, Progress,
};
use tempfile::TempDir;
use testing::RawTar;

fn open(directory: &TempDir) -> ImageStore {
    ImageStore::open(directory.path(), Limits::default()).expect("the store opens")
}

fn directory() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn import(store: &ImageStore, archive: &[u8]) -> Result<Vec<ImportedImage>, ImageError> {
    store.import(ImportSource::Reader(Box::new(archive)), &Progress::none())
}

fn refusal(archive: &[u8]) -> String {
    let directory = directory();
    let store = open(&directory);
    let error = import(&store, archive).expect_err("it is refused").to_string();
    assert_eq!(store.list().expect("it lists"), [], "nothing may stay of a refused image");
    assert_no_leftovers(directory.path());
    error
}

fn assert_no_leftovers(root: &Path) {
    for name in ["layers", "tmp"] {
        let left = std::fs::read_dir(root.join(name)).expect("it is there").count();
        assert_eq!(left, 0, "{name} is not empty");
    }
}

fn web() -> Vec<u8> {
    let mut archive = Vec::new();
    ArchiveBuilder::new("web:1")
        .file("/bin/web", 0o755, "program")
        .layer()
        .directory("/srv", 0o755)
        .configure(|config| {
            config.entrypoint = vec!["/bin/web".to_owned()];
            config.exposed_ports = vec!["80/tcp".to_owned()];
        })
        .write(&mut archive)
        .expect("memory writes");
    archive
}

fn layer() -> Vec<u8> {
    RawTar::default().file("a", "data").finish()
}

#[test]
fn what_is_built_is_imported_and_found_again() {
    let directory = directory();
    let store = open(&directory);
    let imported = import(&store, &web()).expect("it is sound");
    assert_eq!(imported.len(), 1);
    assert_eq!(imported[0].references, ["docker.io/library/web:1"]);
    let image = &imported[0].image;
    assert_eq!((image.layers.len(), image.bytes), (2, 7));
    assert_eq!(image.config.entrypoint, ["/bin/web"]);
    assert_eq!(image.config.exposed_ports, ["80/tcp"]);
    let digest = image.manifest_digest.to_string();
    let pinned = format!("web@{digest}");
    for name in ["web:1", "docker.io/library/web:1", &pinned, &digest] {
        let found = store.resolve(name).expect("it is a name");
        assert_eq!(found.as_ref(), Some(image), "{name}");
    }
    assert_eq!(store.resolve("web:2").expect("it is a name"), None);
    assert!(store.resolve("Not A Name").is_err());

    drop(store);
    let store = open(&directory);
    assert_eq!(store.resolve("web:1").expect("it is a name").as_ref(), Some(image));
    let listed = store.list().expect("it lists");
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].bytes, listed[0].layers), (7, 2));
    assert_eq!(listed[0].references, ["docker.io/library/web:1"]);
}

#[test]
fn an_archive_may_be_compressed_and_may_be_a_file() {
    let plain = web();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).expect("memory writes");
    let gzip = gzip.finish().expect("memory writes");
    let zstd = zstd::encode_all(&plain[..], 1).expect("memory writes");
    let files = directory();
    let mut digests = Vec::new();
    for (name, bytes) in [("plain", plain), ("gzip", gzip), ("zstd", zstd)] {
        let path = files.path().join(name);
        std::fs::write(&path, &bytes).expect("it is writable");
        for source in [ImportSource::Path(&path), ImportSource::Reader(Box::new(&bytes[..]))] {
            let directory = directory();
            let imported = open(&directory).import(source, &Progress::none());
            digests.push(imported.expect(name)[0].image.manifest_digest.clone());
        }
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "the same image has the same digest, however it came");
}

#[test]
fn docker_archives_may_share_layers_by_links_and_compress_them() {
    let layer = layer();
    let diff_id = Digest::of(&layer);
    let gzip = archives::gzip(&layer);
    for (name, files) in [
        (
            "symlink",
            RawTar::default()
                .entry_file("1/layer.tar", &layer)
                .symlink("2/layer.tar", "../1/layer.tar"),
        ),
        (
            "hard link",
            RawTar::default()
                .entry_file("1/layer.tar", &layer)
                .hard_link("2/layer.tar", "1/layer.tar"),
        ),
        (
            "gzip",
            RawTar::default().entry_file("1/layer.tar", &layer).entry_file("2/layer.tar", &gzip),
        ),
    ] {
        let layers = [("1/layer.tar", &diff_id), ("2/layer.tar", &diff_id)];
        let archive = docker_archive(files, &["web:1", "web:latest"], &layers);
        let directory = directory();
        let imported = import(&open(&directory), &archive).expect(name);
        assert_eq!(imported[0].image.layers, [diff_id.clone(), diff_id.clone()], "{name}");
        assert_eq!(imported[0].image.bytes, 4, "{name}: a layer counts once");
        assert_eq!(
            imported[0].references,
            ["docker.io/library/web:1", "docker.io/library/web:latest"]
        );
        let layers = std::fs::read_dir(directory.path().join("layers")).expect("it is there");
        assert_eq!(layers.count(), 1, "{name}");
    }
}

#[test]
fn oci_layouts_are_imported_under_the_name_they_give() {
    let layer = layer();
    let zstd = zstd::encode_all(&layer[..], 1).expect("memory writes");
    for (annotations, expected) in [
        (&[("org.opencontainers.image.ref.name", "team/web:1")][..], &["docker.io/team/web:1"][..]),
        (&[("org.opencontainers.image.ref.name", "latest")], &[]),
        (
            &[
                ("org.opencontainers.image.ref.name", "1"),
                ("io.containerd.image.name", "docker.io/library/web:1"),
            ],
            &["docker.io/library/web:1"],
        ),
        (&[], &[]),
    ] {
        let layers = [
            blob(&layer, "application/vnd.oci.image.layer.v1.tar", &layer),
            blob(&archives::gzip(&layer), "application/vnd.oci.image.layer.v1.tar+gzip", &layer),
            blob(&zstd, "application/vnd.docker.image.rootfs.diff.tar.zstd", &layer),
        ];
        let directory = directory();
        let store = open(&directory);
        let imported = import(&store, &oci_archive(&layers, annotations)).expect("it is sound");
        assert_eq!(imported[0].references, expected);
        let digest = imported[0].image.manifest_digest.clone();
        store.tag(&digest, "renamed:2").expect("it is there");
        let found = store.resolve("renamed:2").expect("it is a name").expect("it was tagged");
        assert_eq!(found.manifest_digest, digest);
    }
}

#[test]
fn an_index_of_platforms_gives_the_one_of_this_host() {
    let layer = layer();
    let layers = [blob(&layer, "application/vnd.oci.image.layer.v1.tar", &layer)];
    let archive = archives::oci_archive_of_platforms(&layers, &[archives::host_architecture()]);
    let directory = directory();
    let store = open(&directory);
    let imported = import(&store, &archive.bytes).expect("it is sound");
    assert_eq!(imported[0].image.config.architecture, archives::host_architecture());
    // Known by the index's digest too, which is what the name stood for.
    let by_index = store.resolve(&archive.index.to_string()).expect("it is a digest");
    assert_eq!(by_index.as_ref(), Some(&imported[0].image));

    let foreign = archives::oci_archive_of_platforms(&layers, &["s390x", "mips"]);
    let expected = format!(
        "no image for platform `linux/{}`, only for linux/s390x, linux/mips",
        archives::host_architecture()
    );
    assert_eq!(refusal(&foreign.bytes), expected);
}

#[test]
fn what_is_not_what_it_claims_to_be_is_refused() {
    let layer = layer();
    let other = RawTar::default().file("b", "evil").finish();
    let tar = "application/vnd.oci.image.layer.v1.tar";
    let (right, wrong) = (Digest::of(&layer), Digest::of(&other));

    let swapped = RawTar::default().entry_file("1/layer.tar", &other);
    let swapped = docker_archive(swapped, &["web"], &[("1/layer.tar", &right)]);
    assert_eq!(refusal(&swapped), format!("a layer's blob has digest {wrong}, expected {right}"));

    let bad_blob = Blob { bytes: other.clone(), ..blob(&layer, tar, &layer) };
    assert_eq!(
        refusal(&oci_archive(&[bad_blob], &[])),
        format!("a layer's blob has digest {wrong}, expected {right}")
    );
    let bad_diff_id = blob(&other, tar, &layer);
    assert_eq!(
        refusal(&oci_archive(&[bad_diff_id], &[])),
        format!("an unpacked layer has digest {wrong}, expected {right}")
    );
    let foreign = blob(&layer, "application/vnd.oci.image.layer.nondistributable.v1.tar", &layer);
    assert_eq!(
        refusal(&oci_archive(&[foreign], &[])),
        "unsupported in an image: layer media type \
         `application/vnd.oci.image.layer.nondistributable.v1.tar`"
    );
    // A second layer that fails takes the image with it, though the first is sound.
    let sound = blob(&layer, tar, &layer);
    let evil = RawTar::default().file("../evil", "x").finish();
    let directory = directory();
    let store = open(&directory);
    let archive = oci_archive(&[sound, blob(&evil, tar, &evil)], &[]);
    let error = import(&store, &archive).expect_err("it is refused").to_string();
    assert_eq!(error, "unsafe path `../evil` in an image: it leads upwards");
    assert_eq!(store.list().expect("it lists"), []);
}

#[test]
fn what_is_no_archive_of_images_is_refused() {
    let neither = "malformed image: it has neither an index.json nor a manifest.json";
    assert_eq!(refusal(&RawTar::default().file("a", "b").finish()), neither);
    assert_eq!(refusal(b""), neither);
    let cut = web();
    let cut = &cut[..cut.len() / 2];
    assert!(refusal(cut).starts_with("malformed image: "));
    assert!(refusal(&[0x1f, 0x8b, 8, 0]).starts_with("malformed image: "));
    let outside = RawTar::default().symlink("manifest.json", "/etc/passwd").finish();
    assert_eq!(refusal(&outside), "unsafe path `manifest.json` in an image: it links outside");
    let lacks = docker_archive(RawTar::default(), &["web"], &[("1/layer.tar", &Digest::of(b""))]);
    assert_eq!(refusal(&lacks), "malformed image: it lacks its member `1/layer.tar`");
    let looped = RawTar::default().symlink("1/layer.tar", "layer.tar");
    let looped = docker_archive(looped, &["web"], &[("1/layer.tar", &Digest::of(b""))]);
    assert_eq!(refusal(&looped), "malformed image: it lacks its member `1/layer.tar`");
}

#[test]
fn limits_are_those_of_the_store() {
    let directory = directory();
    let limits = Limits { layer_bytes: 10_000, ..Limits::default() };
    let store = ImageStore::open(directory.path(), limits).expect("the store opens");
    let bomb = RawTar::default().entry_file("zeros", &vec![0; 1 << 20]).finish();
    let packed = blob(&archives::gzip(&bomb), "application/vnd.oci.image.layer.v1.tar+gzip", &bomb);
    let error = import(&store, &oci_archive(&[packed], &[])).expect_err("it is a bomb");
    assert!(matches!(error, ImageError::TooLarge { limit: 10_000, .. }), "{error}");
    assert_no_leftovers(directory.path());
}

#[test]
fn progress_is_told_layer_by_layer() {
    let directory = directory();
    let store = open(&directory);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&seen);
    let progress = Progress::new(move |progress| {
        listener.lock().expect("no listener panics").push(progress.clone());
    });
    let archive = with_files("web:1", &[("/a", "1")]);
    for _ in 0..2 {
        let source = ImportSource::Reader(Box::new(&archive[..]));
        store.import(source, &progress).expect("it is sound");
    }
    let seen = seen.lock().expect("no listener panics");
    let phases: Vec<(LayerPhase, bool)> =
        seen.iter().map(|one| (one.phase, one.bytes_done == one.bytes_total)).collect();
    assert_eq!(
        phases,
        [
            (LayerPhase::Unpack, false),
            (LayerPhase::Unpack, true),
            (LayerPhase::Present, true),
            (LayerPhase::Present, true),
        ]
    );
}

#[test]
fn imports_of_the_same_layer_at_once_unpack_it_once() {
    let directory = directory();
    let store = open(&directory);
    let unpacked = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&unpacked);
    let progress = Progress::new(move |progress| {
        if progress.phase == LayerPhase::Unpack && progress.bytes_done == 0 {
            *counter.lock().expect("no listener panics") += 1;
        }
    });
    let archive = with_files("web:1", &[("/a", &"x".repeat(3_000_000))]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let source = ImportSource::Reader(Box::new(&archive[..]));
                store.import(source, &progress).expect("it is sound");
            });
        }
    });
    assert_eq!(*unpacked.lock().expect("no listener panics"), 1);
}

#[test]
fn a_collection_in_the_middle_of_an_import_takes_nothing_of_it() {
    let directory = directory();
    let store = open(&directory);
    let collector = store.clone();
    let progress = Progress::new(move |_| {
        let report = collector.garbage_collect(&std::collections::BTreeSet::new(), 0);
        assert_eq!(report.expect("it collects"), images::GarbageReport::default());
    });
    let source = web();
    let source = ImportSource::Reader(Box::new(&source[..]));
    let imported = store.import(source, &progress).expect("it is sound");
    let found = store.resolve("web:1").expect("it is a name");
    assert_eq!(found.as_ref(), Some(&imported[0].image));
}
