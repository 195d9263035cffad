import { mkdir, stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import {
  askControl,
  type ControlAnswer,
  openControl,
  serveControl,
} from '../../../src/base/control-socket.ts'
import { Scope } from '../../../src/base/scope.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const value = (each: unknown): ControlAnswer => ({ kind: 'value', value: each })

test('a request is answered, and only this user may ask', async () => {
  await using directory = await temporaryDirectory()
  await using scope = new Scope()
  const path = join(directory.path, 'control.sock')
  await serveControl(path, async (request) => value({ request }), scope)
  expect(await askControl(path, 'status', scope)).toEqual({ request: 'status' })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a data directory deeper than a socket name can say works all the same', async () => {
  await using directory = await temporaryDirectory()
  await using scope = new Scope()
  const deep = join(directory.path, 'd'.repeat(120))
  await mkdir(deep)
  const path = join(deep, 'control.sock')
  await serveControl(path, async () => value('here'), scope)
  expect(await askControl(path, 'status', scope)).toBe('here')
})

test('where nobody answers the question comes back undefined', async () => {
  await using directory = await temporaryDirectory()
  await using scope = new Scope()
  expect(await askControl(join(directory.path, 'none.sock'), 'status', scope)).toBeUndefined()
})

test('a handler that throws ends that connection only', async () => {
  await using directory = await temporaryDirectory()
  await using scope = new Scope()
  const path = join(directory.path, 'control.sock')
  const handle = async (request: unknown): Promise<ControlAnswer> => {
    if (request === 'bad') throw new Error('no')
    return value('good')
  }
  await serveControl(path, handle, scope)
  expect(await askControl(path, 'bad', scope)).toBeUndefined()
  expect(await askControl(path, 'other', scope)).toBe('good')
})

test('a stream carries bytes both ways, also those that came with the request', async () => {
  await using directory = await temporaryDirectory()
  await using scope = new Scope()
  const path = join(directory.path, 'control.sock')
  const run = async (socket: Socket): Promise<void> => {
    for await (const chunk of socket) socket.write(String(chunk).toUpperCase())
  }
  await serveControl(path, async () => ({ kind: 'stream', run }), scope)
  const opened = await openControl(path, 'watch', scope)
  expect(opened?.answer).toEqual({ stream: true })
  opened?.socket.end('abc')
  expect(await text(opened?.socket ?? Readable.from([]))).toBe('ABC')
})
