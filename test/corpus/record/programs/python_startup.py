# Notes what the interactive Python read, at each prompt and at its end.
import atexit
import os
import readline
import sys


class Prompt(str):
    def __str__(self):
        note()
        return str.__str__(self)


seen = 0


def note():
    global seen
    with open(os.environ['COCOD_TRUTH'], 'a') as out:
        for number in range(seen + 1, readline.get_current_history_length() + 1):
            line = readline.get_history_item(number)
            if line.strip():
                out.write('\x1e-\t%s\n' % line)
    seen = readline.get_current_history_length()


sys.ps1 = Prompt('>>> ')
sys.ps2 = '... '
atexit.register(note)
# No file of its own: it would be there in the next session.
sys.__interactivehook__ = lambda: None
