import { equalBytes } from '../codec/index.ts'
import { bisect } from './bisect.ts'
import { lightError } from './errors.ts'
import { maximumTrustingPeriod, maximumViaHeaders } from './limits.ts'
import type { Proof } from './proof.ts'
import { timestampToMilliseconds } from './timestamp.ts'
import type { TrustedHeader } from './trusted-header.ts'
import type { LightBlock, SignedHeader } from './types.ts'
import { validatorsHash } from './validator-set.ts'
import { type Fraction, trimVotes } from './verify-commit.ts'
import type { Step } from './way.ts'

/** Headers that are looked at for one proof: what makes up the way, and what was tried beyond it. */
const maximumLookups = 256

/** Whoever writes a proof has verified the headers already. */
const verified = { verify: () => true }

/**
 * For a proof by a newer header: the headers that lead there from an older trusted one, as few as the validators' changes
 * allow, each with just enough votes. It yields the heights of the light blocks that it wants, like `bisect`.
 * @param known the trusted header's own light block; @param threshold the one of the reader's trust file
 * @throws light.too-many-headers, light.other-height
 */
export function* leadingHeaders(
  known: LightBlock,
  threshold: Fraction,
  { header }: SignedHeader,
): Generator<bigint, Proof['via'], LightBlock> {
  // A reader who is further than the header needs none to lead it back.
  if (known.signed.header.height >= header.height) return []
  const now = timestampToMilliseconds(header.time)
  const { from, steps } = yield* bisect(trustedOf(known, threshold), header.height, {
    now,
    verifier: verified,
    limit: maximumLookups,
  })
  const via = steps.map((step, index) => trimmed(step, steps[index - 1]?.reached ?? from))
  const before = steps.at(-2)?.reached ?? from
  // The last header is the proof's own: it leads somewhere only if its validators are others than those before.
  if (equalBytes(validatorsHash(before.validators), header.validatorsHash)) via.pop()
  if (via.length > maximumViaHeaders) {
    throw lightError('too-many-headers', { height: header.height, limit: maximumViaHeaders })
  }
  return via
}

/** As the reader's trust file has it: without the next set. */
function trustedOf({ signed: { header, blockId }, validators }: LightBlock, threshold: Fraction): TrustedHeader {
  return {
    chain: header.chainId,
    height: header.height,
    headerHash: blockId.hash,
    time: header.time,
    validators,
    nextValidatorsHash: header.nextValidatorsHash,
    trustingPeriod: maximumTrustingPeriod,
    threshold,
  }
}

/** The next header needs no votes of the validators before. */
function trimmed({ block: { signed, validators } }: Step<TrustedHeader>, base: TrustedHeader): Proof['via'][number] {
  const skips = signed.header.height > base.height + 1n
  return { signed: trimVotes(signed, validators, skips ? base : undefined), validators }
}
