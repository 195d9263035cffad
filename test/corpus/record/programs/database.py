# A console as mysql (no bracketed paste, an arrow to go on) or psql has it: statements up to a semicolon.
import getpass
import os
import readline
import sys

FIRST, MORE = {
    'mysql': ('mysql> ', '    -> '),
    'psql': ('app=# ', 'app-# '),
}[sys.argv[1]]


def note(line):
    with open(os.environ['COCOD_TRUTH'], 'a') as out:
        out.write('\x1e-\t%s\n' % line)


if sys.argv[1] == 'psql':
    readline.parse_and_bind('set enable-bracketed-paste on')
elif '-p' in sys.argv:
    getpass.getpass('Enter password: ')
print('Type "help" for help.\n')
statement = ''
while True:
    try:
        line = input(MORE if statement else FIRST)
    except KeyboardInterrupt:
        print('^C' if sys.argv[1] == 'mysql' else '')
        statement = ''
        continue
    except EOFError:
        print('Bye')
        break
    if not line.strip():
        continue
    note(line)
    if not statement and line.strip().rstrip(';') in ('exit', 'quit', '\\q'):
        print('Bye')
        break
    statement += line + '\n'
    if line.rstrip().endswith(';') or line.startswith('\\'):
        print('+----+-------+\n| id | name  |\n+----+-------+\n|  1 | alice |\n|  2 | 王芳  |\n+----+-------+\n2 rows in set\n')
        statement = ''
