import { defineErrors } from '../errors/index.ts'

/** What is refused about keys and signatures. Numbers 200-249. */
export const cryptoError = defineErrors('crypto', {
  'algorithm-unknown': {
    number: 200,
    status: 400,
    message: 'the signature algorithm {algorithm} is not one of this ledger',
    remedy: 'Use ES256 or EdDSA (Ed25519).',
  },
  'key-form': {
    number: 201,
    status: 400,
    message: 'the public key is not the one SubjectPublicKeyInfo form of {algorithm} ({expected})',
    remedy: 'Export the key as DER SubjectPublicKeyInfo with a named curve and an uncompressed point.',
  },
  'key-not-canonical': {
    number: 202,
    status: 400,
    message: 'a coordinate of the {algorithm} public key is not below the prime of its field',
    remedy: 'Export the key anew with a library that reduces coordinates.',
  },
  'point-not-on-curve': {
    number: 203,
    status: 400,
    message: 'the {algorithm} public key is not a point of its curve',
    remedy: 'The key is damaged or was made to attack: get it again from its owner.',
  },
  'key-small-order': {
    number: 204,
    status: 400,
    message: 'the {algorithm} public key is a point of small order, under which one signature fits many messages',
    remedy: 'No honest generator makes such a key: refuse its owner.',
  },
  'key-unsupported': {
    number: 205,
    status: 400,
    message: 'the {size} bytes are not the SubjectPublicKeyInfo of any algorithm of this ledger',
    remedy: 'Use a P-256 key (uncompressed point, named curve) or an Ed25519 key.',
  },
  'signature-form': {
    number: 206,
    status: 400,
    message: 'the ECDSA signature is malformed: {reason}',
    remedy: 'Give r and s, each 1 to n - 1: 64 bytes in COSE form, minimal DER in X.509.',
  },
  'library-surprise': {
    number: 207,
    status: 500,
    message: 'the cryptographic library of this machine failed on {algorithm} input that the written rule accepts',
    remedy: 'Stop the node and compare its Node.js and OpenSSL builds with a supported release: it must not vote.',
  },
  'vectors-differ': {
    number: 208,
    status: 500,
    message: 'this machine decides the consensus vector {name} differently: expected {expected}, got {actual}',
    remedy:
      'Do not validate on this machine: install a supported Node.js build, without a foreign OpenSSL or FIPS module.',
  },
  'thread-ended': {
    number: 209,
    status: 500,
    message: 'a thread that verifies signatures ended before it had answered',
    remedy: 'The machine most likely has no memory left: the node ends, and verifies the same again when it starts.',
  },
})
