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
import type { CommittedBlock } from './chain.ts'
import { takingTurns } from './turns.ts'
import { WaitingTransactions } from './waiting.ts'

/** Milliseconds that a proposal waits for the verification of what it would hold: a part of what a proposer has. */
const readinessPatience = 200

/** So many transactions of earlier blocks are put through once more: an engine forgets only what a block has held. */
const maximumExecuted = 64

/** What admission needs of a chain. */
export type AdmittingChain = {
  readonly id: string
  readonly store: Pick<Store, 'transaction' | 'transactions'>
  readonly preparer: Preparer
  readonly stateReader: StateReader
  program(): Promise<Program>
  blockFacts(protocol: number): BlockFacts
  onCommit(listener: (block: CommittedBlock) => void): () => void
}

const waitingOfChains = new WeakMap<AdmittingChain, WaitingTransactions>()

/** What waits at this node, from the first transaction on that it lets in. */
function waitingOf(chain: AdmittingChain): WaitingTransactions {
  const known = waitingOfChains.get(chain)
  if (known !== undefined) return known
  const waiting = new WaitingTransactions()
  waitingOfChains.set(chain, waiting)
  chain.onCommit(({ time, executed }) => {
    for (const id of executed.ids) if (id !== undefined) waiting.remove(toHex(id))
    waiting.expire(time)
  })
  return waiting
}

/** The engine has not taken what was let in: its sender gets the room back. */
export function withdraw(chain: AdmittingChain, id: Uint8Array): void {
  waitingOf(chain).remove(toHex(id))
}

/** Judges one transaction against the head: form, chain, time, signatures, signers. What state decides later is not asked. */
export async function admit(chain: AdmittingChain, bytes: Uint8Array): Promise<Admission> {
  try {
    const waiting = waitingOf(chain)
    const { id, sender } = identify(bytes)
    const known = waiting.find(id, bytes)
    // Envelopes of one payload are easily made, and only one of them can be executed.
    if (known === 'other') throw transactionError('duplicate')
    // Before anything is verified: who names somebody else as the sender harms himself only.
    if (known === undefined) waiting.requireRoom(sender, bytes.length)
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
    // The items are verified while the transaction waits, out of the cache of what is prepared or prepared again.
    const verify = async () => (await chain.preparer.prepare(bytes, program)).itemChecks()
    const { validUntil } = prepared.signed.transaction
    waiting.add({ id, bytes, sender, validUntil, verify })
    return { accepted: true }
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.status >= 500) throw error
    return { accepted: false, refusal: error }
  }
}

/**
 * Chooses what a proposal holds: senders take turns, each with its transactions in their order, and what is not verified in
 * time is left for the next one. What a proposal may not hold is left out.
 * @param finalised ids of a block that is not committed yet
 */
export async function prepareProposal(
  chain: AdmittingChain,
  { height, candidates, maximumBytes }: Parameters<Application['prepareProposal']>[0],
  finalised: ReadonlySet<string>,
): Promise<readonly Uint8Array[]> {
  const identified = candidates.flatMap((bytes) => {
    const identity = identityFor(chain, bytes)
    return identity === undefined ? [] : [{ bytes, ...identity }]
  })
  const waiting = waitingOf(chain)
  if (sizeOf(candidates) < maximumBytes / 2) waiting.reconcile(new Set(identified.map(({ id }) => id)))
  if (identified.length === 0) return []
  const earlier = await chain.store.transactions(identified.map(({ id }) => fromHex(id)))
  const executed = identified.filter(({ id }) => earlier.has(id))
  const open = identified.filter(({ id }) => !earlier.has(id) && !finalised.has(id) && !waiting.isStuck(id))
  const ordered = [...takingTurns(open, height), ...(executed.length < maximumExecuted ? [] : executed)]
  const chosen = fitting(ordered, maximumBytes)
  await waiting.whenReady(
    chosen.map(({ id }) => id),
    readinessPatience,
  )
  return chosen.filter(({ id }) => waiting.isReady(id)).map(({ bytes }) => bytes)
}

type Candidate = Identity & { readonly bytes: Uint8Array }

/** The first that fit, no id twice. */
function fitting(candidates: readonly Candidate[], maximumBytes: number): readonly Candidate[] {
  const ids = new Set<string>()
  let left = maximumBytes
  return candidates.filter(({ id, bytes }) => {
    if (ids.has(id) || bytes.length > left) return false
    ids.add(id)
    left -= bytes.length
    return true
  })
}

function sizeOf(list: readonly Uint8Array[]): number {
  return list.reduce((sum, { length }) => sum + length, 0)
}

/**
 * Refuses a proposal only for what is malformed, foreign or doubled; everything that depends on state becomes a result. Of
 * what it accepts, signatures that nobody has verified here are verified while the others vote.
 */
export async function processProposal(chain: AdmittingChain, transactions: readonly Uint8Array[]): Promise<boolean> {
  const ids = new Set<string>()
  for (const bytes of transactions) {
    const identity = identityFor(chain, bytes)
    if (identity === undefined || ids.has(identity.id)) return false
    ids.add(identity.id)
  }
  verifyMissing(chain, transactions).catch(() => undefined)
  return true
}

/** A failure is met again in the block. */
async function verifyMissing(chain: AdmittingChain, transactions: readonly Uint8Array[]): Promise<void> {
  const program = await chain.program()
  await Promise.all(transactions.map(async (bytes) => (await chain.preparer.prepare(bytes, program)).itemChecks()))
}

type Identity = {
  readonly chain: string
  readonly id: string
  /** Its first signer, who answers for it. */
  readonly sender: string
}

/** What was found in a transaction's bytes: a proposal is made of the arrays that the mempool holds. */
const identities = new WeakMap<Uint8Array, Identity>()

/** Undefined for what is malformed or of another chain. */
function identityFor(chain: AdmittingChain, bytes: Uint8Array): Identity | undefined {
  try {
    const identity = identify(bytes)
    return identity.chain === chain.id ? identity : undefined
  } catch (error) {
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}

/** @throws every code of `codec` */
function identify(bytes: Uint8Array): Identity {
  const known = identities.get(bytes)
  if (known !== undefined) return known
  const { transaction, payload } = decodeEnvelope(bytes)
  const [signer] = transaction.signers
  const sender = signer === undefined ? '' : `${signer.kind} ${toHex(signer.subject)}`
  const identity = { chain: transaction.chain, id: toHex(sha256(payload)), sender }
  identities.set(bytes, identity)
  return identity
}
