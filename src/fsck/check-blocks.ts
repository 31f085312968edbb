/** The history: every block, its header and votes, and how they follow from each other. */
import { decodeBlock, type Genesis, Genesis as GenesisForm, genesisValidators } from '../chain/index.ts'
import {
  compareBytes,
  concat,
  decodeEnvelope,
  encodeAs,
  equalBytes,
  maximumValidity,
  toHex,
  uint64Bytes,
} from '../codec/index.ts'
import { sha256, voteVerifier } from '../crypto/index.ts'
import type { BlockInput } from '../engine/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { validatorHistory } from '../governance/index.ts'
import { decodeEvents, decodeResults, recentTransactions, transactionError } from '../host/index.ts'
import {
  decodeSignedHeader,
  lightError,
  orderValidators,
  type SignedHeader,
  timestampToMilliseconds,
  type Validator,
  verifySignedHeader,
} from '../light/index.ts'
import { recordAddress } from '../module/index.ts'
import type { FoundBlock, Head, Tables, TransactionPlace } from '../store/index.ts'
import { differencesOf, resultsHashOf, unflipBlock } from './block-form.ts'
import { blockPortions } from './block-portions.ts'
import { beyondRepair, type Findings } from './finding.ts'
import { quietly } from './quietly.ts'
import { scannedRecords } from './scanned-records.ts'
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
  readonly onPlace: (next: bigint, sums: BlockSums) => Promise<void>
  readonly onProgress: (done: number, total: number) => void
  readonly sums?: BlockSums
  /** The snapshot that the state began with: the first block follows it. */
  readonly base?: Head
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
  readonly stored: FoundBlock
  readonly signed: SignedHeader | undefined
  /** What is wrong with its results, unless the next header tells more. */
  readonly complaint: string | undefined
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
  for await (const { from: first, until, blocks, headers, wanted } of blockPortions(tables, from, to)) {
    signal?.throwIfAborted()
    let next = first
    for (const stored of blocks) {
      await check.gap(next, stored.height)
      await check.visit(stored, headers.get(stored.height), wanted.has(stored.height))
      next = stored.height + 1n
    }
    await check.gap(next, until)
    onProgress(Number(until - from), total)
    await onPlace(until, check.sums)
  }
  if (options.head === to) await check.end(to)
  return check.sums
}

const emptyBytes = new Uint8Array(0)

class BlockCheck {
  readonly #options: BlockCheckOptions
  readonly #founders: readonly Validator[]
  /** Who votes on a block, as the state has kept it; undefined where the genesis says so. */
  #validatorsAt: (height: bigint) => readonly Validator[] | undefined = () => undefined
  #sums: { -readonly [Name in keyof BlockSums]: BlockSums[Name] }
  #previous: Previous | undefined
  /** Block time of the head. */
  #now = 0n

  constructor(options: BlockCheckOptions) {
    this.#options = options
    this.#founders = genesisValidators(options.genesis)
    this.#sums = { ...(options.sums ?? { blocks: 0, headers: 0, transactions: 0, awaited: 0 }) }
  }

