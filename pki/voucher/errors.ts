import { defineErrors } from '../../src/errors/index.ts'

/** Why a voucher does not let a certificate in. Numbers 1212-1219. */
export const voucherError = defineErrors('voucher', {
  malformed: {
    number: 1212,
    status: 422,
    message: 'the voucher cannot be read: {reason}',
    remedy: 'Take the voucher as the line issued it; `commonroot voucher issue` makes a new one.',
  },
  'other-chain': {
    number: 1213,
    status: 422,
    message: 'the voucher is for chain {named}, this is {chain}',
    remedy: 'Use a voucher that was issued for this chain.',
  },
  expired: {
    number: 1214,
    status: 422,
    message: 'the voucher ended at {expires}, block time is {time} (milliseconds)',
    remedy: 'Ask the line for a new voucher.',
  },
  'other-manufacturer': {
    number: 1215,
    status: 422,
    message: 'the voucher is of {named}, the certificate names {manufacturer}',
    remedy: "Use a voucher of the manufacturer in the certificate's organisation.",
  },
  'outside-range': {
    number: 1216,
    status: 422,
    message: "the serial {serial} is not within the voucher's {from} to {to}",
    remedy: 'Use the voucher of the lot that the device belongs to; serials of another length are outside.',
  },
  'wrong-key': {
    number: 1217,
    status: 403,
    message: 'the key {key} of the voucher is no `line` key of {manufacturer}',
    remedy: "Sign vouchers with the manufacturer's present `line` keys; after a rotation issue them anew.",
  },
  'threshold-not-met': {
    number: 1218,
    status: 403,
    message: '{count} `line` keys have signed the voucher, {manufacturer} needs {needed}',
    remedy: 'Issue it with as many different `line` keys as their threshold asks for.',
  },
  signature: {
    number: 1219,
    status: 422,
    message: 'a signature of the voucher does not verify',
    remedy: 'Take the voucher as the line issued it.',
  },
})
