import type { Confidence, DetectedCommand } from '../../src/audit/command-detector.ts'
import type { CorpusSession } from './format.ts'
import { compare, linesOf } from './score.ts'

/** Counts how right the records of many sessions are. */
export class Tally {
  readonly #by = new Map<Confidence, { found: number; right: number }>()
  #found = 0
  #right = 0
  sessions = 0
  truth = 0
  secrets = 0
  readonly leaks: string[] = []

  add(session: CorpusSession, commands: readonly DetectedCommand[]): void {
    const { text, from } = linesOf(
      commands.map(({ input }) => input),
      session.repeats,
    )
    const right = this.addTexts(session, text)
    for (const [line, index] of from.entries()) {
      const confidence = commands[index]?.confidence ?? 'typed'
      const count = this.#by.get(confidence) ?? { found: 0, right: 0 }
      count.found++
      if (right[line]) count.right++
      this.#by.set(confidence, count)
    }
    const all = JSON.stringify(commands)
    for (const secret of session.secrets)
      if (all.includes(secret)) this.leaks.push(`${session.name}: ${secret}`)
    this.secrets += session.secrets.length
  }

  /** Returns which of them are right. */
  addTexts({ truth, repeats }: CorpusSession, texts: readonly string[]): readonly boolean[] {
    const expected = linesOf(truth, repeats).text
    const { right } = compare(texts, expected)
    this.sessions++
    this.truth += expected.length
    this.#found += texts.length
    this.#right += right.filter(Boolean).length
    return right
  }

  get precision(): number {
    return this.#found === 0 ? 1 : this.#right / this.#found
  }
  get recall(): number {
    return this.truth === 0 ? 1 : this.#right / this.truth
  }
  get rates(): string {
    return `${percent(this.precision)} ${percent(this.recall)}`
  }

  of(confidence: Confidence): { found: number; right: number } {
    return this.#by.get(confidence) ?? { found: 0, right: 0 }
  }

  details(): string[] {
    const lines = [...this.#by].map(
      ([name, { found, right }]) =>
        `${name.padEnd(7)} ${percent(found / this.#found)} of the records, ${percent(right / found)} right (${right} of ${found})`,
    )
    return [...lines, `secrets typed without echo: ${this.secrets}, found in records: ${this.leaks.length}`]
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`.padStart(8)
