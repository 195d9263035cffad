import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { pathFromText } from '../../../src/files/byte-path.ts'
import { OPEN } from '../../../src/files/sftp/protocol.ts'
import { startFilesWorld } from '../../fixtures/files-world.ts'
import { seeded } from '../../fixtures/random.ts'
import { rawSftp } from '../../fixtures/raw-sftp.ts'

let scope = new Scope()
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})

const COUNT = 500
const PARTS = [
  ...(['..', '.', '', 'dir', 'sub', 'file', 'none', 'out', 'up', 'in', 'loop', 'dangling'] as const),
  ...([
    'chain-5',
    'chain-36',
    '汉字',
    'a b',
    '*',
    '~',
    '%2e%2e',
    '..;',
    '...',
    'x'.repeat(255),
    'x'.repeat(256),
  ] as const),
] as const

/** A root with links of every kind in it, and a neighbour that is no business of it. */
function makeRoot(): { root: string; outside: string } {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'cocod-paths-')))
  scope.defer(() => rmSync(place, { recursive: true }))
  const [root, outside] = [join(place, 'root'), join(place, 'root-outside')]
  for (const directory of [root, outside, join(root, 'dir'), join(root, 'dir/sub')]) mkdirSync(directory)
  for (const directory of [root, outside, join(root, 'dir')])
    for (const name of ['file', '汉字']) writeFileSync(join(directory, name), '')
  const links = {
    out: outside,
    up: '..',
    in: 'dir',
    loop: 'loop',
    dangling: join(outside, 'new'),
    'chain-0': outside,
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, name))
  for (let at = 1; at < 37; at++) symlinkSync(`chain-${at - 1}`, join(root, `chain-${at}`))
  for (const directory of [place, root, outside, join(root, 'dir')]) chmodSync(directory, 0o777)
  return { root, outside }
}

function pathsIn(root: string, outside: string): string[] {
  const random = seeded(18)
  const parts = (): string[] =>
    Array.from({ length: 1 + random.below(6) }, () => PARTS[random.below(PARTS.length)] ?? '')
  const begins: readonly [string, ...string[]] = [root, root, root, root, outside, `${root}/../root`, '', '.']
  return Array.from({ length: COUNT }, () => [random.pick(begins), ...parts()].join('/'))
}

/** Where the kernel finds a thing (`follow`) or a name; undefined when it does not. */
function placeOf(path: string, follow: boolean): string | undefined {
  try {
    const isName = !follow && !/(^|\/)\.{0,2}$/.test(path)
    return isName ? join(realpathSync.native(dirname(path)), basename(path)) : realpathSync.native(path)
  } catch {
    return undefined
  }
}

test('of 500 paths none leads out of the root, and each opening is on record, done or refused (S18)', async () => {
  const { root, outside } = makeRoot()
  const world = scope.own(await startFilesWorld({ env: { SFTP_ROOT_DIRECT: root } }))
  const { client } = scope.own(await rawSftp(world.direct))
  const within = (path: string, follow: boolean): boolean =>
    `${placeOf(path, follow) ?? ''}/`.startsWith(`${root}/`)
  const done = { open: 0, lstat: 0 }
  for (const path of pathsIn(root, outside)) {
    const wire = pathFromText(path)
    const handle = await client.open(wire, OPEN.read).catch(() => undefined)
    if (handle) {
      done.open += 1
      expect(within(path, true), `opened ${path}`).toBe(true)
      await client.close(handle)
    }
    const seen = await client.lstat(wire).catch(() => undefined)
    if (!seen) continue
    done.lstat += 1
    expect(within(path, false), `looked at ${path}`).toBe(true)
  }
  expect(done.open).toBeGreaterThan(5)
  expect(done.lstat).toBeGreaterThan(20)
  const logs = await world.core.until(({ state: { fileLogs } }) => fileLogs.length >= COUNT && fileLogs)
  expect(logs.filter(({ operate }) => operate === 'Download')).toHaveLength(COUNT)
  expect(logs.filter(({ is_success }) => is_success)).toHaveLength(done.open)
})
