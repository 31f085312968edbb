/** What must be right of a block before it goes into a file, where nothing can be mended any more but the file itself. */
import { decodeBlock } from '../chain/index.ts'
import { equalBytes } from '../codec/index.ts'
import { decodeSignedHeader } from '../light/index.ts'
import type { ArchivedBlock } from '../store/index.ts'
import { differencesOf, resultsHashOf } from './block-form.ts'
import { quietly } from './quietly.ts'

/**
 * Holds a block against the header that signs it, and its root and results against the header of the next block, as far
 * as these have arrived. @returns what is wrong; undefined when nothing is
 */
export function archiveComplaint(
  { height, block, root, results, signedHeader }: ArchivedBlock,
  next: Uint8Array | undefined,
): string | undefined {
  if (next !== undefined) {
    const header = quietly(() => decodeSignedHeader(next))?.header
    if (header === undefined) return 'the header of the next block can not be read'
    if (!equalBytes(header.appHash, root)) return 'its root is not the one that the next header signs'
    if (height > 0n && !equalBytes(resultsHashOf(results) ?? new Uint8Array(0), header.lastResultsHash)) {
      return 'its results are not those that the next header signs'
    }
  }
  // The genesis is no block: its digest is in the chain's name.
  if (height === 0n) return undefined
  const input = quietly(() => decodeBlock(block))
  if (input === undefined) return 'it can not be read'
  if (input.height !== height) return `it is the block of height ${input.height}`
  if (signedHeader === undefined) return undefined
  const signed = quietly(() => decodeSignedHeader(signedHeader))
  return signed === undefined ? 'its header can not be read' : differencesOf(input, signed)[0]
}
