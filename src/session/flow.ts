import type { Readable, Writable } from 'node:stream'

/** Bytes on their way from one stream to another. */
export interface Flow {
  /** To be called when what `tap` asked to wait for is over. */
  resume(): void
  /** Resolves when the source has ended and the sink has taken the last byte, or is gone. */
  drained(): Promise<void>
  /** Takes its hands off both streams; the source is left paused with what was not read. */
  stop(): void
}

/**
 * Passes every chunk of `source` to `sink`, untouched, after showing it to `tap`. The source is paused while the sink
 * is full, and while `tap` has answered `false` until `resume()`; the chunk that got this answer is passed on then too,
 * for it may be that it cannot be recorded. The sink is never ended here.
 *
 * Plain events, not `pipe` or an async iterator: this runs for every byte of every session, and `pipe` cannot wait
 * for a third party.
 */
export function flow(source: Readable, sink: Writable, tap: (bytes: Buffer) => boolean): Flow {
  let held = false
  let full = false
  let stopped = false
  let kept: Buffer | undefined
  const pass = (bytes: Buffer): void => {
    if (sink.writable) full = !sink.write(bytes)
  }
  const go = (): void => {
    if (!held && !full && !stopped) source.resume()
  }
  const onData = (bytes: Buffer): void => {
    held = !tap(bytes)
    if (held) kept = bytes
    else pass(bytes)
    if (held || full) source.pause()
  }
  const onDrain = (): void => {
    full = false
    go()
  }
  source.on('data', onData)
  sink.on('drain', onDrain)
  go()
  return {
    resume() {
      held = false
      if (kept && !stopped) pass(kept)
      kept = undefined
      go()
    },
    drained: () => drained(source, sink),
    stop() {
      stopped = true
      source.off('data', onData)
      sink.off('drain', onDrain)
      source.pause()
    },
  }
}

/** Waits for the source's end, then for the callback of an empty write: that comes after all writes before it. */
async function drained(source: Readable, sink: Writable): Promise<void> {
  if (!source.readableEnded && !source.destroyed) {
    await new Promise<void>((resolve) => {
      source.once('end', resolve)
      source.once('close', resolve)
    })
  }
  if (!sink.writable) return
  await new Promise<void>((resolve) => {
    sink.once('close', resolve)
    sink.write(Buffer.alloc(0), () => {
      sink.off('close', resolve)
      resolve()
    })
  })
}
