/** Chains for tests: validators with real keys, and headers that they sign. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { PublicKey } from '../../src/codec/index.ts'
import {
  type BlockId,
  blockProtocol,
  consensusParametersHash,
  emptyHash,
  type Header,
  headerHash,
  orderValidators,
  type SignedHeader,
  timestampFromMilliseconds,
  type Validator,
  validatorAddress,
  validatorsHash,
  voteSignBytes,
} from '../../src/light/index.ts'

export const genesis = digest('genesis of the test chain')
export const chainId = `test-${Buffer.from(genesis.subarray(0, 4)).toString('hex')}`
/** Milliseconds since 1970 of height 0 in these chains; a block comes every second. */
export const genesisTime = 1_800_000_000_000n
export const era = { genesis, from: 1n }

const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const privateKeys = new Map<string, KeyObject>()

export function digest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest())
}

/** The Ed25519 key that a name stands for, always the same. */
export function keyOf(name: string): PublicKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, digest(name)]),
    format: 'der',
    type: 'pkcs8',
  })
  const key: PublicKey = {
    algorithm: 'EdDSA',
    spki: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
  }
  privateKeys.set(key.spki.join(), privateKey)
  return key
}

/** A validator set in order, from names and powers. */
export function validatorSet(powers: Readonly<Record<string, bigint>>): readonly Validator[] {
  return orderValidators(Object.entries(powers).map(([name, power]) => ({ key: keyOf(name), power })))
}

export function signWith(key: PublicKey, message: Uint8Array): Uint8Array {
  const privateKey = privateKeys.get(key.spki.join())
  if (privateKey === undefined) throw new TypeError('the key belongs to no test validator')
  return new Uint8Array(sign(null, message, privateKey))
}

/** A header of the test chain; what a test is about is given, the rest is sound. */
export function makeHeader(
  height: bigint,
  validators: readonly Validator[],
  given: Partial<Header> & { readonly next?: readonly Validator[] } = {},
): Header {
  const { next, ...overrides } = given
  return {
    version: { block: blockProtocol, app: 1n },
    chainId,
    height,
    time: timestampFromMilliseconds(genesisTime + height * 1000n),
    ...(height === 1n ? {} : { lastBlockId: blockIdOf(digest(`block ${height - 1n}`)) }),
    lastCommitHash: digest(`commit ${height - 1n}`),
    dataHash: emptyHash,
    validatorsHash: validatorsHash(validators),
    nextValidatorsHash: validatorsHash(next ?? validators),
    consensusHash: consensusParametersHash(4_194_304n, -1n),
    appHash: digest(`state ${height - 1n}`),
    lastResultsHash: emptyHash,
    evidenceHash: emptyHash,
    proposerAddress: validatorAddress(validators[0]!.key),
    ...overrides,
  }
}

export function blockIdOf(hash: Uint8Array): BlockId {
  return { hash, partsTotal: 1, partsHash: digest('parts') }
}

/** Signs a header; `voters` are indexes into the set, all by default. */
export function signHeader(
  header: Header,
  validators: readonly Validator[],
  voters: readonly number[] = validators.map((_, index) => index),
  round = 0,
): SignedHeader {
  const blockId = blockIdOf(headerHash(header))
  const votes = voters.map((validator) => {
    const time = { seconds: header.time.seconds + 1n, nanos: 1000 + validator }
    const message = voteSignBytes(header.chainId, header.height, round, blockId, time)
    return { validator, time, signature: signWith(validators[validator]!.key, message) }
  })
  return { header, round, blockId, votes }
}

/** A signed header of the test chain. */
export function block(
  height: bigint,
  validators: readonly Validator[],
  given: Parameters<typeof makeHeader>[2] = {},
  voters?: readonly number[],
): SignedHeader {
  return signHeader(makeHeader(height, validators, given), validators, voters)
}
