/** A small state in memory, with proofs of it, and chains whose headers carry its root. */
import { concat, toHex, utf8 } from '../../src/codec/index.ts'
import { compareLeaves, type Proof, type SignedHeader, trimVotes, type Validator } from '../../src/light/index.ts'
import { type Proven, proveLeaf, recordKey, stateRoot, type TreeName, updateTree } from '../../src/state/index.ts'
import { block } from './chain.ts'

export type TestState = {
  readonly roots: Readonly<Record<TreeName, Uint8Array>>
  readonly root: Uint8Array
  /** Present or absent, whichever it is. */
  prove(tree: TreeName, name: string): Promise<Proven>
}

export function leafKey(tree: TreeName, name: string): Uint8Array {
  return recordKey('test', tree, utf8(name))
}

/** Both trees with a leaf for each name; its value is the name after kind and version. */
export async function makeState(standing: readonly string[], records: readonly string[]): Promise<TestState> {
  const names = { standing, records }
  const trees = {
    standing: await makeTree('standing', standing),
    records: await makeTree('records', records),
  }
  const roots = { standing: trees.standing.root, records: trees.records.root }
  return {
    roots,
    root: stateRoot(roots.standing, roots.records),
    prove: (tree, name) =>
      proveLeaf(tree, trees[tree].read, leafKey(tree, name), names[tree].includes(name) ? leafValue(name) : null),
  }
}

/** A proof by the header after `height`, trimmed, of leaves that are named as [tree, name]. */
export async function makeProof(
  state: TestState,
  validators: readonly Validator[],
  leaves: readonly (readonly [TreeName, string])[],
  given: { readonly height?: bigint; readonly signed?: SignedHeader; readonly via?: Proof['via'] } = {},
): Promise<Proof> {
  const proven = (await Promise.all(leaves.map(([tree, name]) => state.prove(tree, name)))).sort(compareLeaves)
  const trees = new Set(leaves.map(([tree]) => tree))
  const signed = given.signed ?? block((given.height ?? 10n) + 1n, validators, { appHash: state.root })
  return {
    signed: trimVotes(signed, validators),
    proven,
    ...(trees.size === 2 ? {} : { otherRoot: trees.has('records') ? state.roots.standing : state.roots.records }),
    via: given.via ?? [],
  }
}

export function leafValue(name: string): Uint8Array {
  return concat(Uint8Array.of(0, 1), utf8(name))
}

async function makeTree(tree: TreeName, names: readonly string[]) {
  const pages = new Map<string, Uint8Array>()
  const read = async (keys: readonly Uint8Array[]) =>
    new Map(keys.map(toHex).flatMap((key) => (pages.has(key) ? [[key, pages.get(key)!] as const] : [])))
  const changes = names.map((name) => ({ key: leafKey(tree, name), value: leafValue(name) }))
  const update = await updateTree(tree, read, changes)
  for (const { key, after } of update.pages) if (after !== null) pages.set(toHex(key), after)
  return { root: update.root, read }
}
