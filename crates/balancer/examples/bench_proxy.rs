//! CPU per proxied request, beside `HAProxy`'s: `cargo run --release -p balancer --example
//! bench_proxy`.
//!
//! The target, the balancer and haproxy are processes of their own on loopback; wrk loads each
//! proxy in turn, interleaved over several rounds, and the kernel's own accounting of each
//! proxy's user and system time is divided by the requests wrk counted. 64 keep-alive
//! connections, answers of 1 kB.

use std::{
    convert::Infallible,
    error::Error,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use balancer::{Balancer, Options};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use routing::{
    Config,
    config::{
        Action, HealthCheck, Listener, ListenerProtocol, LoadBalancer, LoadBalancerAttributes,
        ProtocolVersion, Target, TargetGroup, TargetGroupAttributes, TargetProtocol, TargetState,
        WeightedTargetGroup,
    },
};
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn Error>>;

const CONNECTIONS: &str = "64";
const ROUNDS: usize = 15;
const ROUND_SECONDS: &str = "1s";
const ANSWER_BYTES: usize = 1_000;
const THREADS: usize = 2;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        None => compare(),
        Some("target") => runtime()?.block_on(serve_target()),
        Some("proxy") => {
            let [_, _, port, target, directory] = arguments.as_slice() else {
                return Err("proxy PORT TARGET-PORT DIRECTORY".into());
            };
            runtime()?.block_on(serve_proxy(port.parse()?, target.parse()?, directory))
        }
        Some(other) => Err(format!("unknown role `{other}`").into()),
    }
}

fn compare() -> Outcome<()> {
    let directory = std::env::temp_dir().join(format!("bench-proxy-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    let (target, target_port) = start(&["target"])?;
    let own_port = free_port()?;
    let own_directory = directory.join("balancer").display().to_string();
    let (own, _) =
        start(&["proxy", &own_port.to_string(), &target_port.to_string(), &own_directory])?;
    let mut peers = vec![("balancer", own, own_port)];
    let peer_port = free_port()?;
    match start_haproxy(&directory, peer_port, target_port) {
        Ok(peer) => peers.push(("haproxy", peer, peer_port)),
        Err(error) => say(&format!("haproxy is left out: {error}"))?,
    }
    let mut results = vec![Vec::new(); peers.len()];
    for _ in 0..ROUNDS {
        for (index, (name, child, port)) in peers.iter().enumerate() {
            let round = measure(child.0.id(), *port)?;
            say(&format!(
                "{name:9} {:6.2} µs CPU a request, {:6.0} requests/s, p99 {}",
                round.microseconds, round.rate, round.p99
            ))?;
            results[index].push(round.microseconds);
        }
    }
    if let [own, peer] = results.as_mut_slice() {
        let (own, peer) = (median(own), median(peer));
        say(&format!("median: balancer {own:.2} µs, haproxy {peer:.2} µs: {:.2} ×", own / peer))?;
    }
    drop((peers, target));
    fs::remove_dir_all(&directory)?;
    Ok(())
}

struct Round {
    microseconds: f64,
    rate: f64,
    p99: String,
}

/// A child process that ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn measure(process: u32, port: u16) -> Outcome<Round> {
    let before = cpu_microseconds(process)?;
    let output = Command::new("wrk")
        .args(["-t2", "-c", CONNECTIONS, "-d", ROUND_SECONDS, "--latency"])
        .arg(format!("http://127.0.0.1:{port}/"))
        .output()?;
    let spent = cpu_microseconds(process)? - before;
    let text = String::from_utf8(output.stdout)?;
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(format!("requests failed:\n{text}").into());
    }
    let field = |line: &str, index: usize| {
        let found = text.lines().find(|candidate| candidate.contains(line));
        let word = found.and_then(|found| found.split_whitespace().nth(index));
        word.map(str::to_owned).ok_or_else(|| format!("wrk said:\n{text}"))
    };
    let requests: f64 = field("requests in", 0)?.parse()?;
    Ok(Round {
        microseconds: spent / requests,
        rate: field("Requests/sec", 1)?.parse()?,
        p99: field("99%", 1)?,
    })
}

