import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandForms } from '../../../src/cli/command-table.ts'
import { completion } from '../../../src/cli/completion.ts'
import { onScreen } from '../../fixtures/on-screen.ts'
import { runProgram } from '../../fixtures/run-program.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { collected } from './collected.ts'

let home: TemporaryDirectory
beforeAll(async () => {
  home = await temporaryDirectory()
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, text } = collected()
    await completion([shell], { stdin: process.stdin, stdout, stderr: stdout, env: {}, cwd: home.path })
    writeFileSync(join(home.path, shell), text())
  }
  writeFileSync(join(home.path, 'some-file.ini'), '')
})
afterAll(() => home[Symbol.asyncDispose]())

/** What bash would offer for the last of these words. */
async function inBash(...words: string[]): Promise<string[]> {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _cocod; printf '%s\\n' "\${COMPREPLY[@]}"`
  const args = ['--norc', '--noprofile', '-c', script, 'bash', join(home.path, 'bash'), ...words]
  const { stdout, stderr } = await runProgram('bash', args)
  expect(stderr).toBe('')
  return stdout.split('\n').filter((line) => line !== '')
}

async function inFish(line: string): Promise<string[]> {
  const script = `source ${join(home.path, 'fish')}; complete -C '${line}'`
  const env = { HOME: home.path, XDG_CONFIG_HOME: home.path, XDG_DATA_HOME: home.path }
  const { stdout, stderr } = await runProgram('fish', ['--no-config', '-c', script], { env, cwd: home.path })
  expect(stderr).toBe('')
  return stdout
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => each.split('\t')[0] ?? '')
}

/** What stands on the screen of a zsh after a Tab. */
async function inZsh(line: string, shown: RegExp): Promise<string> {
  writeFileSync(
    join(home.path, '.zshrc'),
    `PS1='%% '; autoload -U compinit; compinit -u -D; setopt AUTO_LIST NO_LIST_BEEP; source ${join(home.path, 'zsh')}\n`,
  )
  await using screen = onScreen({
    file: 'zsh',
    args: ['-i'],
    env: {
      PATH: process.env['PATH'] ?? '',
      TERM: 'xterm',
      HOME: home.path,
      ZDOTDIR: home.path,
      LANG: 'C.UTF-8',
    },
    cwd: home.path,
  })
  await screen.untilScreen(/^%/m)
  screen.type(`${line}\t`)
  return await screen.untilScreen(shown)
}

const names = [...new Set(commandForms().map(({ usage }) => usage.split(' ')[0] ?? ''))]

test('bash offers every command, the verbs of one, its flags, and the words a flag takes', async () => {
  expect(await inBash('cocod', '')).toEqual(names)
  expect(await inBash('cocod', 'ses')).toEqual(['session'])
  expect(await inBash('cocod', 'session', 'lo')).toEqual(['lock'])
  expect(await inBash('cocod', 'session', 'end', 's-1', '--rea')).toEqual(['--reason'])
  expect(await inBash('cocod', 'start', '--sshd')).toEqual(['--sshd-port'])
  expect(await inBash('cocod', 'replay', 'export', 'x', '--format', 'a')).toEqual(['asciicast'])
  expect(await inBash('cocod', 'completion', '')).toEqual(['bash', 'zsh', 'fish'])
})

test('secrets are no flags, so no shell offers them', () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    expect(readFileSync(join(home.path, shell), 'utf8')).not.toContain('bootstrap-token')
})

test('fish offers the same', async () => {
  expect((await inFish('cocod ')).sort()).toEqual([...names].sort())
  expect(await inFish('cocod session lo')).toEqual(['lock'])
  expect(await inFish('cocod session end --rea')).toEqual(['--reason'])
  expect(await inFish('cocod start --sshd')).toEqual(['--sshd-port'])
  expect(await inFish('cocod replay export x --format a')).toEqual(['asciicast'])
  expect(await inFish('cocod start --config some')).toEqual(['some-file.ini'])
  expect(await inFish('cocod version --sshd')).toEqual([])
})

test('zsh offers the same', async () => {
  expect(await inZsh('cocod ses', /cocod session/)).toMatch(/^% cocod session/m)
  expect(await inZsh('cocod session ', /^unlock/m)).toMatch(/^watch +-- see one as it goes/m)
  expect(await inZsh('cocod start --sshd', /--sshd-port/)).toMatch(/cocod start --sshd-port/)
  expect(await inZsh('cocod start --config some', /some-file/)).toMatch(/--config some-file\.ini/)
})
