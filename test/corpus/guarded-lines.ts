/** What a person may type at a prompt where a rule denies the word `touch`, and whether it may take effect. */
export interface GuardedLine {
  /** Bytes of the keyboard; `@` stands for a name of its own for what the line makes. */
  readonly keys: string
  readonly runs: boolean
  /** Needs a line editor: a terminal that only echoes knows no such keys. */
  readonly editor?: true
}

const paste = (text: string): string => `\x1b[200~${text}\x1b[201~\r`
const enter = (line: string): string => `${line}\r`

const PLAIN = [
  ...[
    'touch @',
    ' touch @',
    'touch  @',
    '/usr/bin/touch @',
    '/bin/touch @',
    'command touch @',
    'exec touch @',
  ],
  ...[
    'env touch @',
    'nice touch @',
    'nohup touch @ >/dev/null',
    'time touch @',
    'env -i /bin/touch @',
    'X=1 touch @',
  ],
  ...[
    'busybox touch @',
    'touch -- @',
    'touch ./@',
    'touch @;',
    'touch @ # why not',
    'touch "@"',
    "touch '@'",
  ],
]
const PARTS = [
  ...[
    'true;touch @',
    'true; touch @',
    'true && touch @',
    'true&&touch @',
    'false || touch @',
    'false||touch @',
  ],
  ...['echo x|touch @', 'echo x | touch @', 'touch @ &', 'sleep 0 & touch @', '(touch @)', '( touch @ )'],
  ...['{ touch @; }', 'echo $(touch @)', 'echo `touch @`', 'echo "$(touch @)"', 'echo "`touch @`"'],
  ...[
    'echo $(echo $(touch @))',
    'if true; then touch @; fi',
    'if touch @; then :; fi',
    'until touch @; do :; done',
  ],
  ...['while true; do touch @; break; done', 'for i in 1; do touch @; done', 'case x in x) touch @;; esac'],
  ...[
    '! touch @',
    'X=1;touch @',
    '>@.out touch @',
    '2>/dev/null touch @',
    'f() { touch @; }; f',
    'true\t;touch @',
  ],
]
const INDIRECT = [
  ...[
    'eval touch @',
    "eval 'touch @'",
    'eval "touch @"',
    "sh -c 'touch @'",
    'sh -c "touch @"',
    "bash -c 'touch @'",
  ],
  ...['xargs touch @ </dev/null', 'echo @ | xargs touch', 'find . -maxdepth 0 -exec touch @ \\;'],
  ...['set -- touch @; "$@"', 'cmd=touch; $cmd @', "alias t='touch @'; t", "trap 'touch @' 0; (exit)"],
  ...[
    "echo 'touch @' | sh",
    'sh -c "$(echo touch @)"',
    "printf 'touch @\\n' | bash -s",
    'env sh -c "touch @"',
  ],
]
const QUOTED = [
  ...["t''ouch @", 't""ouch @', 'to\\uch @', '\\touch @', '"touch" @', "'touch' @", "tou'c'h @", 'tou"c"h @'],
  ...["$'touch' @", "$'\\x74ouch' @", "$'t\\157uch' @", `"to"'uc'"h" @`, 't\\o\\u\\c\\h @', '/bin/to""uch @'],
]
const EDITED = [
  ...['touchx\x7f @', 'toucx\x7fh @', 'touc\x7fch @', 'xx\x15touch @', 'ls -l\x15touch @', 'foo\x17touch @'],
  ...['touch @xx\x7f\x7f', 'touch @  \x7f', 'echo 世界\x15touch @', '世\x7ftouch @'],
]
const WITH_EDITOR = [
  ...[
    'ouch @\x01t',
    'xtouch @\x01\x04',
    ' @\x01touch',
    'touch @\x1b[D\x1b[C',
    'ouch @\x1b[Ht',
    'tuch @\x01\x06o',
  ],
  ...[
    'touch @\x0b',
    'touch @ xx\x17',
    'xx touch @\x01\x1bd',
    'ls\x01\x0btouch @',
    'touch @\x15\x19',
    'toucch @\x01\x1b[C\x1b[C\x1b[C\x04',
  ],
]
const WIDE = [
  'echo 世界; touch @',
  'touch @ 世界',
  'echo é && touch @',
  'echo 🚀 | touch @',
  'echo ｅ;touch @',
]
const PACKETS = [
  ...['echo a\rtouch @\r', 'true\rtrue\rtouch @\r', 'touch @\recho b\r', 'echo a\ntouch @\n', 'touch @\n'],
  ...[
    'tou\\\rch @\r',
    'touch \\\r@\r',
    'to\\\ruc\\\rh @\r',
    'if true\rthen\rtouch @\rfi\r',
    'for i in 1; do\rtouch @\rdone\r',
  ],
  ...[
    '{\rtouch @\r}\r',
    '(\rtouch @\r)\r',
    'sh <<E\rtouch @\rE\r',
    'cat <<E\r$(touch @)\rE\r',
    'echo "\r$(touch @)"\r',
  ],
  ...['sleep 0.1\rtouch @\r', "echo '\r' ;touch @\r"],
]
const PASTED = [
  ...[
    'touch @',
    'echo a\ntouch @\n',
    'true;touch @',
    'echo a\r\ntouch @\r\n',
    'touch @\necho b',
    '\ttouch @',
  ],
  ...['if true; then\n  touch @\nfi', 'tou\\\nch @', "t''ouch @"],
].map(paste)
const SPLIT = [
  `tou\x1b[200~ch @\x1b[201~\r`,
  '\x1b[200~tou\x1b[201~ch @\r',
  '\x1b[200~tou\x1b[201~\x1b[200~ch @\x1b[201~\r',
]

const FINE = [
  ...['mkdir @', 'true; mkdir @', 'echo a && mkdir @', 'mkdir "@"', "mkdir '@'", 'echo touche; mkdir @'],
  ...['echo retouch; mkdir @', 'mkdir @ 2>/dev/null', 'mkdirx\x7f @', 'xx\x15mkdir @', 'foo\x17mkdir @'],
  ...[
    'if true; then mkdir @; fi',
    'for i in 1; do mkdir @; done',
    'echo 世界; mkdir @',
    '(mkdir @)',
    'X=1 mkdir @',
  ],
  ...[
    'eval mkdir @',
    "sh -c 'mkdir @'",
    '! mkdir @',
    "echo 'hi!there'; mkdir @",
    'echo hi! ; mkdir @',
    'echo to uch; mkdir @',
  ],
].map(enter)
const FINE_WITH_EDITOR = ['kdir @\x01m\r', 'xmkdir @\x01\x04\r', paste('mkdir @')]

const denied = (keys: string): GuardedLine => ({ keys, runs: false })

export const GUARDED_LINES: readonly GuardedLine[] = [
  ...[...PLAIN, ...PARTS, ...INDIRECT, ...QUOTED, ...EDITED, ...WIDE].map(enter).map(denied),
  ...PACKETS.map(denied),
  ...[...WITH_EDITOR.map(enter), ...PASTED, ...SPLIT].map((keys) => ({
    ...denied(keys),
    editor: true as const,
  })),
  ...FINE.map((keys) => ({ keys, runs: true })),
  ...FINE_WITH_EDITOR.map((keys) => ({ keys, runs: true, editor: true as const })),
  // Another shell, which stays.
  denied('sh\rtouch @\r'),
]
