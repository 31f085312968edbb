/**
 * Everything about a transaction that needs no state, done once: decode, bind, verify signatures on all cores.
 * The same function serves admission, proposals, blocks and replay; its verdicts are kept by protocol and content.
 * Cheap comes before dear: a body is bound only under an envelope that holds, its items are verified when asked for.
 */
import { decodeEnvelope, type SignedTransaction, signedBytes, toHex } from '../codec/index.ts'
import { sha256, verifySignatures } from '../crypto/index.ts'
import { CommonrootError } from '../errors/index.ts'
import type { BoundOperation } from '../module/index.ts'
import { transactionError } from './errors.ts'
import type { Program } from './program.ts'

export type PreparedOperation = {
  readonly module: string
  readonly type: string
  /** The body could not be bound: the whole transaction is refused with this. A TypeError is a defect of the module. */
  readonly refusal: CommonrootError | TypeError | undefined
  readonly bound: BoundOperation | undefined
}

/** For each operation, for each of its items: whether each of its signature checks holds. */
export type ItemChecks = readonly (readonly (readonly boolean[])[])[]

export type PreparedTransaction = {
  readonly bytes: Uint8Array
  readonly signed: SignedTransaction
  readonly id: Uint8Array
  /** Whether the envelope's signatures verify; otherwise nothing is bound. */
  readonly signaturesHold: boolean
  readonly operations: readonly PreparedOperation[]
  /** Verifies the items' signatures, once. */
  readonly itemChecks: () => Promise<ItemChecks>
}

/** Bytes of transactions whose preparation is kept: a prepared certificate takes some twenty times its bytes. */
const keptBytes = 8 * 1024 * 1024

export class Preparer {
  readonly #kept = new Map<string, { readonly size: number; readonly prepared: Promise<PreparedTransaction> }>()
  /** Digests by the bytes themselves: the same array is prepared for admission, proposal and block. */
  readonly #digests = new WeakMap<Uint8Array, string>()
  #size = 0

  /** @throws every code of `codec` when the envelope is malformed */
  prepare(bytes: Uint8Array, program: Program): Promise<PreparedTransaction> {
    const id = this.#idOf(bytes, program)
    const kept = this.#kept.get(id)
    if (kept !== undefined) return kept.prepared
    const prepared = prepareTransaction(bytes, program)
    this.#kept.set(id, { size: bytes.length, prepared })
    this.#size += bytes.length
    // A failure is as cheap to find again as to keep, and must not fill the cache.
    prepared.catch(() => this.#drop(id))
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= keptBytes || oldest === id) break
      this.#drop(oldest)
    }
    return prepared
  }

  /** What is in a committed block is not asked for again. */
  forget(transactions: readonly Uint8Array[], program: Program): void {
    for (const bytes of transactions) this.#drop(this.#idOf(bytes, program))
  }

  #idOf(bytes: Uint8Array, { protocol }: Program): string {
    let digest = this.#digests.get(bytes)
    if (digest === undefined) {
      digest = toHex(sha256(bytes))
      this.#digests.set(bytes, digest)
    }
    return `${protocol}:${digest}`
  }

  #drop(id: string): void {
    this.#size -= this.#kept.get(id)?.size ?? 0
    this.#kept.delete(id)
  }
}

async function prepareTransaction(bytes: Uint8Array, program: Program): Promise<PreparedTransaction> {
  const signed = decodeEnvelope(bytes)
  const { transaction, payload, signatures } = signed
  const envelope = transaction.signers.map(({ key }, index) => ({
    key,
    message: signedBytes(payload, key.algorithm),
    signature: signatures[index]!,
  }))
  const signaturesHold = (await verifySignatures(envelope)).every((holds) => holds)
  const { chain } = transaction
  const operations = signaturesHold
    ? transaction.operations.map(({ module, type, body }) => bindOperation(program, chain, module, type, body))
    : []
  let checks: Promise<ItemChecks> | undefined
  const itemChecks = () => {
    checks ??= verifyItems(operations)
    return checks
  }
  return { bytes, signed, id: sha256(payload), signaturesHold, operations, itemChecks }
}

/** A check that several items share, as those of one voucher, is verified once: modules give such items the same object. */
async function verifyItems(operations: readonly PreparedOperation[]): Promise<ItemChecks> {
  const items = operations.flatMap(({ bound }) => bound?.items ?? [])
  const distinct = [...new Set(items.flatMap((item) => item.checks))]
  const verdicts = await verifySignatures(distinct)
  const held = new Set(distinct.filter((_, index) => verdicts[index] === true))
  return operations.map(({ bound }) => (bound?.items ?? []).map((item) => item.checks.map((check) => held.has(check))))
}

function bindOperation(
  program: Program,
  chain: string,
  module: string,
  type: string,
  body: Uint8Array,
): PreparedOperation {
  const found = program.transactionType(module, type)
  if (found === undefined) {
    return { module, type, bound: undefined, refusal: transactionError('unknown-type', { module, type }) }
  }
  try {
    const bound = found.bind(body, { protocol: program.protocol, chain })
    return { module, type, bound, refusal: undefined }
  } catch (error) {
    if (!(error instanceof CommonrootError || error instanceof TypeError)) throw error
    return { module, type, bound: undefined, refusal: error }
  }
}
