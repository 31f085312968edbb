/** The trust file: what a reader pins of a chain, as one small file with a checksum. */
import {
  type CborValue,
  ChainId,
  codecError,
  concat,
  conform,
  DigestBytes,
  decodeCbor,
  encodeCbor,
  equalBytes,
  List,
  Row,
  toCbor,
  toHex,
  Unsigned64,
  type ValueOf,
  Whole,
} from '../codec/index.ts'
import { portableVoteVerifier, type SignatureVerifier, sha256 } from '../crypto/portable/index.ts'
import { trustError } from './errors.ts'
import { maximumEras, maximumHeight, maximumTrustBytes, maximumTrustingPeriod } from './limits.ts'
import { TimestampRow, ValidatorRows, validatorsFromRows, validatorsToRows } from './signed-header.ts'
import { maximumTimestampSeconds } from './timestamp.ts'
import { defaultThreshold, type TrustedHeader } from './trusted-header.ts'
import type { SignedHeader, Validator } from './types.ts'
import { checkValidatorSet } from './validator-set.ts'
import { type Fraction, verifySignedHeader } from './verify-commit.ts'

/** A stretch of heights that grew from one genesis: a chain that is begun anew keeps its id and gets another era. */
export type Era = { readonly genesis: Uint8Array; readonly from: bigint }

export type Trust = TrustedHeader & {
  /** In rising order; the last one is the era that the trusted header belongs to. */
  readonly eras: readonly Era[]
}

const trustFormat = 1
const checksumLength = 32

const TrustRow = Row({
  format: Whole({ minimum: trustFormat, maximum: trustFormat }),
  chain: ChainId,
  eras: List(Row({ genesis: DigestBytes, from: Unsigned64 }), { minimum: 1, maximum: maximumEras }),
  height: Unsigned64,
  headerHash: DigestBytes,
  time: TimestampRow,
  validators: ValidatorRows,
  nextValidatorsHash: DigestBytes,
  trustingPeriod: Unsigned64,
  threshold: Row({ numerator: Whole({ minimum: 1, maximum: 255 }), denominator: Whole({ minimum: 1, maximum: 255 }) }),
})

/**
 * Pins a signed header. It is checked as far as it can be: that `validators` signed it. That they are the right ones is
 * what the caller vouches for.
 * @throws trust.* and the codes of `verifySignedHeader`
 */
export function trustFrom(
  pinned: {
    readonly signed: SignedHeader
    readonly validators: readonly Validator[]
    readonly eras: readonly Era[]
    readonly trustingPeriod: bigint
    readonly threshold?: Fraction
  },
  verifier: SignatureVerifier = portableVoteVerifier,
): Trust {
  const { header, blockId } = pinned.signed
  verifySignedHeader(pinned.signed, pinned.validators, header.chainId, verifier)
  const trust: Trust = {
    chain: header.chainId,
    eras: pinned.eras,
    height: header.height,
    headerHash: blockId.hash,
    time: header.time,
    validators: pinned.validators,
    nextValidatorsHash: header.nextValidatorsHash,
    trustingPeriod: pinned.trustingPeriod,
    threshold: pinned.threshold ?? defaultThreshold,
  }
  checkTrust(trust)
  return trust
}

/** The trust file: a CBOR row, then the SHA-256 of it as 32 raw bytes. @throws trust.*, light.validator-set, codec.schema */
export function encodeTrust(trust: Trust): Uint8Array {
  checkTrust(trust)
  // A trust file is small: it has the set that signed, and the hash alone of the next.
  const { threshold, validators, nextValidators: _, ...rest } = trust
  const row: ValueOf<typeof TrustRow> = {
    ...rest,
    format: trustFormat,
    validators: validatorsToRows(validators),
    threshold: { numerator: Number(threshold[0]), denominator: Number(threshold[1]) },
  }
  const body = encodeCbor(toCbor(TrustRow, row))
  return concat(body, sha256(body))
}

/** @throws trust.checksum, trust.format, trust.eras, trust.period, trust.threshold, light.validator-set, codes of `codec` */
export function decodeTrust(bytes: Uint8Array): Trust {
  if (bytes.length > maximumTrustBytes) {
    throw codecError('too-large', {
      what: 'the trust file',
      size: bytes.length,
      limit: maximumTrustBytes,
    })
  }
  const body = bytes.subarray(0, Math.max(0, bytes.length - checksumLength))
  if (!equalBytes(sha256(body), bytes.subarray(body.length))) throw trustError('checksum')
  const item = decodeCbor(body)
  const format = formatOf(item)
  if (format !== trustFormat) throw trustError('format', { format })
  const { format: _, threshold, validators, ...rest } = conform(TrustRow, item)
  const trust: Trust = {
    ...rest,
    validators: validatorsFromRows(validators),
    threshold: [BigInt(threshold.numerator), BigInt(threshold.denominator)],
  }
  checkTrust(trust)
  return trust
}

function checkTrust(trust: Trust): void {
  checkEras(trust)
  checkValidatorSet(trust.validators)
  if (trust.height < 1n || trust.height > maximumHeight || trust.time.seconds > maximumTimestampSeconds) {
    throw trustError('height')
  }
  if (trust.trustingPeriod < 1n || trust.trustingPeriod > maximumTrustingPeriod) throw trustError('period')
  checkThreshold(trust.threshold)
}

/** @throws trust.threshold */
export function checkThreshold(threshold: Fraction): void {
  if (!isThreshold(threshold)) throw trustError('threshold')
}

/** Less than a third can be all liars; more than two thirds may never come together. */
export function isThreshold([numerator, denominator]: Fraction): boolean {
  return 3n * numerator >= denominator && 3n * numerator <= 2n * denominator
}

function checkEras({ chain, eras, height }: Trust): void {
  const [first] = eras
  const last = eras.at(-1)
  if (first === undefined || last === undefined) throw trustError('eras', { reason: 'there is none' })
  if (toHex(first.genesis.subarray(0, 4)) !== chain.slice(-8)) {
    throw trustError('eras', { reason: "the chain's id does not end with the first genesis' digest" })
  }
  if (first.from < 1n || eras.some((era, index) => index > 0 && era.from <= eras[index - 1]!.from)) {
    throw trustError('eras', { reason: 'their heights do not rise from 1' })
  }
  if (height < last.from) throw trustError('eras', { reason: 'the trusted height lies before the last one' })
}

function formatOf(item: CborValue): string | number {
  const first: unknown = Array.isArray(item) ? item[0] : undefined
  return typeof first === 'number' ? first : 'unknown'
}
