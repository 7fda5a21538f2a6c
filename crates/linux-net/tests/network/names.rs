//! The resolver, as tasks use it.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    str::FromStr,
};

use hickory_proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RData, RecordType},
};
use linux_net::{
    GATEWAY_ADDRESS, Network,
    dns::{DnsConfig, DnsHandle, DnsServer, Names},
};
use tokio::task::JoinSet;

use crate::policy;
use crate::support::{PATIENCE, SILENCE, address, at, attach, datagram_socket, on_host};

const WEB: &str = "web-123.us-east-1.elb.localhost";

async fn serve(upstreams: Vec<SocketAddr>) -> (DnsHandle, JoinSet<io::Error>) {
    let config = DnsConfig { address: at(GATEWAY_ADDRESS, 53), upstreams };
    let (server, handle) = DnsServer::bind(config).await.expect("the sockets are bound");
    let mut serving = JoinSet::new();
    serving.spawn(server.run());
    (handle, serving)
}

fn query(name: &str) -> Vec<u8> {
    let mut message = Message::new(7, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(Name::from_str(name).expect("a name"), RecordType::A));
    message.to_vec().expect("a message")
}

fn read(answer: &[u8]) -> (ResponseCode, Vec<Ipv4Addr>) {
    let answer = Message::from_vec(answer).expect("an answer");
    let addresses = answer.answers.iter().filter_map(|record| match &record.data {
        RData::A(address) => Some(address.0),
        _ => None,
    });
    (answer.metadata.response_code, addresses.collect())
}

async fn ask(network: &Network, name: &str) -> (ResponseCode, Vec<Ipv4Addr>) {
    ask_at(network, GATEWAY_ADDRESS, name).await.expect("an answer")
}

async fn ask_at(
    network: &Network,
    resolver: Ipv4Addr,
    name: &str,
) -> Option<(ResponseCode, Vec<Ipv4Addr>)> {
    let query = query(name);
    let answer = network.run_in_task("t7", move || {
        let patience = if resolver == GATEWAY_ADDRESS { PATIENCE } else { SILENCE };
        let socket = datagram_socket(Ipv4Addr::UNSPECIFIED, patience)?;
        socket.connect((resolver, 53))?;
        socket.send(&query)?;
        let mut buffer = vec![0; 4096];
        let length = socket.recv(&mut buffer)?;
        buffer.truncate(length);
        Ok(buffer)
    });
    Some(read(&answer.await.ok()?))
}

#[test]
fn a_task_resolves_names_of_ours_as_they_change() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        let (handle, _serving) = serve(Vec::new()).await;
        assert_eq!(ask(&network, WEB).await, (ResponseCode::NXDomain, vec![]));
        handle.replace_names(Names::from([(WEB.to_owned(), vec![address(100)])]));
        assert_eq!(ask(&network, WEB).await, (ResponseCode::NoError, vec![address(100)]));
        assert_eq!(ask(&network, "example.com").await, (ResponseCode::Refused, vec![]));

        let framed = network.run_in_task("t7", || {
            let mut stream = TcpStream::connect((GATEWAY_ADDRESS, 53))?;
            let mut answers = Vec::new();
            for _ in 0..2 {
                let query = query(WEB);
                let length = u16::try_from(query.len()).expect("a short query");
                stream.write_all(&[&length.to_be_bytes(), query.as_slice()].concat())?;
                let mut length = [0; 2];
                stream.read_exact(&mut length)?;
                let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut answer)?;
                answers.push(answer);
            }
            Ok(answers)
        });
        for answer in framed.await.expect("answers over TCP") {
            assert_eq!(read(&answer), (ResponseCode::NoError, vec![address(100)]));
        }
    });
}

#[test]
fn a_vpcs_resolver_answers_its_own_tasks() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        let (handle, _serving) = serve(Vec::new()).await;
        handle.replace_names(Names::from([(WEB.to_owned(), vec![address(100)])]));
        let (own, beside) = (Ipv4Addr::new(172, 31, 0, 2), Ipv4Addr::new(172, 31, 0, 3));
        let found = Some((ResponseCode::NoError, vec![address(100)]));
        assert_eq!(ask_at(&network, own, WEB).await, found);
        assert_eq!(ask_at(&network, beside, WEB).await, None);
        // The same address is another VPC's to a task that is in another.
        let mut rules = policy::open();
        rules.interfaces.get_mut(&address(7)).expect("its interface").resolver = Some(beside);
        network.replace_packet_rules(rules).await.expect("a policy");
        assert_eq!(ask_at(&network, own, WEB).await, None);
        assert_eq!(ask_at(&network, beside, WEB).await, found);
    });
}

#[test]
fn other_names_are_asked_of_the_hosts_resolvers_in_turn() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        // Nobody listens at the first; the second answers what it is asked with no records.
        let gone = UdpSocket::bind("127.0.0.1:0").expect("a socket").local_addr().expect("one");
        let upstream = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let upstreams = vec![gone, upstream.local_addr().expect("an address")];
        let (_handle, mut serving) = serve(upstreams).await;
        serving.spawn(async move {
            let mut buffer = vec![0; 4096];
            loop {
                let (length, client) = match upstream.recv_from(&mut buffer).await {
                    Ok(received) => received,
                    Err(error) => return error,
                };
                buffer[2] |= 0x80;
                if let Err(error) = upstream.send_to(&buffer[..length], client).await {
                    return error;
                }
            }
        });
        assert_eq!(ask(&network, "example.com").await, (ResponseCode::NoError, vec![]));
        assert_eq!(ask(&network, WEB).await, (ResponseCode::NXDomain, vec![]), "never ours");
    });
}

#[test]
fn a_name_that_no_resolver_answers_is_a_failure() {
    on_host(async |host| {
        let network = host.open().await;
        attach(&network, 7).await;
        let gone = UdpSocket::bind("127.0.0.1:0").expect("a socket").local_addr().expect("one");
        let (_handle, _serving) = serve(vec![gone]).await;
        assert_eq!(ask(&network, "example.com").await, (ResponseCode::ServFail, vec![]));
    });
}
