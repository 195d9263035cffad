import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { HostKeys } from '../../../src/asset/host-keys.ts'
import { silentLog } from '../../../src/log.ts'
import { fingerprint, generateHostKey, parsePublicKey } from '../../../src/ssh2/keys.ts'

const HOST = { host: 'Web-1.example', port: 22 }
const newKey = async (type: 'ed25519' | 'ecdsa' = 'ed25519'): Promise<Buffer> =>
  parsePublicKey((await generateHostKey(type)).publicKey).getPublicSSH()

function newPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cocod-pins-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return join(directory, 'known_hosts')
}

const open = (path: string): Promise<HostKeys> => HostKeys.open({ path, log: silentLog() })

test('the first key is new, pinned on disk, and known from then on, also after a restart', async () => {
  const path = newPath()
  const key = await newKey()
  const pins = await open(path)
  expect(pins.judge(HOST, key)).toEqual({ kind: 'new' })
  expect(await pins.pin({ host: HOST, blob: key })).toEqual({ kind: 'known' })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const again = await open(path)
  expect(again.judge({ host: 'web-1.EXAMPLE', port: 22 }, key, 'strict')).toEqual({ kind: 'known' })
  expect(again.knownTypes(HOST)).toEqual(['ssh-ed25519'])
})

test('another key, also one of another type, is a change and names the pinned fingerprint', async () => {
  const pins = await open(newPath())
  const key = await newKey()
  await pins.pin({ host: HOST, blob: key })
  const changed = { kind: 'changed', known: fingerprint(key) }
  expect(pins.judge(HOST, await newKey())).toEqual(changed)
  expect(pins.judge(HOST, await newKey('ecdsa'))).toEqual(changed)
  expect(await pins.pin({ host: HOST, blob: await newKey() })).toEqual(changed)
})

test('another port is another host', async () => {
  const pins = await open(newPath())
  await pins.pin({ host: HOST, blob: await newKey() })
  expect(pins.judge({ ...HOST, port: 2222 }, await newKey())).toEqual({ kind: 'new' })
})

test('of two sessions that see different keys first, one is told of a change', async () => {
  const pins = await open(newPath())
  const verdicts = await Promise.all([
    pins.pin({ host: HOST, blob: await newKey() }),
    pins.pin({ host: HOST, blob: await newKey() }),
  ])
  expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['changed', 'known'])
})

test('many pins at once are all on disk', async () => {
  const path = newPath()
  const pins = await open(path)
  const keys = await Promise.all(Array.from({ length: 20 }, () => newKey()))
  await Promise.all(keys.map((key, port) => pins.pin({ host: { host: 'many', port: port + 1 }, blob: key })))
  const again = await open(path)
  expect(keys.map((key, port) => again.judge({ host: 'many', port: port + 1 }, key).kind)).toEqual(
    keys.map(() => 'known'),
  )
})

test('strict takes no new key, off takes every key and pins none', async () => {
  const key = await newKey()
  const pins = await open(newPath())
  expect(pins.judge(HOST, key, 'strict')).toEqual({ kind: 'unknown' })
  expect(await pins.pin({ host: HOST, blob: key }, 'strict')).toEqual({ kind: 'unknown' })
  expect(await pins.pin({ host: HOST, blob: key }, 'off')).toEqual({ kind: 'unchecked' })
  expect(pins.judge(HOST, await newKey(), 'off')).toEqual({ kind: 'unchecked' })
  expect(pins.judge(HOST, key)).toEqual({ kind: 'new' })
})

test('a pin that cannot be written is an error and does not count', async () => {
  const path = newPath()
  const pins = await open(path)
  rmSync(join(path, '..'), { recursive: true })
  writeFileSync(join(path, '..'), 'a file where the directory was')
  const key = await newKey()
  await expect(pins.pin({ host: HOST, blob: key })).rejects.toMatchObject({ code: 'ASSET_HOST_KEY_STORE' })
  expect(pins.judge(HOST, key)).toEqual({ kind: 'new' })
})

test('a file cut at any byte stops the start', async () => {
  const path = newPath()
  const pins = await open(path)
  for (const port of [1, 2, 3]) await pins.pin({ host: { ...HOST, port }, blob: await newKey() })
  const whole = readFileSync(path)
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length))
    await expect(open(path), `cut at ${length}`).rejects.toMatchObject({ code: 'ASSET_HOST_KEY_STORE' })
  }
})

test.each([
  ['a changed key', (text: string) => text.replace(/AAAA/, 'AAAB')],
  ['a key of another type', (text: string) => text.replace('ssh-ed25519', 'ssh-rsa')],
  ['a missing word', (text: string) => text.replace(' ssh-ed25519 ', ' ')],
  ['rubbish', (text: string) => text.replace('# end', 'what is this\n# end')],
])('%s in the file stops the start and names the line', async (_what, damage) => {
  const path = newPath()
  const pins = await open(path)
  await pins.pin({ host: HOST, blob: await newKey() })
  writeFileSync(path, damage(readFileSync(path, 'utf8')))
  await expect(open(path)).rejects.toThrow(/damaged in line [23]/)
})

test('an address behind gateways is another host than the same address here', async () => {
  const pins = await open(newPath())
  const key = await newKey()
  await pins.pin({ host: { ...HOST, zone: 'dmz' }, blob: key })
  expect(pins.judge({ ...HOST, zone: 'dmz' }, key)).toEqual({ kind: 'known' })
  expect(pins.judge(HOST, await newKey())).toEqual({ kind: 'new' })
  expect(pins.judge({ ...HOST, zone: 'lab' }, await newKey())).toEqual({ kind: 'new' })
})

test('what somebody else changed in the file holds from the next connection on; a damaged file stops them', async () => {
  const path = newPath()
  const [one, other] = [await open(path), await open(path)]
  const key = await newKey()
  await one.pin({ host: HOST, blob: key })
  expect(other.judge(HOST, key)).toEqual({ kind: 'new' })
  await other.refresh()
  expect(other.judge(HOST, key)).toEqual({ kind: 'known' })
  const second = { ...HOST, port: 23 }
  await other.pin({ host: second, blob: await newKey() })
  await one.refresh()
  expect(one.knownTypes(second)).toEqual(['ssh-ed25519'])
  writeFileSync(path, 'x')
  await expect(one.refresh()).rejects.toMatchObject({ code: 'ASSET_HOST_KEY_STORE' })
  await expect(one.pin({ host: { ...HOST, port: 24 }, blob: key })).rejects.toMatchObject({
    code: 'ASSET_HOST_KEY_STORE',
  })
})

test('of two processes that see different keys of a host, the first to write wins', async () => {
  const path = newPath()
  const [one, other] = [await open(path), await open(path)]
  const keys = [await newKey(), await newKey()] as const
  const verdicts = await Promise.all([
    one.pin({ host: HOST, blob: keys[0] }),
    other.pin({ host: HOST, blob: keys[1] }),
  ])
  expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['changed', 'known'])
})
