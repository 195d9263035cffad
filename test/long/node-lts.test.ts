import { execFile, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '../fixtures/temporary-directory.ts'

const run = promisify(execFile)
const project = join(import.meta.dirname, '../..')
const LARGE = { maxBuffer: 64 << 20 }
let home: TemporaryDirectory
let tarball = ''

beforeAll(async () => {
  home = await temporaryDirectory()
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', home.path], {
    cwd: project,
    ...LARGE,
  })
  tarball = join(home.path, stdout.trim().split('\n').at(-1) ?? '')
}, 600_000)
afterAll(() => home[Symbol.asyncDispose]())

/** Directory of the `node` program of this major version, from npm's own package of it: a download of its size. */
async function nodeOf(major: string): Promise<string> {
  const prefix = join(home.path, `node-${major}`)
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', prefix, `node@${major}`], LARGE)
  return join(prefix, 'node_modules/node/bin')
}

test.each(['20', '24'])(
  'npm install -g of the package and start --standalone in an empty directory work on Node %s',
  async (major) => {
    const bin = await nodeOf(major)
    const prefix = join(home.path, `global-${major}`)
    const work = join(home.path, `work-${major}`)
    mkdirSync(work)
    const env = { ...process.env, PATH: [bin, join(prefix, 'bin'), process.env['PATH']].join(delimiter) }
    await run('npm', ['install', '-g', '--no-audit', '--no-fund', '--prefix', prefix, tarball], {
      env,
      ...LARGE,
    })
    const { stdout } = await run('cocod', ['version'], { env, cwd: work })
    expect(stdout).toContain(`(node ${major}.`)
    const args = ['start', '--standalone', '--sshd-port', '0', '--httpd-port', '0']
    const daemon = spawn('cocod', args, { env, cwd: work, stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = new Promise((resolve) => daemon.once('exit', resolve))
    try {
      const lines = createInterface({ input: daemon.stdout })
      await new Promise<void>((resolve, reject) => {
        lines.on('line', (line) => line.includes('"msg":"ready"') && resolve())
        void exited.then(() => reject(new Error('it ended')))
      })
    } finally {
      daemon.kill()
    }
    expect(await exited).toBe(0)
  },
)
