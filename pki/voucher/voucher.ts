/**
 * A voucher as bytes: `[terms, signatures]`, where the terms are bytes themselves, so that what is signed is what was
 * read. The terms list the keys that sign, as a transaction lists its signers: signatures are checked without state,
 * and state only says whose keys they are.
 */
import {
  Bytes,
  ChainId,
  decodeAs,
  encodeAs,
  encodeCbor,
  List,
  maximumSignatureBytes,
  type PublicKey,
  Row,
  toHex,
  Unsigned64,
  type ValueOf,
} from '../../src/codec/index.ts'
import { publicKeyFromSpki } from '../../src/crypto/portable/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { MemberId } from '../../src/governance/index.ts'
import type { SignatureCheck } from '../../src/module/index.ts'
import { voucherError } from './errors.ts'
import { keptVouchers, maximumVoucherBytes, maximumVoucherKeys } from './limits.ts'
import { isRising, SerialRange } from './serial-range.ts'

/** What a line permits: devices with serials in the range may publish certificates of their own until `expires`. */
export const VoucherTerms = Row({
  chain: ChainId,
  manufacturer: MemberId,
  serials: SerialRange,
  /** Milliseconds of block time from which on it permits nothing. */
  expires: Unsigned64,
  /** The `line` keys that sign, each once, as SubjectPublicKeyInfo. */
  keys: List(Bytes({ minimum: 32, maximum: 256 }), { minimum: 1, maximum: maximumVoucherKeys }),
})
export type VoucherTerms = ValueOf<typeof VoucherTerms>

/** The terms as they were signed, and one signature for each of their keys, in that order. */
export const SignedVoucher = Row({
  terms: Bytes({ minimum: 1, maximum: maximumVoucherBytes }),
  signatures: List(Bytes({ minimum: 1, maximum: maximumSignatureBytes }), { minimum: 1, maximum: maximumVoucherKeys }),
})

/** A voucher that can be read. Whether it permits something is for `requireCovered`, `requireLineKeys`, and the checks. */
export type Voucher = Omit<VoucherTerms, 'keys'> & {
  readonly keys: readonly PublicKey[]
  /** One for each key: all must hold. */
  readonly checks: readonly SignatureCheck[]
}

/** What each key signs. The words in front keep a voucher from passing for anything else that a member signs. */
export function voucherMessage(terms: Uint8Array): Uint8Array {
  return encodeCbor(['commonroot voucher', terms])
}

/** @throws voucher.malformed when nobody could read the result */
export function encodeVoucher(terms: Uint8Array, signatures: readonly Uint8Array[]): Uint8Array {
  const bytes = encodeAs(SignedVoucher, { terms, signatures: [...signatures] })
  decodeVoucher(bytes)
  return bytes
}

const kept = new Map<string, Voucher>()

/**
 * Reads a voucher, strictly. Equal bytes give the same object while it is kept, and with it the same checks: who
 * verifies a batch then verifies each voucher once.
 * @throws voucher.malformed
 */
export function decodeVoucher(bytes: Uint8Array): Voucher {
  if (bytes.length > maximumVoucherBytes) {
    throw voucherError('malformed', { reason: `it has more than ${maximumVoucherBytes} bytes` })
  }
  const id = toHex(bytes)
  // A copy: what is kept must not hold on to the transaction that the bytes are a view of.
  const voucher = kept.get(id) ?? readVoucher(bytes.slice())
  // Behind all others, so that one in use is not the next to go.
  kept.delete(id)
  kept.set(id, voucher)
  const oldest = kept.keys().next().value
  if (kept.size > keptVouchers && oldest !== undefined) kept.delete(oldest)
  return voucher
}

function readVoucher(bytes: Uint8Array): Voucher {
  const { terms, signatures } = orMalformed(() => decodeAs(SignedVoucher, bytes))
  const { keys: listed, ...rest } = orMalformed(() => decodeAs(VoucherTerms, terms))
  const keys = listed.map((spki) => orMalformed(() => publicKeyFromSpki(spki)))
  if (!isRising(rest.serials)) {
    throw voucherError('malformed', { reason: 'its serials are not of equal length in rising order' })
  }
  if (signatures.length !== keys.length) {
    throw voucherError('malformed', { reason: 'it has not one signature for each key' })
  }
  if (new Set(listed.map(toHex)).size !== keys.length)
    throw voucherError('malformed', { reason: 'a key signs it twice' })
  const message = voucherMessage(terms)
  return { ...rest, keys, checks: keys.map((key, index) => ({ key, message, signature: signatures[index]! })) }
}

/** Whatever is wrong with its bytes is the voucher's fault, not the certificate's beside it. */
function orMalformed<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    throw voucherError('malformed', { reason: error.message }, error)
  }
}
