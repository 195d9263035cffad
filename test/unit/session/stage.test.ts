import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bridge } from '../../../src/session/bridge.ts'
import type { Stage, StageMaker, StageOutlets } from '../../../src/session/stage.ts'
import { type BridgeParts, bridgeParts } from '../../fixtures/bridge-parts.ts'

const run = ({ terminal, asset, recorder }: BridgeParts, stages: readonly StageMaker[]) =>
  bridge(
    { terminal, asset, recorder, stages, onKeys: () => true, onOutput: () => {} },
    new AbortController().signal,
  )

/** Puts its name before what passes. */
const labelled =
  (name: string, more: Partial<Stage> = {}): StageMaker =>
  (out) => ({
    keys: (bytes) => {
      out.toProgram(Buffer.concat([Buffer.from(name), bytes]))
      return true
    },
    output: (bytes) => {
      out.toPerson(Buffer.concat([Buffer.from(name), bytes]))
      return true
    },
    [Symbol.dispose]: () => {},
    ...more,
  })

test('keys pass the stages from the person on, output the other way, and the record has what was shown', async () => {
  const shown = new PassThrough()
  const it = bridgeParts(new PassThrough(), shown)
  const ending = run(it, [labelled('1'), labelled('2')])
  it.input.write('key')
  await turn()
  expect(String(it.toAsset.read())).toBe('21key')
  it.asset.output.push('out')
  it.asset.output.push(null)
  it.finish()
  await ending
  expect(String(shown.read())).toBe('12out')
  expect(String(Buffer.concat(it.recorded))).toBe('12out')
})

test('a stage may speak for itself, to either side, and past the record', async () => {
  const shown = new PassThrough()
  const it = bridgeParts(new PassThrough(), shown)
  let outlets: StageOutlets | undefined
  const ending = run(it, [
    (out) => {
      outlets = out
      return labelled('')(out)
    },
  ])
  outlets?.toProgram(Buffer.from('typed'))
  outlets?.toPerson(Buffer.from('told'))
  outlets?.toPerson(Buffer.from(', a file'), 'unrecorded')
  expect(String(it.toAsset.read())).toBe('typed')
  expect(String(shown.read())).toBe('told, a file')
  expect(String(Buffer.concat(it.recorded))).toBe('told')
  it.asset.output.push(null)
  it.finish()
  await ending
  outlets?.toProgram(Buffer.from('too late'))
  expect(it.toAsset.read()).toBe(null)
})

test('a stage that wants no more keys stops the person and not the program', async () => {
  const output = new PassThrough()
  const it = bridgeParts(output)
  let outlets: StageOutlets | undefined
  const ending = run(it, [
    (out) => {
      outlets = out
      return labelled('', { keys: () => false })(out)
    },
  ])
  it.input.write('one')
  await turn()
  expect(it.input.isPaused()).toBe(true)
  expect(output.isPaused()).toBe(false)
  outlets?.more()
  expect(it.input.isPaused()).toBe(false)
  output.end()
  it.finish()
  await ending
})

test('the program is told of the EOF of the person after the keys a stage held', async () => {
  const output = new PassThrough()
  const it = bridgeParts(output)
  const held: Buffer[] = []
  const ending = run(it, [
    (out) =>
      labelled('', {
        keys: (bytes) => held.push(bytes) > 0,
        keysEnded: async () => {
          await turn()
          for (const bytes of held) out.toProgram(bytes)
        },
      })(out),
  ])
  it.input.end('held')
  expect(String(Buffer.concat(await it.toAsset.toArray()))).toBe('held')
  output.end()
  it.finish()
  await ending
})

test('what a stage holds of the output is shown before the end', async () => {
  const [output, shown] = [new PassThrough(), new PassThrough()]
  const it = bridgeParts(output, shown)
  const held: Buffer[] = []
  const ending = run(it, [
    (out) =>
      labelled('', {
        output: (bytes) => held.push(bytes) > 0,
        outputEnded: () => out.toPerson(Buffer.concat(held)),
      })(out),
  ])
  output.end('last words')
  it.finish()
  expect(await ending).toMatchObject({ kind: 'exit' })
  expect(String(shown.read())).toBe('last words')
  expect(String(Buffer.concat(it.recorded))).toBe('last words')
})
