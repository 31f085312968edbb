import { defineErrors } from '../../src/errors/index.ts'

/** Why a proof does not speak for a certificate. Numbers 1300-1319. */
export const verificationError = defineErrors('verification', {
  'other-certificate': {
    number: 1300,
    status: 422,
    message: 'the proof is not about the certificate {fingerprint}',
    remedy: 'Fetch the proof of this certificate.',
  },
  'standing-missing': {
    number: 1301,
    status: 422,
    message: 'the proof does not say how {what} stands',
    remedy: 'Fetch the proof again: without the standing a revocation could be hidden.',
  },
  'leaf-not-wanted': {
    number: 1302,
    status: 422,
    message: 'the proof holds a leaf that says nothing about the certificate',
    remedy: 'Fetch the proof again.',
  },
  'record-differs': {
    number: 1303,
    status: 422,
    message: "the ledger's record is not of this certificate",
    remedy: 'Fetch the proof again; if it stays so, report the node.',
  },
  'other-state': {
    number: 1304,
    status: 422,
    message: 'the record is not part of the state that is known',
    remedy: 'Fetch the record of the same height, or a whole proof.',
  },
})
