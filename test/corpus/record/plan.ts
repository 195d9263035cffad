import { mixed } from './mixed.ts'
import * as other from './other-scenarios.ts'
import type { Scenario } from './shell-scenarios.ts'
import * as shellwise from './shell-scenarios.ts'
import type { Shell } from './shells.ts'

export interface Planned {
  readonly scenario: string
  readonly run: Scenario
  readonly shell: Shell
  readonly round: number
  /** With the snippet of docs/shell-integration.md. */
  readonly marks: boolean
}

const EDITORS: readonly Shell[] = ['bash', 'zsh', 'zsh-plugins', 'fish']
const ALL: readonly Shell[] = [...EDITORS, 'dash', 'busybox']

interface Family {
  readonly scenario: Scenario
  readonly shells: readonly Shell[]
  readonly rounds: number
}

const family = (scenario: Scenario, shells: readonly Shell[], rounds = 2): Family => ({
  scenario,
  shells,
  rounds,
})

const FAMILIES: Readonly<Record<string, Family>> = {
  typed: family(shellwise.typedLines, ALL, 3),
  mistakes: family(shellwise.mistakes, ALL),
  edited: family(shellwise.editedInTheMiddle, [...EDITORS, 'busybox']),
  history: family(shellwise.history, [...EDITORS, 'busybox'], 3),
  searched: family(shellwise.searched, EDITORS),
  completed: family(shellwise.completed, [...EDITORS, 'busybox']),
  long: family(shellwise.longLines, [...EDITORS, 'busybox']),
  pasted: family(shellwise.bracketedPaste, EDITORS),
  'raw-paste': family(shellwise.rawPaste, ALL),
  'here-documents': family(shellwise.hereDocuments, ALL),
  continued: family(shellwise.continued, ALL),
  ahead: family(shellwise.typedAhead, ALL),
  cleared: family(shellwise.cleared, ALL),
  interrupted: family(shellwise.interrupted, ALL),
  resized: family(shellwise.resized, EDITORS, 3),
  chinese: family(shellwise.inChinese, ALL),
  fast: family(shellwise.veryFast, ALL),
  'full-screen': family(shellwise.fullScreen, ALL, 1),
  expanded: family(shellwise.expanded, ['bash', 'zsh'], 3),
  input: family(shellwise.programInput, ALL),
  secrets: family(shellwise.secrets, ALL),
  tmux: family(other.tmux, ['bash', 'zsh', 'fish']),
  screen: family(other.screen, ['bash', 'zsh'], 1),
  python: family(other.python, ['bash', 'zsh', 'fish']),
  sqlite: family(other.sqlite, ['bash', 'fish']),
  databases: family(other.databases, ['bash', 'zsh', 'fish']),
  'redis-mongo': family(other.redisAndMongo, ['bash', 'zsh-plugins']),
  device: family(other.networkDevice, ['bash', 'zsh'], 3),
  'third-host': family(other.thirdHost, ['bash', 'zsh', 'fish']),
  nested: family(other.nestedShells, EDITORS, 1),
  suggestions: family(other.suggestions, ['zsh-plugins', 'fish'], 4),
  deceived: family(other.deceived, ['bash', 'zsh'], 2),
  'vi-keys': family(other.viKeys, ['bash', 'zsh', 'fish'], 1),
  mixed: family(mixed, ALL, 4),
}

/** Families that are recorded once more in a shell that gives marks. */
const MARKED = [
  'typed',
  'edited',
  'history',
  'searched',
  'completed',
  'long',
  'pasted',
  'raw-paste',
  'here-documents',
  'continued',
  'ahead',
  'cleared',
  'interrupted',
  'resized',
  'expanded',
  'input',
  'secrets',
  'suggestions',
  'deceived',
  'third-host',
  'mixed',
]

export function planned(): Planned[] {
  const plan: Planned[] = []
  for (const [scenario, { scenario: run, shells, rounds }] of Object.entries(FAMILIES)) {
    for (const shell of shells) {
      for (let round = 0; round < rounds; round++) plan.push({ scenario, run, shell, round, marks: false })
      const marks = MARKED.includes(scenario) && shell !== 'dash' && shell !== 'busybox'
      if (marks) plan.push({ scenario, run, shell, round: 0, marks })
    }
  }
  return plan
}
