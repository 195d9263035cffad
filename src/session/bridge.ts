import type { AssetChannel } from '../asset/connection.ts'
import type { Recorder } from '../audit/audit.ts'
import { Scope } from '../base/scope.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Ending, EndOrder } from './ending.ts'
import { type Flow, flow } from './flow.ts'

export interface BridgeEnds {
  readonly terminal: Terminal
  readonly asset: AssetChannel
  readonly recorder: Recorder
  /** Called for each packet of keys: the idle clock. */
  readonly onKeys: () => void
  /** Shown every chunk that goes to the terminal. */
  readonly onOutput: (bytes: Buffer) => void
}

/**
 * Joins a terminal to a program on an asset until the program ends, the person leaves or `orders` fires with an
 * EndOrder as its reason. Bytes are passed as they are, with back-pressure both ways; what the asset sends is handed
 * to the recorder before it is passed on. Nothing outlives the call but unread input, which stays in the terminal.
 */
export async function bridge(ends: BridgeEnds, orders: AbortSignal): Promise<Ending> {
  await using scope = new Scope()
  const { terminal, asset, recorder } = ends
  const toUser = (bytes: Buffer): boolean => {
    ends.onOutput(bytes)
    return recorder.output(bytes)
  }
  const screen = flow(asset.output, terminal.output, toUser)
  const errors = flow(asset.errors, terminal.pty ? terminal.output : terminal.errors, toUser)
  const keys = flow(terminal.input, asset.input, (bytes) => {
    ends.onKeys()
    recorder.input(bytes)
    return true
  })
  for (const each of [keys, errors, screen]) scope.defer(() => each.stop())
  scope.own(recorder.onDrain(() => resumeBoth(screen, errors)))
  scope.own(
    terminal.onResize((size) => {
      recorder.resize(size)
      asset.resize(size)
    }),
  )
  scope.own(terminal.onSignal((name) => asset.signal(name)))
  forwardEof(ends, scope)
  return await firstEnding(ends, [screen, errors], orders)
}

/** The person's EOF is the program's EOF, and no more: `ssh host cmd </dev/null` still wants the output. */
function forwardEof({ terminal, asset }: BridgeEnds, scope: Scope): void {
  const onEnd = (): void => {
    asset.input.end()
  }
  if (terminal.input.readableEnded) onEnd()
  terminal.input.once('end', onEnd)
  scope.defer(() => terminal.input.off('end', onEnd))
}

function resumeBoth(screen: Flow, errors: Flow): void {
  screen.resume()
  errors.resume()
}

/** Settles by whichever comes first; a program's own end counts only after its last byte is with the terminal. */
function firstEnding(ends: BridgeEnds, output: readonly Flow[], orders: AbortSignal): Promise<Ending> {
  const { terminal, asset, recorder } = ends
  return new Promise((resolve) => {
    const stop = new AbortController()
    const settle = (ending: Ending): void => {
      stop.abort()
      resolve(ending)
    }
    whenAborted(orders, stop.signal, () => settle(orderOf(orders.reason)))
    whenAborted(terminal.gone, stop.signal, () => settle({ kind: 'left' }))
    whenAborted(recorder.failed, stop.signal, () =>
      settle({ kind: 'record-failed', cause: recorder.failed.reason }),
    )
    void asset.closed.then(async (exit) => {
      await Promise.all(output.map((each) => each.drained()))
      settle(exit.kind === 'none' ? { kind: 'asset-lost' } : { kind: 'exit', exit })
    })
  })
}

function whenAborted(signal: AbortSignal, until: AbortSignal, act: () => void): void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true, signal: until })
}

const isOrder = (reason: unknown): reason is EndOrder =>
  typeof reason === 'object' && reason !== null && 'kind' in reason

const orderOf = (reason: unknown): Ending =>
  isOrder(reason) ? reason : { kind: 'killed', by: 'administrator' }
