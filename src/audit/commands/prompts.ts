/** What the prompts of shells, consoles and network devices end with. */
const STRONG = /[$#%>❯»➤→λ➜]\s*$/u
/** A program that asks: no prompt for commands, however often it is seen. */
const QUESTION = /[?:]\s*$|\?|\[\w+\/\w+\]|\(\w+\/\w+\)/
const ZSH_STATE =
  'quote|dquote|bquote|heredoc|for|while|until|if|then|else|elif|case|function|pipe|cmdand|cmdor|cmdsubst|subsh|select|repeat|array|cursh'
/** The second prompts of sh, zsh, python, sqlite, mysql and psql. */
const CONTINUATION = new RegExp(
  `^(?:> ?|\\.\\.\\. ?| *(?:-|'|"|\`|/\\*)> ?| *\\.\\.\\.> ?|\\w+[-'"(*]> ?|(?:(?:${ZSH_STATE}) ?)+> ?)$`,
)
/** Shorter ones stand in any text that is edited. */
const LEAST_TELLING = 3
const MOST_KEPT = 50

/** The prompts one session has shown, by what stays the same in them. */
export class Prompts {
  readonly #learned = new Set<string>()
  readonly #literal: string[] = []

  /** A line after this prompt was a command. */
  learn(prompt: string): void {
    if (prompt.trim() === '') return
    this.#learned.add(patternOf(prompt))
    drop(this.#learned)
    const known = this.#literal.indexOf(prompt)
    if (known >= 0) this.#literal.splice(known, 1)
    this.#literal.unshift(prompt)
    this.#literal.length = Math.min(this.#literal.length, MOST_KEPT)
  }

  get none(): boolean {
    return this.#learned.size === 0
  }

  knows(prompt: string): boolean {
    return this.#learned.has(patternOf(prompt))
  }

  /** The known prompt that `line` ends in, if it is too long to stand by chance in a text that is edited. */
  endingIn(line: string): string | undefined {
    for (const pattern of this.#learned) {
      const prompt = new RegExp(`(?:^|[│|])${pattern}$`, 'u').exec(line)?.[0].replace(/^[│|]/, '')
      if (prompt && prompt.replaceAll(/\s/g, '').length >= LEAST_TELLING) return prompt
    }
    return undefined
  }

  /** Whether what is typed after it runs: `perhaps` until it has come twice. */
  judge(prompt: string): 'command' | 'perhaps' | 'input' {
    if (prompt.trim() === '') return 'input'
    if (this.knows(prompt) || STRONG.test(prompt) || isContinuation(prompt)) return 'command'
    return QUESTION.test(prompt) ? 'input' : 'perhaps'
  }

  /** Takes a known prompt off a line. */
  strip(line: string): { prompt: string; text: string } | undefined {
    for (const prompt of this.#literal) {
      if (line.startsWith(prompt)) return { prompt, text: line.slice(prompt.length) }
    }
    for (const pattern of this.#learned) {
      const prompt = new RegExp(`^${pattern}`, 'u').exec(line)?.[0]
      if (prompt) return { prompt, text: line.slice(prompt.length) }
    }
    return undefined
  }

  /** How many times a prompt stands at the beginning of this line: `$ $ hi` has two. */
  timesIn(line: string): number {
    let times = 0
    for (let rest = line; ; times++) {
      const stripped = this.strip(rest) ?? this.strip(`${rest} `)
      if (!stripped || stripped.prompt === '') return times
      rest = stripped.text
    }
  }
}

export const isContinuation = (prompt: string): boolean => CONTINUATION.test(prompt)

export const samePrompt = (one: string, other: string): boolean => patternOf(one) === patternOf(other)

/** Numbers and paths change from line to line, the rest of a prompt stays. */
const patternOf = (prompt: string): string =>
  prompt
    .slice(0, 300)
    .replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll(/(?:~|\\\/)(?:[\p{L}\p{N}_@~-]|\\[./+])*/gu, '[~/][^\\s:>\\])]*')
    .replaceAll(/\d+/g, '\\d+')

function drop(set: Set<string>): void {
  const [oldest] = set
  if (set.size > MOST_KEPT && oldest !== undefined) set.delete(oldest)
}
