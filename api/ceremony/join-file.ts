/**
 * The file with which an organisation joins a network at its beginning: who it is, its keys, its node. Each key that it
 * names has signed it, so that nobody can name a key that is not theirs.
 */
import {
  Bytes,
  decodeAs,
  encodeAs,
  encodeCbor,
  FixedBytes,
  List,
  maximumSignatureBytes,
  Optional,
  type PublicKey,
  Row,
  Struct,
  Text,
  toHex,
  Unsigned64,
  type ValueOf,
  Whole,
} from '../../src/codec/index.ts'
import { ed25519Spki, isAcceptedKey, verifySignatures } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { MemberId, PurposeKeys, Role } from '../../src/governance/index.ts'
import { networkError } from './errors.ts'
import { maximumJoinBytes } from './limits.ts'

/** A network's name: the part of the chain id before the digest. */
export const networkNamePattern = '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'

/** `host:port`; an IPv6 address stands in brackets. */
export const addressPattern = '^([a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?|\\[[0-9a-f:]{2,39}\\]):[1-9][0-9]{0,4}$'

const Organisation = Struct({
  id: MemberId,
  name: Text({ maximum: 100 }),
  roles: List(Role, { minimum: 1, maximum: 16 }),
  keys: List(PurposeKeys, { minimum: 1, maximum: 4 }),
})

const ValidatorNode = Struct({
  /** Raw Ed25519: what votes are signed with. */
  validator: FixedBytes(32),
  power: Unsigned64,
  /** Raw Ed25519: what the node is known by to its peers. */
  peer: FixedBytes(32),
  /** Where other validators reach it. */
  address: Text({ maximum: 262, pattern: addressPattern }),
})

export const JoinTerms = Struct({
  network: Text({ maximum: 40, pattern: networkNamePattern }),
  protocol: Whole({ minimum: 1, maximum: 65_535 }),
  /** Milliseconds since 1970 at which it was made. */
  time: Unsigned64,
  organisation: Organisation,
  /** Absent for a member without a validator. */
  node: Optional(ValidatorNode),
})
export type JoinTerms = ValueOf<typeof JoinTerms>

const SignedJoin = Row({
  terms: Bytes({ minimum: 1, maximum: maximumJoinBytes }),
  signatures: List(Bytes({ minimum: 1, maximum: maximumSignatureBytes }), { minimum: 1, maximum: 64 }),
})

/** A join file that was read. `name` is what messages call it: its path. */
export type Join = {
  readonly name: string
  readonly bytes: Uint8Array
  readonly terms: JoinTerms
  readonly message: Uint8Array
  readonly signatures: readonly Uint8Array[]
}

/** A key of the terms, and what it is for. */
export type NamedKey = { readonly use: string; readonly key: PublicKey }

/** Every key that the terms name, each once, in the order in which they sign. */
export function keysOf({ organisation, node }: JoinTerms): readonly NamedKey[] {
  const keys: NamedKey[] = organisation.keys.flatMap(({ purpose, keys }) => keys.map((key) => ({ use: purpose, key })))
  if (node !== undefined) {
    keys.push({ use: 'validator', key: ed25519Spki(node.validator) }, { use: 'peer', key: ed25519Spki(node.peer) })
  }
  const seen = new Set<string>()
  return keys.filter(({ key }) => {
    const name = toHex(key.spki)
    return !seen.has(name) && seen.add(name)
  })
}

/** What each key signs. The words in front keep it from passing for anything else that a member or a validator signs. */
export function joinMessage(terms: Uint8Array): Uint8Array {
  return encodeCbor(['commonroot join', terms])
}

/** @param sign signs with one of the terms' keys */
export async function makeJoin(
  terms: JoinTerms,
  sign: (key: NamedKey, message: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const bytes = encodeAs(JoinTerms, terms)
  const message = joinMessage(bytes)
  const signatures: Uint8Array[] = []
  for (const key of keysOf(terms)) signatures.push(await sign(key, message))
  return encodeAs(SignedJoin, { terms: bytes, signatures })
}

/** Reads a join file, strictly; whether its signatures hold is for `verifyJoin`. @throws network.join-malformed */
export function decodeJoin(name: string, bytes: Uint8Array): Join {
  const malformed = (reason: string, cause?: unknown) => networkError('join-malformed', { file: name, reason }, cause)
  if (bytes.length > maximumJoinBytes) throw malformed(`it has more than ${maximumJoinBytes} bytes`)
  try {
    const { terms, signatures } = decodeAs(SignedJoin, bytes)
    const read = decodeAs(JoinTerms, terms)
    const keys = keysOf(read)
    if (keys.length !== signatures.length) throw malformed('it has not one signature for each of its keys')
    if (!keys.every(({ key }) => isAcceptedKey(key))) throw malformed('one of its keys is not sound')
    const port = Number(read.node?.address.split(':').at(-1) ?? 1)
    if (port > 65_535) throw malformed('its port is none')
    return { name, bytes, terms: read, message: joinMessage(terms), signatures }
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.code.startsWith('network.')) throw error
    throw malformed(error.message, error)
  }
}

/** @throws network.join-signature */
export async function verifyJoin({ name, terms, message, signatures }: Join): Promise<void> {
  const keys = keysOf(terms)
  const verdicts = await verifySignatures(
    keys.map(({ key }, index) => ({ key, message, signature: signatures[index] ?? new Uint8Array(0) })),
  )
  const index = verdicts.indexOf(false)
  if (index === -1) return
  const organisation = terms.organisation.id
  throw networkError('join-signature', { file: name, organisation, key: keys[index]?.use ?? 'unknown' })
}
