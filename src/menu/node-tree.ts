import type { Node } from '../core/model.ts'

/** Deeper nodes are drawn at this depth: a name has to fit in 20 columns. */
const MOST_DEPTH = 8

/**
 * Names of nodes with the branches of their tree before them. They come in the order of the tree; one whose parent was
 * not granted hangs on the nearest node above it that was.
 */
export function treeNames(nodes: readonly Node[]): readonly string[] {
  const depths = depthsOf(nodes)
  const names: string[] = []
  /** For each depth: whether another node of it follows under the same parent. */
  const open: boolean[] = []
  for (let at = nodes.length - 1; at >= 0; at--) {
    const depth = Math.min(depths[at] ?? 0, MOST_DEPTH)
    const bars = Array.from({ length: Math.max(0, depth - 1) }, (_, level) => (open[level + 1] ? '│ ' : '  '))
    const branch = depth === 0 ? '' : open[depth] ? '├─' : '└─'
    names[at] = `${bars.join('')}${branch}${nodes[at]?.name ?? ''}`
    open.length = depth
    open[depth] = true
  }
  return names
}

function depthsOf(nodes: readonly Node[]): readonly number[] {
  const above: Node[] = []
  return nodes.map((node) => {
    while (above.length > 0 && !isBelow(node, above.at(-1))) above.pop()
    above.push(node)
    return above.length - 1
  })
}

const isBelow = ({ key }: Node, top: Node | undefined): boolean =>
  top !== undefined && key.length > top.key.length && top.key.every((number, at) => key[at] === number)
