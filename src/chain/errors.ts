import { defineErrors } from '../errors/index.ts'

/** What the chain itself refuses. Numbers 470-499. */
export const chainError = defineErrors('chain', {
  genesis: {
    number: 470,
    status: 400,
    message: 'the genesis is not sound: {reason}',
    remedy: 'Compare it with docs/reference/genesis.md; make it again.',
  },
  'other-genesis': {
    number: 471,
    status: 409,
    message: 'the store holds chain {stored}, the genesis is of chain {given}',
    remedy: 'Use the data folder of this chain, or another database.',
  },
  'not-next-block': {
    number: 472,
    status: 503,
    message: 'block {height} does not follow the stored height {head}',
    remedy: 'The engine and the store disagree: see the crash table in docs/reference/engine.md.',
  },
  'vectors-differ': {
    number: 473,
    status: 503,
    message: 'protocol {protocol} asks for other consensus vectors than this program has',
    remedy: 'Install the program version that the chain runs.',
  },
  'nothing-to-commit': {
    number: 474,
    status: 503,
    message: 'there is no finalised block to commit',
    remedy: 'The engine called commit out of order: restart the node.',
  },
  'replay-differs': {
    number: 475,
    status: 500,
    message: 'block {height} gives root {found}, it was recorded with {recorded}',
    remedy: 'The rules changed without a new protocol version: find the change.',
  },
  overtaken: {
    number: 476,
    status: 500,
    message: 'while the store did not answer, somebody else wrote to it: expected {expected}, found {found}',
    remedy:
      'Two nodes use one database, or it was restored under a running node. Stop the other one, then start this one.',
  },
  'over-quota': {
    number: 477,
    status: 429,
    message: 'its sender has {count} transactions of {size} bytes waiting already: the rest of the room is for others',
    remedy: 'Wait until they are in blocks, then send it again.',
  },
})
