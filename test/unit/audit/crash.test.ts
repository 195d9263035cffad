import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { readCommands } from '../../../src/audit/command-log.ts'
import { sealCut } from '../../../src/audit/seal.ts'
import { verifySession } from '../../../src/audit/verify.ts'
import { outputOf } from '../../fixtures/spool.ts'
import { isRoot } from '../../fixtures/system-account.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const CHILD = join(import.meta.dirname, '../../fixtures/recording-child.ts')

/** Runs the child under a shell that may limit it first. */
function child(directory: string, mode: 'lines' | 'flood' | 'unrecorded', limit = 'true') {
  const script = `${limit}; exec "$0" --import tsx "$@"`
  const env = { ...process.env, TSX_DISABLE_CACHE: '1' }
  return spawn('sh', ['-c', script, process.execPath, CHILD, directory, mode], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function outputText(
  directory: string,
  limit?: string,
  mode: 'flood' | 'unrecorded' = 'flood',
): Promise<string> {
  const flood = child(directory, mode, limit)
  let text = ''
  flood.stdout.on('data', (bytes) => {
    text += String(bytes)
  })
  await once(flood, 'close')
  return text.trim()
}

test('kill -9 loses nothing that is older than a second, and what is left can be sealed', async () => {
  await using home = await temporaryDirectory()
  const recorder = child(home.path, 'lines')
  const said: Array<readonly [line: number, at: number]> = []
  for await (const text of createInterface({ input: recorder.stdout })) {
    const [line, at] = text.split(' ').map(Number)
    said.push([line ?? 0, at ?? 0])
    if (said.length === 170) recorder.kill('SIGKILL')
  }
  const last = said.at(-1)?.[1] ?? 0
  const safe = said.filter(([, at]) => at <= last - 1_000).map(([line]) => line)
  expect(safe.length).toBeGreaterThan(30)
  const lines = String(await outputOf(home.path))
    .split('\n')
    .slice(0, -1)
  expect(lines).toEqual(lines.map((_, n) => `line ${n + 1}`))
  expect(lines.length).toBeGreaterThanOrEqual(safe.at(-1) ?? 0)
  const commands: string[] = []
  for await (const { command } of readCommands(join(home.path, 'commands.ndjson')))
    commands.push(command.input)
  expect(commands.length).toBeGreaterThanOrEqual(Math.floor((safe.at(-1) ?? 0) / 10))
  expect((await sealCut(home.path)).end).toMatchObject({ reason: 'cut', commands: commands.length })
  expect(await verifySession(home.path)).toMatchObject({ kind: 'whole', cut: true })
})

test('a file that may not grow any more stops the recording, and what was written is sealed', async () => {
  await using home = await temporaryDirectory()
  expect(await outputText(home.path, 'ulimit -f 2000')).toBe(
    'failed AUDIT_WRITE EFBIG taken-after=false closed',
  )
  expect((await sealCut(home.path)).end).toMatchObject({ reason: 'record-failed', cut: true })
  expect((await outputOf(home.path)).length).toBeGreaterThan(900_000)
  expect(await verifySession(home.path)).toMatchObject({ kind: 'whole', cut: true })
})

test('where it is set so, a session goes on when its record fails, and what was written is sealed', async () => {
  await using home = await temporaryDirectory()
  expect(await outputText(home.path, 'ulimit -f 2000', 'unrecorded')).toBe('done taken-after=true closed')
  expect((await sealCut(home.path)).end).toMatchObject({ cut: true })
  expect((await outputOf(home.path)).length).toBeGreaterThan(900_000)
})

// Only root may mount; elsewhere the file size limit above stands for the full disk.
test.runIf(isRoot || process.env['CI'])(
  'a disk that is full stops the recording, and what was written is sealed',
  async () => {
    await using home = await temporaryDirectory()
    const disk = join(home.path, 'disk')
    await mkdir(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk])
    try {
      const session = join(disk, 'session')
      await mkdir(session)
      expect(await outputText(session)).toBe('failed AUDIT_WRITE ENOSPC taken-after=false closed')
      expect((await sealCut(session)).end).toMatchObject({ reason: 'record-failed', cut: true })
      expect((await outputOf(session)).length).toBeGreaterThan(3_000_000)
      expect(await verifySession(session)).toMatchObject({ kind: 'whole', cut: true })
    } finally {
      execFileSync('umount', [disk])
    }
  },
)
