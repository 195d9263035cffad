// How fast is the bastion? Everything is measured in one run, by turns, against `ssh -J` through an OpenSSH sshd to the
// same asset, and told as a ratio: the figures of one machine say nothing about another.
//
//   npm run bench -- [--rounds 5] [--mb 200] [--keys 300]
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { bulk } from './bulk.ts'
import { echo } from './echo.ts'
import { startLab } from './lab.ts'
import { columns, row } from './numbers.ts'

const MOST_MS = 240_000
const ECHO_ROUNDS = 3

const count = (most: number) => z.coerce.number().int().min(1).max(most)
const Options = z.object({
  rounds: count(100).default(5),
  mb: count(10_000).default(200),
  keys: count(10_000).default(300),
})

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, mb: { type: 'string' }, keys: { type: 'string' } },
})
const { rounds, mb: megabytes, keys } = Options.parse(values)

const stop = new AbortController()
const late = setTimeout(() => stop.abort(new Error(`not done in ${MOST_MS / 1000} s`)), MOST_MS)
process.once('SIGINT', () => stop.abort(new Error('interrupted')))
process.once('SIGTERM', () => stop.abort(new Error('terminated')))

try {
  await using lab = await startLab(stop.signal)
  const measures = [
    ...(await echo(lab, { rounds: ECHO_ROUNDS, keys }, stop.signal)),
    ...(await bulk(lab, { rounds, megabytes }, stop.signal)),
  ]
  const head = ['', 'ratio', 'rounds', 'bastion', 'ssh -J']
  console.log(`\n${columns([head, ...measures.map(row)])}\n`)
  console.log(`  ${facts()}`)
  console.log('  Ratios: bastion to ssh -J, medians; "rounds" is the smallest and the largest of one round.')
  console.log('  Output: higher is better. Echo: lower is better. Recorded, aes128-gcm on all hops.\n')
} catch (error) {
  console.error(`bench: ${stop.signal.aborted ? String(stop.signal.reason) : String(error)}`)
  process.exitCode = 1
} finally {
  clearTimeout(late)
}

function facts(): string {
  const addon = 'node_modules/ssh2/lib/protocol/crypto/build/Release/sshcrypto.node'
  const native = existsSync(join(import.meta.dirname, '..', addon))
  const runs = `${rounds} rounds of ${megabytes} MB, ${ECHO_ROUNDS} of ${keys} keys`
  return `node ${process.versions.node}, ${cpus().length} cores, ssh2 ${native ? 'with' : 'without'} its crypto addon; ${runs}`
}
