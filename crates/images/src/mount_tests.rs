//! Both ways to mount, through the same image.

use std::fs;

use super::*;
use crate::build::ArchiveBuilder;
use crate::import::ImportSource;
use crate::limits::Limits;
use crate::progress::Progress;
use crate::testing::in_private_mount_namespace;

type Attach = fn(&Rootfs, &[(&str, PathBuf)]) -> Result<(), Errno>;

#[test]
fn the_old_interface_gives_the_same_view() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let root = directory.path().to_owned();
    in_private_mount_namespace(move || {
        let mut archive = Vec::new();
        let builder = ArchiveBuilder::new("web").file("/a", 0o644, "1").file("/b", 0o644, "1");
        let builder = builder.layer().file("/a", 0o644, "2").removal("/b");
        builder.write(&mut archive).expect("memory writes");
        let store = ImageStore::open(&root.join("store"), Limits::default()).expect("it opens");
        let source = ImportSource::Reader(Box::new(&archive[..]));
        let image = store.import(source, &Progress::none()).expect("it is sound")[0].image.clone();
        let (new, old): (Attach, Attach) = (Rootfs::attach_by_calls, Rootfs::attach_by_string);
        for (name, attach) in [("new", new), ("old, with a comma", old)] {
            let record = Record {
                image: image.manifest_digest.clone(),
                layers: image.layers.clone(),
                access: Access::ReadWrite,
                boot: boot_id().expect("proc is there"),
            };
            let rootfs = Rootfs { container_directory: root.join(name), record };
            rootfs.prepare().expect("it is writable");
            let layers = &store.inner.layers;
            let lower = distinct_from_top(&image.layers).into_iter().map(|id| layers.path(id));
            attach(&rootfs, &rootfs.options(lower.collect())).expect("overlayfs is there");
            assert!(rootfs.is_mounted().expect("it can be looked at"));
            assert_eq!(fs::read_to_string(rootfs.path().join("a")).expect("it is there"), "2");
            assert!(!rootfs.path().join("b").exists());
            rootfs.unmount().expect("it is mounted");
        }
    });
}
