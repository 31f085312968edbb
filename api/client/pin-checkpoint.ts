import { equalBytes } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import {
  type Checkpoint,
  decodeTrust,
  encodeTrust,
  lightError,
  trustedUntil,
  trustFrom,
} from '../../src/light/index.ts'
import type { NodeClient } from './node-client.ts'

/**
 * A trust file for the header whose hash somebody knows from elsewhere. The node only fetches it: of its answer the hash
 * covers all but the eras and the trusting period.
 * @throws light.checkpoint, light.trust-expired, codes of `trustFrom`, and those of the node
 */
export async function pinCheckpoint(node: NodeClient, checkpoint: Checkpoint, now: bigint): Promise<Uint8Array> {
  const { height, headerHash: expected } = checkpoint
  const { eras, trustingPeriod } = decodeTrust(await node.trust())
  const { signed, validators } = await node.lightBlock(height)
  const seen = signed.blockId.hash
  if (signed.header.height !== height || !equalBytes(seen, expected)) {
    throw lightError('checkpoint', { height, seen, expected })
  }
  const trust = trustFrom({ signed, validators, eras, trustingPeriod }, voteVerifier)
  const until = trustedUntil(trust)
  if (now >= until) throw lightError('trust-expired', { until, now })
  return encodeTrust(trust)
}
