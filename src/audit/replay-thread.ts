import { constants, setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { coreReplay, writeGzip } from './core-replay.ts'
import { ReplayFile } from './replay-file.ts'

// The thread that `replay-conversion.ts` starts: one replay, then its end.

const { source, target } = z.object({ source: z.string(), target: z.string() }).parse(workerData)

try {
  // Linux keeps a nice value for each thread (setpriority(2)), and 0 is the calling one.
  if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
} catch {
  // Not allowed here: then the scheduler shares fairly, which is good enough.
}
await writeGzip(coreReplay(new ReplayFile(source).frames()), target)
