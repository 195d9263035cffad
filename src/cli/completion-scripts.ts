import { type CommandWord, commandWords, type FlagWord, settingFlags } from './completion-words.ts'

/** For bash: `source <(cocod completion bash)`. Where nothing is known, bash completes file names. */
export function bashCompletion(): string {
  const commands = commandWords()
  const settings = settingFlags()
  const flags = uniqueFlags(commands, settings)
  return `# bash completion of cocod
_cocod() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  case $prev in
${flags.flatMap(bashValue).join('\n')}
  esac
  if (( COMP_CWORD == 1 )); then
    words=${quote(commands.map(({ name }) => name).join(' '))}
  else
    case \${COMP_WORDS[1]} in
${commands.map((command) => bashCommand(command, settings)).join('\n')}
    esac
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}
complete -o default -F _cocod cocod
`
}

function bashValue({ name, value }: FlagWord): readonly string[] {
  if (value.kind === 'none') return []
  if (value.kind !== 'words') return [`    ${name}) return ;;`]
  return [`    ${name}) COMPREPLY=( $(compgen -W ${quote(value.words.join(' '))} -- "$cur") ); return ;;`]
}

function bashCommand(command: CommandWord, settings: readonly FlagWord[]): string {
  const flags = flagsOf(command, settings)
    .map(({ name }) => name)
    .join(' ')
  const next = nextWords(command)
  const first = next.length > 0 ? `(( COMP_CWORD == 2 )) && words=${quote(next.join(' '))}; ` : ''
  return `      ${command.name}) ${first}[[ $cur == -* ]] && words=${quote(flags)} ;;`
}

/** For zsh: `source <(cocod completion zsh)`, or the file `_cocod` in a directory of $fpath. */
export function zshCompletion(): string {
  const commands = commandWords()
  const settings = settingFlags()
  return `#compdef cocod
# zsh completion of cocod
_cocod() {
  local -a list
  case $words[CURRENT-1] in
${uniqueFlags(commands, settings).flatMap(zshValue).join('\n')}
  esac
  if (( CURRENT == 2 )); then
    list=(${commands.map(({ name, about }) => quote(`${name}:${about}`)).join(' ')})
    _describe command list
    return
  fi
  case $words[2] in
${commands.map((command) => zshCommand(command, settings)).join('\n')}
  esac
}
if [[ $funcstack[1] == _cocod ]]; then _cocod "$@"; else compdef _cocod cocod; fi
`
}

function zshValue({ name, value }: FlagWord): readonly string[] {
  if (value.kind === 'none') return []
  if (value.kind === 'file') return [`    ${name}) _files; return ;;`]
  if (value.kind === 'any') return [`    ${name}) return ;;`]
  return [`    ${name}) compadd -- ${value.words.join(' ')}; return ;;`]
}

function zshCommand(command: CommandWord, settings: readonly FlagWord[]): string {
  const flags = flagsOf(command, settings).map(({ name, about }) => quote(`${name}:${colons(about)}`))
  const next =
    command.verbs.length > 0
      ? command.verbs.map(({ name, about }) => quote(`${name}:${colons(about)}`))
      : nextWords(command).map(quote)
  const lines = [
    ...(next.length > 0
      ? [`(( CURRENT == 3 )) && { list=(${next.join(' ')}); _describe ${command.name} list; }`]
      : []),
    ...(flags.length > 0
      ? [`[[ $PREFIX == -* ]] && { list=(${flags.join(' ')}); _describe flag list; }`]
      : []),
    '[[ $PREFIX != -* ]] && _files',
  ]
  return `    ${command.name})\n${lines.map((line) => `      ${line}`).join('\n')}\n      ;;`
}

/** In `_describe` a colon ends the word. */
const colons = (text: string): string => text.replaceAll(':', '\\:')

/** For fish: `cocod completion fish | source`. */
export function fishCompletion(): string {
  const commands = commandWords()
  const settings = settingFlags()
  const names = commands.map(({ name }) => name).join(' ')
  const reading = commands.filter((command) => command.settings).map(({ name }) => name)
  return [
    '# fish completion of cocod',
    'complete -c cocod -f',
    ...commands.map(
      ({ name, about }) =>
        `complete -c cocod -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${quote(about)}`,
    ),
    ...commands.flatMap(fishCommand),
    ...settings.map((flag) => fishFlag(flag, reading.join(' '))),
    '',
  ].join('\n')
}

function fishCommand(command: CommandWord): readonly string[] {
  const seen = `__fish_seen_subcommand_from ${command.name}`
  const verbs = command.verbs.map(({ name }) => name).join(' ')
  return [
    ...command.verbs.map(
      ({ name, about }) =>
        `complete -c cocod -n '${seen}; and not __fish_seen_subcommand_from ${verbs}' -a ${name} -d ${quote(about)}`,
    ),
    ...(command.subject.kind === 'words'
      ? [`complete -c cocod -n '${seen}' -a ${quote(command.subject.words.join(' '))}`]
      : []),
    ...(takesFile(command) ? [`complete -c cocod -n '${seen}' -F`] : []),
    ...command.flags.map((flag) => fishFlag(flag, command.name)),
  ]
}

const takesFile = ({ name, subject }: CommandWord): boolean => subject.kind === 'file' || name === 'hostkey'

function fishFlag({ name, about, value }: FlagWord, commands: string): string {
  const values = { none: '', any: ' -x', file: ' -r -F', words: ' -x' }[value.kind]
  const words = value.kind === 'words' ? ` -a ${quote(value.words.join(' '))}` : ''
  return `complete -c cocod -n '__fish_seen_subcommand_from ${commands}' -l ${name.slice(2)} -d ${quote(about)}${values}${words}`
}

const flagsOf = (command: CommandWord, settings: readonly FlagWord[]): readonly FlagWord[] => [
  ...command.flags,
  ...(command.settings ? settings : []),
]

function nextWords({ verbs, subject }: CommandWord): readonly string[] {
  if (verbs.length > 0) return verbs.map(({ name }) => name)
  return subject.kind === 'words' ? subject.words : []
}

/** Each flag once: one of a command has the word before the setting of the same name. */
function uniqueFlags(commands: readonly CommandWord[], settings: readonly FlagWord[]): readonly FlagWord[] {
  const all = [...commands.flatMap(({ flags }) => flags), ...settings]
  return all.filter((flag, at) => all.findIndex(({ name }) => name === flag.name) === at)
}

/** For all three shells. fish takes \\' within quotes, the others do not: there is no such text but with ’. */
const quote = (text: string): string => `'${text.replaceAll("'", '’')}'`
