"""Places that packets are sent from and to: tasks, a load balancer, the host itself."""

import concurrent.futures
import dataclasses
import glob
import re
import socket
import struct
import threading

from harness import namespace
from harness.namespace import entered

# What should not arrive is waited for so long.
SILENCE = 0.7
_PATIENCE = 5
_PARALLEL = 24


@dataclasses.dataclass(frozen=True)
class Place:
    """An address, and the namespace that has it."""

    name: str
    address: str
    namespace: str

    def command(self, arguments):
        """The arguments of a program that is to run here."""
        return namespace.command(self.namespace, arguments)

    def tcp(self, port, seconds=SILENCE, to=None):
        """A connection to the port of another place, or None where nothing answers."""
        with entered(self.namespace):
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            connection.settimeout(seconds)
            try:
                connection.bind((self.address, 0))
                connection.connect((to.address, port))
            except OSError:
                connection.close()
                return None
        return connection

    def udp(self, port, to):
        """Whether a datagram to the port of another place is answered."""
        with entered(self.namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(SILENCE)
            sender.bind((self.address, 0))
            try:
                sender.sendto(b"ask", (to.address, port))
                return sender.recv(16) == b"ask"
            except OSError:
                return False

    def reaches(self, to, protocol, port):
        """Whether what opens a connection, or asks, is answered."""
        if protocol == "udp":
            return self.udp(port, to)
        connection = self.tcp(port, to=to)
        if connection is None:
            return False
        connection.close()
        return True

    def listen(self, tcp=(), udp=()):
        """Serves ports here for as long as the answer is kept open."""
        return Servers(self, tcp, udp)


class Servers:
    """Sockets that listen in a place: TCP echoes line by line, UDP datagram by datagram."""

    def __init__(self, place, tcp, udp):
        self._sockets = []
        with entered(place.namespace):
            for port in tcp:
                listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((place.address, port))
                listener.listen(512)
                self._sockets.append(listener)
                threading.Thread(target=_accept, args=(listener,), daemon=True).start()
            for port in udp:
                receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                receiver.bind((place.address, port))
                self._sockets.append(receiver)
                threading.Thread(target=_answer, args=(receiver,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        for one in self._sockets:
            # Whoever waits on it wakes up.
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


class Heard:
    """A UDP port of a place, and what arrives there in turn."""

    def __init__(self, place, port):
        with entered(place.namespace):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(_PATIENCE)
        self._socket.bind((place.address, port))

    def next(self):
        return self._socket.recv(64)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._socket.close()


def send(place, to, port, data):
    """Sends one datagram, which nobody has to answer."""
    with entered(place.namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((place.address, 0))
        sender.sendto(data, (to.address, port))


def spoof(place, source, to, port, data):
    """Sends one datagram from a place with a source address that is not its own (RFC 768)."""
    # Without a checksum, which UDP allows; the kernel fills in that of the IP header.
    datagram = struct.pack("!HHHH", 40000, port, 8 + len(data), 0) + data
    addresses = socket.inet_aton(source) + socket.inet_aton(to.address)
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0) + addresses
    with (
        entered(place.namespace),
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw,
    ):
        raw.sendto(header + datagram, (to.address, 0))


def task_place(name, task, address):
    """The place of a task that runs."""
    [path] = glob.glob(f"/run/longshore/*/netns/{task}")
    return Place(name, address, path)


def host_place(host, name, address):
    """An address of the host itself."""
    return Place(name, address, host.namespace.path)


def matrix(sources, destinations, ports):
    """All (source, destination, protocol, port) that connect, by the places' names."""
    asked = [
        (source, destination, protocol, port)
        for source in sources
        for destination in destinations
        if source.name != destination.name
        for protocol, port in ports
    ]
    with concurrent.futures.ThreadPoolExecutor(_PARALLEL) as pool:
        answers = pool.map(lambda one: one[0].reaches(one[1], one[2], one[3]), asked)
        return {
            (source.name, destination.name, protocol, port)
            for (source, destination, protocol, port), is_open in zip(asked, answers, strict=True)
            if is_open
        }


def says(connection, seconds=SILENCE):
    """Whether a line that is sent on a connection comes back in time."""
    connection.settimeout(seconds)
    try:
        connection.sendall(b"x")
        return connection.recv(1) == b"x"
    except OSError:
        return False


def filter_of(host):
    """The packet filter as data: its lines, sorted, without counters, denied packets and
    the generation of what is judged."""
    text = host.run(["nft", "-n", "list", "table", "inet", "longshore"]).stdout
    # A set, map or chain each; the order of those, and of elements in a set, says nothing.
    blocks = re.split(r"\n(?=\t(?:set|map|chain) )", text)
    passing = ("\tset denied", "\tset current")
    blocks = [block for block in blocks if not block.startswith(passing)]
    return sorted(_in_order(block) for block in blocks)


def _in_order(block):
    words = re.sub(r"ct mark (set )?0x[0-9a-f]+", "", block).replace(",", " ").split()
    is_ordered = block.startswith("\tchain")
    return " ".join(words if is_ordered else sorted(words))


def generation(host):
    """What marks the connections that the policy in force allows."""
    return host.run(["nft", "-n", "list", "chain", "inet", "longshore", "admit"]).stdout


def members_of(host):
    """The addresses that the filter knows an interface of."""
    text = host.run(["nft", "-n", "list", "map", "inet", "longshore", "receivers"]).stdout
    return set(re.findall(r"(\d+\.\d+\.\d+\.\d+) : jump", text))


def _accept(listener):
    while True:
        try:
            connection, _peer = listener.accept()
        except OSError:
            return
        threading.Thread(target=_echo, args=(connection,), daemon=True).start()


def _echo(connection):
    with connection:
        while True:
            try:
                data = connection.recv(4096)
                if not data:
                    return
                connection.sendall(data)
            except OSError:
                return


def _answer(receiver):
    while True:
        try:
            data, peer = receiver.recvfrom(4096)
            # A socket that was shut down has nothing more to say, to nobody.
            if peer is None:
                return
            receiver.sendto(data, peer)
        except OSError:
            return
