/** Checkpoints: hashes of headers that a reader knows from elsewhere, and through which the chain has to lead. */
import { equalBytes } from '../codec/index.ts'
import { lightError } from './errors.ts'

export type Checkpoint = { readonly height: bigint; readonly headerHash: Uint8Array }

/** @throws light.checkpoint when there is a checkpoint of this height with another hash */
export function refuseOffCheckpoint(
  { height, headerHash }: { readonly height: bigint; readonly headerHash: Uint8Array },
  checkpoints: readonly Checkpoint[],
): void {
  const other = checkpoints.find((one) => one.height === height && !equalBytes(one.headerHash, headerHash))
  if (other !== undefined) throw lightError('checkpoint', { height, seen: headerHash, expected: other.headerHash })
}

/** The heights at which a reader who goes from one height to another has to look, in rising order. */
export function checkpointsBetween(checkpoints: readonly Checkpoint[], from: bigint, to: bigint): readonly bigint[] {
  const heights = checkpoints.map(({ height }) => height).filter((height) => height > from && height <= to)
  return [...new Set(heights)].sort((a, b) => (a < b ? -1 : 1))
}
