"""Programs that run beside a test, and what they print, line by line."""

import queue
import subprocess
import threading

_END_TIMEOUT = 20


class Program:
    """A running program whose output can be waited for. Its errors go with its output."""

    def __init__(self, command, env=None, log=None):
        self.lines = []
        self._arrived = queue.Queue()
        self._log = open(log, "w", encoding="utf-8") if log else None
        self.process = subprocess.Popen(
            list(map(str, command)),
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A signal to the test run is not a signal to the programs under test.
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for_line(self, matches, seconds):
        """The next line for which `matches(line)` is true; None if the output ends before."""
        while True:
            try:
                line = self._arrived.get(timeout=seconds)
            except queue.Empty:
                seen = "\n".join(self.lines[-20:])
                raise AssertionError(f"no such line in {seconds} s; the last:\n{seen}") from None
            if line is None:
                return None
            if matches(line):
                return line

    def skip_lines(self):
        """Passes over what was printed already: only what is yet to come is waited for."""
        while not self._arrived.empty():
            self._arrived.get()

    def close_input(self):
        self.process.stdin.close()

    def terminate(self, seconds=_END_TIMEOUT):
        """SIGTERM, and the exit status that follows."""
        self.process.terminate()
        return self.wait(seconds)

    def wait(self, seconds=_END_TIMEOUT):
        """The exit status, with the whole output read."""
        status = self.process.wait(seconds)
        # A child that holds the output open must not hold the test.
        self._reader.join(1)
        return status

    def kill(self):
        """Ends the program whatever it does; harmless on one that has ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(_END_TIMEOUT)
        self.process.stdin.close()

    def _read(self):
        for line in self.process.stdout:
            line = line.rstrip("\n")
            self.lines.append(line)
            if self._log:
                self._log.write(line + "\n")
                self._log.flush()
            self._arrived.put(line)
        self._arrived.put(None)
        if self._log:
            self._log.close()
