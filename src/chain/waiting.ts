/**
 * Transactions that were let in and are in no block yet: how much of the room each sender has, whose signatures are
 * verified next, and which are ready. Nothing here is part of the state: nodes differ in it.
 */
import { equalBytes } from '../codec/index.ts'
import { maximumBlockBytes, maximumMempoolCount } from '../engine/index.ts'
import { chainError } from './errors.ts'

/** Bytes that may wait in all: two full blocks, a part of the engine's mempool. More would only lengthen the line. */
const roomBytes = 2 * maximumBlockBytes

/** Transactions that may wait in all. */
const roomCount = maximumMempoolCount

/** Bytes of transactions whose items are verified at one time: enough for all cores, little enough to change turns often. */
const bytesUnderVerification = 1024 * 1024

/** Milliseconds after which a verification that has not ended no longer keeps others waiting. */
const verificationPatience = 10_000

/** Milliseconds after which a transaction that the engine does not offer is taken for lost by it. */
const lossPatience = 30_000

export type Arrival = {
  readonly id: string
  readonly bytes: Uint8Array
  /** Who answers for it: its first signer. */
  readonly sender: string
  /** Milliseconds of block time after which it can't be executed. */
  readonly validUntil: bigint
  /** Verifies the items' signatures; that this failed is met again in the block. */
  readonly verify: () => Promise<unknown>
}

type Entry = Arrival & { readonly since: number; isReady: boolean; readonly ready: PromiseWithResolvers<void> }

type Sender = { bytes: number; count: number; readonly unverified: Entry[] }

export class WaitingTransactions {
  readonly #entries = new Map<string, Entry>()
  /** In the order in which their turns to be verified come. */
  readonly #senders = new Map<string, Sender>()
  #bytes = 0
  #underVerification = 0

  /** Whether these very bytes wait, or another envelope of the same payload does; undefined when neither. */
  find(id: string, bytes: Uint8Array): 'same' | 'other' | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    return equalBytes(entry.bytes, bytes) ? 'same' : 'other'
  }

  /**
   * A sender may have as much as is left for all others together (dynamic threshold): one that floods gets half of the room,
   * two a third each, and there is always room for somebody who has nothing waiting.
   * @throws chain.over-quota
   */
  requireRoom(sender: string, size: number): void {
    const { bytes, count } = this.#senders.get(sender) ?? { bytes: 0, count: 0 }
    const fits = bytes + size <= roomBytes - this.#bytes && count < roomCount - this.#entries.size
    if (!fits) throw chainError('over-quota', { count, size: bytes })
  }

  /** Takes it up and has it verified when its sender's turn comes. @throws chain.over-quota */
  add(arrival: Arrival): void {
    if (this.#entries.has(arrival.id)) return
    const size = arrival.bytes.length
    this.requireRoom(arrival.sender, size)
    const entry = { ...arrival, since: performance.now(), isReady: false, ready: Promise.withResolvers<void>() }
    this.#entries.set(arrival.id, entry)
    const sender = this.#senders.get(arrival.sender) ?? { bytes: 0, count: 0, unverified: [] }
    this.#senders.set(arrival.sender, sender)
    sender.bytes += size
    sender.count += 1
    sender.unverified.push(entry)
    this.#bytes += size
    this.#verifyNext()
  }

  /** Whether a proposal may hold it. What is not known here was let in by an earlier run: the block verifies it. */
  isReady(id: string): boolean {
    return this.#entries.get(id)?.isReady ?? true
  }

  /** Whether its verification should have ended long ago: the line goes on without it. */
  isStuck(id: string): boolean {
    const entry = this.#entries.get(id)
    return entry !== undefined && !entry.isReady && entry.since < performance.now() - verificationPatience
  }

  /** Resolves when all of them are ready, or after `patience` milliseconds. */
  async whenReady(ids: readonly string[], patience: number): Promise<void> {
    const pending = ids.flatMap((id) => {
      const entry = this.#entries.get(id)
      return entry === undefined || entry.isReady ? [] : [entry.ready.promise]
    })
    if (pending.length === 0) return
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, patience)
    await Promise.race([Promise.all(pending), late.promise])
    clearTimeout(timer)
  }

  /** It is in a block, or the engine has not taken it. */
  remove(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    this.#bytes -= entry.bytes.length
    const sender = this.#senders.get(entry.sender)
    if (sender === undefined) return
    sender.bytes -= entry.bytes.length
    sender.count -= 1
    const place = sender.unverified.indexOf(entry)
    if (place !== -1) sender.unverified.splice(place, 1)
    if (sender.count === 0) this.#senders.delete(entry.sender)
  }

  /** What can't be executed any more at this block time waits no longer. */
  expire(time: bigint): void {
    for (const { id, validUntil } of [...this.#entries.values()]) if (validUntil < time) this.remove(id)
  }

  /** The engine has offered everything that it has: what is not among it and not new is lost there, as by its restart. */
  reconcile(offered: ReadonlySet<string>): void {
    const before = performance.now() - lossPatience
    for (const { id, since } of [...this.#entries.values()]) if (since < before && !offered.has(id)) this.remove(id)
  }

  #verifyNext(): void {
    while (this.#underVerification < bytesUnderVerification) {
      const turn = [...this.#senders].find(([, { unverified }]) => unverified.length > 0)
      if (turn === undefined) return
      const [name, sender] = turn
      // Behind all others, until each of them has had its turn.
      this.#senders.delete(name)
      this.#senders.set(name, sender)
      const entry = sender.unverified.shift()
      if (entry !== undefined) this.#verify(entry)
    }
  }

  #verify(entry: Entry): void {
    const size = entry.bytes.length
    this.#underVerification += size
    let isUnderWay = true
    const makeRoom = () => {
      if (!isUnderWay) return
      isUnderWay = false
      clearTimeout(timer)
      this.#underVerification -= size
      this.#verifyNext()
    }
    const timer = setTimeout(makeRoom, verificationPatience)
    timer.unref()
    const settled = () => {
      entry.isReady = true
      entry.ready.resolve()
      makeRoom()
    }
    entry.verify().then(settled, settled)
  }
}
