type Task = () => Promise<void> | undefined

/**
 * Keeps the order of what goes to one asset: a task begins when all before it have begun and done what they had to
 * wait for. While nobody waits a task runs at once, without a promise. Tasks do not reject.
 */
export class Lane {
  #last: Promise<void> | undefined

  /** Does the next task have to wait? */
  get busy(): boolean {
    return this.#last !== undefined
  }

  run(task: Task): void {
    const running = this.#last ? this.#last.then(task) : task()
    if (!running) return
    const last = running.finally(() => {
      if (this.#last === last) this.#last = undefined
    })
    this.#last = last
  }
}
