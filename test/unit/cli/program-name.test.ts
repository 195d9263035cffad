import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { programName } from '../../../src/cli/program-name.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

/** A package with its program, and a directory for links to it, as npm makes them. */
async function layOut() {
  const directory = await temporaryDirectory()
  const own = join(directory.path, 'lib/cocod')
  const bin = join(directory.path, 'bin')
  mkdirSync(join(own, 'bin'), { recursive: true })
  mkdirSync(bin)
  const script = join(own, 'bin/cocod')
  writeFileSync(script, '')
  symlinkSync(script, join(bin, 'cocod'))
  return { own, bin, script, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

test('installed, the program is called by its name', async () => {
  await using place = await layOut()
  const env = { PATH: `/usr/bin:${place.bin}` }
  expect(programName(join(place.bin, 'cocod'), { env, cwd: '/' })).toBe('cocod')
})

test('in a clone it is called by its path, from where one stands', async () => {
  await using place = await layOut()
  const env = { PATH: '/usr/bin' }
  expect(programName(place.script, { env, cwd: place.own })).toBe('node bin/cocod')
  expect(programName(place.script, { env, cwd: place.bin })).toBe(`node ${place.script}`)
})

test('another program of that name on the PATH is not taken for this one', async () => {
  await using place = await layOut()
  await using other = await layOut()
  expect(programName(place.script, { env: { PATH: other.bin }, cwd: place.own })).toBe('node bin/cocod')
})

test('what npm adds to the PATH of its scripts is not there afterwards', async () => {
  await using place = await layOut()
  const name = (npm_command: string): string =>
    programName(place.script, { env: { PATH: place.bin, npm_command }, cwd: place.own })
  expect([name('start'), name('exec')]).toEqual(['node bin/cocod', 'npx cocod'])
})
