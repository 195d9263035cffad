// How fast do files pass? OpenSSH's sftp through the bastion, by turns with the same through `ssh -J`, in one run.
//
//   npx tsx bench/files.ts [--rounds 3] [--mb 200] [--files 1000] [--entries 10000] [--parallel 8]
//
// The whole measure of docs: --mb 1000 --files 10000 --entries 100000 --parallel 20
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { inTurn } from './bulk.ts'
import { type Lab, startLab, type Way } from './lab.ts'
import { columns, type Measure, row } from './numbers.ts'

const count = (most: number) => z.coerce.number().int().min(1).max(most)
const Options = z.object({
  rounds: count(100).default(3),
  mb: count(10_000).default(200),
  files: count(100_000).default(1000),
  entries: count(1_000_000).default(10_000),
  parallel: count(100).default(8),
})
const flag = { type: 'string' } as const
const { values } = parseArgs({
  options: { rounds: flag, mb: flag, files: flag, entries: flag, parallel: flag },
})
const { rounds, mb, files, entries, parallel } = Options.parse(values)
const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('interrupted')))

await using lab = await startLab(stop.signal)
prepare(lab)
const place = (name: string): string => join(lab.shared, name)
const measures = [
  await measure(`download, ${mb} MB`, 'MB/s', mb, () => [`get ${place('big')} /dev/null`]),
  await measure(`upload, ${mb} MB`, 'MB/s', mb, (way) => [`put ${place('big')} ${place(`up-${way}`)}`]),
  await measure(`upload, ${files} files of 1 KB`, '/s', files, (way) => [
    `-mkdir ${place(`many-${way}`)}`,
    `put ${place('small')}/* ${place(`many-${way}`)}`,
  ]),
  await measure(`list, ${entries} names`, '/s', entries, () => [`ls -1 ${place('names')}`]),
  await measure(
    `${parallel} downloads at once`,
    'MB/s',
    mb,
    () => [`get ${place('part')} /dev/null`],
    parallel,
  ),
]
console.log(`\n${columns([['', 'ratio', 'rounds', 'bastion', 'ssh -J'], ...measures.map(row)])}\n`)
console.log(
  '  Ratios: bastion to sftp through ssh -J, medians; higher is better. With login, permission and record.\n',
)

/** The asset is this machine. */
function prepare({ shared }: Lab): void {
  writeFileSync(join(shared, 'big'), Buffer.alloc(mb * 1_000_000, 'x'))
  writeFileSync(join(shared, 'part'), Buffer.alloc(Math.ceil((mb * 1_000_000) / parallel), 'x'))
  for (const name of ['small', 'names']) mkdirSync(join(shared, name))
  for (let n = 0; n < files; n++) writeFileSync(join(shared, 'small', `f${n}`), Buffer.alloc(1000, 'x'))
  for (let n = 0; n < entries; n++) writeFileSync(join(shared, 'names', `f${n}`), '')
  for (const name of ['small', 'names']) chmodSync(join(shared, name), 0o755)
}

async function measure(
  name: string,
  unit: string,
  amount: number,
  commands: (way: Way) => readonly string[],
  times = 1,
): Promise<Measure> {
  const rates = { bastion: [] as number[], jump: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const way of inTurn(round)) {
      await lab.settled()
      for (const made of [`up-${way}`, `many-${way}`]) rmSync(place(made), { recursive: true, force: true })
      const began = performance.now()
      await Promise.all(Array.from({ length: times }, () => sftp(way, commands(way))))
      rates[way].push((amount * 1000) / (performance.now() - began))
    }
  }
  return { name, unit, ...rates }
}

async function sftp(way: Way, commands: readonly string[]): Promise<void> {
  const [option = '', config = '', host = ''] = lab.ssh(way)
  const child = spawn('sftp', [option, config, '-q', '-b', '-', host], {
    stdio: ['pipe', 'ignore', 'inherit'],
    signal: stop.signal,
  })
  child.stdin.end(`${commands.join('\n')}\n`)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0) throw new Error(`sftp through ${way}: exit ${code}`)
}
