/**
 * What is in force at a height, from the state at the head alone: present values, taken back by what is kept of the past.
 * It needs no old block and no before-image, so that a node that has joined by a snapshot answers as well.
 */
import { concat, toHex, uint64Bytes } from '../codec/index.ts'
import { ed25519Spki } from '../crypto/portable/index.ts'
import type { Validator } from '../light/types.ts'
import type { Collection } from '../module/index.ts'
import {
  agenda,
  members,
  misbehaviours,
  parameters,
  past,
  proposals,
  protocolState,
  standings,
  tallies,
  validatorSet,
  votes,
  withdrawnAlgorithms,
} from './collections.ts'
import { governanceError } from './errors.ts'
import type {
  Member,
  Proposal,
  ProtocolState,
  RecordedMisbehaviour,
  Standing,
  StoredParameter,
  Tally,
  ValidatorSet,
  Vote,
  WithdrawnAlgorithms,
} from './schemas.ts'

/** Where records lie, at the head. A store is one. */
export type ScannedRecords = {
  /** In key order: `from` inclusive, `until` exclusive. */
  scan(
    from: Uint8Array,
    until: Uint8Array,
    limit: number,
  ): Promise<readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]>
}

/** Rows that one question to the store asks for. */
const rowsAtOnce = 1000

export type InForce = {
  readonly height: bigint
  readonly protocol: ProtocolState
  readonly parameters: readonly StoredParameter[]
  /** Those that had joined, in the order of their ids, with their states up to the height. */
  readonly members: readonly { readonly member: Member; readonly states: Standing['states'] }[]
  readonly validators: ValidatorSet | undefined
  readonly withdrawn: WithdrawnAlgorithms['algorithms']
  readonly misbehaviour: readonly RecordedMisbehaviour[]
}

/**
 * @param head the height of the newest block
 * @throws governance.history-not-kept
 */
export async function inForceAt(store: ScannedRecords, height: bigint, head: bigint): Promise<InForce> {
  const [kept] = await allOf(store, agenda)
  const since = kept?.since ?? head
  if (height < since || height > head) throw governanceError('history-not-kept', { height, since, head })
  // The past is read last: a block that is committed meanwhile leaves in it what it has replaced.
  const present = {
    members: await allOf(store, members),
    standings: await allOf(store, standings),
    parameters: await allOf(store, parameters),
    protocol: await allOf(store, protocolState),
    validators: await allOf(store, validatorSet),
    withdrawn: await allOf(store, withdrawnAlgorithms),
    misbehaviour: await allOf(store, misbehaviours),
  }
  const earlier = await pastSince(store, height)
  const states = new Map(
    present.standings.map(({ member, states }) => [member, states.filter((state) => state.height <= height)]),
  )
  const [protocol] = takenBack(protocolState, present.protocol, earlier)
  const [validators] = takenBack(validatorSet, present.validators, earlier)
  return {
    height,
    protocol: protocol ?? { version: 1 },
    parameters: takenBack(parameters, present.parameters, earlier),
    members: takenBack(members, present.members, earlier).flatMap((member) => {
      const own = states.get(member.id) ?? []
      return own.length === 0 ? [] : [{ member, states: own }]
    }),
    validators,
    withdrawn: (present.withdrawn[0]?.algorithms ?? []).filter((entry) => entry.height <= height),
    misbehaviour: present.misbehaviour.filter(({ recorded }) => recorded <= height),
  }
}

/** What records held at a height, by collection and key; null for one that was not there. */
type Earlier = ReadonlyMap<string, Uint8Array | null>

/** The first change after the height says what stood at it. */
async function pastSince(store: ScannedRecords, height: bigint): Promise<Earlier> {
  const earlier = new Map<string, Uint8Array | null>()
  for (const { collection, key, value } of await allOf(store, past, uint64Bytes(height + 1n))) {
    const place = `${collection} ${toHex(key)}`
    if (!earlier.has(place)) earlier.set(place, value ?? null)
  }
  return earlier
}

