import type { Asset, Node } from './model.ts'
import { NodeWire } from './wire.ts'

/** A node and the assets directly in it: none but from nodes-assets. */
export interface NodeAssets {
  readonly node: Node
  readonly assets: readonly Asset[]
}

/** What core sends to somebody without grants, in place of an empty list. */
const NOTHING_GRANTED = '00000000-0000-0000-0000-000000000003'

/** Undefined for one that is not understood, and for the stand-in of "nothing granted". */
export function readNode(item: unknown, isAsset: (item: unknown) => item is Asset): NodeAssets | undefined {
  const parsed = NodeWire.safeParse(item)
  if (!parsed.success || parsed.data.id === NOTHING_GRANTED) return undefined
  const { id, key, value, assets_amount, org_id, org_name, assets_granted } = parsed.data
  const numbers = key.split(':').map(Number)
  if (key === '' || !numbers.every(Number.isInteger)) return undefined
  const node = {
    ...{ id, key: numbers, name: value, assetsAmount: assets_amount, orgId: org_id, orgName: org_name },
  }
  return { node, assets: assets_granted.filter(isAsset) }
}

/** `1:2` before `1:10`, a parent before its children. */
export function byKey({ key: a }: Node, { key: b }: Node): number {
  const at = a.findIndex((number, index) => number !== b[index])
  if (at === -1) return a.length - b.length
  return (a[at] ?? 0) - (b[at] ?? Number.NEGATIVE_INFINITY)
}

/** Whether a node is `top`, or somewhere below it. */
export const isWithin = ({ key }: Node, top: Node): boolean =>
  top.key.every((number, index) => key[index] === number)
