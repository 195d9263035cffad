# A network device over telnet: it echoes by itself, asks for a password without echo, completes with Tab and ?, and
# stops long output at --More--.
import os
import sys
import termios
import tty

NAME = 'sw-core-1'
COMMANDS = ['configure terminal', 'enable', 'disable', 'exit', 'interface', 'show running-config', 'show version',
            'show interfaces', 'show vlan', 'description', 'no shutdown', 'write memory']
mode = '>'


def write(text):
    os.write(1, text.replace('\n', '\r\n').encode())


def key():
    return os.read(0, 1).decode(errors='replace') or '\x04'


def prompt():
    return NAME + mode


def page(lines):
    shown = 0
    for line in lines:
        if shown == 10:
            write(' --More-- ')
            one = key()
            write('\b' * 10 + ' ' * 10 + '\b' * 10)
            if one in 'qQ':
                return
            shown = 9 if one in '\r\n' else 0
        write(line + '\n')
        shown += 1


def password():
    write('Password: ')
    while key() not in '\r\n':
        pass
    write('\n')


def complete(line):
    fits = [c for c in COMMANDS if c.startswith(line)]
    word = os.path.commonprefix(fits)[len(line):]
    return word.split(' ')[0]


def edit():
    line = ''
    write(prompt())
    while True:
        one = key()
        if one in '\r\n':
            write('\n')
            return line
        if one == '\x04':
            return 'exit'
        if one == '\x03':
            write('^C\n')
            return ''
        if one in '\x7f\b':
            if line:
                line = line[:-1]
                write('\b \b')
        elif one == '\x15':
            write('\b \b' * len(line))
            line = ''
        elif one == '\t':
            more = complete(line)
            line += more
            write('\n' + prompt() + line)
        elif one == '?':
            write('?\n')
            for c in COMMANDS:
                if c.startswith(line):
                    write('  %s\n' % c)
            write('\n' + prompt() + line)
        elif one >= ' ':
            line += one
            write(one)


def run(line):
    global mode
    if line == 'enable':
        password()
        mode = '#'
    elif line.startswith('conf'):
        mode = '(config)#'
    elif line.startswith('int'):
        mode = '(config-if)#'
    elif line == 'disable':
        mode = '>'
    elif line == 'exit':
        if mode in '>#':
            return False
        mode = '#' if mode == '(config)#' else '(config)#'
    elif line.startswith('show'):
        page(['interface GigabitEthernet0/%d' % n if n % 3 == 0 else ' line %d of the answer' % n for n in range(34)])
    elif not line.startswith(('desc', 'no ', 'write', 'vlan')):
        write("% Invalid input detected at '^' marker.\n")
    return True


before = termios.tcgetattr(0)
tty.setraw(0)
try:
    write('Trying 192.0.2.7...\nConnected to sw-core-1.\n\nUser Access Verification\n\n')
    password()
    while True:
        line = edit()
        if line.strip():
            with open(os.environ['COCOD_TRUTH'], 'a') as out:
                out.write('\x1e-\t%s\n' % line)
        if not run(line.strip()):
            break
finally:
    termios.tcsetattr(0, termios.TCSADRAIN, before)
