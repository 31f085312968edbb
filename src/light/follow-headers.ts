import { equalBytes } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { checkpointsBetween, refuseOffCheckpoint } from './checkpoint.ts'
import { type Conflict, conflictBetween } from './conflict.ts'
import { lightError } from './errors.ts'
import { checkVouched, type FollowConditions, followHeader, refuseExpired } from './follow.ts'
import { maximumBases } from './limits.ts'
import type { TrustedHeader } from './trusted-header.ts'
import type { LightBlock } from './types.ts'
import { checkAnnounced } from './validator-set.ts'
import { verifySignedHeader } from './verify-commit.ts'
import { endOf, extended, type Way } from './way.ts'

/** Another header of a height, whose votes count too: nothing newer is to be trusted. */
export type SeenFork = {
  /** light.conflicting-header */
  readonly refusal: CommonrootError
  readonly conflict: Conflict
}

export type Followed<Trusted extends TrustedHeader> = {
  /** The newest header that is trusted now: what was followed before a refusal counts. */
  readonly reached: Trusted
  /** Why a header was not followed; undefined when all were. */
  readonly refusal?: CommonrootError
  /** The proof, where the refusal is for a fork. */
  readonly conflict?: Conflict
}

/**
 * Follows light blocks in the order given, whose heights rise or stay: neighbours sequentially, others by skipping. Each is
 * followed from the newest header that vouches for it. A second header of one height is a conflict if its votes count,
 * else it is only refused.
 */
export function followHeaders<Trusted extends TrustedHeader>(
  trusted: Trusted,
  blocks: readonly LightBlock[],
  conditions: FollowConditions,
): Followed<Trusted> {
  const followed = new FollowedWays(trusted, conditions)
  try {
    refuseExpired(trusted, conditions.now)
    refuseOffCheckpoint(trusted, conditions.checkpoints ?? [])
    for (const block of blocks) {
      const fork = followed.follow(block)
      if (fork !== undefined) return { reached: followed.reached, ...fork }
    }
    followed.refuseMissedCheckpoint()
    return { reached: followed.reached }
  } catch (refusal) {
    if (!(refusal instanceof CommonrootError)) throw refusal
    return { reached: followed.reached, refusal }
  }
}

/** One way to each header that was followed, in rising order of height; the first is the one to the pinned header. */
class FollowedWays<Trusted extends TrustedHeader> {
  readonly #conditions: FollowConditions
  readonly #ways: Way<Trusted>[]
  #newest: Way<Trusted>

  constructor(from: Trusted, conditions: FollowConditions) {
    this.#conditions = conditions
    this.#newest = { from, steps: [] }
    this.#ways = [this.#newest]
  }

  get reached(): Trusted {
    return endOf(this.#newest)
  }

  follow(block: LightBlock): SeenFork | undefined {
    const { header, blockId } = block.signed
    if (header.height > this.reached.height) {
      this.#newest = this.#followFromAny(block, this.#basesBelow(header.height))
      this.#ways.push(this.#newest)
      return undefined
    }
    const known = this.#ways.find((way) => endOf(way).height === header.height)
    if (known !== undefined && !equalBytes(blockId.hash, endOf(known).headerHash)) return this.#fork(known, block)
    if (known !== this.#newest) {
      throw lightError('height-order', { height: header.height, trusted: this.reached.height })
    }
    verifySignedHeader(block.signed, block.validators, this.reached.chain, this.#conditions.verifier)
    checkAnnounced(header, block.nextValidators)
    return undefined
  }

  refuseMissedCheckpoint(): void {
    const { checkpoints = [] } = this.#conditions
    const { height: from } = this.#newest.from
    const { height: to } = this.reached
    const shown = new Set(this.#ways.map((way) => endOf(way).height))
    const missed = checkpointsBetween(checkpoints, 0n, to).find((height) => !shown.has(height))
    if (missed !== undefined) throw lightError('checkpoint-missed', { from, to, height: missed })
  }

  /** Where the newest headers do not vouch, older ones may: validators leave and come back. */
  #followFromAny(block: LightBlock, bases: readonly Way<Trusted>[]): Way<Trusted> {
    let first: unknown
    for (const way of bases) {
      try {
        return extended(way, block, followHeader(endOf(way), block, this.#conditions))
      } catch (error) {
        first ??= error
        if (!isTooFew(first)) throw first
      }
    }
    throw first
  }

  /** The newest first. A hostile file must cost no more than its size, so their number is bounded. */
  #basesBelow(height: bigint): readonly Way<Trusted>[] {
    const below = this.#ways.filter((way) => endOf(way).height < height)
    return [...below.slice(1).slice(-maximumBases).reverse(), ...below.slice(0, 1)]
  }

  #fork(known: Way<Trusted>, block: LightBlock): SeenFork {
    const { height, headerHash } = endOf(known)
    const conflict = this.#forkBefore(known, block) ?? this.#forkHere(endOf(known), block)
    const seen = block.signed.blockId.hash
    return { refusal: lightError('conflicting-header', { height, trusted: headerHash, seen }), conflict }
  }

  /** Both headers follow from an older one: the proof then has the votes of both. */
  #forkBefore(known: Way<Trusted>, block: LightBlock): Conflict | undefined {
    const older = this.#basesBelow(endOf(known).height)
    if (older.length === 0) return undefined
    try {
      return conflictBetween(known, this.#followFromAny(block, older))
    } catch (error) {
      if (error instanceof CommonrootError) return undefined
      throw error
    }
  }

  /** The trusted header's own validators signed another one. */
  #forkHere(trusted: Trusted, block: LightBlock): Conflict {
    checkVouched(trusted, block, this.#conditions)
    return { common: trusted, one: [], other: [block] }
  }
}

function isTooFew(error: unknown): boolean {
  return error instanceof CommonrootError && error.code === 'light.not-enough-trusted-power'
}
