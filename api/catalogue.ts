/** The error catalogue of the whole program: every code that a node, a block or the API can answer, by its number. */
import { certificateError, derError } from '../pki/certificate/index.ts'
import { pkiError } from '../pki/contract/index.ts'
import { searchError } from '../pki/search/index.ts'
import { verificationError } from '../pki/status/index.ts'
import { voucherError } from '../pki/voucher/index.ts'
import { chainError } from '../src/chain/index.ts'
import { codecError } from '../src/codec/index.ts'
import { cryptoError, holderError } from '../src/crypto/index.ts'
import { engineError } from '../src/engine/index.ts'
import { type ErrorRow, joinCatalogue } from '../src/errors/index.ts'
import { fsckError } from '../src/fsck/index.ts'
import { governanceError } from '../src/governance/index.ts'
import { hostError, transactionError } from '../src/host/index.ts'
import { lightError, proofError, trustError } from '../src/light/index.ts'
import { nodeError } from '../src/node/index.ts'
import { snapshotError } from '../src/snapshot/index.ts'
import { stateError } from '../src/state/index.ts'
import { followerError, postgresError, storeError } from '../src/store/index.ts'
import { networkError } from './ceremony/index.ts'
import { cliError } from './client/index.ts'
import { apiError } from './errors.ts'

export const catalogue: ReadonlyMap<number, ErrorRow> = joinCatalogue(
  codecError,
  cryptoError,
  holderError,
  stateError,
  lightError,
  proofError,
  trustError,
  storeError,
  postgresError,
  followerError,
  engineError,
  governanceError,
  transactionError,
  hostError,
  chainError,
  fsckError,
  snapshotError,
  nodeError,
  derError,
  certificateError,
  pkiError,
  voucherError,
  searchError,
  verificationError,
  apiError,
  cliError,
  networkError,
)

/** The row of a number that a block's results carry; undefined for 0 (done), 1 (unchanged) and what a newer program knows. */
export function errorRow(number: number): ErrorRow | undefined {
  return catalogue.get(number)
}
