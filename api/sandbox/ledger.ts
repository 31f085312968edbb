/** The sandbox's node in this process: its database, and a ledger with the solo engine over it. */
import { type Chain, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import { FileKeyHolder, openKeyFile } from '../../src/crypto/index.ts'
import { SoloEngine } from '../../src/engine/index.ts'
import { headerStoreOf, type TransactionSigner } from '../../src/node/index.ts'
import { startEmbeddedPostgres } from '../../src/store/index.ts'
import { type LedgerParts, ownHost, type RunningLedger, runLedger } from '../ledger/index.ts'
import { openGenesis, validatorLabel } from './genesis.ts'
import { type Layout, memberKeyFile } from './layout.ts'
import { nodeOperator } from './roster.ts'

export type LedgerOptions = Pick<
  LedgerParts,
  'port' | 'withoutFollower' | 'onFailure' | 'onFault' | 'narrator' | 'signal'
> & {
  readonly layout: Layout
  /** The connection URL of a server; without it the embedded one is started. */
  readonly database: string | undefined
}

/**
 * Starts part after part; each leaves its end in `stack`, so that disposing of it stops HTTP, engine, store and Postgres
 * in this order, however far the start came.
 * @throws cli.port-busy, cli.data-damaged; codes of `startEmbeddedPostgres`, `openStore` and `SoloEngine.start`
 */
export async function startLedger(stack: AsyncDisposableStack, options: LedgerOptions): Promise<RunningLedger> {
  const { layout, database: _, ...shared } = options
  const validator = await FileKeyHolder.open(layout.validator, { passphrase: null })
  stack.defer(() => validator.close())
  const genesis = await openGenesis(layout, validator)
  options.signal.throwIfAborted()
  const connection = await openDatabase(stack, options)
  return runLedger(stack, {
    ...shared,
    genesis,
    connection,
    archive: layout.archive,
    engineOf: (chain) => soloEngine(layout, genesis, chain, validator),
    carrier: await carrierSigner(layout),
    host: ownHost,
  })
}

/** @returns the connection URL */
async function openDatabase(
  stack: AsyncDisposableStack,
  { layout, database, narrator }: LedgerOptions,
): Promise<string> {
  if (database !== undefined) {
    narrator.step('database', 'the Postgres server of DATABASE_URL')
    return database
  }
  let connection = ''
  await narrator.task('database', 0, async () => {
    const server = await startEmbeddedPostgres({ folder: layout.postgres })
    stack.defer(() => server.stop())
    connection = server.connection
    return 'a Postgres of its own, reached by a socket only'
  })
  return connection
}

async function soloEngine(layout: Layout, genesis: Genesis, chain: Chain, holder: FileKeyHolder): Promise<SoloEngine> {
  const key = await holder.publicKey(validatorLabel)
  return new SoloEngine({
    genesis: engineGenesis(genesis),
    validator: { key, sign: (message) => holder.sign(validatorLabel, message) },
    signingState: layout.signingState,
    headers: headerStoreOf(chain),
  })
}

/** The member that runs the node carries with its own key. */
async function carrierSigner(layout: Layout): Promise<TransactionSigner> {
  const { key, sign } = await openKeyFile(memberKeyFile(layout, nodeOperator), null)
  return { kind: 'member', subject: utf8(nodeOperator), key, sign }
}
