/** What the chain lets in: cheap checks before the mempool, and the two sides of a proposal. */
import { decodeEnvelope, fromHex, toHex } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { Admission, Application } from '../engine/port.ts'
import { CommonrootError } from '../errors/index.ts'
import {
  type BlockFacts,
  type Preparer,
  type Program,
  requirePlaceAndTime,
  resolveSigners,
  type StateReader,
  transactionError,
} from '../host/index.ts'
import type { Store } from '../store/index.ts'

/** What admission needs of a chain. */
export type AdmittingChain = {
  readonly id: string
  readonly store: Pick<Store, 'transaction' | 'transactions'>
  readonly preparer: Preparer
  readonly stateReader: StateReader
  program(): Promise<Program>
  blockFacts(protocol: number): BlockFacts
}

/** Judges one transaction against the head: form, chain, time, signatures, signers. What state decides later is not asked. */
export async function admit(chain: AdmittingChain, bytes: Uint8Array): Promise<Admission> {
  try {
    const program = await chain.program()
    const prepared = await chain.preparer.prepare(bytes, program)
    const facts = chain.blockFacts(program.protocol)
    requirePlaceAndTime(prepared.signed.transaction, facts)
    if ((await chain.store.transaction(prepared.id)) !== undefined) throw transactionError('duplicate')
    if (!prepared.signaturesHold) throw transactionError('signature')
    for (const { refusal } of prepared.operations) {
      if (refusal instanceof TypeError) return { accepted: false, refusal: transactionError('fault', {}, refusal) }
      if (refusal !== undefined) throw refusal
    }
    await resolveSigners(facts, program, chain.stateReader, prepared)
    // The items are verified while the transaction waits; the block awaits the same verdicts, and meets a failure there.
    prepared.itemChecks().catch(() => undefined)
    return { accepted: true }
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.status >= 500) throw error
    return { accepted: false, refusal: error }
  }
}

/**
 * Takes candidates in order, leaving out what a proposal may not hold.
 * @param finalised ids of a block that is not committed yet
 */
export async function prepareProposal(
  chain: AdmittingChain,
  { candidates, maximumBytes }: Parameters<Application['prepareProposal']>[0],
  finalised: ReadonlySet<string>,
): Promise<readonly Uint8Array[]> {
  const identified = candidates.flatMap((bytes) => {
    const id = idOf(chain, bytes)
    return id === undefined ? [] : [{ bytes, id }]
  })
  if (identified.length === 0) return []
  const earlier = await chain.store.transactions(identified.map(({ id }) => fromHex(id)))
  const chosen: Uint8Array[] = []
  const ids = new Set<string>()
  let left = maximumBytes
  for (const { bytes, id } of identified) {
    if (ids.has(id) || bytes.length > left || earlier.has(id) || finalised.has(id)) continue
    ids.add(id)
    left -= bytes.length
    chosen.push(bytes)
  }
  return chosen
}

/** Refuses a proposal only for what is malformed, foreign or doubled; everything that depends on state becomes a result. */
export async function processProposal(chain: AdmittingChain, transactions: readonly Uint8Array[]): Promise<boolean> {
  const ids = new Set<string>()
  for (const bytes of transactions) {
    const id = idOf(chain, bytes)
    if (id === undefined || ids.has(id)) return false
    ids.add(id)
  }
  return true
}

/** What was found in a transaction's bytes: a proposal is made of the arrays that the mempool holds. */
const identities = new WeakMap<Uint8Array, { readonly chain: string; readonly id: string }>()

function idOf(chain: AdmittingChain, bytes: Uint8Array): string | undefined {
  try {
    const identity = identities.get(bytes) ?? identityOf(bytes)
    return identity.chain === chain.id ? identity.id : undefined
  } catch (error) {
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}

/** @throws every code of `codec` */
function identityOf(bytes: Uint8Array): { readonly chain: string; readonly id: string } {
  const { transaction, payload } = decodeEnvelope(bytes)
  const identity = { chain: transaction.chain, id: toHex(sha256(payload)) }
  identities.set(bytes, identity)
  return identity
}
