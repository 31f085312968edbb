/**
 * The codec: bytes in and out. Deterministic CBOR, the schema words, the transaction envelope, and a writer of
 * protobuf fields.
 *
 * May import: `src/errors` and TypeBox. Start reading at `cbor.ts`, then `schema.ts`, then `envelope.ts`.
 */
export { compareBytes, concat, equalBytes, fromHex, lengthPrefixed, toHex, uint64Bytes, utf8 } from './bytes.ts'
export { type CborMap, type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
export { conform, decodeAs, encodeAs, encodeUnknown, toCbor } from './conform.ts'
export {
  AlgorithmName,
  ChainId,
  decodeEnvelope,
  encodeEnvelope,
  encodePayload,
  Name,
  Operation,
  PublicKey,
  type SignedTransaction,
  SignerClaim,
  signedBytes,
  Transaction,
} from './envelope.ts'
export { codecError } from './errors.ts'
export { type Complain, Fields } from './fields.ts'
export { fromJson, type JsonValue, toJson } from './json.ts'
export {
  maximumDepth,
  maximumOperations,
  maximumSignatureBytes,
  maximumSigners,
  maximumTransactionBytes,
  maximumValidity,
} from './limits.ts'
export {
  bytesField,
  fixed64Field,
  lengthDelimited,
  messageField,
  textField,
  varint,
  varintField,
} from './protobuf.ts'
export {
  Bytes,
  type DeepReadonly,
  DigestBytes,
  FixedBytes,
  Flag,
  List,
  Optional,
  Row,
  type Static,
  Struct,
  Text,
  type TSchema,
  Unsigned64,
  type ValueOf,
  Whole,
  Word,
} from './schema.ts'
