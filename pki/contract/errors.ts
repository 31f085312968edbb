import { defineErrors } from '../../src/errors/index.ts'

/** What the certificate rules refuse. Numbers 1200-1299. */
export const pkiError = defineErrors('pki', {
  'other-chain': {
    number: 1200,
    status: 422,
    message: 'the certificate is made for chain {named}, this is {chain}',
    remedy: 'Issue it with the id of this chain.',
  },
  'self-signature': {
    number: 1201,
    status: 422,
    message: "the certificate's signature is not by its own key",
    remedy: 'The device must sign with the key that it publishes.',
  },
  'not-manufacturer': {
    number: 1202,
    status: 403,
    message: 'the certificate names manufacturer {manufacturer}, which has not signed with a line key',
    remedy: "Sign the batch with a `line` key of the manufacturer in the certificate's organisation.",
  },
  'role-missing': {
    number: 1203,
    status: 403,
    message: 'member {member} has none of the roles {roles}',
    remedy: 'Only members with such a role may do this; governance sets the policy.',
  },
  'not-yet-valid': {
    number: 1204,
    status: 422,
    message: 'the certificate begins at {notBefore}, block time is {time} (milliseconds)',
    remedy: 'Back-date notBefore a little; check the clock of the line.',
  },
  expired: {
    number: 1205,
    status: 422,
    message: 'the certificate ended at {notAfter}, block time is {time} (milliseconds)',
    remedy: 'Issue a new one.',
  },
  'key-in-use': {
    number: 1206,
    status: 409,
    message: 'the key {key} is in another certificate of this ledger',
    remedy: 'Every certificate has a key of its own: generate a new one.',
  },
  'device-has-certificate': {
    number: 1207,
    status: 409,
    message: 'device {serial} of {manufacturer} has a certificate that is in force',
    remedy: 'Revoke or supersede that one first.',
  },
  'algorithm-withdrawn': {
    number: 1208,
    status: 422,
    message: 'the algorithm {algorithm} has been withdrawn',
    remedy: 'Use an algorithm that is in force.',
  },
  'unknown-certificate': {
    number: 1209,
    status: 404,
    message: 'no certificate {fingerprint} has been published',
    remedy: 'Check the fingerprint: SHA-256 of the DER, 64 hexadecimal digits.',
  },
  'may-not-revoke': {
    number: 1210,
    status: 403,
    message: 'neither the manufacturer {manufacturer} nor a member that the policy names has signed',
    remedy: "Sign with an `operate` key of the manufacturer, or of a member with a revoker's role.",
  },
  'serial-range': {
    number: 1211,
    status: 422,
    message: 'the serial range {from} to {to} is not one of equal lengths in rising order',
    remedy: 'Give both ends, of the same length, the smaller first.',
  },
})
