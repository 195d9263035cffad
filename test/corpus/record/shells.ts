import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from './stage.ts'

export const SHELLS = ['bash', 'zsh', 'zsh-plugins', 'fish', 'dash', 'busybox'] as const
export type Shell = (typeof SHELLS)[number]

const PROGRAMS = join(import.meta.dirname, 'programs')

/** Prompt themes as people have them. */
const BASH_PROMPTS = [
  '\\$ ',
  'alice@web-1:\\w\\$ ',
  '[alice@web-1 \\W]# ',
  '\\[\\e[01;32m\\]alice@web-1\\[\\e[00m\\]:\\[\\e[01;34m\\]\\w\\[\\e[00m\\]\\$ ',
  '\\[\\e]0;alice@web-1: \\w\\a\\]alice@web-1:\\w\\$ ',
  '\\n┌─[alice@web-1]─[\\w]\\n└─\\$ ',
  '\\[\\e[1;32m\\]➜  \\[\\e[36m\\]\\W \\[\\e[1;34m\\]git:(\\[\\e[31m\\]main\\[\\e[34m\\])\\[\\e[0m\\] ✗ ',
  '[\\t] web-1 \\#> ',
  '\\w (main *)\\n❯ ',
  'bash-5.2\\$ ',
] as const
const ZSH_PROMPTS = [
  "PROMPT='%# '",
  "PROMPT='alice@web-1 %~ %# '",
  "PROMPT='%F{green}%B➜%b  %F{cyan}%1~%f '",
  "PROMPT='%1~ %# ' RPROMPT='%F{8}%D{%H:%M:%S}%f'",
  "PROMPT='%F{blue}%~%f'$'\\n''❯ ' RPROMPT='%F{yellow}main ±%f'",
  "PROMPT='[%n@web-1 %1~]%# ' RPROMPT='[%?]'; setopt transient_rprompt",
  // A prompt that shrinks once its line is entered, as powerlevel10k has it.
  "FULL='%K{4} %~ %k%F{4}%f '; PROMPT=$FULL; RPROMPT='%F{242}%D{%H:%M}%f'\n" +
    "shrink() { PROMPT='%F{76}❯%f '; RPROMPT=; zle reset-prompt; PROMPT=$FULL; RPROMPT='%F{242}%D{%H:%M}%f' }\n" +
    'zle -N zle-line-finish shrink',
] as const
const FISH_PROMPTS = [
  'function fish_prompt; echo -n "alice@web-1 "(prompt_pwd)"> "; end',
  'function fish_prompt; set_color green; echo -n "➜ "; set_color normal; end',
  'function fish_prompt; echo -n (prompt_pwd)" \\$ "; end; function fish_right_prompt; set_color brgrey; date +%T; end',
  'function fish_prompt; set_color blue; prompt_pwd; set_color normal; echo -n "❯ "; end; function fish_right_prompt; echo main; end',
  '',
] as const

