//! `longshore image`: import, pull, list and remove images of the node.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use comfy_table::{Table, presets};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use link::Link;

use super::{client_runtime, say};
use crate::config::Paths;
use crate::image_service::{ImageAnswer, ImageLine, ImageRequest};

#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Import a `docker save` or OCI archive.
    Import {
        archive: PathBuf,
        /// A further name for the image.
        #[arg(long)]
        tag: Option<String>,
    },
    /// Pull an image from its registry.
    Pull { reference: String },
    /// List the images that are here.
    List,
    /// Forget an image's name; its layers go when nothing needs them.
    Remove { reference: String },
}

pub(super) fn run(paths: &Paths, command: &Command) -> Result<()> {
    let request = match command {
        Command::Import { archive, tag } => ImageRequest::Import {
            path: archive
                .canonicalize()
                .with_context(|| format!("`{}` cannot be read", archive.display()))?,
            tag: tag.clone(),
        },
        Command::Pull { reference } => ImageRequest::Pull { reference: reference.clone() },
        Command::List => ImageRequest::List,
        Command::Remove { reference } => ImageRequest::Remove { reference: reference.clone() },
    };
    match client_runtime()?.block_on(ask(paths, &request))? {
        ImageAnswer::Images(lines) => print(&lines, matches!(command, Command::List)),
        ImageAnswer::Removed { was_there: true } => say("removed"),
        ImageAnswer::Removed { was_there: false } => bail!("there is no such image"),
        ImageAnswer::Failed { reason } => bail!(reason),
        ImageAnswer::Progress { .. } => bail!("the node stopped half-way"),
    }
    Ok(())
}

async fn ask(paths: &Paths, request: &ImageRequest) -> Result<ImageAnswer> {
    let mut link: Link<ImageAnswer, ImageRequest> = link::connect(&paths.node_socket(), "/images")
        .await
        .context("Longshore is not up here; `longshore up` starts it")?;
    link.send(request).await?;
    let mut bars = Bars::default();
    loop {
        match link.receive().await?.context("the node ended")? {
            ImageAnswer::Progress { layer, phase, done, total } => {
                bars.show(&layer, phase, (done, total));
            }
            answer => return Ok(answer),
        }
    }
}

/// One bar a layer; nothing where nobody looks.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    by_layer: BTreeMap<String, ProgressBar>,
}

impl Bars {
    fn show(&mut self, layer: &str, phase: String, (done, total): (u64, u64)) {
        let bar = self.by_layer.entry(layer.to_owned()).or_insert_with(|| {
            let style =
                ProgressStyle::with_template("{prefix} {bar:30} {bytes}/{total_bytes} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = self.all.add(ProgressBar::new(total));
            bar.set_style(style);
            bar.set_prefix(layer.to_owned());
            bar
        });
        bar.set_length(total);
        bar.set_position(done);
        bar.set_message(phase);
    }
}

fn print(lines: &[ImageLine], is_table: bool) {
    if !is_table {
        for line in lines {
            let names = line.references.join(", ");
            say(format_args!("{names}  {}", line.digest));
        }
        return;
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["IMAGE", "DIGEST", "MIB"]);
    for line in lines {
        let digest: String = line.digest.chars().take(19).collect();
        let size = format!("{:.1}", line.bytes as f64 / f64::from(1 << 20));
        table.add_row([line.references.join(", "), digest, size]);
    }
    say(table);
}
