import { CommonrootError } from '../errors/index.ts'
import { checkpointsBetween, refuseOffCheckpoint } from './checkpoint.ts'
import { lightError } from './errors.ts'
import { type FollowConditions, followHeader, refuseExpired } from './follow.ts'
import { maximumFollowedHeaders } from './limits.ts'
import type { TrustedHeader } from './trusted-header.ts'
import type { LightBlock } from './types.ts'
import { endOf, extended, type Way } from './way.ts'

export type BisectConditions = FollowConditions & {
  /** Follows every header in between instead of as few as possible. */
  readonly sequential?: boolean
  /** Headers that may be asked for; `maximumFollowedHeaders` unless given. */
  readonly limit?: number
}

/**
 * The way from trust to a height, with as few headers as the validators' changes allow: it tries the target first, and
 * where too few trusted validators signed it, the header half-way. It yields the heights of the light blocks that it wants
 * and is given them with `next`, so that who drives it decides where they come from.
 *
 * Source: CometBFT's light client specification, VerifyToTarget with bisection.
 *
 * @throws light.height-order, light.other-height, light.too-many-headers, light.checkpoint-missed and the codes of
 *   `followHeader`
 */
export function* bisect<Trusted extends TrustedHeader>(
  trusted: Trusted,
  target: bigint,
  conditions: BisectConditions,
): Generator<bigint, Way<Trusted>, LightBlock> {
  const { checkpoints = [], sequential = false, limit = maximumFollowedHeaders } = conditions
  refuseExpired(trusted, conditions.now)
  if (target < trusted.height) throw lightError('height-order', { height: target, trusted: trusted.height })
  refuseOffCheckpoint(trusted, checkpoints)
  const [passed] = checkpointsBetween(checkpoints, 0n, trusted.height - 1n)
  if (passed !== undefined) {
    throw lightError('checkpoint-missed', { from: trusted.height, to: target, height: passed })
  }
  const fetch = fetching(target, limit)
  let way: Way<Trusted> = { from: trusted, steps: [] }
  for (const stop of [...checkpointsBetween(checkpoints, trusted.height, target), target]) {
    // Headers that nobody vouches for yet, the nearest last.
    const waiting: LightBlock[] = []
    while (endOf(way).height < stop) {
      const base = endOf(way)
      const block = waiting.at(-1) ?? (yield* fetch(sequential ? base.height + 1n : stop))
      const reached = followUnlessTooFew(base, block, conditions)
      if (reached === undefined) {
        const { height } = block.signed.header
        if (block !== waiting.at(-1)) waiting.push(block)
        waiting.push(yield* fetch(base.height + (height - base.height) / 2n))
      } else {
        way = extended(way, block, reached)
        if (block === waiting.at(-1)) waiting.pop()
      }
    }
  }
  return way
}

/** Drives what wants light blocks, one at a time, with whatever has them. */
export async function walk<Result>(
  wanting: Generator<bigint, Result, LightBlock>,
  ask: (height: bigint) => Promise<LightBlock>,
): Promise<Result> {
  let turn = wanting.next()
  while (turn.done !== true) turn = wanting.next(await ask(turn.value))
  return turn.value
}

/** Asks for a light block, within bounds. */
function fetching(target: bigint, limit: number): (height: bigint) => Generator<bigint, LightBlock, LightBlock> {
  let count = 0
  return function* (height) {
    if (++count > limit) throw lightError('too-many-headers', { height: target, limit })
    const block = yield height
    const { height: own } = block.signed.header
    if (own !== height) throw lightError('other-height', { asked: height, height: own })
    return block
  }
}

/** Undefined where too few trusted validators signed: the next header, which was announced, is never refused for that. */
function followUnlessTooFew<Trusted extends TrustedHeader>(
  trusted: Trusted,
  block: LightBlock,
  conditions: FollowConditions,
): Trusted | undefined {
  try {
    return followHeader(trusted, block, conditions)
  } catch (error) {
    if (error instanceof CommonrootError && error.code === 'light.not-enough-trusted-power') return undefined
    throw error
  }
}
