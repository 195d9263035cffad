import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'

const run = promisify(execFile)
const project = join(import.meta.dirname, '../..')
const prefix = mkdtempSync(join(tmpdir(), 'cocod-package-'))
const installed = (...path: string[]): string => join(prefix, 'node_modules/cocod', ...path)

// The only test that may talk to the registry: it does what a person does who has nothing but the tarball.
beforeAll(async () => {
  if (!existsSync(join(project, 'dist'))) throw new Error('dist/ is missing; run: npm run build')
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', prefix], {
    cwd: project,
    maxBuffer: 64 * 1024 * 1024,
  })
  const tarball = join(prefix, stdout.trim().split('\n').at(-1) ?? '')
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--prefix', prefix, tarball], {
    cwd: prefix,
    maxBuffer: 64 * 1024 * 1024,
  })
}, 600_000)
afterAll(() => rmSync(prefix, { recursive: true, force: true }))

test('the installed package brings its patched ssh2, and nothing compiled for the machine that packed it', async () => {
  const library = installed('node_modules/ssh2')
  expect(readFileSync(join(library, 'lib/index.js'), 'utf8')).toContain('cocodPatch')
  const { stdout } = await run(process.execPath, [installed('scripts/patch-ssh2.mjs'), installed()])
  expect(stdout).toBe('ssh2 patch: already applied\n')
  // What a compiler left there was compiled here, by the installation.
  const { stdout: packed } = await run('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'], {
    cwd: project,
    maxBuffer: 64 * 1024 * 1024,
  })
  const paths = packed.match(/"path": "[^"]*"/g) ?? []
  expect(paths).toContain('"path": "node_modules/ssh2/lib/client.js"')
  expect(paths.filter((path) => /\.node"|\/build\/|obj\.target|ssh2\/test\//.test(path))).toEqual([])
})

test('the installed command starts', async () => {
  const { stdout } = await run(process.execPath, [installed('bin/cocod'), 'version'], { cwd: prefix })
  expect(stdout).toMatch(/^cocod \d+\.\d+\.\d+ /)
})

test('a 1.5 MB paste into a terminal without echo goes through the installed package', async () => {
  await using bastion = await startBastion({ program: installed('bin/cocod') })
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(/[$#]$/m)
  const line = (): string => `${randomBytes(32).toString('hex').slice(0, 63)}\n`
  const paste = Array.from({ length: 24_576 }, line).join('')
  ssh.type("stty -echo; echo rea''dy; sha256sum; stty echo\r")
  await ssh.untilScreen(/^ready/m)
  ssh.type(paste)
  ssh.type('\x04')
  await ssh.untilScreen(new RegExp(createHash('sha256').update(paste).digest('hex')))
})

test('the installed package brings the page for browsers', async () => {
  await using bastion = await startBastion({ program: installed('bin/cocod') })
  const { webPort } = await bastion.daemon.ready()
  const page = await fetch(`http://127.0.0.1:${webPort}/`)
  const script = /<script[^>]* src="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  expect(page.status).toBe(200)
  expect(
    (await fetch(new URL(script, `http://127.0.0.1:${webPort}/`))).headers.get('content-type'),
  ).toContain('javascript')
})
