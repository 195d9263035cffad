import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** Runs the import rule over a small tree of its own, laid out like ours. */
function judge(files: Record<string, string>): { status: number | null; output: string } {
  const scratch = mkdtempSync(join(root, '.rooms-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(scratch, 'src', file, '..'), { recursive: true })
      writeFileSync(join(scratch, 'src', file), text)
    }
    symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'))
    for (const file of ['tsconfig.json', '.dependency-cruiser.cjs', 'package.json']) {
      symlinkSync(join(root, file), join(scratch, file))
    }
    const cruiser = join(root, 'node_modules/.bin/depcruise')
    const run = spawnSync(cruiser, ['--config', '.dependency-cruiser.cjs', 'src'], {
      cwd: scratch,
      encoding: 'utf8',
    })
    return { status: run.status, output: run.stdout + run.stderr }
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

const value = 'export const value = 1\n'
const from = (path: string) => `import { value } from '${path}'\nexport const other = value\n`

test('imports that go down are fine', () => {
  const { status, output } = judge({ 'session/a.ts': from('../audit/b.ts'), 'audit/b.ts': value })
  expect(output).toContain('2 modules')
  expect(status).toBe(0)
})

test.each([
  ['upwards', { 'audit/a.ts': from('../session/b.ts'), 'session/b.ts': value }, 'down-only:audit'],
  [
    'up from the options',
    { 'asset-options/a.ts': from('../asset/b.ts'), 'asset/b.ts': value },
    'ground-floor',
  ],
  ['to a neighbour', { 'audit/a.ts': from('../asset/b.ts'), 'asset/b.ts': value }, 'down-only:audit'],
  ['of config', { 'menu/a.ts': from('../config/b.ts'), 'config/b.ts': value }, 'config-only'],
  ['of ssh2', { 'sshd/a.ts': "import ssh2 from 'ssh2'\nexport const it = ssh2\n" }, 'ssh2-only'],
  ['past core', { 'standalone/a.ts': from('../audit/b.ts'), 'audit/b.ts': value }, 'standalone-only'],
  ['to a room without a floor', { 'menu/a.ts': from('../utils/b.ts'), 'utils/b.ts': value }, 'only-rooms'],
  ['from a room without a floor', { 'utils/a.ts': from('../base/b.ts'), 'base/b.ts': value }, 'every-room'],
  ['of a tool that is not installed with us', { 'cli/a.ts': "import 'vitest'\n" }, 'installed-with'],
  ['of nothing that is there', { 'cli/a.ts': "import './b.ts'\n" }, 'resolvable'],
  ['in a circle', { 'audit/a.ts': from('./b.ts'), 'audit/b.ts': `${from('./a.ts')}${value}` }, 'no-cycle'],
])('an import %s is an error', (_name, files, rule) => {
  const { status, output } = judge(files)
  expect(output).toContain(rule)
  expect(status).not.toBe(0)
})
