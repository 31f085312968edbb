import { defineErrors } from '../errors/index.ts'

/** What a running node answers instead of a result. Numbers 850-879. */
export const nodeError = defineErrors('node', {
  'commit-timeout': {
    number: 850,
    status: 504,
    message: 'the transaction was not committed within {seconds} s; it may still be',
    remedy: 'Look up the transaction by its id, or submit the same bytes again: they are executed once.',
  },
  'proof-timeout': {
    number: 851,
    status: 504,
    message: 'height {height} could not be proven within {seconds} s',
    remedy: 'Try again; the proof needs the next block.',
  },
  stopping: {
    number: 852,
    status: 503,
    message: 'the node is stopping',
    remedy: 'Use another node, or wait until it is back.',
  },
  'root-differs': {
    number: 853,
    status: 500,
    message: 'the state at height {height} does not have the root that the header carries',
    remedy: 'The store is damaged: stop the node and restore it from its peers.',
  },
  'unknown-transaction': {
    number: 854,
    status: 404,
    message: 'no transaction {id} is listed as executed',
    remedy:
      'Check the id; it may have been refused at admission, or not be in a block yet. Ids of archived blocks are listed ' +
      'for an hour after them: an older transaction is read in its block.',
  },
  'not-ready': {
    number: 855,
    status: 503,
    message: 'the node is not ready to serve',
    remedy: 'Wait until /ready answers 200.',
  },
  'disk-failed': {
    number: 856,
    status: 500,
    message: 'the node can not keep what it must: {file} can not be written, {reason}',
    remedy:
      'Make room or repair the disk, then start the node again: it goes on where it was. Keep the signing state as it is.',
  },
  'result-elsewhere': {
    number: 865,
    status: 410,
    message: 'transaction {id} was executed at height {height}, before the snapshot that this node began with',
    remedy: 'Ask a node that has the block for its result; it is not executed again.',
  },
})
