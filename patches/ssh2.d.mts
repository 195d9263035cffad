export interface Hunk {
  readonly file: string
  readonly find: string
  readonly replace: string
  /** How often `find` is there; once unless told. */
  readonly count?: number
  readonly reason: string
  readonly test: string
  readonly upstream: string
}

export const version: string
export const revision: number
export const hunks: readonly Hunk[]
export const packedFiles: ReadonlyArray<{ readonly package: string; readonly files: readonly string[] }>
