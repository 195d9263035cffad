# A console as redis-cli has it: raw mode, the line is drawn anew at each key, and a hint stands in grey behind it.
import os
import sys
import termios
import tty
import unicodedata

PROMPT = '127.0.0.1:6379> '
HINTS = {'set': ' key value', 'get': ' key', 'hset': ' key field value', 'keys': ' pattern', 'del': ' key [key ...]'}
history = []


def write(text):
    os.write(1, text.encode())


def cells(text):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in text)


def draw(line, cursor):
    hint = HINTS.get(line.lower(), '')
    shown = PROMPT + line + ('\x1b[0;90m%s\x1b[0m' % hint if hint else '')
    write('\r%s\x1b[0K\r\x1b[%dC' % (shown, len(PROMPT) + cells(line[:cursor])))


def key():
    data = os.read(0, 1)
    if not data:
        return '\x04'
    if data == b'\x1b':
        data += os.read(0, 2)
    while True:
        try:
            return data.decode()
        except UnicodeDecodeError:
            data += os.read(0, 1)


def edit():
    line, cursor, at = '', 0, len(history)
    write(PROMPT)
    while True:
        one = key()
        if one == '\r':
            draw(line, len(line))
            write('\r\n')
            return line
        if one == '\x03':
            write('\r\n')
            raise KeyboardInterrupt
        if one == '\x04' and not line:
            raise EOFError
        if one in ('\x7f', '\b') and cursor:
            line, cursor = line[: cursor - 1] + line[cursor:], cursor - 1
        elif one in ('\x1b[D', '\x02'):
            cursor = max(0, cursor - 1)
        elif one in ('\x1b[C', '\x06'):
            cursor = min(len(line), cursor + 1)
        elif one in ('\x1b[H', '\x01'):
            cursor = 0
        elif one in ('\x1b[F', '\x05'):
            cursor = len(line)
        elif one == '\x15':
            line, cursor = '', 0
        elif one in ('\x1b[A', '\x1b[B') and history:
            at = max(0, at - 1) if one == '\x1b[A' else min(len(history), at + 1)
            line = history[at] if at < len(history) else ''
            cursor = len(line)
        elif one >= ' ' and one != '\x7f' and not one.startswith('\x1b'):
            line, cursor = line[:cursor] + one + line[cursor:], cursor + 1
        draw(line, cursor)


before = termios.tcgetattr(0)
try:
    while True:
        tty.setraw(0)
        try:
            line = edit()
        except (EOFError, KeyboardInterrupt):
            break
        termios.tcsetattr(0, termios.TCSADRAIN, before)
        if not line.strip():
            continue
        history.append(line)
        with open(os.environ['COCOD_TRUTH'], 'a') as out:
            out.write('\x1e-\t%s\n' % line)
        if line.strip() in ('exit', 'quit'):
            break
        write('1) "one"\n2) "two"\n' if line.startswith('keys') else 'OK\n')
finally:
    termios.tcsetattr(0, termios.TCSADRAIN, before)
