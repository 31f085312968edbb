/**
 * The transaction envelope: COSE_Sign (RFC 9052 section 4.1) over a deterministic payload that names its own signers.
 * Nothing here needs state: whose key it is, and whether it may, is decided in the block.
 */
import { equalBytes, toHex } from './bytes.ts'
import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { decodeAs, encodeAs } from './conform.ts'
import { codecError } from './errors.ts'
import { maximumOperations, maximumSignatureBytes, maximumSigners, maximumTransactionBytes } from './limits.ts'
import { Bytes, List, Struct, Text, Unsigned64, type ValueOf, Word } from './schema.ts'

/** The name of a module, collection, transaction type, signer kind or parameter. */
export const Name = Text({ maximum: 40, pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' })

/** Chain name, dash, 8 hexadecimal digits of the first genesis' digest. CometBFT allows 50 bytes. */
export const ChainId = Text({ maximum: 50, pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*-[0-9a-f]{8}$' })

/** Algorithms that can sign a transaction. */
export const AlgorithmName = Word('ES256', 'EdDSA')
export type AlgorithmName = 'ES256' | 'EdDSA'

/** A public key as SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). */
export const PublicKey = Struct({ algorithm: AlgorithmName, spki: Bytes({ minimum: 32, maximum: 2048 }) })
export type PublicKey = ValueOf<typeof PublicKey>

/** Who signs. The key travels in what is signed, so that verification needs no state. */
export const SignerClaim = Struct({ kind: Name, subject: Bytes({ minimum: 1, maximum: 64 }), key: PublicKey })
export type SignerClaim = ValueOf<typeof SignerClaim>

/** One act of one module. The body is wrapped in bytes, so that envelope and id need no module's schema. */
export const Operation = Struct({ module: Name, type: Name, body: Bytes({ maximum: maximumTransactionBytes }) })
export type Operation = ValueOf<typeof Operation>

export const Transaction = Struct({
  chain: ChainId,
  operations: List(Operation, { minimum: 1, maximum: maximumOperations }),
  /** Milliseconds of block time until which it may be executed. */
  validUntil: Unsigned64,
  nonce: Bytes({ minimum: 8, maximum: 32 }),
  signers: List(SignerClaim, { minimum: 1, maximum: maximumSigners }),
})
export type Transaction = ValueOf<typeof Transaction>

/** Tag 98 is COSE_Sign (RFC 9052 section 2). */
const coseSignTag = 98
const emptyBytes = new Uint8Array(0)
const emptyMap: CborValue = new Map()

/** The array of four with its items, and for each signer an array of three with its items. */
const maximumEnvelopeItems = 5 + 4 * maximumSigners

/** Protected headers `{ 1: algorithm }` with the algorithm numbers of RFC 9053 section 2. */
const protectedHeaders: Readonly<Record<AlgorithmName, Uint8Array>> = {
  ES256: encodeCbor(new Map([[1, -7]])),
  EdDSA: encodeCbor(new Map([[1, -8]])),
}

/** A decoded envelope: the payload as signed, and one signature for each signer, in their order. */
export type SignedTransaction = {
  readonly bytes: Uint8Array
  readonly payload: Uint8Array
  readonly transaction: Transaction
  readonly signatures: readonly Uint8Array[]
}

/** The payload: what is signed, and what the transaction's id is the digest of. @throws codec.envelope and as `encodeAs` */
export function encodePayload(transaction: Transaction): Uint8Array {
  const payload = encodeAs(Transaction, transaction)
  refuseRepeatedSigner(transaction)
  return payload
}

/** The bytes that one signer signs: Sig_structure (RFC 9052 section 4.4) with context "Signature". */
export function signedBytes(payload: Uint8Array, algorithm: AlgorithmName): Uint8Array {
  return encodeCbor(['Signature', emptyBytes, protectedHeaders[algorithm], emptyBytes, payload])
}

/**
 * Puts payload and signatures into the envelope; `signatures` are in the order of the payload's signers.
 * @throws as `decodeEnvelope`, and TypeError when it is not one signature for each signer
 */
export function encodeEnvelope(payload: Uint8Array, signatures: readonly Uint8Array[]): Uint8Array {
  const transaction = decodePayload(payload)
  const { signers } = transaction
  if (signers.length !== signatures.length) throw new TypeError('one signature for each signer is needed')
  const parts = signatures.map((signature, index) => {
    refuseOddSignature(signature)
    return [protectedHeaders[signers[index]!.key.algorithm], emptyMap, signature]
  })
  const bytes = encodeCbor([emptyBytes, emptyMap, payload, parts], coseSignTag)
  refuseOversize(bytes)
  return bytes
}

/** Takes an envelope apart, strictly. @throws codec.too-large, codec.envelope and every other code of `codec` */
export function decodeEnvelope(bytes: Uint8Array): SignedTransaction {
  refuseOversize(bytes)
  const message = decodeCbor(bytes, coseSignTag, maximumEnvelopeItems)
  if (!Array.isArray(message) || message.length !== 4) refuse('it is not an array of four')
  const [bodyProtected, bodyUnprotected, payload, parts] = message as readonly CborValue[]
  if (!isEmptyBytes(bodyProtected) || !isEmptyMap(bodyUnprotected)) refuse('its body headers are not empty')
  if (!(payload instanceof Uint8Array)) refuse('its payload is not a byte string')
  const transaction = decodePayload(payload)
  if (!Array.isArray(parts) || parts.length !== transaction.signers.length) {
    refuse('it does not have exactly one signature for each signer in its payload')
  }
  const signatures = (parts as readonly CborValue[]).map((part, index) =>
    signatureOf(part, transaction.signers[index]!.key.algorithm),
  )
  return { bytes, payload, transaction, signatures }
}

function decodePayload(payload: Uint8Array): Transaction {
  const transaction = decodeAs(Transaction, payload)
  refuseRepeatedSigner(transaction)
  return transaction
}

function signatureOf(part: CborValue, algorithm: AlgorithmName): Uint8Array {
  if (!Array.isArray(part) || part.length !== 3) refuse('a signature is not an array of three')
  const [protectedBytes, unprotected, signature] = part as readonly CborValue[]
  if (!(protectedBytes instanceof Uint8Array) || !equalBytes(protectedBytes, protectedHeaders[algorithm])) {
    refuse("a signature's protected header does not name exactly the algorithm of its signer's key")
  }
  if (!isEmptyMap(unprotected)) refuse("a signature's unprotected header is not empty")
  refuseOddSignature(signature)
  return signature
}

function refuseOddSignature(signature: CborValue | undefined): asserts signature is Uint8Array {
  if (!(signature instanceof Uint8Array) || signature.length === 0 || signature.length > maximumSignatureBytes) {
    refuse(`a signature is not a byte string of 1 to ${maximumSignatureBytes} bytes`)
  }
}

function refuseOversize(bytes: Uint8Array): void {
  if (bytes.length > maximumTransactionBytes) {
    throw codecError('too-large', { what: 'the transaction', size: bytes.length, limit: maximumTransactionBytes })
  }
}

function refuseRepeatedSigner(transaction: Transaction): void {
  const seen = new Set<string>()
  for (const claim of transaction.signers) {
    const identity = `${claim.kind} ${toHex(claim.subject)} ${claim.key.algorithm} ${toHex(claim.key.spki)}`
    if (seen.has(identity)) refuse('a signer is listed twice')
    seen.add(identity)
  }
}

function isEmptyBytes(value: CborValue | undefined): boolean {
  return value instanceof Uint8Array && value.length === 0
}

function isEmptyMap(value: CborValue | undefined): boolean {
  return value instanceof Map && value.size === 0
}

function refuse(reason: string): never {
  throw codecError('envelope', { reason })
}
