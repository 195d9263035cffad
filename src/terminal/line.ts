/** A line being edited. A value: every key makes a new one. */
export interface Line {
  readonly text: string
  /** Index into `text` (UTF-16), always between two clusters. */
  readonly cursor: number
  /** What Ctrl-Y brings back. */
  readonly killed: string
  /** Earlier lines, oldest first. */
  readonly history: readonly string[]
  /** Index into `history` of the line shown; its length: the new line. */
  readonly place: number
  /** The new line, kept while an earlier one is shown. */
  readonly draft: string
  /** An earlier line is being looked for. */
  readonly search?: LineSearch | undefined
}

export type Step =
  /** Perhaps changed; `bell` when the key could not do anything. */
  | { readonly kind: 'editing'; readonly line: Line; readonly bell?: true }
  /** Ctrl-L: the same line on a clean screen. */
  | { readonly kind: 'clear'; readonly line: Line }
  | { readonly kind: 'entered'; readonly text: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'eof' }

/** Ctrl-R: an earlier line is looked for. */
export interface LineSearch {
  readonly query: string
  /** Index into the history of what was found last; its length: nothing yet. */
  readonly at: number
  readonly failing: boolean
  /** What Ctrl-G brings back. */
  readonly before: Line
}
