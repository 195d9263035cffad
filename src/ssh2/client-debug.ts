import { connectionInternals } from './internals.ts'

/** What the two sides could not agree on: a list of KEXINIT (RFC 4253 section 7.1) and what the server has in it. */
export interface Disagreement {
  readonly list: 'kex' | 'host key' | 'cipher' | 'mac' | 'compression'
  /** Algorithm names, comma separated, from a stranger. */
  readonly offered: string
}

const LISTS: Readonly<Record<string, Disagreement['list']>> = {
  'KEX method': 'kex',
  'Host key format': 'host key',
  'C->S cipher': 'cipher',
  'S->C cipher': 'cipher',
  'C->S MAC': 'mac',
  'S->C MAC': 'mac',
  'C->S compression': 'compression',
  'S->C compression': 'compression',
}

/**
 * Reads from the debug lines of an ssh2 client, the only place that tells, how far a handshake came. `line` is to be
 * its `debug` option.
 */
export class HandshakeTrace {
  #last: Disagreement | undefined
  #disagreed = false
  #ident = false

  readonly line = (text: string): void => {
    if (text.startsWith('Remote ident:')) this.#ident = true
    if (text.startsWith('Handshake: no matching')) this.#disagreed = true
    const remote = /^Handshake: \(remote\) ([^:]+): (.*)$/.exec(text)
    const list = LISTS[remote?.[1] ?? '']
    if (remote && list && !this.#disagreed) this.#last = { list, offered: remote[2] ?? '' }
  }

  /** Has the server shown that it speaks SSH? */
  get sawIdent(): boolean {
    return this.#ident
  }

  /** The list on which the handshake failed, if it did. */
  get disagreement(): Disagreement | undefined {
    return this.#disagreed ? this.#last : undefined
  }

  /** To be called after the handshake: lines for every packet would cost much. */
  stop(client: object): void {
    connectionInternals(client)._protocol._debug = undefined
  }
}
