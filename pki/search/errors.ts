import { defineErrors } from '../../src/errors/index.ts'

/** What a search for certificates refuses. Numbers 1610-1619. */
export const searchError = defineErrors('search', {
  'expiry-range': {
    number: 1610,
    status: 400,
    message: 'nothing expires from {from} on and before {until}',
    remedy: 'Give the earlier time as the beginning.',
  },
  'row-differs': {
    number: 1611,
    status: 503,
    message: 'the index has a row about {fingerprint} that is not what the ledger says',
    remedy: 'The index is built again; search again later. If it comes back, check the database.',
  },
  'event-differs': {
    number: 1612,
    status: 500,
    message: 'block {height} tells of a certificate {fingerprint} that it does not hold',
    remedy: 'Check the store with fsck.',
  },
})
