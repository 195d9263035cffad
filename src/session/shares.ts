import { randomInt } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'

/** An invitation to a session that runs. */
export interface Share {
  readonly code: string
  readonly sessionId: string
  /** Whoever comes by it may type, too. */
  readonly types: boolean
  /** User names it is for; empty: whoever is logged in and has the code. */
  readonly users: readonly string[]
  /** Who made it. */
  readonly by: string
}

export class ShareError extends Fault<'SHARE_UNKNOWN' | 'SHARE_LIMIT'> {
  override readonly name = 'ShareError'
}

// Without letters and digits that are taken for each other; 20 of them are 98 bits.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const LENGTH = 20
const GROUP = 5
/** More open invitations than this are a mistake. */
const MOST = 10_000

interface Entry {
  readonly share: Share
  readonly timer: Disposable
}

/** Open invitations; each ends with its time or its session, whichever is first. */
export class SessionShares implements Disposable {
  readonly #clock: Clock
  readonly #open = new Map<string, Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  create(invitation: Omit<Share, 'code'>, forMs: number): Share {
    if (this.#open.size >= MOST) throw tooMany()
    const share = { ...invitation, code: newCode() }
    const timer = this.#clock.after(forMs, () => this.#open.delete(share.code))
    this.#open.set(share.code, { share, timer })
    return share
  }

  /** The invitation of this code, if it is for this person. Throws ShareError, the same for each reason there is. */
  use(code: string, username: string): Share {
    const share = this.#open.get(code.toLowerCase())?.share
    if (share && (share.users.length === 0 || share.users.includes(username))) return share
    throw new ShareError('SHARE_UNKNOWN', {
      step: 'join a session',
      message: `no invitation of this code is open for ${username}`,
      next: 'ask for a new code',
      facts: { user: username },
    })
  }

  /** The session is over. */
  close(sessionId: string): void {
    for (const [code, { share, timer }] of this.#open) {
      if (share.sessionId !== sessionId) continue
      timer[Symbol.dispose]()
      this.#open.delete(code)
    }
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#open.values()) timer[Symbol.dispose]()
    this.#open.clear()
  }
}

function newCode(): string {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length)))
  const groups = Array.from({ length: LENGTH / GROUP }, (_, at) =>
    letters.slice(at * GROUP, (at + 1) * GROUP).join(''),
  )
  return groups.join('-')
}

const tooMany = (): ShareError =>
  new ShareError('SHARE_LIMIT', {
    step: 'share a session',
    message: `${MOST} invitations are open`,
    next: 'wait for some to end',
  })
