import { defineErrors } from '../errors/index.ts'

/** What a reader of bytes refuses. Numbers 100-199. */
export const codecError = defineErrors('codec', {
  truncated: {
    number: 100,
    status: 400,
    message: 'the CBOR ends at byte {offset}, in the middle of an item',
    remedy: 'Send the whole item; check for a cut transfer.',
  },
  trailing: {
    number: 101,
    status: 400,
    message: '{count} bytes follow the CBOR item',
    remedy: 'Send exactly one item.',
  },
  'not-minimal': {
    number: 102,
    status: 400,
    message: 'the length or integer at byte {offset} is longer than it need be',
    remedy: 'Encode deterministically (RFC 8949 section 4.2.1).',
  },
  indefinite: {
    number: 103,
    status: 400,
    message: 'the item at byte {offset} has an indefinite length',
    remedy: 'Encode deterministically (RFC 8949 section 4.2.1).',
  },
  'key-order': {
    number: 104,
    status: 400,
    message: 'the map key at byte {offset} is out of order',
    remedy: 'Sort keys by their encoded bytes (RFC 8949 section 4.2.1).',
  },
  'duplicate-key': {
    number: 105,
    status: 400,
    message: 'the map key at byte {offset} occurs twice',
    remedy: 'Give each key once.',
  },
  unsupported: {
    number: 106,
    status: 400,
    message: 'the item at byte {offset} is of a kind that no schema has (float, tag, undefined, other simple value)',
    remedy: 'Use integers, text, bytes, arrays, maps, true, false and null only.',
  },
  'too-deep': {
    number: 107,
    status: 400,
    message: 'the item at byte {offset} is nested deeper than {limit}',
    remedy: 'Flatten the value.',
  },
  'not-utf8': {
    number: 108,
    status: 400,
    message: 'the text at byte {offset} is not UTF-8',
    remedy: 'Encode text as UTF-8 (RFC 3629).',
  },
  schema: {
    number: 109,
    status: 400,
    message: 'at {path}: expected {expected}',
    remedy: 'Compare the value with the schema of its type in the reference.',
  },
  'unknown-field': {
    number: 110,
    status: 400,
    message: 'at {path}: unknown field {field}',
    remedy: 'Remove the field, or use a protocol version that has it.',
  },
  'missing-field': {
    number: 111,
    status: 400,
    message: 'at {path}: missing field {field}',
    remedy: 'Add the field.',
  },
  'too-large': {
    number: 112,
    status: 413,
    message: '{what} has {size} bytes, at most {limit} are allowed',
    remedy: 'Split it into smaller ones.',
  },
  'not-hex': {
    number: 113,
    status: 400,
    message: '{what} is not lower-case hexadecimal of {length} bytes',
    remedy: 'Write digests as lower-case hexadecimal.',
  },
  envelope: {
    number: 114,
    status: 400,
    message: 'the transaction is not a COSE_Sign message of this ledger: {reason}',
    remedy: 'Compare with docs/reference/transactions.md (RFC 9052 section 4.1).',
  },
  'wrong-tag': {
    number: 115,
    status: 400,
    message: 'the CBOR item does not carry tag {expected}',
    remedy: 'Put exactly this tag in front, and no other.',
  },
  'too-many-items': {
    number: 116,
    status: 400,
    message: 'the CBOR has more than {limit} items',
    remedy: 'Send no more than the schema holds.',
  },
})
