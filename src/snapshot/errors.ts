import { defineErrors } from '../errors/index.ts'

/** What making, verifying and importing a snapshot refuse. Numbers 1750-1799. */
export const snapshotError = defineErrors('snapshot', {
  format: {
    number: 1750,
    status: 400,
    message: 'the snapshot has format {found}, this program knows format {known}',
    remedy: 'Use a snapshot of this release, or the release that made it.',
  },
  manifest: {
    number: 1751,
    status: 400,
    message: 'the manifest of the snapshot is not sound: {reason}',
    remedy: 'Take the snapshot from another node.',
  },
  'other-chain': {
    number: 1752,
    status: 409,
    message: 'the snapshot is of chain {found}, this is chain {expected}',
    remedy: 'Use a snapshot of this chain.',
  },
  'other-root': {
    number: 1753,
    status: 409,
    message: 'the snapshot of height {height} has root {found}, the header of the next block signs {expected}',
    remedy: 'It is forged, or its proof is of another snapshot: take it from another node.',
  },
  'unknown-collection': {
    number: 1754,
    status: 409,
    message: 'the record {key} belongs to no collection that protocol {protocol} has in this program',
    remedy: 'Run the release that the chain runs.',
  },
  'chunk-damaged': {
    number: 1755,
    status: 400,
    message: 'chunk {chunk} is not the one that the manifest names',
    remedy: 'Ask another node for this chunk.',
  },
  'chunk-order': {
    number: 1756,
    status: 400,
    message: 'chunk {given} came where chunk {expected} was awaited',
    remedy: 'Send the chunks in order, each once.',
  },
  'chunk-forged': {
    number: 1757,
    status: 400,
    message: "chunk {chunk} is not the part of the state that the chain's root says: {reason}",
    remedy: 'Whoever made the manifest made it up: take the snapshot from another node.',
  },
  incomplete: {
    number: 1758,
    status: 400,
    message: 'the snapshot ends before the state does: {reason}',
    remedy: 'Copy the folder again, whole.',
  },
  'no-file': {
    number: 1759,
    status: 404,
    message: 'the snapshot has no file {file}',
    remedy: 'Copy the folder again, whole.',
  },
  'too-large': {
    number: 1760,
    status: 400,
    message: '{what} has {size} bytes, more than {limit}',
    remedy: 'Take the snapshot from another node.',
  },
  'folder-exists': {
    number: 1761,
    status: 409,
    message: 'there is already a snapshot of height {height} in the folder',
    remedy: 'Use it, or remove it first.',
  },
  'state-differs': {
    number: 1762,
    status: 500,
    message: 'the state of height {height} is not what its root says: {reason}',
    remedy: 'Run `commonroot fsck --repair`; no snapshot was made.',
  },
  'no-header': {
    number: 1763,
    status: 503,
    message: 'the signed header of height {height}, which carries the root of the state, is not here',
    remedy: 'Wait until the next block is signed, and try again.',
  },
  'too-many-chunks': {
    number: 1764,
    status: 500,
    message: 'the state needs more than {limit} chunks',
    remedy: 'A snapshot of this format can not hold it: copy a backup instead.',
  },
  'not-empty': {
    number: 1765,
    status: 409,
    message: 'the database already holds chain {chain} up to height {height}',
    remedy: 'Import into an empty database, or drop the schema of the chain first.',
  },
})
