import { defineErrors } from '../../src/errors/index.ts'

/** What the command line, its client and the sandbox refuse. Numbers 1550-1599 and 880-899. */
export const cliError = defineErrors('cli', {
  usage: {
    number: 1550,
    status: 400,
    message: '{reason}',
    remedy: 'Run the command with --help.',
  },
  'node-unreachable': {
    number: 1551,
    status: 503,
    message: 'no node answers at {url}: {reason}',
    remedy: 'Start one with `npm start`, or name another with --node.',
  },
  'answer-lost': {
    number: 1552,
    status: 503,
    message: 'the answer of {url} was lost: {reason}',
    remedy: 'Run the command again: what has been executed is not executed twice.',
  },
  'answer-odd': {
    number: 1553,
    status: 502,
    message: '{url} answered what no node of this release answers: {reason}',
    remedy: 'Check that --node names a Commonroot node of a compatible release.',
  },
  'signer-unknown': {
    number: 1554,
    status: 403,
    message: 'the key of {path} belongs to no member of chain {chain}',
    remedy: 'Sign with a key that the chain lists: see `commonroot member list`.',
  },
  unreadable: {
    number: 1555,
    status: 400,
    message: '{path} cannot be read: {reason}',
    remedy: 'Check the path.',
  },
  unwritable: {
    number: 1556,
    status: 500,
    message: '{path} cannot be written: {reason}',
    remedy: 'Check that the folder exists, that this user may write to it, and that there is space.',
  },
  'not-one-certificate': {
    number: 1557,
    status: 400,
    message: '{path} holds {count} certificates, and this command takes one',
    remedy: 'Give a file with one certificate, or its fingerprint.',
  },
  'no-certificates': {
    number: 1558,
    status: 400,
    message: 'there is no certificate file in {path}',
    remedy: 'Certificate files end in .pem, .crt, .cer or .der; name a file of another ending itself.',
  },
  'file-exists': {
    number: 1559,
    status: 409,
    message: '{path} exists already, and nothing is overwritten',
    remedy: 'Choose another folder or another serial.',
  },
  'passphrase-form': {
    number: 1560,
    status: 400,
    message: 'the first line of {path} is no passphrase: it needs 1 to {limit} bytes of UTF-8',
    remedy: 'Put the passphrase into the first line of the file.',
  },
  'serial-form': {
    number: 1561,
    status: 400,
    message: 'serials cannot count from {serial} to {count} devices: {reason}',
    remedy: 'End the serial in enough digits, such as SN-000001.',
  },
  'port-busy': {
    number: 1562,
    status: 409,
    message: 'port {port} of {host} is in use by another program',
    remedy: 'Stop that program, or start with another --port.',
  },
  'port-refused': {
    number: 1563,
    status: 403,
    message: 'port {port} of {host} cannot be opened: {reason}',
    remedy: 'Start with another --port.',
  },
  'sandbox-running': {
    number: 1564,
    status: 409,
    message: 'process {process} runs a sandbox in {folder} already',
    remedy: 'Stop it, or start this one with another --data.',
  },
  'not-a-sandbox': {
    number: 1565,
    status: 409,
    message: '{folder} is no data folder of a sandbox: it has other files and no {mark}',
    remedy: 'Give an empty or a new folder as --data.',
  },
  'other-release': {
    number: 1566,
    status: 409,
    message: '{folder} was made by a release with format {found}, and this one has format {expected}',
    remedy: 'Use that release, or begin anew with --reset.',
  },
  'data-damaged': {
    number: 1567,
    status: 500,
    message: '{path} is damaged: {reason}',
    remedy: 'Begin anew with --reset.',
  },
  'node-failed': {
    number: 1568,
    status: 500,
    message: 'the node cannot go on: {reason}',
    remedy: 'Start it again; if it stays so, begin anew with --reset.',
  },
  'publication-refused': {
    number: 1571,
    status: 500,
    message: "{count} certificates of the sandbox's own line were refused, the first with {code}",
    remedy: 'Begin anew with --reset.',
  },
  unexpected: {
    number: 1569,
    status: 500,
    message: 'something unexpected went wrong: {reason}',
    remedy: 'Report it with the lines on standard error.',
  },
  'no-witness': {
    number: 880,
    status: 503,
    message: 'none of {count} witnesses shows the header of height {height}',
    remedy: 'Name witnesses that run and follow the same chain; the trust file stays as it is.',
  },
  interrupted: {
    number: 1570,
    status: 503,
    message: 'interrupted by {signal}',
    remedy: 'Run the command again: nothing is left half done.',
  },
})
