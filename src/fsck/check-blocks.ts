/** The history: every archived block, its header and votes, and how they follow from each other. */
import { decodeBlock, type Genesis, Genesis as GenesisForm, genesisValidators } from '../chain/index.ts'
import { compareBytes, concat, decodeEnvelope, encodeAs, equalBytes, toHex, uint64Bytes } from '../codec/index.ts'
import { sha256, voteVerifier } from '../crypto/index.ts'
import type { BlockInput } from '../engine/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { decodeEvents, decodeResults, encodeResult, recentTransactions, transactionError } from '../host/index.ts'
import {
  compareTimestamps,
  decodeSignedHeader,
  emptyHash,
  lightError,
  orderValidators,
  resultsHash,
  type SignedHeader,
  timestampToMilliseconds,
  transactionsHash,
  type Validator,
  verifySignedHeader,
} from '../light/index.ts'
import { recordAddress } from '../module/index.ts'
import type { StoredBlock, Tables, TransactionPlace } from '../store/index.ts'
import { beyondRepair, type Findings } from './finding.ts'
import { blockPortion, transactionPortion } from './limits.ts'
import { unflip } from './unflip.ts'

export type BlockCheckOptions = {
  readonly tables: Tables
  readonly chain: string
  readonly genesis: Genesis
  readonly findings: Findings
  readonly repair: boolean
  /** Heights, both included. */
  readonly from: bigint
  readonly to: bigint
  readonly head: bigint
  readonly onPlace: (next: bigint, sums: BlockSums) => void
  readonly onProgress: (done: number, total: number) => void
  readonly sums?: BlockSums
  readonly signal?: AbortSignal
}

export type BlockSums = {
  readonly blocks: number
  readonly headers: number
  /** Transactions whose id is used up. */
  readonly transactions: number
  /** Heights whose signed header has not arrived yet: the node asks its engine for them. */
  readonly awaited: number
}

/** A block as far as the next one must fit it. */
type Previous = {
  readonly height: bigint
  readonly root: Uint8Array
  readonly signed: SignedHeader | undefined
  readonly resultsHash: Uint8Array | undefined
}

/** Refusals after which a transaction's id can be used again: see the host's check of envelopes. */
const leavesIdFree = new Set(
  (['malformed', 'other-chain', 'expired', 'too-far', 'signature', 'duplicate'] as const).map((name) =>
    transactionError.numberOf(name),
  ),
)

export async function checkBlocks(options: BlockCheckOptions): Promise<BlockSums> {
  const check = new BlockCheck(options)
  const { tables, from, to, onPlace, onProgress, signal } = options
  const total = Number(to - from + 1n)
  await check.begin()
  for (let next = from; next <= to; ) {
    signal?.throwIfAborted()
    const limit = Number(to - next + 1n < blockPortion ? to - next + 1n : blockPortion)
    const blocks = await tables.blocks(next, limit)
    const until = (blocks.at(-1)?.height ?? to) + 1n
    const headers = await tables.signedHeaders(next, until)
    const wanted = await tables.wantedHeaders(next, until)
    for (const stored of blocks) {
      if (stored.height > to) break
      check.gap(next, stored.height)
      await check.visit(stored, headers.get(stored.height), wanted.has(stored.height))
      next = stored.height + 1n
    }
    if (blocks.length === 0) {
      check.gap(next, to + 1n)
      next = to + 1n
    }
    onProgress(Number(next - from), total)
    onPlace(next, check.sums)
  }
  if (options.head === to) await check.strays(to)
  return check.sums
}

class BlockCheck {
  readonly #options: BlockCheckOptions
  readonly #validators: readonly Validator[]
  #sums: { -readonly [Name in keyof BlockSums]: BlockSums[Name] }
  #previous: Previous | undefined

  constructor(options: BlockCheckOptions) {
    this.#options = options
    this.#validators = orderValidators(genesisValidators(options.genesis))
    this.#sums = { ...(options.sums ?? { blocks: 0, headers: 0, transactions: 0, awaited: 0 }) }
  }

