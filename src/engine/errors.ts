import { defineErrors } from '../errors/index.ts'

/** What stops an engine, or what it refuses. Numbers 800-849. */
export const engineError = defineErrors('engine', {
  'no-header': {
    number: 800,
    status: 404,
    message: 'there is no signed header of height {height}',
    remedy: 'Ask for a height between the earliest and the newest one; a header is complete shortly after its block.',
  },
  'mempool-full': {
    number: 801,
    status: 503,
    message: 'the mempool holds {count} transactions of {size} bytes and takes no more now',
    remedy: 'Send it again after a few blocks.',
  },
  'duplicate-transaction': {
    number: 802,
    status: 409,
    message: 'the engine already has transaction bytes with SHA-256 {digest}',
    remedy: 'Wait for its result instead of sending it again.',
  },
  'too-large': {
    number: 803,
    status: 413,
    message: '{what} has {size} bytes, at most {limit} fit',
    remedy: 'Split it into smaller transactions.',
  },
  stopped: {
    number: 804,
    status: 503,
    message: 'the engine is not running',
    remedy: 'Start the node; its log says why it stopped.',
  },
  'behind-signing-state': {
    number: 805,
    status: 500,
    message: 'the database ends at height {height}, but this validator has already signed height {signed}',
    remedy:
      'The database was restored from an older backup. Restore one that reaches the signed height, or take the data from another node. Never delete the signing state.',
  },
  'signing-state-missing': {
    number: 806,
    status: 500,
    message: 'the chain has height {height}, but the signing state {file} does not exist',
    remedy:
      'Put the signing state of this validator back. Only when it is lost for certain, and nobody else signs with this key, adopt the database once.',
  },
  'signing-state-damaged': {
    number: 807,
    status: 500,
    message: 'the signing state {file} is damaged: {reason}',
    remedy: 'Find out what wrote to the file. The signing state is never restored from a backup.',
  },
  'signing-state-foreign': {
    number: 808,
    status: 500,
    message: 'the signing state {file} belongs to another {what}',
    remedy: 'Start the node with the signing state, key and genesis that belong together.',
  },
  'signing-state-stale': {
    number: 809,
    status: 500,
    message: 'the signing state ends at height {signed}, but the database has height {height}',
    remedy: 'The signing state is older than the database. Put the newest signing state of this validator back.',
  },
  'application-diverged': {
    number: 810,
    status: 500,
    message: 'after height {height} the application has hash {actual}, but {expected} was agreed',
    remedy: 'Run fsck. Take the data from a backup or from another node.',
  },
  'cannot-adopt': {
    number: 811,
    status: 500,
    message: 'the database can not be adopted at height {height}: {reason}',
    remedy: 'Use a database whose newest block has its signed header and results, and the key that signed it.',
  },
  'solo-validators': {
    number: 812,
    status: 409,
    message: 'the solo engine has exactly one validator, its own: {reason}',
    remedy: 'Run the chain with the cometbft engine to have more validators or to change them.',
  },
  'own-proposal-refused': {
    number: 813,
    status: 500,
    message: 'the application refused the proposal for height {height} that it prepared itself',
    remedy: 'This is a defect of the application: report it with the log of the node.',
  },
  'application-answer': {
    number: 814,
    status: 500,
    message: 'the application broke its contract at height {height}: {reason}',
    remedy: 'This is a defect of the application: report it with the log of the node.',
  },
  'wrong-signature': {
    number: 815,
    status: 500,
    message: 'the key holder returned a signature for height {height} that the validator key does not verify',
    remedy: 'Start the node with the key holder of this validator.',
  },
  'height-order': {
    number: 816,
    status: 500,
    message: 'CometBFT brought the block of height {height}, but the application stands at height {head}',
    remedy:
      'The CometBFT home folder does not fit the database: one of them was restored or emptied. Take both from the same node, and never restore the signing state.',
  },
  'catching-up': {
    number: 817,
    status: 503,
    message: 'the node is catching up with the chain and takes no transactions yet',
    remedy: 'Send it again later, or to another node.',
  },
  'abci-frame': {
    number: 820,
    status: 500,
    message: 'the ABCI peer broke the framing: {reason}',
    remedy: 'Connect only CometBFT 0.40 to the ABCI socket.',
  },
  'abci-message': {
    number: 821,
    status: 500,
    message: 'the ABCI request can not be read: {reason}',
    remedy: 'Connect only CometBFT 0.40 to the ABCI socket.',
  },
  'abci-unknown': {
    number: 822,
    status: 500,
    message: 'the ABCI request is of a kind that this application does not serve',
    remedy: 'Connect only CometBFT 0.40 to the ABCI socket.',
  },
  'query-refused': {
    number: 823,
    status: 400,
    message: 'the ABCI query is refused: {reason}',
    remedy: 'Ask for a leaf by its key, as docs/reference/engine.md says, or read through the HTTP API.',
  },
  'rpc-unreachable': {
    number: 830,
    status: 503,
    message: 'CometBFT does not answer {method}',
    remedy: 'Look whether the CometBFT process runs; the node restarts it.',
  },
  'rpc-answer': {
    number: 831,
    status: 502,
    message: 'CometBFT answered something unexpected at {path}: expected {expected}',
    remedy: 'Run the version of CometBFT that scripts/install-cometbft.ts builds.',
  },
  'rpc-refused': {
    number: 832,
    status: 502,
    message: 'CometBFT refused {method}: {reason}',
    remedy: 'The reason is its own text; its log in the home folder says more.',
  },
  'transaction-refused': {
    number: 833,
    status: 422,
    message: 'the transaction was refused with number {number}',
    remedy: 'Look the number up in the error reference.',
  },
  'node-exited': {
    number: 834,
    status: 500,
    message: 'CometBFT ended {count} times within {seconds} s, last with {how}: {log}',
    remedy: 'Its log in the home folder says why.',
  },
  'node-not-ready': {
    number: 835,
    status: 503,
    message: 'CometBFT was not ready within {seconds} s',
    remedy: 'Its log in the home folder says why.',
  },
  'home-damaged': {
    number: 836,
    status: 500,
    message: 'the CometBFT home folder is damaged: {file} {reason}',
    remedy: 'Put the file back. The signing state of a validator is never restored from a backup.',
  },
  'home-foreign': {
    number: 837,
    status: 500,
    message: 'the CometBFT home folder belongs to another chain: its genesis differs from the one given',
    remedy: 'Use an empty home folder for a new chain.',
  },
  'genesis-unfit': {
    number: 838,
    status: 400,
    message: 'the genesis does not fit the engine: {reason}',
    remedy: 'Correct the genesis.',
  },
  'application-ahead': {
    number: 840,
    status: 500,
    message: 'the database has height {height}, but the blocks in the CometBFT home end at {core}',
    remedy:
      'The CometBFT home was restored from an older copy. Put the newest one of this validator back, with its newest signing state.',
  },
  'blocks-gone': {
    number: 841,
    status: 500,
    message: 'the database ends at height {height}, but the blocks in the CometBFT home begin at {base}',
    remedy:
      'The database was restored from a backup that is too old. Restore one that reaches the oldest of those blocks.',
  },
  'replay-diverged': {
    number: 842,
    status: 500,
    message: 'the blocks in the CometBFT home give another state than the one that was agreed',
    remedy: 'Run fsck. Take database and CometBFT home from the same node.',
  },
  'home-emptied': {
    number: 843,
    status: 500,
    message: 'the database has height {height}, but the CometBFT home holds no blocks',
    remedy: 'Put the CometBFT home of this validator back. A new validator starts with an empty database.',
  },
  'gate-address': {
    number: 849,
    status: 500,
    message: 'light clients can not be served at {address}',
    remedy: 'Give a host of this machine and a free port, such as 192.0.2.7:26657.',
  },
})
