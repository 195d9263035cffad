# Asks for a password and shows a star for each character.
import os
import termios
import tty

before = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b'Password: ')
while (one := os.read(0, 1)) not in (b'\r', b'\n'):
    os.write(1, b'*')
termios.tcsetattr(0, termios.TCSADRAIN, before)
print('\nwelcome')