/// User and system time, from `/proc/PID/stat`, of which a tick is 10 ms on Linux.
fn cpu_microseconds(process: u32) -> Outcome<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = text.rsplit_once(')').ok_or("no process name")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next().unwrap_or("0").parse::<f64>();
    Ok((next()? + next()?) * 10_000.0)
}

/// Starts this program in a role; the port it says it is on.
fn start(role: &[&str]) -> Outcome<(Running, u16)> {
    let mut child =
        Command::new(std::env::current_exe()?).args(role).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let running = Running(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    Ok((running, line.trim().parse()?))
}

fn start_haproxy(directory: &Path, port: u16, target: u16) -> Outcome<Running> {
    let path = directory.join("haproxy.cfg");
    let text = format!(
        "global\n  nbthread {THREADS}\n  maxconn 4000\n\
         defaults\n  mode http\n  timeout client 60s\n  timeout server 60s\n  timeout connect 5s\n\
         \x20 option forwardfor\n  http-reuse always\n\
         frontend f\n  bind 127.0.0.1:{port}\n  http-request set-header X-Forwarded-Proto http\n\
         \x20 http-request set-header X-Forwarded-Port {port}\n\
         \x20 unique-id-format %{{+X}}o%Ts-%rt-%ci\n\
         \x20 unique-id-header X-Amzn-Trace-Id\n  default_backend b\n\
         backend b\n  server s 127.0.0.1:{target}\n"
    );
    fs::write(&path, text)?;
    let running = Running(Command::new("haproxy").arg("-f").arg(&path).spawn()?);
    for _ in 0..10_000 {
        if std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(running);
        }
        std::thread::yield_now();
    }
    Err("it does not listen".into())
}

async fn serve_target() -> Outcome<()> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    say(&listener.local_addr()?.port().to_string())?;
    let answer = Bytes::from(vec![b'x'; ANSWER_BYTES]);
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = answer.clone();
        connections.spawn(async move {
            let service = service_fn(|_: Request<Incoming>| {
                let answer = Response::new(Full::new(answer.clone()));
                async move { Ok::<_, Infallible>(answer) }
            });
            // How a client leaves is its own affair.
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
        });
    }
}

async fn serve_proxy(port: u16, target: u16, directory: &str) -> Outcome<()> {
    let (handle, mut events) = Balancer::start(Options {
        state_directory: directory.into(),
        clock: Arc::new(|| Duration::from_secs(1_700_000_000)),
    })?;
    handle.apply(config(port, target), 1).await?;
    while handle.target_health().iter().any(|(_, health)| health.reason.is_some()) {
        events.recv().await;
    }
    say(&port.to_string())?;
    std::future::pending().await
}

fn config(port: u16, target: u16) -> Config {
    let group = WeightedTargetGroup { arn: "tg".to_owned(), weight: 1 };
    Config {
        load_balancers: vec![LoadBalancer {
            arn: "lb".to_owned(),
            dns_name: "lb-1.us-east-1.elb.localhost".to_owned(),
            addresses: vec![Ipv4Addr::LOCALHOST],
            attributes: LoadBalancerAttributes::default(),
            listeners: vec![Listener {
                arn: "listener".to_owned(),
                port,
                protocol: ListenerProtocol::Http,
                rules: vec![],
                default_action: Action::Forward {
                    target_groups: vec![group],
                    stickiness_seconds: None,
                },
            }],
        }],
        target_groups: vec![TargetGroup {
            arn: "tg".to_owned(),
            protocol: TargetProtocol::Http,
            protocol_version: ProtocolVersion::Http1,
            health_check: HealthCheck::default(),
            attributes: TargetGroupAttributes::default(),
            targets: vec![Target {
                id: "target".to_owned(),
                address: Ipv4Addr::LOCALHOST,
                port: target,
                state: TargetState::Registered,
            }],
        }],
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()
}

fn free_port() -> Outcome<u16> {
    let SocketAddr::V4(address) = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()? else {
        return Err("bound to IPv4".into());
    };
    Ok(address.port())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn say(line: &str) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}
