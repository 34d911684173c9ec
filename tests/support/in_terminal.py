"""Runs a command in a terminal of its own: python3 in_terminal.py COLUMNS ROWS SCRIPT COMMAND...

SCRIPT is JSON: a list of [seconds or text to wait for, keys, signal name or HANGUP]. Everything that the
command writes to the terminal goes to stdout; the last line is JSON with its exit code and whether
the terminal reads lines and echoes again.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE_S = 30


def main():
    columns, rows, script, *command = sys.argv[1:]
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
        os.execvp(command[0], command)
    written = bytearray()
    seen = 0
    for awaited, action in json.loads(script):
        seen = wait(terminal, written, awaited, seen)
        if action == "HANGUP":  # as when the connection is lost: nobody has the other end
            os.dup2(os.open(os.devnull, os.O_RDWR), terminal)
        elif action.startswith("SIG"):
            os.kill(pid, getattr(signal, action))
        else:
            os.write(terminal, action.encode())
    code = end(pid, terminal, written)
    flags = termios.tcgetattr(terminal)[3] if terminal_open(terminal) else 0
    sys.stdout.buffer.write(bytes(written))
    lines = bool(flags & termios.ICANON) and bool(flags & termios.ECHO)
    print("\n" + json.dumps({"code": code, "lines": lines}))


def wait(terminal, written, awaited, seen):
    """Reads until the text has come (after what was awaited before), or for some seconds."""
    is_text = isinstance(awaited, str)
    deadline = time.monotonic() + (PATIENCE_S if is_text else awaited)
    while time.monotonic() < deadline:
        if is_text:
            at = written.find(awaited.encode(), seen)
            if at >= 0:
                return at + len(awaited.encode())
        read(terminal, written)
    if is_text:
        sys.stderr.write(f"Cannot wait longer for {awaited!r}\n")
    return seen


def read(terminal, written):
    if not select.select([terminal], [], [], 0.05)[0]:
        return
    try:
        written += os.read(terminal, 65536)
    except OSError:
        time.sleep(0.05)


def end(pid, terminal, written):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        read(terminal, written)
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            read(terminal, written)
            return os.waitstatus_to_exitcode(status)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def terminal_open(terminal):
    try:
        termios.tcgetattr(terminal)
        return True
    except termios.error:
        return False


main()
