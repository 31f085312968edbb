/** Whether what was promised last is proven by the node that serves now. */
import type { NodeClient } from '../../api/client/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { provenFates } from './check-promises.ts'
import { type Submission, verdictsOf } from './submissions.ts'

/** Submissions that are looked at, of each kind. */
const newest = 2

/** Items of the newest acknowledged submissions of each kind that a relying party can't verify as it should. */
export async function unprovenNow(
  node: NodeClient,
  trust: Uint8Array,
  book: readonly Submission[],
): Promise<readonly string[]> {
  const acknowledged = book.filter(({ answers }) => answers.length > 0)
  const latest = (['publish', 'revoke'] as const).flatMap((act) =>
    acknowledged.filter((submission) => submission.act === act).slice(-newest),
  )
  const proven = await provenFates(node, trust, latest)
  return latest.flatMap(({ act, items, answers: [answer] }) => {
    const verdicts = answer === undefined ? [] : verdictsOf(answer)
    return items.flatMap(({ fingerprint }, index) => {
      const fate = proven.get(toHex(fingerprint))
      // What was published may have been revoked since.
      const rightFates = act === 'publish' ? ['valid', 'revoked'] : ['revoked']
      if (verdicts[index] !== 0 || rightFates.includes(fate ?? '')) return []
      return [`${toHex(fingerprint)}: ${act} was acknowledged, and it is proven as ${fate}`]
    })
  })
}
