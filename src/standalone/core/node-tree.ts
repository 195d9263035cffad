import { type InventoryAsset, stableId } from '../inventory.ts'
import type { GrantedAsset } from './grants.ts'

/** A node of the asset tree, with what one user was granted in it. */
export interface GrantedNode {
  readonly id: string
  /** Numbers joined by colons; that of the parent is the same without the last. */
  readonly key: string
  readonly name: string
  /** In the node itself. */
  readonly direct: readonly GrantedAsset[]
  /** In it and below it; each once. */
  readonly all: readonly GrantedAsset[]
}

const ROOT = { path: '', key: '1', name: 'Default' } as const
const idOf = (path: string): string => stableId('group', path)

/** Ids of the nodes an asset is in. */
export const nodesOf = ({ groups }: InventoryAsset): readonly string[] =>
  groups.length === 0 ? [idOf(ROOT.path)] : groups.map(idOf)

interface Place {
  readonly path: string
  readonly key: string
  readonly name: string
}

/** Every node by path, the root's is `''`. Keys are numbered in the order in which the groups appear in the file. */
function places(assets: Iterable<InventoryAsset>): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>([[ROOT.path, ROOT]])
  const children = new Map<string, number>()
  for (const { groups } of assets) {
    for (const group of groups) {
      let parent: Place = ROOT
      for (const name of group.split('/')) {
        const path: string = parent === ROOT ? name : `${parent.path}/${name}`
        const count = (children.get(parent.path) ?? 0) + 1
        const place: Place = found.get(path) ?? { path, key: `${parent.key}:${count}`, name }
        if (!found.has(path)) children.set(parent.path, count)
        found.set(path, place)
        parent = place
      }
    }
  }
  return found
}

/** `db/mysql` is below `db` and below the root. */
const pathsAbove = (path: string): readonly string[] => {
  const parts = path.split('/')
  return path === '' ? [''] : ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))]
}

/** The whole tree, by depth and then by key; nodes without a granted asset are in it, with none. */
export function nodeTree(
  assets: Iterable<InventoryAsset>,
  granted: readonly GrantedAsset[],
): readonly GrantedNode[] {
  const direct = new Map<string, Set<GrantedAsset>>()
  const all = new Map<string, Set<GrantedAsset>>()
  for (const one of granted) {
    for (const path of one.asset.groups.length === 0 ? [ROOT.path] : one.asset.groups) {
      add(direct, path, one)
      for (const above of pathsAbove(path)) add(all, above, one)
    }
  }
  return [...places(assets).values()]
    .map(({ path, key, name }) => ({
      id: idOf(path),
      key,
      name,
      direct: [...(direct.get(path) ?? [])],
      all: [...(all.get(path) ?? [])],
    }))
    .toSorted((one, other) => byKey(one.key, other.key))
}

function add<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key) ?? new Set()
  set.add(value)
  sets.set(key, set)
}

function byKey(one: string, other: string): number {
  const [left, right] = [one.split(':').map(Number), other.split(':').map(Number)]
  if (left.length !== right.length) return left.length - right.length
  for (const [index, number] of left.entries()) {
    const difference = number - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
