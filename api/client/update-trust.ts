/** Follows a node's headers from a trust file through to a newer one, and compares the result with other nodes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { equalBytes } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import {
  type BisectConditions,
  bisect,
  conflictBetween,
  decodeTrust,
  endOf,
  followHeaders,
  headerHash,
  type LightBlock,
  lightError,
  type SeenFork,
  type Trust,
  type Way,
  walk,
} from '../../src/light/index.ts'
import { cliError } from './errors.ts'
import { witnessPatience, witnessPause } from './limits.ts'
import type { NodeClient } from './node-client.ts'

export type WitnessReport = {
  readonly url: string
  /** Silent: it cannot be reached or does not have the header; refused: it shows a header that does not verify. */
  readonly answer: 'agrees' | 'silent' | 'refused'
  readonly code?: string
}

export type TrustUpdate = {
  readonly trust: Trust
  /** Headers that were followed. */
  readonly followed: number
  readonly witnesses: readonly WitnessReport[]
}

export type TrustUpdateOrder = Omit<BisectConditions, 'verifier'> & {
  readonly node: NodeClient
  readonly witnesses: readonly NodeClient[]
  readonly trust: Trust
}

/**
 * @throws light.trust-expired beyond the trusting period, light.foreign-chain, light.other-eras, cli.no-witness when none
 *   of the witnesses agrees, the codes of `bisect`, and those of the node
 */
export async function updateTrust({
  node,
  witnesses,
  trust,
  ...given
}: TrustUpdateOrder): Promise<TrustUpdate | SeenFork> {
  const conditions = { ...given, verifier: voteVerifier }
  const target = await newestOf(node, trust)
  const way = await walk(bisect(trust, target, conditions), (height) => node.lightBlock(height))
  const reached = endOf(way)
  if (way.steps.length === 0) {
    const { refusal, conflict } = followHeaders(trust, [await node.lightBlock(target)], conditions)
    if (refusal !== undefined && conflict !== undefined) return { refusal, conflict }
    if (refusal !== undefined) throw refusal
  }
  const reports: WitnessReport[] = []
  for (const witness of witnesses) {
    const report = await compare(witness, way, conditions)
    if ('conflict' in report) return report
    reports.push(report)
  }
  if (reports.length > 0 && !reports.some(({ answer }) => answer === 'agrees')) {
    throw cliError('no-witness', { count: reports.length, height: reached.height })
  }
  return { trust: reached, followed: way.steps.length, witnesses: reports }
}

/** What the node says is the newest height. Eras are signed by nobody, so other ones than pinned lead nowhere. */
async function newestOf(node: NodeClient, trust: Trust): Promise<bigint> {
  const offered = decodeTrust(await node.trust())
  if (offered.chain !== trust.chain) throw lightError('foreign-chain', { chain: offered.chain, expected: trust.chain })
  const other = offered.eras.find(({ genesis, from }, index) => {
    const own = trust.eras[index]
    return own === undefined || own.from !== from || !equalBytes(own.genesis, genesis)
  })
  if (other !== undefined) throw lightError('other-eras', { from: other.from })
  return offered.height
}

/** A witness that shows another header which follows from the same trust proves a fork. */
async function compare(
  witness: NodeClient,
  way: Way<Trust>,
  conditions: BisectConditions,
): Promise<WitnessReport | SeenFork> {
  const { url } = witness
  const { height, headerHash: expected } = endOf(way)
  try {
    const block = await patiently(witness, height)
    if (block === undefined) return { url, answer: 'silent' }
    if (equalBytes(headerHash(block.signed.header), expected)) return { url, answer: 'agrees' }
    const other = await walk(bisect(way.from, height, conditions), (wanted) => witness.lightBlock(wanted))
    const refusal = lightError('conflicting-header', { height, trusted: expected, seen: endOf(other).headerHash })
    return { refusal, conflict: conflictBetween(way, other) }
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.code === 'cli.interrupted') throw error
    const { code } = error
    return { url, answer: silence.has(code) ? 'silent' : 'refused', code }
  }
}

const silence = new Set(['cli.node-unreachable', 'cli.answer-lost'])

/** The next header of a node that is a moment behind. */
async function patiently(witness: NodeClient, height: bigint): Promise<LightBlock | undefined> {
  const until = performance.now() + witnessPatience
  for (;;) {
    try {
      return await witness.lightBlock(height)
    } catch (error) {
      if (!(error instanceof CommonrootError) || error.code !== 'engine.no-header') throw error
      if (performance.now() > until) return undefined
      await sleep(witnessPause)
    }
  }
}
