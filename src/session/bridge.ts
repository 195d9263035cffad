import type { AssetChannel } from '../asset/connection.ts'
import type { Recorder } from '../audit/audit.ts'
import { Scope } from '../base/scope.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Ending, orderOf } from './ending.ts'
import { type Detour, type DetouredFlow, type Flow, flow } from './flow.ts'
import { StageChain, type StageMaker } from './stage.ts'
import type { Throttle } from './throttle.ts'

export interface BridgeEnds {
  readonly terminal: Terminal
  readonly asset: AssetChannel
  readonly recorder: Recorder
  /** Called for each packet of keys: the idle clock. `false`: the keys are held by somebody, and these are lost. */
  readonly onKeys: (bytes: Buffer) => boolean
  /** Given a way to type as the person does, through every stage. `false`: not now, the program does not keep up. */
  readonly onOpen?: (type: (bytes: Buffer) => boolean) => void
  /** Shown every chunk that goes to the terminal. */
  readonly onOutput: (bytes: Buffer) => void
  /** What sits between the two, the one nearest to the person first. The error stream of a program passes it by. */
  readonly stages?: readonly StageMaker[]
  /** Makes what slows one direction down, for a scope; undefined: nothing does. */
  readonly throttle?: ((scope: Scope) => Throttle) | undefined
}

/** Bytes typed by others that the asset has not taken; above this they are refused: nobody's input can be paused for it. */
const MOST_UNTAKEN = 1024 * 1024

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
  const others = { typing: false }
  const toAsset = (bytes: Buffer): boolean | 'drop' => {
    if (!chain && !others.typing && !ends.onKeys(bytes)) return 'drop'
    recorder.input(bytes)
    return true
  }
  const chain = stageChain(ends, scope, () => ({ screen, keys }))
  const [down, up] = [ends.throttle?.(scope), ends.throttle?.(scope)]
  const screen = flow({
    source: asset.output,
    sink: terminal.output,
    tap: toUser,
    throttle: down,
    detour: chain && outputDetour(chain),
  })
  const stderr = terminal.pty ? terminal.output : terminal.errors
  const errors = flow({ source: asset.errors, sink: stderr, tap: toUser, throttle: down })
  const keys = flow({
    source: terminal.input,
    sink: asset.input,
    tap: toAsset,
    throttle: up,
    detour: chain && keysDetour(chain, ends.onKeys),
  })
  for (const each of [keys, errors, screen]) scope.defer(() => each.stop())
  const shown = [screen, errors]
  listen(ends, scope, { chain, shown })
  ends.onOpen?.((bytes) => {
    if (!takesMore(asset, chain)) return false
    others.typing = true
    if (chain) chain.keys(bytes)
    else keys.arrive(bytes)
    others.typing = false
    return true
  })
  forwardEof(ends, scope, chain)
  return await firstEnding(ends, shown, orders)
}

/** What the terminal and the recorder tell beside the bytes. */
function listen(
  { terminal, asset, recorder }: BridgeEnds,
  scope: Scope,
  { chain, shown }: { chain: StageChain | undefined; shown: readonly Flow[] },
): void {
  scope.own(
    recorder.onDrain(() => {
      for (const each of shown) each.resume()
    }),
  )
  scope.own(
    terminal.onResize((size) => {
      recorder.resize(size)
      chain?.resize(size)
      asset.resize(size)
    }),
  )
  scope.own(terminal.onSignal((name) => asset.signal(name)))
}

const takesMore = ({ input }: AssetChannel, chain: StageChain | undefined): boolean =>
  input.writableLength <= MOST_UNTAKEN && chain?.open('keys') !== false

interface Ways {
  readonly screen: DetouredFlow
  readonly keys: DetouredFlow
}

/** Undefined without stages: then the bytes take no turn at all. */
function stageChain({ stages = [] }: BridgeEnds, scope: Scope, ways: () => Ways): StageChain | undefined {
  if (stages.length === 0) return undefined
  const chain = new StageChain(stages, {
    toProgram: (bytes, how) => ways().keys.arrive(bytes, how && 'untapped'),
    toPerson: (bytes, how) => ways().screen.arrive(bytes, how && 'untapped'),
    more: () => {
      ways().keys.proceed()
      ways().screen.proceed()
    },
  })
  return scope.own(chain)
}

function keysDetour(chain: StageChain, onKeys: (bytes: Buffer) => boolean): Detour {
  return {
    take: (bytes) => {
      if (onKeys(bytes)) chain.keys(bytes)
    },
    get open() {
      return chain.open('keys')
    },
    ended: () => {},
  }
}

function outputDetour(chain: StageChain): Detour {
  return {
    take: (bytes) => chain.output(bytes),
    get open() {
      return chain.open('output')
    },
    ended: () => chain.outputEnded(),
  }
}

/** The person's EOF is the program's EOF, and no more: `ssh host cmd </dev/null` still wants the output. */
function forwardEof({ terminal, asset }: BridgeEnds, scope: Scope, chain: StageChain | undefined): void {
  const onEnd = (): void => {
    if (chain) void chain.keysEnded().then(() => asset.input.end())
    else asset.input.end()
  }
  if (terminal.input.readableEnded) onEnd()
  terminal.input.once('end', onEnd)
  scope.defer(() => terminal.input.off('end', onEnd))
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
