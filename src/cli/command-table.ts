/** A `--flag` of one form of a command, beside those of the settings. */
export interface CommandFlag {
  /** `--json`, or `--reason TEXT`; a value `a|b` is one of these words, FILE is a path. */
  readonly usage: string
  readonly about?: string
}

/** One way to use a command: what `cocod help` shows, and what shells complete. */
export interface CommandForm {
  /** The command, its verb if it has some, and what it takes: `session end ID`. */
  readonly usage: string
  readonly about: string
  readonly flags?: readonly CommandFlag[]
  /** It reads no settings, so it has none of their flags. */
  readonly bare?: true
}

/** Where the last flag has the words of its row of the help, the ones before it are in the same row. */
const flag = (usage: string, about?: string): CommandFlag => ({
  usage,
  ...(about !== undefined && { about }),
})

/** All commands, in the order of the help. `main.ts` knows how each is loaded. */
export const COMMAND_FORMS = [
  { usage: 'start --standalone', about: 'run without a Jumpserver, over an inventory or as a demo' },
  {
    usage: 'start',
    about: 'run for the Jumpserver at CORE_HOST, in the foreground',
    flags: [
      flag('--detach', 'or -d: in the background; returns when it is ready, or says why it is not'),
      flag('--timeout SECONDS', 'how long -d waits for core; 60 without it'),
    ],
  },
  {
    usage: 'stop',
    about: 'end the running one: sessions are told, recordings are kept',
    flags: [flag('--drain'), flag('--timeout MIN', 'first let running sessions end by themselves')],
  },
  {
    usage: 'restart',
    about: 'stop one that runs in the background, and start it as it was started',
    flags: [flag('--drain'), flag('--timeout MIN', 'first let running sessions end by themselves')],
  },
  { usage: 'reload', about: 'open the log file anew and read the configuration again' },
  { usage: 'log-level debug|info|warn|error', about: 'how much the running one writes to its log' },
  {
    usage: 'status',
    about: 'is it running, for whom, and with which files',
    flags: [flag('--json')],
  },
  { usage: 'session list', about: 'the sessions that run now', flags: [flag('--json')] },
  {
    usage: 'session end ID',
    about: 'end one; its person reads by whom',
    flags: [flag('--reason TEXT', 'and why')],
  },
  { usage: 'session watch ID', about: 'see one as it goes; r rewinds to its start, q leaves' },
  { usage: 'session join ID', about: 'the same, and type along; Ctrl-] q leaves' },
  { usage: 'session lock ID', about: 'hold the keys of its person' },
  { usage: 'session unlock ID', about: 'let them go' },
  {
    usage: 'session share ID',
    about: 'a code with which others may see it: ssh NAME#join:CODE@...',
    flags: [
      flag('--write'),
      flag('--users A,B', 'or type, too; only these people'),
      flag('--minutes N', 'for so long; 30 without it'),
    ],
  },
  {
    usage: 'ssh-config USER',
    about: 'a ready ~/.ssh/config for all assets of a person',
    flags: [flag('--host NAME', 'how this bastion is called from there; else its host name')],
  },
  {
    usage: 'replay list',
    about: 'recorded sessions, newest first',
    flags: [flag('--user NAME', 'of one person')],
  },
  {
    usage: 'replay play ID',
    about: 'watch one here: space, + and -, arrows, [ and ] for commands, q',
    flags: [
      flag('--speed N', 'begin at this speed, 2 is twice as fast'),
      flag('--at SECONDS', 'begin there'),
      flag('--max-idle SECONDS', 'shorten longer pauses'),
    ],
  },
  { usage: 'replay verify ID', about: 'check a recording against its chain of hashes' },
  {
    usage: 'replay export ID',
    about: 'write it to standard output',
    flags: [flag('--format asciicast|core|json|txt|html|gif-frames', 'asciicast without it')],
  },
  {
    usage: 'replay search TEXT',
    about: 'where a text was on a screen, to the second',
    flags: [
      flag('--user NAME'),
      flag('--id ID', 'of one person, in one session'),
      flag('--regex'),
      flag('--json', 'the text is a regular expression; JSON lines'),
    ],
  },
  {
    usage: 'doctor asset NAME',
    about: 'look at the way to an asset, step by step',
    flags: [
      flag('--as USER', 'as this person would go it; without, as whoever tried last'),
      flag('--account NAME', 'with this account; without, with the first'),
      flag('--json'),
    ],
  },
  {
    usage: 'hostkey list',
    about: 'pinned host keys of assets and gateways, and those that were refused',
    flags: [flag('--json')],
  },
  {
    usage: 'hostkey accept NAME [SHA256:...]',
    about:
      'pin the key that was refused last (of an asset, an address or address:port), if it has this fingerprint',
  },
  { usage: 'hostkey forget NAME', about: 'pin anew at the next connection' },
  { usage: 'hostkey import FILE', about: 'add the keys of a known_hosts file' },
  { usage: 'user add NAME', about: 'a person in the inventory; the password is asked for' },
  { usage: 'user passwd NAME', about: 'another password' },
  { usage: 'user totp NAME', about: 'a second factor' },
  { usage: 'check-inventory [FILE]', about: 'every fault of an inventory at once' },
  { usage: 'rules test [LINE ...]', about: 'what the command rules say of a line, and why' },
  {
    usage: 'rules check',
    about: 'command rules that do not do what they seem to',
    flags: [
      flag('--rules FILE', 'an inventory, or core’s cmd-filter-rules as JSON; else INVENTORY'),
      flag('--account NAME', 'only the rules of this account of the inventory'),
    ],
  },
  {
    usage: 'migrate-config FILE',
    about: 'a config.ini made of coco’s config.yml or conf.py, or koko’s config.yml',
    bare: true,
  },
  { usage: 'backup FILE', about: 'keys, pinned host keys, state and recordings, in one file' },
  { usage: 'restore FILE', about: 'the same back into an empty DATA_DIR and KEYS_DIR' },
  { usage: 'debug-bundle [FILE]', about: 'log, configuration and state for a report, without secrets' },
  {
    usage: 'completion bash|zsh|fish',
    about: 'what a shell needs to complete all of this; see docs/operations.md',
    bare: true,
  },
  { usage: 'version', about: 'version of this program and of Node', bare: true },
  { usage: 'help', about: 'this text', bare: true },
] as const satisfies readonly CommandForm[]

type FirstWord<Text extends string> = Text extends `${infer Word} ${string}` ? Word : Text

/** The first word of a command line. */
export type CommandName = FirstWord<(typeof COMMAND_FORMS)[number]['usage']>

/** The same list for who walks it. */
export const commandForms = (): readonly CommandForm[] => COMMAND_FORMS