export interface ShellSetup {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Writes a shell's settings, with a hook that notes each command it is about to run, and says how it is started. */
export function setUp(shell: Shell, home: string, random: Random, marks: boolean): ShellSetup {
  const truth = join(home, '.truth')
  const snippet = marks ? snippetFor(shell) : ''
  const rc = {
    bash: () => bashRc(random.pick(BASH_PROMPTS), snippet),
    zsh: () => zshRc(random.pick(ZSH_PROMPTS), snippet),
    'zsh-plugins': () => `${zshRc(random.pick(ZSH_PROMPTS), snippet)}\n${ZSH_PLUGINS}`,
    fish: () => fishRc(random.pick(FISH_PROMPTS), snippet),
    dash: () => '',
    busybox: () => '',
  }[shell]()
  mkdirSync(join(home, '.config/fish'), { recursive: true })
  const rcPath = { bash: '.bashrc', zsh: '.zshrc', 'zsh-plugins': '.zshrc', fish: '.config/fish/config.fish' }
  if (shell !== 'dash' && shell !== 'busybox') writeFileSync(join(home, rcPath[shell]), rc)
  // What tmux and a third host start.
  if (shell !== 'bash') writeFileSync(join(home, '.bashrc'), bashRc(BASH_PROMPTS[1], ''))
  const env = {
    HOME: home,
    PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm-256color',
    USER: 'alice',
    COCOD_TRUTH: truth,
    PYTHONSTARTUP: join(PROGRAMS, 'python_startup.py'),
    LESS: '',
  }
  writeFileSync(truth, '', { mode: 0o666 })
  return { ...startOf(shell, home, env, random), env }
}

function startOf(
  shell: Shell,
  home: string,
  env: Record<string, string>,
  random: Random,
): { file: string; args: readonly string[] } {
  switch (shell) {
    case 'bash':
      return { file: 'bash', args: ['--noprofile', '--rcfile', join(home, '.bashrc'), '-i'] }
    case 'zsh':
    case 'zsh-plugins':
      return { file: 'zsh', args: ['-i'] }
    case 'fish':
      return { file: 'fish', args: ['-i'] }
    case 'dash':
      // It keeps no history: what it reads from the terminal is its truth.
      env['PS1'] = random.pick(['$ ', '# ', 'web-1$ '])
      return {
        file: 'strace',
        args: ['-qq', '-e', 'trace=read', '-xx', '-s', '8192', '-o', join(home, '.reads'), 'dash', '-i'],
      }
    case 'busybox':
      env['PS1'] = random.pick(['\\w # ', 'alice@web-1:\\w\\$ ', '/ # '])
      return { file: 'busybox', args: ['ash', '-i'] }
  }
}

const bashRc = (prompt: string, snippet: string): string => `
PS1='${prompt}'
HISTFILE= HISTCONTROL= HISTSIZE=2000 HISTTIMEFORMAT=
shopt -s cmdhist lithist checkwinsize histappend
__truth() { local h; h=$(history 1); [[ $h =~ ^\\ *([0-9]+)[\\ *]\\ (.*) ]] &&
  printf '\\036%s\\t%s\\n' "$$-\${BASH_REMATCH[1]}" "\${BASH_REMATCH[2]}" >> "$COCOD_TRUTH"; }
${snippet}
PS0='$(__truth)'"$PS0"
`

const zshRc = (prompt: string, snippet: string): string => `
HISTFILE= HISTSIZE=2000
setopt interactive_comments
autoload -Uz compinit add-zsh-hook; compinit -u -D
__truth() { print -r -- $'\\x1e'"-"$'\\t'"$1" >> $COCOD_TRUTH }
add-zsh-hook preexec __truth
${prompt}
${snippet}
`

const ZSH_PLUGINS = `
source /usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh
source /usr/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh
`

const fishRc = (prompt: string, snippet: string): string => `
set -g fish_greeting
function __truth --on-event fish_preexec; printf '\\x1e-\\t%s\\n' $argv[1] >> $COCOD_TRUTH; end
${prompt}
${snippet}
`

/** The snippet that docs/shell-integration.md gives for a shell. */
function snippetFor(shell: Shell): string {
  const name = shell === 'zsh-plugins' ? 'zsh' : shell
  const page = readFileSync(join(import.meta.dirname, '../../../docs/shell-integration.md'), 'utf8')
  return new RegExp(`\`\`\`${name}\\n([sS]*?)\`\`\``).exec(page)?.[1] ?? ''
}

/** Programs of a host that the session finds first on its path. */
export function writePrograms(home: string, ssh: string): void {
  mkdirSync(join(home, 'bin'))
  const python = (name: string, ...args: string[]): string =>
    `exec /usr/bin/python3 ${join(PROGRAMS, name)} ${args.join(' ')}`
  const programs = {
    ssh,
    sqlite3: `export SQLITE_HISTORY=$HOME/.sql; : > $SQLITE_HISTORY; /usr/bin/sqlite3 "$@"
while IFS= read -r l; do printf '\\036-\\t%s\\n' "$l" >> $COCOD_TRUTH; done < $SQLITE_HISTORY`,
    python3: 'exec /usr/bin/python3 -q "$@"',
    sudo: `stty -echo; printf '[sudo] password for alice: '; IFS= read -r p; stty echo; echo; exec "$@"`,
    mysql: python('database.py', 'mysql', '"$@"'),
    psql: python('database.py', 'psql'),
    'redis-cli': python('linenoise.py'),
    mongosh: `exec ${process.execPath} ${join(PROGRAMS, 'mongo.mjs')}`,
    telnet: python('switch.py'),
    vi: 'exec /usr/bin/vi -u NONE "$@"',
    stars: python('stars.py'),
  }
  for (const [name, body] of Object.entries(programs)) {
    const path = join(home, 'bin', name)
    writeFileSync(path, `#!/bin/sh\n${body}\n`)
    chmodSync(path, 0o755)
  }
}
