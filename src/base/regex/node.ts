/** Whether one character (a code point) is meant. */
export type CharTest = (char: number) => boolean

export type Place = 'start' | 'end' | 'endOrLastLf' | 'lineStart' | 'lineEnd' | 'boundary' | 'noBoundary'

/** A regular expression of Python's `re`, parsed; flags are worked into its parts. */
export type Node =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'at'; readonly place: Place; readonly word: CharTest }
  | { readonly kind: 'seq'; readonly items: readonly Node[] }
  | { readonly kind: 'alt'; readonly items: readonly Node[] }
  | Repeat
  | { readonly kind: 'group'; readonly number: number; readonly item: Node }
  | { readonly kind: 'atomic'; readonly item: Node }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negated: boolean; readonly item: Node }
  | { readonly kind: 'back'; readonly number: number; readonly ignoreCase: boolean }
  | { readonly kind: 'if'; readonly number: number; readonly yes: Node; readonly no: Node }

export interface Repeat {
  readonly kind: 'repeat'
  readonly item: Node
  readonly least: number
  readonly most: number
  readonly greedy: boolean
}

export const EMPTY: Node = { kind: 'seq', items: [] }

/** Narrowest and widest text a node can take, in characters. */
export function widthOf(node: Node): readonly [least: number, most: number] {
  switch (node.kind) {
    case 'char':
      return [1, 1]
    case 'at':
    case 'look':
      return [0, 0]
    case 'back':
      return [0, Number.POSITIVE_INFINITY]
    case 'group':
    case 'atomic':
      return widthOf(node.item)
    case 'repeat':
      return repeatWidth(node)
    case 'if':
      return either([widthOf(node.yes), widthOf(node.no)])
    case 'alt':
      return either(node.items.map(widthOf))
    case 'seq':
      return node.items.map(widthOf).reduce(([least, most], [l, m]) => [least + l, most + m], [0, 0] as const)
  }
}

function repeatWidth({ item, least, most }: Repeat): readonly [number, number] {
  const [low, high] = widthOf(item)
  return [low * least, high === 0 ? 0 : high * most]
}

const either = (widths: ReadonlyArray<readonly [number, number]>): readonly [number, number] => [
  Math.min(...widths.map(([least]) => least)),
  Math.max(...widths.map(([, most]) => most)),
]