/** The records of a collection as they were, in the order of their keys. */
function takenBack<Value>(
  collection: Collection<Value>,
  present: readonly Value[],
  earlier: Earlier,
): readonly Value[] {
  const rows = new Map<string, Value | undefined>(present.map((value) => [toHex(collection.key(value)), value]))
  for (const [place, value] of earlier) {
    const [name, key = ''] = place.split(' ')
    if (name === collection.name) rows.set(key, value === null ? undefined : collection.decode(value))
  }
  return [...rows.keys()].sort().flatMap((key) => rows.get(key) ?? [])
}

/**
 * Who votes on the block of a height: those of whom the engine was told up to two blocks before it. Undefined where the
 * state says nothing about validators, so that they are those of the genesis.
 */
export async function validatorHistory(
  store: ScannedRecords,
): Promise<(height: bigint) => readonly Validator[] | undefined> {
  const [present] = await allOf(store, validatorSet)
  const earlier = (await allOf(store, past)).filter(({ collection }) => collection === validatorSet.name)
  const sets = earlier.map(({ until, value }) => {
    return { until, set: value === undefined ? undefined : validatorSet.decode(value) }
  })
  return (height) => {
    const told = height < 2n ? 0n : height - 2n
    const found = sets.find(({ until }) => until > told)
    const set = found === undefined ? present : found.set
    return set?.validators
      .filter(({ applied }) => applied > 0n)
      .map(({ key, applied: power }) => ({ key: ed25519Spki(key), power }))
  }
}

export type ProposalWithTally = { readonly proposal: Proposal; readonly tally: Tally }

/** Proposals with a number below `before`, the newest first. */
export async function proposalsBefore(
  store: ScannedRecords,
  before: bigint | undefined,
  limit: number,
): Promise<readonly ProposalWithTally[]> {
  const [kept] = await allOf(store, agenda)
  const newest = kept?.proposals ?? 0n
  const last = before !== undefined && before <= newest ? before - 1n : newest
  const first = last > BigInt(limit) ? last - BigInt(limit) + 1n : 1n
  return last < first ? [] : (await withTallies(store, first, last)).toReversed()
}

/** @throws governance.unknown-proposal */
export async function proposalWithVotes(
  store: ScannedRecords,
  number: bigint,
): Promise<ProposalWithTally & { readonly votes: readonly Vote[] }> {
  const [found] = await withTallies(store, number, number)
  if (found === undefined) throw governanceError('unknown-proposal', { proposal: number })
  return { ...found, votes: await allOf(store, votes, uint64Bytes(number), uint64Bytes(number + 1n)) }
}

async function withTallies(store: ScannedRecords, first: bigint, last: bigint): Promise<readonly ProposalWithTally[]> {
  const range = [uint64Bytes(first), uint64Bytes(last + 1n)] as const
  const found = await allOf(store, proposals, ...range)
  const counted = new Map((await allOf(store, tallies, ...range)).map((tally) => [tally.number, tally]))
  return found.flatMap((proposal) => {
    const tally = counted.get(proposal.number)
    return tally === undefined ? [] : [{ proposal, tally }]
  })
}

/** All records of a collection whose keys lie in a range, page by page. */
async function allOf<Value>(
  store: ScannedRecords,
  collection: Collection<Value>,
  first: Uint8Array = new Uint8Array(0),
  end?: Uint8Array,
): Promise<readonly Value[]> {
  const { prefix } = collection
  // The last byte of a prefix says that a key is of a record: the next one is behind all of them.
  const behind = concat(prefix.subarray(0, -1), Uint8Array.of(prefix.at(-1)! + 1))
  const until = end === undefined ? behind : concat(prefix, end)
  const values: Value[] = []
  for (let from = concat(prefix, first); ; ) {
    const rows = await store.scan(from, until, rowsAtOnce)
    values.push(...rows.map(({ value }) => collection.decode(value)))
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtOnce) return values
    from = concat(last.key, Uint8Array.of(0))
  }
}