  get sums(): BlockSums {
    return { ...this.#sums }
  }

  /** The block before the range: the first of it must follow from something. */
  async begin(): Promise<void> {
    const { tables, from } = this.#options
    const [before] = from === 0n ? [] : await tables.blocks(from - 1n, 1)
    if (before?.height !== from - 1n) return
    const header = (await tables.signedHeaders(from - 1n, from)).get(from - 1n)
    this.#previous = previousOf(before, header === undefined ? undefined : quietly(() => decodeSignedHeader(header)))
  }

  gap(from: bigint, until: bigint): void {
    if (from === until) return
    // Its row may stand elsewhere, which has been said.
    if (until - from === 1n && this.#options.findings.has('blocks', `height ${from}`)) return
    this.#block(from, until - from === 1n ? 'it is missing' : `it and the ${until - from - 1n} after it are missing`)
  }

  async visit(stored: StoredBlock, header: Uint8Array | undefined, awaited: boolean): Promise<void> {
    const { height } = stored
    this.#sums.blocks += 1
    if (height === 0n) {
      if (!equalBytes(stored.block, encodeAs(GenesisForm, this.#options.genesis))) {
        this.#block(height, 'it is not the genesis')
      }
      if (stored.time !== this.#options.genesis.time) this.#block(height, 'its row has another time')
      this.#previous = previousOf(stored, undefined)
      return
    }
    const input = this.#decode(stored)
    const signed = await this.#signedHeader(height, header, awaited, input?.hash)
    if (signed !== undefined) this.#compare(stored, input, signed)
    // What a damaged block holds is nothing to go by.
    if (input !== undefined && !this.#options.findings.has('blocks', `height ${height}`)) {
      await this.#transactions(stored, input)
    }
    this.#previous = previousOf(stored, signed)
  }

  #block(height: bigint, what: string): void {
    this.#options.findings.add('blocks', `height ${height}`, what, beyondRepair)
  }

  #decode(stored: StoredBlock): BlockInput | undefined {
    const { height } = stored
    try {
      const input = decodeBlock(stored.block)
      if (input.height !== height) this.#block(height, `it is the block of height ${input.height}`)
      if (timestampToMilliseconds(input.time) !== stored.time) this.#block(height, 'its row has another time')
      const results = decodeResults(stored.results)
      if (results.length !== input.transactions.length) this.#block(height, 'it has not one result per transaction')
      decodeEvents(stored.events)
      return input
    } catch (error) {
      if (!(error instanceof CommonrootError)) throw error
      this.#block(height, `it can not be read: ${error.message}`)
      return undefined
    }
  }

  async #signedHeader(
    height: bigint,
    bytes: Uint8Array | undefined,
    awaited: boolean,
    hash: Uint8Array | undefined,
  ): Promise<SignedHeader | undefined> {
    const { tables, findings, repair } = this.#options
    const ask = async (what: string) => {
      findings.add('headers', `height ${height}`, what, { repairable: true, repaired: repair })
      if (repair) await tables.wantHeader(height)
    }
    if (bytes === undefined) {
      if (awaited) this.#sums.awaited += 1
      else await ask('it is missing, and the node does not ask for it')
      return undefined
    }
    try {
      const signed = this.#verified(height, bytes)
      this.#sums.headers += 1
      return signed
    } catch (error) {
      if (!(error instanceof CommonrootError)) throw error
      const sound = hash === undefined ? undefined : unflip(bytes, (trial) => this.#isHeader(height, hash, trial))
      if (sound === undefined) {
        await ask(`it does not verify: ${error.message}`)
        return undefined
      }
      findings.add('headers', `height ${height}`, 'one bit of it was flipped', { repairable: true, repaired: repair })
      if (repair) await tables.putHeader(height, sound)
      return decodeSignedHeader(sound)
    }
  }

  /** @throws codes of `codec` and `light` */
  #verified(height: bigint, bytes: Uint8Array): SignedHeader {
    const signed = decodeSignedHeader(bytes)
    if (signed.header.height !== height)
      throw lightError('header', { reason: `it is of height ${signed.header.height}` })
    verifySignedHeader(signed, this.#validators, this.#options.chain, voteVerifier)
    return signed
  }

  /** The hash comes first: a signature costs a thousand times as much. */
  #isHeader(height: bigint, hash: Uint8Array, bytes: Uint8Array): boolean {
    const signed = quietly(() => decodeSignedHeader(bytes))
    if (signed === undefined || !equalBytes(signed.blockId.hash, hash)) return false
    return quietly(() => this.#verified(height, bytes)) !== undefined
  }

  /** Signed headers where no block is: each goes where it belongs, if it is sound, or away. */
  async strays(head: bigint): Promise<void> {
    const { tables, findings, repair } = this.#options
    for (const { height, bytes } of await tables.strayHeaders(head)) {
      findings.add('headers', `height ${height}`, 'it is there, and no block', { repairable: true, repaired: repair })
      if (!repair) continue
      const own = quietly(() => decodeSignedHeader(bytes))?.header.height
      if (own !== undefined && own <= head && quietly(() => this.#verified(own, bytes)) !== undefined) {
        if (!(await tables.signedHeaders(own, own + 1n)).has(own)) await tables.putHeader(own, bytes)
      }
      await tables.removeHeader(height)
    }
  }

  /** What the header says of its block, and of the one before. */
  #compare({ height }: StoredBlock, input: BlockInput | undefined, { header, blockId }: SignedHeader): void {
    if (input !== undefined) {
      if (!equalBytes(transactionsHash(input.transactions), header.dataHash)) {
        this.#block(height, 'its transactions are not those that the header signs')
      }
      if (!equalBytes(input.hash, blockId.hash)) this.#block(height, 'its hash is not the one of its header')
      if (compareTimestamps(input.time, header.time) !== 0) this.#block(height, 'its time is not the one of its header')
      if (!equalBytes(input.proposer, header.proposerAddress)) this.#block(height, 'its proposer is another one')
      if (equalBytes(header.evidenceHash, emptyHash) && input.misbehaviour.length > 0) {
        this.#block(height, 'it reports misbehaviour of which the header knows nothing')
      }
    }
    const previous = this.#previous
    if (previous?.height !== height - 1n) return
    if (!equalBytes(header.appHash, previous.root)) {
      this.#block(previous.height, `its root is not the one that header ${height} signs`)
    }
    if (previous.resultsHash !== undefined && !equalBytes(header.lastResultsHash, previous.resultsHash)) {
      this.#block(previous.height, `its results are not those that header ${height} signs`)
    }
    const follows = header.lastBlockId?.hash
    if (previous.signed !== undefined && !(follows && equalBytes(follows, previous.signed.blockId.hash))) {
      this.#block(height, 'its header follows another block')
    }
  }

  /** Ids are recomputed: one that is used up must be found at its place, and stands in the leaf of recent ids. */
  async #transactions({ height, results }: StoredBlock, { transactions }: BlockInput): Promise<void> {
    const codes = quietly(() => decodeResults(results))?.map(({ code }) => code) ?? []
    const places = new Map<string, TransactionPlace>()
    for (const [position, bytes] of transactions.entries()) {
      const signed = quietly(() => decodeEnvelope(bytes))
      if (signed === undefined || leavesIdFree.has(codes[position] ?? -1)) continue
      const id = sha256(signed.payload)
      places.set(toHex(id), { id, height, position })
    }
    this.#sums.transactions += places.size
    if (places.size === 0) return
    const { tables, findings, repair } = this.#options
    const wanted = [...places.values()]
    const found = new Map((await tables.transactions(wanted.map(({ id }) => id))).map((row) => [toHex(row.id), row]))
    for (const place of wanted) {
      const row = found.get(toHex(place.id))
      if (row?.height === place.height && row.position === place.position) continue
      const what =
        row === undefined ? 'it is not listed' : `it is listed at height ${row.height}, place ${row.position}`
      findings.add('transactions', toHex(place.id), `executed at height ${height}, ${what}`, {
        repairable: true,
        repaired: repair,
      })
      if (repair) await tables.putTransaction(place)
    }
    await this.#recentIds(height, wanted)
  }

  async #recentIds(height: bigint, places: readonly TransactionPlace[]): Promise<void> {
    const { key } = recordAddress(recentTransactions, uint64Bytes(height))
    const stored = (await this.#options.tables.read('records', [key])).get(toHex(key))
    const recent = stored === undefined ? undefined : quietly(() => recentTransactions.decode(stored))
    if (recent === undefined) return
    const ids = sha256(concat(...places.map(({ id }) => id).sort(compareBytes)))
    if (!equalBytes(recent.ids, ids)) this.#block(height, 'its transactions are not those of the leaf of recent ids')
  }
}

/** Ids that no block has: what is listed beyond what was executed. Only after all blocks. */
export async function checkTransactions(
  { tables, findings, repair, signal }: BlockCheckOptions,
  executed: number,
): Promise<void> {
  if ((await tables.count('transactions')) === BigInt(executed)) return
  let after: Uint8Array | undefined
  for (;;) {
    signal?.throwIfAborted()
    const rows = await tables.scanTransactions(after, transactionPortion)
    for (const { id, height, position } of rows) {
      if (findings.has('blocks', `height ${height}`)) continue
      const [stored] = await tables.blocks(height, 1)
      const input = stored?.height === height ? quietly(() => decodeBlock(stored.block)) : undefined
      const bytes = input?.transactions[position]
      const signed = bytes === undefined ? undefined : quietly(() => decodeEnvelope(bytes))
      if (signed !== undefined && equalBytes(sha256(signed.payload), id)) continue
      findings.add('transactions', toHex(id), `it is listed at height ${height}, which does not have it`, {
        repairable: true,
        repaired: repair,
      })
      if (repair) await tables.removeTransaction(id)
    }
    after = rows.at(-1)?.id
    if (after === undefined) return
  }
}

function previousOf({ height, root, results }: StoredBlock, signed: SignedHeader | undefined): Previous {
  const read = quietly(() => decodeResults(results))
  const outputs = read?.map((result) => ({ code: result.code, data: encodeResult(result) }))
  return { height, root, signed, resultsHash: outputs === undefined ? undefined : resultsHash(outputs) }
}

/** Undefined for what can't be read: that is said elsewhere. */
function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof CommonrootError) return undefined
    throw error
  }
}
