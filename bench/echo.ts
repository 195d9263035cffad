import pty from '@lydell/node-pty'
import { Scope } from '../src/base/scope.ts'
import { inTurn } from './bulk.ts'
import type { Lab, Way } from './lab.ts'
import { type Measure, quantile } from './numbers.ts'

export interface EchoOptions {
  readonly rounds: number
  readonly keys: number
}

/** A fast typist is ten times slower; it keeps what one key leaves to be done away from the next. */
const PAUSE_MS = 8

/**
 * The time from a key to its echo, in ms, in a PTY at whose other end `cat` sends each byte back. Both connections are
 * open all the time; they take turns within each round.
 */
export async function echo(
  lab: Lab,
  { rounds, keys }: EchoOptions,
  signal: AbortSignal,
): Promise<readonly Measure[]> {
  await using scope = new Scope()
  const ends = {
    bastion: scope.own(await open(lab, 'bastion', signal)),
    jump: scope.own(await open(lab, 'jump', signal)),
  }
  const p50 = { bastion: [] as number[], jump: [] as number[] }
  const p99 = { bastion: [] as number[], jump: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const way of inTurn(round)) {
      const times = await ends[way].times(keys)
      p50[way].push(quantile(times, 0.5))
      p99[way].push(quantile(times, 0.99))
    }
  }
  return [
    { name: 'key echo, p50', unit: 'ms', ...p50 },
    { name: 'key echo, p99', unit: 'ms', ...p99 },
  ]
}

interface Echo extends AsyncDisposable {
  times(keys: number): Promise<number[]>
}

async function open(lab: Lab, way: Way, signal: AbortSignal): Promise<Echo> {
  const args = lab.ssh(way, '-tt', 'stty raw -echo; echo ready; cat')
  const client = pty.spawn('ssh', args, { cols: 80, rows: 24, env: { PATH: process.env['PATH'] ?? '' } })
  const closed = new Promise<void>((resolve) => {
    client.onExit(() => resolve())
  })
  const kill = (): void => client.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  const gone = closed.then(() => Promise.reject(new Error(`ssh ${way} ended`)))
  gone.catch(() => undefined) // it is told where somebody waits
  const until = (word: string): Promise<void> => Promise.race([heard(client, word), gone])
  await until('ready')
  return {
    times: async (keys) => {
      const times: number[] = []
      for (let key = 0; key < keys; key++) {
        const back = until('x')
        const began = performance.now()
        client.write('x')
        await back
        times.push(performance.now() - began)
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
      return times
    },
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', kill)
      kill()
      await closed
    },
  }
}

function heard(client: pty.IPty, word: string): Promise<void> {
  let text = ''
  return new Promise((resolve) => {
    const listener = client.onData((part) => {
      text += part
      if (!text.includes(word)) return
      listener.dispose()
      resolve()
    })
  })
}
