import type { AssetOptions } from '../asset-options/asset-options.ts'
import { isFault, reasonOf } from '../base/fault.ts'
import { unreachable } from '../base/unreachable.ts'
import { ALL_LISTS } from '../ssh2/algorithms.ts'
import { disagreementOf, presetFor, type ServerHello } from '../ssh2/server-hello.ts'
import type { HostKeyPolicy, HostKeyVerdict } from './host-keys.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'FAIL'
  /** One English line. */
  readonly text: string
  /** What to do about it. */
  readonly next?: string
  readonly ms?: number
  /** More for programs. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** Undefined: it sent no lists. */
export function algorithmsCheck(
  { lists }: ServerHello,
  { algorithms }: Pick<AssetOptions, 'algorithms'>,
): Check | undefined {
  if (!lists) return undefined
  const ours = ALL_LISTS[algorithms]
  const facts = { offered: lists, allowed: ours }
  const found = disagreementOf(lists, ours)
  if (!found) return { name: 'algorithms', state: 'ok', text: `preset “${algorithms}”`, facts }
  const preset = presetFor(lists)
  return {
    ...{ name: 'algorithms', state: 'FAIL', facts },
    text: `${found.list}: it offers ${found.offered.join(', ')}; we offer ${found.ours.join(', ')}`,
    next: preset
      ? `preset “${preset}” would work: option algorithms = ${preset}`
      : 'no preset would work; its SSH server has to offer one of ours',
  }
}

export interface HostKeyJudged {
  readonly verdict: HostKeyVerdict
  readonly policy: HostKeyPolicy
  /** Fingerprint of the key it has. */
  readonly found: string
}

export function hostKeyCheck(asset: string, { verdict, policy, found }: HostKeyJudged): Check {
  const next = `compare it on the machine, then: cocod hostkey accept ${asset}`
  const check = { name: 'host key', facts: { fingerprint: found, policy, verdict: verdict.kind } }
  switch (verdict.kind) {
    case 'changed':
      return { ...check, state: 'FAIL', next, text: `CHANGED: known ${verdict.known}, now ${found}` }
    case 'unknown':
      return { ...check, state: 'FAIL', next, text: `${found} is not pinned` }
    case 'new':
      return { ...check, state: 'ok', text: `${found}, new: the first login pins it` }
    case 'known':
    case 'unchecked':
      return { ...check, state: 'ok', text: `${found}, ${verdict.kind}` }
    default:
      return unreachable(verdict)
  }
}

/** `before`: what the line begins with. */
export function checkOf(name: string, error: unknown, before = ''): Check {
  const next = isFault(error) ? { next: error.next } : {}
  return {
    name,
    state: 'FAIL',
    text: `${before}${error === undefined ? 'the connection was closed' : reasonOf(error)}`,
    ...next,
  }
}
