/** Governing: proposing, voting on what a proposal really says, and asking to be admitted. */
import { fromHex, type JsonValue, toHex } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { prepareIdentity, signWithValidatorKey } from '../../src/engine/index.ts'
import {
  governanceName,
  type ProposedOperation,
  possessionMessage,
  validatorPossessionMessage,
} from '../../src/governance/index.ts'
import { keyPurposes, type TransactionType } from '../../src/module/index.ts'
import { knownModules } from '../governance/index.ts'
import type { ProposalAnswer, TransactionAnswer } from './answers.ts'
import { readBounded } from './durable-file.ts'
import { cliError } from './errors.ts'
import { maximumProposalFile } from './limits.ts'
import type { NodeClient } from './node-client.ts'
import type { GivenPassphrase } from './passphrase.ts'
import { type MemberSigner, openSigner, openSignerKey } from './signer.ts'
import { millisecondsOf, signAct, submitTransaction } from './submit.ts'

type Signers = readonly [MemberSigner, ...MemberSigner[]]

export type Governing = {
  readonly node: NodeClient
  /** Keys of one member, as many as its `govern` threshold asks for. */
  readonly signers: Signers
  readonly signal?: AbortSignal
}

/** @throws cli.signer-unknown, cli.usage when the keys are not of one member, and the codes of `openKeyFile` */
export async function openGovernors(
  node: NodeClient,
  paths: readonly string[],
  passphrase: GivenPassphrase | undefined,
): Promise<Signers> {
  const { chain } = await node.chain()
  const [first, ...others] = await Promise.all(paths.map((path) => openSigner(node, chain, path, passphrase)))
  if (first === undefined) throw cliError('usage', { reason: 'a key file is needed' })
  const foreign = others.find(({ member }) => member !== first.member)
  if (foreign !== undefined) {
    throw cliError('usage', {
      reason: `the key files are of ${first.member} and ${foreign.member}; each member acts for itself`,
    })
  }
  return [first, ...others]
}

/**
 * Puts operations to the vote for so many milliseconds of block time.
 * @returns the number of the proposal @throws what `submitTransaction` throws, and the proposal's refusal
 */
export async function proposeOperations(
  { node, signers, signal }: Governing,
  operations: readonly ProposedOperation[],
  duration: bigint,
): Promise<TransactionAnswer & { readonly proposal?: number }> {
  const chain = await node.chain()
  const { member } = signers[0]
  const body = { member, operations, until: millisecondsOf(chain.time) + duration }
  const act = { module: governanceName, type: 'propose', declared: declaredAs('propose'), body }
  const answer = await submitTransaction(node, await signAct(chain, act, ...signers), signal)
  const said = operations.map((operation) => toHex(operation.body)).join()
  const { proposals } = await node.proposals(50)
  const own = proposals.find(
    (each) => each.height === answer.height && each.proposer === member && said === saidBy(each),
  )
  return own === undefined ? answer : { ...answer, proposal: own.number }
}

function saidBy({ operations }: Pick<ProposalAnswer, 'operations'>): string {
  return operations.map(({ encoded }) => encoded).join()
}

export type VoteAnswer = TransactionAnswer & {
  /** What has become of the proposal. */
  readonly proposal: ProposalAnswer
}

/** Votes on what the proposal says in bytes: the chain refuses a vote on anything else. */
export async function voteOn(
  { node, signers, signal }: Governing,
  number: number,
  vote: 'yes' | 'no',
): Promise<VoteAnswer> {
  const { operations } = await node.proposal(number)
  const body = {
    proposal: BigInt(number),
    member: signers[0].member,
    vote,
    operations: operations.map(({ type, encoded }) => ({ type, body: fromHex(encoded) })),
  }
  const act = { module: governanceName, type: 'vote', declared: declaredAs('vote'), body }
  const answer = await submitTransaction(node, await signAct(await node.chain(), act, ...signers), signal)
  return { ...answer, proposal: await node.proposal(number) }
}

/** The body of `admit-member`, in JSON: what a newcomer gives to a member. Nothing in it is secret. */
export type JoinRequest = { readonly member: JsonValue; readonly possession: JsonValue }

/**
 * Asks to be admitted with one key for all purposes, which signs that it is its owner's for each of them. Keys for one
 * purpose only, and thresholds, come later by rotation.
 * @throws the codes of `openKeyFile`
 */
export async function joinRequest(
  chain: string,
  newcomer: { readonly id: string; readonly name: string; readonly roles: readonly string[] },
  path: string,
  passphrase: GivenPassphrase | undefined,
): Promise<JoinRequest> {
  const { key, sign } = await openSignerKey(path, passphrase)
  const { id, name, roles } = newcomer
  const shown = { algorithm: key.algorithm, spki: toHex(key.spki) }
  const possession: string[] = []
  for (const purpose of keyPurposes) possession.push(toHex(await sign(possessionMessage(chain, id, purpose, 0n))))
  const keys = keyPurposes.map((purpose) => ({ purpose, threshold: 1, keys: [shown] }))
  return { member: { id, name, roles, keys }, possession }
}

/** The body of `set-validator`, in JSON. */
export type ValidatorRequest = {
  readonly member: string
  readonly key: string
  readonly power: number
  readonly possession: string
}

/**
 * Asks for power for the validator of a CometBFT home, whose key signs that it is the member's. The keys are made when the
 * folder is new. @throws engine.home-damaged
 */
export async function validatorRequest(
  chain: string,
  member: string,
  power: number,
  home: string,
): Promise<ValidatorRequest> {
  const key = ed25519Raw((await prepareIdentity(home)).validator)
  const possession = await signWithValidatorKey(home, validatorPossessionMessage(chain, member, key))
  return { member, key: toHex(key), power, possession: toHex(possession) }
}

/** JSON from the command line, or from the file that it names. @throws cli.usage, cli.unreadable */
export async function readJson(word: string): Promise<JsonValue> {
  const isText = word.trimStart().startsWith('{')
  try {
    const bytes = isText ? undefined : await readBounded(word, maximumProposalFile)
    const text = bytes === undefined ? word : new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    throw cliError('usage', { reason: `${isText ? 'the body' : word} is no JSON` })
  }
}

function declaredAs(type: string): TransactionType {
  const declared = knownModules.find(({ name }) => name === governanceName)?.transactions[type]
  if (declared === undefined) throw new TypeError(`governance has no ${type} transaction`)
  return declared
}
