type Closer = () => unknown

/**
 * Owns what must end: closes in reverse order, waits for each, and gathers the faults. A stand-in for
 * `AsyncDisposableStack`, which Node 20 lacks.
 */
export class Scope implements AsyncDisposable {
  readonly #closers: Closer[] = []
  #closing: Promise<void> | undefined

  /** Takes ownership and hands the thing back. A scope that is closing closes it at once. */
  own<T extends Disposable | AsyncDisposable>(thing: T): T {
    this.defer(() => (Symbol.asyncDispose in thing ? thing[Symbol.asyncDispose]() : thing[Symbol.dispose]()))
    return thing
  }

  /** Runs `closer` when the scope closes. */
  defer(closer: Closer): void {
    if (this.#closing) void Promise.resolve().then(closer)
    else this.#closers.push(closer)
  }

  /** Closes everything once; later calls get the same promise. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #closeAll(): Promise<void> {
    const faults: unknown[] = []
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer()
      } catch (fault) {
        faults.push(fault)
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'closing failed')
  }
}
