import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSshd } from '../fixtures/sshd.ts'

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
  await using sshd = await startSshd()
  const { port, user, privateKey, home } = sshd.asset
  const line = (): string => randomBytes(32).toString('hex').slice(0, 63)
  const paste = `${Array.from({ length: 24_576 }, line).join('\n')}\n`
  const facts = join(prefix, 'facts.json')
  const target = join(home, 'pasted')
  writeFileSync(facts, JSON.stringify({ port, user, privateKey: privateKey.text, paste, target }), {
    mode: 0o600,
  })
  const script = join(prefix, 'paste.mjs')
  writeFileSync(script, PASTE)
  await run(process.execPath, [script, installed('dist'), facts])
  expect(readFileSync(target, 'utf8') === paste).toBe(true)
})

/** Runs outside the project: only what was installed is there. */
const PASTE = `
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
const [dist, file] = process.argv.slice(2)
const load = (name) => import(join(dist, name))
const { connectSsh } = await load('asset/ssh.js')
const { HostKeys } = await load('asset/host-keys.js')
const { Secret } = await load('base/secret.js')
const { systemClock } = await load('base/clock.js')
const { silentLog } = await load('log.js')
const { port, user, privateKey, paste, target } = JSON.parse(readFileSync(file, 'utf8'))
const systemUser = { id: '', name: user, username: user, priority: 1, protocol: 'ssh', loginMode: 'auto', actions: [] }
const asset = {
  id: '', hostname: 'sshd', ip: '127.0.0.1', protocols: [{ name: 'ssh', port }], platform: '', comment: '',
  domain: null, orgId: '', orgName: '', systemUsers: [systemUser],
}
const log = silentLog()
const options = {
  prepared: {
    target: { asset, systemUser }, rules: [],
    credentials: { username: user, password: undefined, privateKey: new Secret(privateKey) },
  },
  destination: { allowLocalAssets: true, listeners: () => [] },
  hostKeys: await HostKeys.open({ path: file + '.pins', policy: 'accept-new', log }),
  clock: systemClock,
  log,
}
const connection = await connectSsh(options, () => {}, new AbortController().signal)
const pty = { term: 'xterm', modes: {}, size: { columns: 80, rows: 24 } }
const channel = await connection.exec('stty -echo; echo ready; cat > ' + target + '; echo END', pty)
let seen = ''
for await (const bytes of channel.output) {
  const before = seen
  seen += bytes
  if (!before.includes('ready') && seen.includes('ready')) channel.input.write(paste + '\\x04')
  if (seen.includes('END')) break
}
await connection[Symbol.asyncDispose]()
`