  get sums(): BlockSums {
    return { ...this.#sums }
  }

  /** The block before the range: the first of it must follow from something. */
  async begin(): Promise<void> {
    const { tables, from, head, base } = this.#options
    this.#now = (await tables.blocks(head, 1))[0]?.time ?? base?.time ?? 0n
    // A record that can't be read is found where records are checked.
    this.#validatorsAt = await validatorHistory(scannedRecords(tables)).catch((error: unknown) => {
      if (!(error instanceof CommonrootError)) throw error
      return () => undefined
    })
    const [before] = from === 0n ? [] : await tables.blocks(from - 1n, 1)
    if (before?.height !== from - 1n) return
    const header = (await tables.signedHeaders(from - 1n, from)).get(from - 1n)
    this.#previous = previousOf(before, header === undefined ? undefined : quietly(() => decodeSignedHeader(header)))
  }

  async gap(from: bigint, until: bigint): Promise<void> {
    if (from === until) return
    // Their file may be damaged, which has been said.
    const file = await this.#options.tables.archive.nameAt(from)
    if (file !== undefined && this.#options.findings.has('archive', file)) return
    // Its row may stand elsewhere, which has been said.
    if (until - from === 1n && this.#options.findings.has('blocks', `height ${from}`)) return
    this.#block(from, until - from === 1n ? 'it is missing' : `it and the ${until - from - 1n} after it are missing`)
  }

  async visit(stored: FoundBlock, header: Uint8Array | undefined, awaited: boolean): Promise<void> {
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
    if (signed !== undefined) await this.#compareWithPrevious(stored, signed)
    else this.#settle()
    const { row, sound } = await this.#judge(stored, input, signed)
    // What a damaged block holds is nothing to go by.
    if (sound !== undefined) await this.#transactions(stored, sound)
    this.#previous = previousOf(row, signed, sound?.transactions.length)
  }

  #block(height: bigint, what: string): void {
    this.#options.findings.add('blocks', `height ${height}`, what, beyondRepair)
  }

  /** What can be made right in a row of the database, not in a file. */
  #mended({ height, archived }: FoundBlock, what: string): void {
    const { findings, repair } = this.#options
    const mending = archived ? beyondRepair : { repairable: true, repaired: repair }
    findings.add('blocks', `height ${height}`, what, mending)
  }

  async #put(row: FoundBlock): Promise<void> {
    if (this.#options.repair && !row.archived) await this.#options.tables.putBlock(row)
  }

  /** Says what the header of the next block would have said, where there is none. */
  #settle(): void {
    const { complaint, stored } = this.#previous ?? {}
    if (complaint !== undefined && stored !== undefined) this.#block(stored.height, complaint)
  }

  #decode({ block }: FoundBlock): BlockInput | undefined {
    return quietly(() => decodeBlock(block))
  }

  /** Holds a block against itself and its header. @returns its row as it will be, and what it holds, if that is sound */
  async #judge(
    stored: FoundBlock,
    found: BlockInput | undefined,
    signed: SignedHeader | undefined,
  ): Promise<{ readonly row: FoundBlock; readonly sound: BlockInput | undefined }> {
    const { tables, findings } = this.#options
    const { height } = stored
    let row = stored
    let input = found
    const complaints = complaintsOf(height, input, signed)
    if (complaints.length > 0) {
      const block = signed && unflipBlock(stored.block, signed, await tables.blobsAt(height))
      if (block === undefined) {
        for (const what of complaints) this.#block(height, what)
        return { row, sound: undefined }
      }
      this.#mended(stored, 'one bit of it was flipped')
      row = { ...row, block }
      input = decodeBlock(block)
    }
    if (input === undefined) return { row, sound: undefined }
    const time = timestampToMilliseconds(input.time)
    if (time !== row.time) {
      this.#mended(stored, 'its row has another time')
      row = { ...row, time }
    }
    if (quietly(() => decodeEvents(row.events)) === undefined) {
      findings.add('blocks', `events of height ${height}`, 'they can not be read', beyondRepair)
    }
    if (row !== stored) await this.#put(row)
    return { row, sound: input }
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
    const validators = orderValidators(this.#validatorsAt(height) ?? this.#founders)
    verifySignedHeader(signed, validators, this.#options.chain, voteVerifier)
    return signed
  }

  /** The hash comes first: a signature costs a thousand times as much. */
  #isHeader(height: bigint, hash: Uint8Array, bytes: Uint8Array): boolean {
    const signed = quietly(() => decodeSignedHeader(bytes))
    if (signed === undefined || !equalBytes(signed.blockId.hash, hash)) return false
    return quietly(() => this.#verified(height, bytes)) !== undefined
  }

  /** At the head: signed headers where no block is. Each goes where it belongs, if it is sound, or away. */
  async end(head: bigint): Promise<void> {
    this.#settle()
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

  /** What a header says of the block before its own. */
  async #compareWithPrevious({ height }: FoundBlock, { header }: SignedHeader): Promise<void> {
    const previous = this.#previous
    const { base } = this.#options
    if (base?.height === height - 1n && !equalBytes(header.appHash, base.root)) {
      this.#block(base.height, `the snapshot of it has another root than header ${height} signs`)
    }
    if (previous?.stored.height !== height - 1n) return this.#settle()
    const { stored, signed } = previous
    let row = stored
    if (!equalBytes(header.appHash, stored.root)) {
      this.#mended(stored, `its root is not the one that header ${height} signs`)
      row = { ...row, root: header.appHash }
    }
    const { lastResultsHash } = header
    const isResult = (trial: Uint8Array) => equalBytes(resultsHashOf(trial) ?? emptyBytes, lastResultsHash)
    if (stored.height > 0n && !isResult(stored.results)) {
      const results = unflip(stored.results, isResult)
      if (results === undefined) {
        this.#block(stored.height, `its results are not those that header ${height} signs`)
      } else {
        this.#mended(stored, 'one bit of its results was flipped')
        row = { ...row, results }
      }
    }
    if (row !== stored) await this.#put(row)
    const follows = header.lastBlockId?.hash
    if (signed !== undefined && !(follows !== undefined && equalBytes(follows, signed.blockId.hash))) {
      this.#block(height, 'its header follows another block')
    }
  }

  /** Ids are recomputed: one that is used up must be found at its place, and stands in the leaf of recent ids. */
  async #transactions({ height, time, results, archived }: FoundBlock, { transactions }: BlockInput): Promise<void> {
    const codes = quietly(() => decodeResults(results))?.map(({ code }) => code) ?? []
    const places = new Map<string, TransactionPlace>()
    for (const [position, bytes] of transactions.entries()) {
      const signed = quietly(() => decodeEnvelope(bytes))
      if (signed === undefined || leavesIdFree.has(codes[position] ?? -1)) continue
      const id = sha256(signed.payload)
      places.set(toHex(id), { id, height, position })
    }
    if (places.size === 0) return
    const { tables, findings, repair } = this.#options
    const wanted = [...places.values()]
    const found = new Map((await tables.transactions(wanted.map(({ id }) => id))).map((row) => [toHex(row.id), row]))
    // From its last valid moment on, block time alone keeps a transaction from being executed again.
    const isForgotten = archived && time + maximumValidity < this.#now
    this.#sums.transactions += isForgotten ? found.size : places.size
    for (const place of wanted) {
      const row = found.get(toHex(place.id))
      if (row === undefined && isForgotten) continue
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

function previousOf(stored: FoundBlock, signed: SignedHeader | undefined, transactions?: number): Previous {
  const results = quietly(() => decodeResults(stored.results))
  const fits = transactions === undefined || results?.length === transactions
  return { stored, signed, complaint: fits ? undefined : 'it has not one readable result per transaction' }
}

function complaintsOf(
  height: bigint,
  input: BlockInput | undefined,
  signed: SignedHeader | undefined,
): readonly string[] {
  if (input === undefined) return ['it can not be read']
  if (signed !== undefined) return differencesOf(input, signed)
  return input.height === height ? [] : [`it is the block of height ${input.height}`]
}
