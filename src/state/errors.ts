import { defineErrors } from '../errors/index.ts'

/** What the authenticated state refuses. Numbers 300-399. */
export const stateError = defineErrors('state', {
  'value-form': {
    number: 300,
    status: 500,
    message: 'a stored value of {size} bytes has no readable kind and version',
    remedy: 'The row is damaged: restore the node from its peers.',
  },
  'value-version': {
    number: 301,
    status: 500,
    message: 'a stored value has version {found}, version {version} was expected',
    remedy: 'Use the program version that this ledger runs.',
  },
  'page-form': {
    number: 302,
    status: 500,
    message: 'a page of the state tree is damaged: {reason}',
    remedy: 'The row is damaged: restore the node from its peers.',
  },
  'page-missing': {
    number: 303,
    status: 500,
    message: 'the page at path {path} of the state tree is missing',
    remedy: 'The row is lost: restore the node from its peers.',
  },
  'path-form': {
    number: 304,
    status: 400,
    message: 'a path in the proof is not well-formed: {reason}',
    remedy: 'Ask for the proof again.',
  },
  'ics23-empty-tree': {
    number: 305,
    status: 422,
    message: 'ICS23 can show an absence beside a leaf only, and the tree has none',
    remedy: 'Use the .proof format, which shows it by the empty root.',
  },
  'range-form': {
    number: 306,
    status: 400,
    message: 'a range of the state tree is not well-formed: {reason}',
    remedy: 'Take the snapshot from another node.',
  },
})
