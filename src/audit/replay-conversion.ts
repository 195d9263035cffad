import { stat } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { coreReplay, writeGzip } from './core-replay.ts'
import { ReplayFile } from './replay-file.ts'

/** What the thread is given. */
export interface ConversionJob {
  readonly source: string
  readonly target: string
}

/** Runs one piece of work at a time, each after the last: one thread is enough, and small replays wait for none. */
export type Alone = <T>(work: () => Promise<T>) => Promise<T>

/** Up to here the thread costs more than the work (bytes). */
const SMALL = 512 * 1024

/**
 * Writes a replay in core's format (gzip) to `target`, anew; resolves with its size in bytes. A large one is converted
 * in a thread of low priority, so that no session notices: a key must not wait for another session's gigabyte.
 * Throws what `ReplayFile` throws.
 */
export async function convertReplay(
  job: ConversionJob,
  signal?: AbortSignal,
  alone: Alone = (work) => work(),
): Promise<number> {
  const replay = new ReplayFile(job.source)
  await replay.head() // its faults have types of their own, which would not pass between threads
  const { size } = await stat(job.source)
  if (size <= SMALL) return await writeGzip(coreReplay(replay.frames()), job.target, signal)
  await alone(() => inThread(job, signal))
  return (await stat(job.target)).size
}

function inThread(job: ConversionJob, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const worker = new Worker(thread, { workerData: job, name: 'replay' })
    const onAbort = (): void => {
      void worker.terminate()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    worker.once('error', reject)
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', onAbort)
      if (code === 0) resolve()
      else reject(new Error(`the conversion thread ended with ${code}`))
    })
  })
}

// Node runs no TypeScript: from the sources (tests, npm run dev) the built thread is used.
const fromSource = import.meta.url.endsWith('.ts')
const thread = new URL(
  fromSource ? '../../dist/audit/replay-thread.js' : './replay-thread.js',
  import.meta.url,
)
