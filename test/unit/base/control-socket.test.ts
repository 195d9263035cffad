import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askControl, serveControl } from '../../../src/base/control-socket.ts'
import { Scope } from '../../../src/base/scope.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

test('a request is answered, and only this user may ask', async () => {
  await using directory = await temporaryDirectory()
  await using scope = new Scope()
  const path = join(directory.path, 'control.sock')
  await serveControl(path, async (request) => ({ request }), scope)
  expect(await askControl(path, 'status', scope)).toEqual({ request: 'status' })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a data directory deeper than a socket name can say works all the same', async () => {
  await using directory = await temporaryDirectory()
  await using scope = new Scope()
  const deep = join(directory.path, 'd'.repeat(120))
  await mkdir(deep)
  const path = join(deep, 'control.sock')
  await serveControl(path, async () => 'here', scope)
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
  const handle = async (request: string): Promise<string> => {
    if (request === 'bad') throw new Error('no')
    return 'good'
  }
  await serveControl(path, handle, scope)
  expect(await askControl(path, 'bad', scope)).toBeUndefined()
  expect(await askControl(path, 'other', scope)).toBe('good')
})
