//! What containers write, and how it is found again.

use oci_runtime::LogMode;
use oci_runtime::logs::{LINE_BYTES_MAX, Position, Stream};

use crate::support::{TestTask, of_stream};

#[tokio::test]
async fn streams_partial_lines_and_long_lines_are_kept_apart() {
    let task = TestTask::new().await;
    let line = "printf 'half '; sleep 0.1; echo whole; echo oops >&2; \
                head -c 300000 /dev/zero | tr '\\0' x; echo; printf end";
    let name = task.start(task.shell("web", line)).await;
    assert_eq!(task.exit(&name).await.code, 0);
    let lines = task.lines(&name).await;
    assert_eq!(of_stream(&lines, Stream::Stderr), "oops\n");
    let lengths: Vec<usize> = lines
        .iter()
        .filter(|line| line.stream == Stream::Stdout)
        .map(|line| line.bytes.len())
        .collect();
    assert_eq!(lengths, [10, LINE_BYTES_MAX, 300_000 - LINE_BYTES_MAX, 3]);
    let times: Vec<u64> = lines.iter().map(|line| line.time_us).collect();
    assert!(times[0] > 1_600_000_000_000_000, "microseconds since the epoch: {times:?}");
}

#[tokio::test]
async fn no_line_of_many_is_lost() {
    let task = TestTask::new().await;
    let mut spec = task.shell("web", "seq 1 50000");
    spec.logs.bytes_max = 64 << 20;
    let name = task.start(spec).await;
    assert_eq!(task.exit(&name).await.code, 0);
    let lines = task.lines(&name).await;
    assert_eq!(lines.len(), 50_000);
    assert_eq!(lines[49_999].bytes, b"50000");
}

#[tokio::test]
async fn a_full_log_makes_a_blocking_container_wait() {
    let task = TestTask::new().await;
    let mut spec = task.shell("web", "seq 1 100000");
    spec.logs.mode = LogMode::Blocking;
    spec.logs.bytes_max = 256 << 10;
    let name = task.start(spec).await;
    let mut reader = task.handle.log_reader(&name, Position::default());
    let mut seen = 0;
    loop {
        let batch = reader.read().expect("a readable log");
        assert_eq!(batch.lost, 0);
        seen += batch.lines.len();
        let upto = reader.position().acknowledged();
        if batch.lines.is_empty() {
            let progress = task.handle.log_wait(&name, upto).await.expect("progress");
            if progress.is_closed && progress.next == upto {
                break;
            }
        }
        task.handle.log_acknowledge(&name, upto).await.expect("acknowledged");
    }
    assert_eq!(seen, 100_000);
    assert_eq!(task.exit(&name).await.code, 0);
}
