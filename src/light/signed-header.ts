/**
 * Signed headers as bytes: deterministic CBOR rows without a byte that no rule checks. The block's hash is left out,
 * because it is the header's own hash; what the hash covers and what votes sign is all the rest.
 */
import {
  Bytes,
  ChainId,
  codecError,
  conform,
  DigestBytes,
  decodeCbor,
  encodeCbor,
  equalBytes,
  FixedBytes,
  List,
  Optional,
  Row,
  toCbor,
  Unsigned64,
  type ValueOf,
  Whole,
} from '../codec/index.ts'
import { ed25519Raw, ed25519Spki } from '../crypto/portable/index.ts'
import { lightError } from './errors.ts'
import { headerHash } from './header-hash.ts'
import { maximumHeight, maximumParts, maximumRound, maximumSignedHeaderBytes, maximumValidators } from './limits.ts'
import { maximumTimestampSeconds } from './timestamp.ts'
import type { Header, SignedHeader, Timestamp, Validator } from './types.ts'

const maximumNanos = 999_999_999

export const TimestampRow = Row({ seconds: Unsigned64, nanos: Whole({ maximum: maximumNanos }) })

const BlockIdRow = Row({
  hash: DigestBytes,
  partsTotal: Whole({ minimum: 1, maximum: maximumParts }),
  partsHash: DigestBytes,
})

const HeaderRow = Row({
  version: Row({ block: Unsigned64, app: Unsigned64 }),
  chainId: ChainId,
  height: Unsigned64,
  time: TimestampRow,
  lastBlockId: Optional(BlockIdRow),
  lastCommitHash: DigestBytes,
  dataHash: DigestBytes,
  validatorsHash: DigestBytes,
  nextValidatorsHash: DigestBytes,
  consensusHash: DigestBytes,
  appHash: DigestBytes,
  lastResultsHash: DigestBytes,
  evidenceHash: DigestBytes,
  proposerAddress: FixedBytes(20),
})

const VoteRow = Row({
  validator: Whole({ maximum: maximumValidators - 1 }),
  time: TimestampRow,
  signature: Bytes({ minimum: 64, maximum: 64 }),
})

export const SignedHeaderRow = Row({
  header: HeaderRow,
  round: Whole({ maximum: maximumRound }),
  partsTotal: Whole({ minimum: 1, maximum: maximumParts }),
  partsHash: DigestBytes,
  votes: List(VoteRow, { minimum: 1, maximum: maximumValidators }),
})

export const ValidatorRow = Row({ key: FixedBytes(32), power: Unsigned64 })
export const ValidatorRows = List(ValidatorRow, { minimum: 1, maximum: maximumValidators })

/** The deterministic bytes of a signed header. @throws light.block-hash, light.header, codec.schema, codec.too-large */
export function encodeSignedHeader(signed: SignedHeader): Uint8Array {
  const bytes = encodeCbor(toCbor(SignedHeaderRow, signedHeaderToRow(signed)))
  refuseLarge(bytes)
  return bytes
}

/** The reverse, strict; byte strings in it are views of the input. @throws light.header and every code of `codec` */
export function decodeSignedHeader(bytes: Uint8Array): SignedHeader {
  refuseLarge(bytes)
  return signedHeaderFromRow(conform(SignedHeaderRow, decodeCbor(bytes)))
}

/** For formats that nest a signed header. @throws light.block-hash, light.header */
export function signedHeaderToRow(signed: SignedHeader): ValueOf<typeof SignedHeaderRow> {
  const { header, round, blockId, votes } = signed
  if (!equalBytes(blockId.hash, headerHash(header))) throw lightError('block-hash', { height: header.height })
  const row = { header, round, partsTotal: blockId.partsTotal, partsHash: blockId.partsHash, votes }
  checkRanges(row)
  return row
}

/** @throws light.header */
export function signedHeaderFromRow(row: ValueOf<typeof SignedHeaderRow>): SignedHeader {
  checkRanges(row)
  const { header, round, partsTotal, partsHash, votes } = row
  return { header, round, blockId: { hash: headerHash(header), partsTotal, partsHash }, votes }
}

export function validatorsToRows(validators: readonly Validator[]): ValueOf<typeof ValidatorRows> {
  return validators.map(({ key, power }) => ({ key: ed25519Raw(key), power }))
}

export function validatorsFromRows(rows: ValueOf<typeof ValidatorRows>): readonly Validator[] {
  return rows.map(({ key, power }) => ({ key: ed25519Spki(key), power }))
}

// The schema's integers are wider than protobuf's: beyond these bounds hashing would wrap around.
function checkRanges({ header, votes }: { header: Header; votes: readonly { time: Timestamp }[] }): void {
  if (header.height < 1n || header.height > maximumHeight) {
    throw lightError('header', { reason: 'its height is not 1 to 2^63 - 1' })
  }
  const times = [header.time, ...votes.map(({ time }) => time)]
  if (times.some(({ seconds }) => seconds > maximumTimestampSeconds)) {
    throw lightError('header', { reason: 'a time is after the year 9999' })
  }
}

function refuseLarge(bytes: Uint8Array): void {
  if (bytes.length > maximumSignedHeaderBytes) {
    throw codecError('too-large', {
      what: 'the signed header',
      size: bytes.length,
      limit: maximumSignedHeaderBytes,
    })
  }
}
