import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { countOutput, type Lab, WAYS, type Way } from './lab.ts'
import type { Measure } from './numbers.ts'

export interface BulkOptions {
  readonly rounds: number
  readonly megabytes: number
}

/**
 * Output of a command, with and without a PTY, in MB/s: from the moment the asset begins to print until the client has
 * ended, without the login. Both ways take turns within each round.
 */
export async function bulk(
  lab: Lab,
  { rounds, megabytes }: BulkOptions,
  signal: AbortSignal,
): Promise<readonly Measure[]> {
  const exec = { bastion: [] as number[], jump: [] as number[] }
  const pty = { bastion: [] as number[], jump: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const way of inTurn(round)) exec[way].push(await rate({ lab, way, megabytes, tty: false }, signal))
    for (const way of inTurn(round)) pty[way].push(await rate({ lab, way, megabytes, tty: true }, signal))
  }
  return [
    { name: 'output, exec', unit: 'MB/s', ...exec },
    { name: 'output, PTY', unit: 'MB/s', ...pty },
  ]
}

/** Who goes first changes with each round. */
export const inTurn = (round: number): readonly Way[] => (round % 2 === 0 ? WAYS : WAYS.toReversed())

/** On a PTY the bastion says at the end that, and why, the connection is closed. */
const LONGEST_GOODBYE = 500

interface Transfer {
  readonly lab: Lab
  readonly way: Way
  readonly megabytes: number
  readonly tty: boolean
}

async function rate({ lab, way, megabytes, tty }: Transfer, signal: AbortSignal): Promise<number> {
  await lab.settled()
  const began = join(lab.shared, `began-${way}`)
  // The asset is this machine: its clock is ours, and what it writes can be read here.
  const command = `${tty ? 'stty raw -echo; ' : ''}date +%s%N >${began}; head -c ${megabytes * 1_000_000} /dev/zero`
  const bytes = await countOutput(lab.ssh(way, tty ? '-tt' : '-T', command), signal)
  const ended = Date.now()
  const more = bytes - megabytes * 1_000_000
  if (more < 0 || more > (tty ? LONGEST_GOODBYE : 0)) throw new Error(`${way}: ${bytes} bytes came`)
  const seconds = ended / 1000 - Number(readFileSync(began, 'utf8')) / 1e9
  return megabytes / seconds
}
