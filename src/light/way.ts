/** The way from one trusted header to another: which light blocks were followed, each from the one before. */
import type { TrustedHeader } from './trusted-header.ts'
import type { LightBlock } from './types.ts'

export type Step<Trusted extends TrustedHeader> = { readonly block: LightBlock; readonly reached: Trusted }

export type Way<Trusted extends TrustedHeader> = {
  readonly from: Trusted
  /** In rising order of height; each was followed from what the one before reached, the first from `from`. */
  readonly steps: readonly Step<Trusted>[]
}

export function endOf<Trusted extends TrustedHeader>({ from, steps }: Way<Trusted>): Trusted {
  return steps.at(-1)?.reached ?? from
}

export function extended<Trusted extends TrustedHeader>(
  { from, steps }: Way<Trusted>,
  block: LightBlock,
  reached: Trusted,
): Way<Trusted> {
  return { from, steps: [...steps, { block, reached }] }
}
