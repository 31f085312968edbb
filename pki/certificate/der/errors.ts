import { defineErrors } from '../../../src/errors/index.ts'

const encodeStrictly = 'Encode with the Distinguished Encoding Rules (X.690 section 10 and 11), without BER liberties.'

/** What the DER reader refuses. Numbers 1000-1039; each can be a verdict on chain. Offsets count from the first byte. */
export const derError = defineErrors('der', {
  missing: {
    number: 1000,
    status: 400,
    message: 'at byte {offset}: expected {expected}, found the end of the enclosing element',
    remedy: 'Add the element; compare with the structure in RFC 5280 section 4.1.',
  },
  truncated: {
    number: 1001,
    status: 400,
    message: 'the element at byte {offset} is longer than what encloses it, which ends at byte {end}',
    remedy: 'Send the whole file; check for a cut transfer.',
  },
  trailing: {
    number: 1002,
    status: 400,
    message: '{count} bytes follow the last element at byte {offset}',
    remedy: 'Remove what follows; nothing may stand behind the last element.',
  },
  tag: {
    number: 1003,
    status: 400,
    message: 'at byte {offset}: expected {expected}, found {found}',
    remedy: 'Compare with the structure in RFC 5280 section 4.1.',
  },
  'high-tag': {
    number: 1004,
    status: 400,
    message: 'the tag at byte {offset} has a number above 30',
    remedy: 'No certificate field has such a tag; check the encoder.',
  },
  'indefinite-length': {
    number: 1005,
    status: 400,
    message: 'the element at byte {offset} has an indefinite length',
    remedy: encodeStrictly,
  },
  'length-not-minimal': {
    number: 1006,
    status: 400,
    message: 'the length of the element at byte {offset} is written longer than it need be',
    remedy: encodeStrictly,
  },
  'length-too-large': {
    number: 1007,
    status: 400,
    message: 'the length of the element at byte {offset} takes {count} bytes, at most {limit} are read',
    remedy: 'Check the file: no certificate is that large.',
  },
  'integer-empty': {
    number: 1008,
    status: 400,
    message: 'the integer at byte {offset} has no content',
    remedy: encodeStrictly,
  },
  'integer-not-minimal': {
    number: 1009,
    status: 400,
    message: 'the integer at byte {offset} is written longer than it need be',
    remedy: encodeStrictly,
  },
  'integer-negative': {
    number: 1010,
    status: 400,
    message: 'the integer at byte {offset} is negative',
    remedy: 'Put a zero byte in front when the first bit of a positive integer is set.',
  },
  'integer-too-large': {
    number: 1011,
    status: 400,
    message: 'the integer at byte {offset} is above its limit: {limit}',
    remedy: 'Use a value within the limit.',
  },
  boolean: {
    number: 1012,
    status: 400,
    message: 'the boolean at byte {offset} is neither one byte 00 nor one byte FF',
    remedy: encodeStrictly,
  },
  'default-encoded': {
    number: 1013,
    status: 400,
    message: 'the value at byte {offset} is the default, which is left out',
    remedy: encodeStrictly,
  },
  'bit-string': {
    number: 1014,
    status: 400,
    message: 'the bit string at byte {offset} is not {expected}',
    remedy: encodeStrictly,
  },
  'object-identifier': {
    number: 1015,
    status: 400,
    message: 'the object identifier at byte {offset} is not {expected}',
    remedy: encodeStrictly,
  },
  time: {
    number: 1016,
    status: 400,
    message: 'the time at byte {offset} is not {expected}',
    remedy: 'Write times as RFC 5280 section 4.1.2.5 has them: UTC, with seconds, UTCTime until 2049.',
  },
  text: {
    number: 1017,
    status: 400,
    message: 'the text at byte {offset} is not {expected}',
    remedy: 'Use the characters that its string type allows, and no control characters.',
  },
  'text-length': {
    number: 1018,
    status: 400,
    message: 'the text at byte {offset} has not 1 to {limit} characters',
    remedy: 'Shorten the text, or leave the field out where it is optional.',
  },
  octets: {
    number: 1019,
    status: 400,
    message: 'the octets at byte {offset} are not {expected}',
    remedy: 'Compare with the limits in the reference.',
  },
})
