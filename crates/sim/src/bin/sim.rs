//! Runs seeds and prints what came of them.

use std::process::ExitCode;

use clap::Parser;

/// Simulates deployments, with everything that may go wrong, from a seed.
#[derive(Debug, Parser)]
struct Options {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds, counted up from the first.
    #[arg(long, default_value_t = 1)]
    runs: u64,
    /// Print every line of each run.
    #[arg(long)]
    verbose: bool,
    /// Measure a rolling deployment of a hundred tasks instead.
    #[arg(long)]
    bench: bool,
}

/// LIMIT: lines of a failed run that are shown.
const LINES_SHOWN: usize = 60;

fn main() -> ExitCode {
    let options = Options::parse();
    if options.bench {
        return measure();
    }
    let mut failed = 0;
    for seed in options.seed..options.seed.saturating_add(options.runs) {
        let run = sim::run(seed);
        let shown = if options.verbose { run.log.len() } else { LINES_SHOWN };
        if options.verbose || run.broken.is_some() {
            for line in &run.log[run.log.len().saturating_sub(shown)..] {
                println!("{line}");
            }
        }
        let figures = &run.figures;
        match &run.broken {
            Some(broken) => {
                failed += 1;
                println!("seed {seed}: {}: {}", broken.law, broken.what);
            }
            None if options.runs == 1 || options.verbose => println!("seed {seed}: {figures:?}"),
            None => {}
        }
    }
    println!("{} runs, {failed} broken", options.runs);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure() -> ExitCode {
    let measured = sim::bench();
    let (took, simulated) = (measured.took.as_secs_f64(), measured.simulated.as_secs_f64());
    let (tasks, speed) = (measured.tasks, measured.speed());
    println!("{tasks} tasks rolled: {simulated:.1} s in {took:.3} s, {speed:.0} times real time");
    println!("{:?}", measured.figures);
    match measured.broken {
        Some(broken) => {
            println!("{}: {}", broken.law, broken.what);
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}
