import type { Readable, Writable } from 'node:stream'
import type { Throttle } from './throttle.ts'

/** Bytes on their way from one stream to another. */
export interface Flow {
  /** To be called when what `tap` asked to wait for is over. */
  resume(): void
  /** Resolves when the source has ended and the sink has taken the last byte, or is gone. */
  drained(): Promise<void>
  /** Takes its hands off both streams; the source is left paused with what was not read. */
  stop(): void
}

/** What the chunks of a flow pass through on their way; each of them may go on later, changed, or not at all. */
export interface Detour {
  take(bytes: Buffer): void
  /** Whether more may come. When it becomes true again, `resume()` is to be called. */
  readonly open: boolean
  /** The source has ended: what is held is to go on now. */
  ended(): void
}

export interface FlowEnds {
  readonly source: Readable
  readonly sink: Writable
  /** Shown every chunk that would go on. `false`: wait until `resume()`; `drop`: this one is not passed on. */
  readonly tap: (bytes: Buffer) => boolean | 'drop'
  readonly detour?: Detour | undefined
  /** Slows the source down. */
  readonly throttle?: Throttle | undefined
}

/** A flow whose detour hands its bytes back. */
export interface DetouredFlow extends Flow {
  /** The detour is open again. */
  proceed(): void
  /** From the detour on: to the tap, unless `untapped`, and the sink. */
  arrive(bytes: Buffer, how?: 'untapped'): void
}

/**
 * Passes every chunk of `source` to `sink`, untouched, after showing it to `tap`. The source is paused while the sink
 * is full, and while `tap` has answered `false` until `resume()`; the chunk that got this answer is passed on then too,
 * for it may be that it cannot be recorded. The sink is never ended here.
 *
 * Plain events, not `pipe` or an async iterator: this runs for every byte of every session, and `pipe` cannot wait
 * for a third party.
 */
export function flow({ source, sink, tap, detour, throttle }: FlowEnds): DetouredFlow {
  let held = false
  let full = false
  let stopped = false
  const kept: Buffer[] = []
  const pass = (bytes: Buffer): void => {
    if (sink.writable) full = !sink.write(bytes)
  }
  const go = (): void => {
    if (!held && !full && !stopped && isOpen(detour) && isOpen(throttle)) source.resume()
  }
  const arrive = (bytes: Buffer, how?: 'untapped'): void => {
    if (stopped) return
    const verdict = how === 'untapped' || tap(bytes)
    if (verdict === 'drop') return
    if (!verdict) held = true
    if (held) kept.push(bytes)
    else pass(bytes)
    if (held || full) source.pause()
  }
  const onData = slowed(source, throttle, detour ? intoDetour(source, detour) : (bytes) => arrive(bytes))
  const opened = throttle?.onOpen(go)
  const onDrain = (): void => {
    full = false
    go()
  }
  const onEnd = (): void => detour?.ended()
  source.on('data', onData)
  source.on('end', onEnd)
  sink.on('drain', onDrain)
  go()
  return {
    arrive,
    proceed: go,
    resume() {
      held = false
      for (const bytes of stopped ? [] : kept.splice(0)) pass(bytes)
      go()
    },
    drained: () => drained(source, sink),
    stop() {
      stopped = true
      opened?.[Symbol.dispose]()
      source.off('data', onData)
      source.off('end', onEnd)
      sink.off('drain', onDrain)
      source.pause()
    },
  }
}

const intoDetour =
  (source: Readable, detour: Detour) =>
  (bytes: Buffer): void => {
    detour.take(bytes)
    if (!detour.open) source.pause()
  }

const isOpen = (way: { readonly open: boolean } | undefined): boolean => way?.open !== false

type Take = (bytes: Buffer) => void

const slowed = (source: Readable, throttle: Throttle | undefined, take: Take): Take =>
  throttle
    ? (bytes) => {
        take(bytes)
        throttle.spend(bytes.length)
        if (!throttle.open) source.pause()
      }
    : take

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
