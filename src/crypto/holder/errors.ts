import { defineErrors } from '../../errors/index.ts'

/** What a key holder refuses. No message carries key material or a passphrase. Numbers 250-299. */
export const holderError = defineErrors('holder', {
  'no-key': {
    number: 250,
    status: 404,
    message: 'the key holder has no key {id}',
    remedy: 'List the keys of the holder; check the folder or token that it was opened on.',
  },
  'id-form': {
    number: 251,
    status: 400,
    message: '{id} cannot name a key: it must be 1 to 100 letters, digits, dots, dashes and underscores, no dot first',
    remedy: 'Choose another label.',
  },
  'id-taken': {
    number: 252,
    status: 409,
    message: 'the key holder already has a key {id}',
    remedy: 'Choose another label: a key is never overwritten.',
  },
  'wrong-passphrase': {
    number: 253,
    status: 403,
    message: 'the passphrase does not open {path}, or the encrypted part of that file is damaged',
    remedy: 'Try the passphrase with `openssl pkey -in FILE -noout`; restore the file from a backup if it is right.',
  },
  damaged: {
    number: 254,
    status: 422,
    message: '{path} is damaged or no key file: {reason}',
    remedy: 'Restore the file from a backup; a key file is PEM with one PKCS#8 private key (RFC 7468).',
  },
  'foreign-key': {
    number: 255,
    status: 422,
    message: '{path} holds a key that this ledger does not use: {kind}',
    remedy: 'Use PKCS#8 with a P-256 or Ed25519 key: `openssl pkcs8 -topk8` converts the older PEM forms.',
  },
  'open-to-others': {
    number: 256,
    status: 403,
    message: '{path} is open to other users (mode {mode})',
    remedy: 'Set mode 0600 on key files and 0700 on their folder, and consider the keys as seen.',
  },
  'passphrase-needed': {
    number: 257,
    status: 403,
    message: '{path} is encrypted, but no passphrase was given',
    remedy: 'Give the passphrase of the file.',
  },
  'not-encrypted': {
    number: 258,
    status: 403,
    message: '{path} is not encrypted, but a passphrase was given',
    remedy: 'Encrypt the key with `openssl pkcs8 -topk8 -scrypt`, or open it explicitly without a passphrase.',
  },
  'no-agreement': {
    number: 259,
    status: 400,
    message: 'a key of algorithm {algorithm} cannot agree on a secret with that peer',
    remedy: 'Agree with P-256 keys on both sides; Ed25519 keys sign only.',
  },
  closed: {
    number: 260,
    status: 409,
    message: 'the key holder was closed',
    remedy: 'Open it again.',
  },
  'weak-passphrase': {
    number: 261,
    status: 400,
    message: 'a passphrase that encrypts keys needs at least {minimum} bytes',
    remedy: 'Use a long random passphrase from a secret store.',
  },
  unreadable: {
    number: 262,
    status: 500,
    message: '{path} cannot be used: {reason}',
    remedy: 'Check that the path exists, is of the right kind, and that this user may read and write it.',
  },
})
