/** Making and signing transactions: what a member's tools do before they submit. */
import { randomBytes } from 'node:crypto'
import {
  encodeCbor,
  encodeEnvelope,
  encodePayload,
  encodeUnknown,
  type Operation,
  type PublicKey,
  signedBytes,
  toCbor,
} from '../codec/index.ts'
import type { TransactionType } from '../module/index.ts'

/** Somebody who signs: who they are, their key, and a way to use it (a `KeyHolder`'s). Signatures are in COSE form. */
export type TransactionSigner = {
  readonly kind: string
  readonly subject: Uint8Array
  readonly key: PublicKey
  readonly sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array
}

const nonceBytes = 16

/** The bytes of one operation: a body of a single type, or the items of a batch. @throws codec.schema and its kin */
export function makeOperation(module: string, type: string, declared: TransactionType, body: unknown): Operation {
  if (declared.form === 'single') return { module, type, body: encodeUnknown(declared.schema, body) }
  if (!Array.isArray(body)) throw new TypeError(`${module}/${type} takes a list of items`)
  const items = body.map((item) => toCbor(declared.schema, item))
  return { module, type, body: encodeCbor(new Map([['items', items]])) }
}

/** Signs operations for a chain, valid until block time `validUntil` (milliseconds). @returns the envelope's bytes */
export async function signTransaction(
  chain: string,
  operations: readonly [Operation, ...Operation[]],
  signers: readonly TransactionSigner[],
  validUntil: bigint,
): Promise<Uint8Array> {
  const payload = encodePayload({
    chain,
    operations,
    validUntil,
    nonce: new Uint8Array(randomBytes(nonceBytes)),
    signers: signers.map(({ kind, subject, key }) => ({ kind, subject, key })),
  })
  const signatures = await Promise.all(signers.map(({ key, sign }) => sign(signedBytes(payload, key.algorithm))))
  return encodeEnvelope(payload, signatures)
}
