import type { StateView } from '../chain/index.ts'
import type { Neighbours, Proven, TreeName } from '../state/index.ts'

/** What a proof in the words of ICS23 is made of: the leaf or, for an absent one, its neighbours as well. */
export async function proveForIcs23(
  view: StateView,
  tree: TreeName,
  key: Uint8Array,
): Promise<{ readonly proven: Proven; readonly neighbours?: Neighbours }> {
  const proven = await view.proveKey(tree, key)
  if (proven.value !== undefined) return { proven }
  const prove = async (other: Uint8Array | null) => (other === null ? null : view.proveKey(tree, other))
  const { left, right } = await view.neighbours(tree, key)
  return { proven, neighbours: { left: await prove(left), right: await prove(right) } }
}
