/** Whether the blocks and headers of a store are one unbroken history, of which the validator never signed a second. */
import { protocols } from '../../api/protocols.ts'
import {
  Chain,
  chainIdOf,
  type Genesis,
  genesisValidators,
  type RecordedBlock,
  replayBlocks,
} from '../../src/chain/index.ts'
import { equalBytes, toHex } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import { compareTimestamps, decodeSignedHeader, type SignedHeader, verifySignedHeader } from '../../src/light/index.ts'
import type { Store, StoredBlock } from '../../src/store/index.ts'

export type Entry = { readonly stored: StoredBlock; readonly signed: SignedHeader }

/**
 * Blocks from height 1 to the head with their signed headers; `fetched`: up to the newest header that a node has fetched
 * from its engine, which it does when somebody asks. @throws when one is missing
 */
export async function readHistory(
  store: Store,
  headers: 'complete' | 'fetched' = 'complete',
): Promise<readonly Entry[]> {
  let head = (await store.head())?.height ?? 0n
  if (headers === 'fetched') while ((await store.signedHeaders.get(head)) === undefined && head > 0n) head -= 1n
  const history: Entry[] = []
  for (let height = 1n; height <= head; height++) {
    const stored = await store.block(height)
    const header = await store.signedHeaders.get(height)
    if (stored === undefined) throw new Error(`block ${height} is missing`)
    if (header === undefined) throw new Error(`the signed header of block ${height} is missing`)
    history.push({ stored, signed: decodeSignedHeader(header) })
  }
  return history
}

/** Where headers do not follow from each other, from their blocks, or from the genesis. */
export function brokenLinks(history: readonly Entry[], genesis: Genesis, genesisRoot: Uint8Array): readonly string[] {
  const validators = genesisValidators(genesis)
  const complaints: string[] = []
  let previous: Entry | undefined
  for (const entry of history) {
    const { header } = entry.signed
    const complain = (reason: string) => complaints.push(`block ${header.height}: ${reason}`)
    verifySignedHeader(entry.signed, validators, chainIdOf(genesis), voteVerifier)
    if (header.height !== entry.stored.height) complain('its header has another height')
    if (!equalBytes(header.appHash, previous?.stored.root ?? genesisRoot)) complain('it carries another root')
    if (previous !== undefined) {
      const { signed } = previous
      const followed = header.lastBlockId?.hash
      if (followed === undefined || !equalBytes(followed, signed.blockId.hash)) complain('it follows another block')
      if (compareTimestamps(header.time, signed.header.time) <= 0) complain('its time does not move on')
    }
    previous = entry
  }
  return complaints
}

/** Votes for blocks that are not the ones of this history: each would be a second block at its height. */
export function doubleVotes(history: readonly Entry[], votes: readonly Uint8Array[]): readonly string[] {
  const decided = new Map(history.map(({ signed }) => [signed.header.height, signed.blockId.hash]))
  return votes.map(readVote).flatMap(({ height, hash }) => {
    const expected = decided.get(height)
    if (expected === undefined) return [`a vote for height ${height}, which has no block`]
    return equalBytes(expected, hash) ? [] : [`a vote for ${toHex(hash)} at height ${height}, which has another block`]
  })
}

/** Executes all blocks again over an empty store. @throws chain.replay-differs */
export async function replay(store: Store, genesis: Genesis, blocks: readonly RecordedBlock[]): Promise<Uint8Array> {
  const chain = await Chain.open({ genesis, store, protocols })
  await replayBlocks(chain, genesis, blocks)
  return chain.head?.root ?? new Uint8Array(0)
}

/**
 * Height and block hash of a CanonicalVote: after its length come `08 02` (a precommit), `11` and the height in eight
 * bytes, no round since it is 0, `22` with the length of the block id, and in that `0a 20` with the hash.
 */
function readVote(message: Uint8Array): { readonly height: bigint; readonly hash: Uint8Array } {
  const start = message.indexOf(0x08)
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const hashAt = start + 15
  const marks = [start + 2, start + 11, start + 13, start + 14].map((at) => message[at])
  if (marks.join() !== '17,34,10,32') throw new Error(`not a vote: ${toHex(message)}`)
  return { height: view.getBigInt64(start + 3, true), hash: message.subarray(hashAt, hashAt + 32) }
}
