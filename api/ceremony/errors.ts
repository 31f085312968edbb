import { defineErrors } from '../../src/errors/index.ts'

/** What the ceremony refuses, and what keeps a node of a network from running. Numbers 1700-1749. */
export const networkError = defineErrors('network', {
  'join-malformed': {
    number: 1700,
    status: 400,
    message: '{file} is no join file: {reason}',
    remedy: 'Ask the organisation for its file again; it is made by `commonroot network join`.',
  },
  'join-signature': {
    number: 1701,
    status: 400,
    message: '{file}: the {key} key of {organisation} has not signed it',
    remedy: 'The file was changed, or names a key of somebody else: ask the organisation for it again.',
  },
  'other-network': {
    number: 1702,
    status: 409,
    message: '{file} is for network {found}, not {expected}',
    remedy: 'Assemble only files that were made for the same network and the same protocol.',
  },
  'join-time': {
    number: 1703,
    status: 409,
    message: '{file} was made at {time}, later than the clock of this machine',
    remedy: 'Set the clocks right; the file may have to be made again.',
  },
  repeated: {
    number: 1704,
    status: 409,
    message: '{what} is named by {first} and by {second}',
    remedy: 'Each organisation, key and address stands in one join file only: one of the two has to be made again.',
  },
  power: {
    number: 1705,
    status: 409,
    message: 'the power {power} of {organisation} does not do: {reason}',
    remedy: 'Agree on powers and make that join file again with --power.',
  },
  'no-validators': {
    number: 1706,
    status: 409,
    message: 'the join files name {count} validators, and a network needs from 1 to {limit}',
    remedy: 'At least one organisation joins with a validator; with four the network goes on without one of them.',
  },
  ungovernable: {
    number: 1707,
    status: 409,
    message: 'no organisation has a role that governs: {roles}',
    remedy: 'Give organisations one of these roles with --role.',
  },
  'genesis-differs': {
    number: 1708,
    status: 409,
    message: '{file} has another genesis: digest {found}, these join files give {expected}',
    remedy: 'Compare the join files one by one: somebody has assembled others.',
  },
  'network-malformed': {
    number: 1709,
    status: 400,
    message: '{file} is no network file: {reason}',
    remedy: 'It is made by `commonroot network assemble`; assemble it again or ask for it again.',
  },
  'not-a-home': {
    number: 1710,
    status: 409,
    message: '{folder} is no {kind}: it has no {mark}',
    remedy: 'Make one with `commonroot node init` or `commonroot network init`, or name another folder.',
  },
  running: {
    number: 1711,
    status: 409,
    message: 'process {process} uses {folder} already',
    remedy: 'Stop it first.',
  },
  'engine-missing': {
    number: 1712,
    status: 503,
    message: 'there is no CometBFT 0.40 at {path}: {reason}',
    remedy: 'Build it with `npm run engine` (Go 1.25 or newer), or name the program with COMMONROOT_COMETBFT.',
  },
  'no-database': {
    number: 1713,
    status: 400,
    message: 'this node needs a Postgres server of its own: DATABASE_URL is not set',
    remedy: 'Set DATABASE_URL to an empty database of a server that your organisation runs.',
  },
  'trial-database': {
    number: 1714,
    status: 409,
    message: 'DATABASE_URL names the embedded Postgres, which is for trying out only',
    remedy: 'Install a Postgres server from your distribution; a node made with --trial takes the embedded one.',
  },
  'not-in-network': {
    number: 1715,
    status: 409,
    message: 'the keys of {home} are not those that {organisation} has in this network',
    remedy: 'Use the folder in which its join file was made, or make an observer with --observer.',
  },
  'settings-malformed': {
    number: 1716,
    status: 500,
    message: '{file} can not be used: {reason}',
    remedy: 'Put it right, or make it again with `commonroot node init`.',
  },
  'node-ended': {
    number: 1717,
    status: 500,
    message: 'the node of {organisation} ended: {reason}',
    remedy: 'Its log in its folder says why.',
  },
  'organisations-malformed': {
    number: 1718,
    status: 400,
    message: '{file} is no list of organisations: {reason}',
    remedy: 'Write JSON: [{ "id": "operator-north", "name": "North Mobile", "roles": ["operator"] }, ...].',
  },
  'home-taken': {
    number: 1719,
    status: 409,
    message: '{path} exists already, and nothing is overwritten',
    remedy: 'Choose another folder.',
  },
})
