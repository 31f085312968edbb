/** ABCI queries: one leaf of the state by its key, with a proof in the words of ICS23. */
import type { Chain } from '../chain/index.ts'
import { engineError, type QueryAnswer, type StateQuery } from '../engine/index.ts'
import { ics23Proofs, type TreeName } from '../state/index.ts'
import { proveForIcs23 } from './ics23.ts'

const trees: ReadonlyMap<string, TreeName> = new Map([
  ['/records', 'records'],
  ['/standing', 'standing'],
])

/** Bytes of the longest key of a leaf that anybody can have. */
const maximumKeyBytes = 1024

/**
 * Answers for a chain: path `/records` or `/standing`, data the key of a leaf (`docs/reference/state-as-bytes.md`). Height
 * H is the state after block H, which the app hash of header H+1 proves; 0 is the newest that a header proves already.
 * @throws engine.query-refused; what the store says of a height that it does not have any more
 */
export function stateQueries(chain: Pick<Chain, 'head' | 'view'>): (query: StateQuery) => Promise<QueryAnswer> {
  return async ({ path, key, height, prove }) => {
    const tree = trees.get(path)
    if (tree === undefined) throw engineError('query-refused', { reason: 'it has the paths /records and /standing' })
    if (key.length === 0 || key.length > maximumKeyBytes) {
      throw engineError('query-refused', { reason: `a key has 1 to ${maximumKeyBytes} bytes` })
    }
    const head = chain.head?.height ?? 0n
    if (head === 0n || height > head) throw engineError('query-refused', { reason: 'there is no such height yet' })
    const view = await chain.view(height === 0n ? head - 1n : height)
    try {
      if (!prove) return { height: view.height, value: await view.bytesAt({ table: 'records', key }) }
      const { proven, neighbours } = await proveForIcs23(view, tree, key)
      const roots = { standing: await view.root('standing'), records: await view.root('records') }
      return { height: view.height, value: proven.value ?? null, proofs: ics23Proofs(proven, roots, neighbours) }
    } finally {
      await view.close()
    }
  }
}
