/** What a block must be by itself and by the header that signs it, and how one flipped bit of it is found. */
import { decodeBlock } from '../chain/index.ts'
import { concat, equalBytes } from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { BlockInput } from '../engine/index.ts'
import { decodeResults, encodeResult } from '../host/index.ts'
import { compareTimestamps, emptyHash, resultsHash, type SignedHeader, transactionsHash } from '../light/index.ts'
import type { BlobPlace } from '../store/index.ts'
import { quietly } from './quietly.ts'
import { unflip } from './unflip.ts'

/** In what a block differs from what its header signs. */
export function differencesOf(input: BlockInput, { header, blockId }: SignedHeader): readonly string[] {
  const isOdd = equalBytes(header.evidenceHash, emptyHash) && input.misbehaviour.length > 0
  return [
    ...(input.height === header.height ? [] : [`it is the block of height ${input.height}`]),
    ...(equalBytes(transactionsHash(input.transactions), header.dataHash)
      ? []
      : ['its transactions are not those that the header signs']),
    ...(equalBytes(input.hash, blockId.hash) ? [] : ['its hash is not the one of its header']),
    ...(compareTimestamps(input.time, header.time) === 0 ? [] : ['its time is not the one of its header']),
    ...(equalBytes(input.proposer, header.proposerAddress) ? [] : ['its proposer is another one']),
    ...(isOdd ? ['it reports misbehaviour of which the header knows nothing'] : []),
  ]
}

/**
 * The archived block with one bit turned, so that it is what its header signs: a bit of a blob, whose digest tells it, or
 * any bit of a small block. Undefined when there is no such bit, or the block is sound as it is.
 */
export function unflipBlock(
  block: Uint8Array,
  signed: SignedHeader,
  blobs: readonly BlobPlace[],
): Uint8Array | undefined {
  const isSound = (trial: Uint8Array): boolean => {
    const input = quietly(() => decodeBlock(trial))
    return input !== undefined && differencesOf(input, signed).length === 0
  }
  if (isSound(block)) return undefined
  for (const { digest, offset, length } of blobs) {
    const slice = block.subarray(offset, offset + length)
    if (equalBytes(sha256(slice), digest)) continue
    const mended = unflip(slice, (trial) => equalBytes(sha256(trial), digest))
    if (mended === undefined) continue
    const whole = concat(block.subarray(0, offset), mended, block.subarray(offset + length))
    if (isSound(whole)) return whole
  }
  return unflip(block, isSound)
}

/** The hash that the next header signs; undefined for bytes that are no results. */
export function resultsHashOf(bytes: Uint8Array): Uint8Array | undefined {
  const results = quietly(() => decodeResults(bytes))
  return results && resultsHash(results.map((result) => ({ code: result.code, data: encodeResult(result) })))
}
