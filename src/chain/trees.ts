/** From a block's changed records to the new root and the changed pages of both trees. */
import type { RecordChange } from '../host/index.ts'
import { type PageChange, type PageReader, stateRoot, updateTree } from '../state/index.ts'

/** @throws state.page-form, state.page-missing */
export async function updateTrees(
  read: PageReader,
  changes: readonly RecordChange[],
  turn: () => Promise<void> | undefined = () => undefined,
): Promise<{ readonly root: Uint8Array; readonly pages: readonly PageChange[] }> {
  const of = (tree: RecordChange['tree']) =>
    changes.filter((change) => change.tree === tree).map(({ key, after }) => ({ key, value: after }))
  const standing = await updateTree('standing', read, of('standing'), turn)
  const records = await updateTree('records', read, of('records'), turn)
  return { root: stateRoot(standing.root, records.root), pages: [...standing.pages, ...records.pages] }
}
