/** A whole node in this process: database, store, chain, engine, HTTP server. */
import { Chain, chainIdOf, engineGenesis, type Genesis, type Outage } from '../../src/chain/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import { FileKeyHolder, openKeyFile } from '../../src/crypto/index.ts'
import { SoloEngine } from '../../src/engine/index.ts'
import { Follower } from '../../src/follower/index.ts'
import { BackgroundPruning, headerStoreOf, LedgerNode, type TransactionSigner } from '../../src/node/index.ts'
import { openStore, startEmbeddedPostgres } from '../../src/store/index.ts'
import { createServer, type HttpServer } from '../http/index.ts'
import { projections } from '../projections.ts'
import { protocols } from '../protocols.ts'
import { openGenesis, validatorLabel } from './genesis.ts'
import { type Layout, memberKeyFile } from './layout.ts'
import type { Narrator } from './narrator.ts'
import { portError } from './port.ts'
import { nodeOperator } from './roster.ts'

export type RunningLedger = {
  readonly chain: string
  /** Where the node serves HTTP. */
  readonly url: string
}

export type LedgerOptions = {
  readonly layout: Layout
  readonly port: number
  /** The connection URL of a server; without it the embedded one is started. */
  readonly database: string | undefined
  /** Keep no search indexes. */
  readonly withoutFollower?: boolean
  /** The node can't go on. */
  readonly onFailure: (error: unknown) => void
  /** A rule failed in a way that is no refusal: the node goes on, but somebody should hear of it. */
  readonly onFault: (error: unknown) => void
  readonly narrator: Narrator
  readonly signal: AbortSignal
}

/**
 * Starts part after part; each leaves its end in `stack`, so that disposing of it stops HTTP, engine, store and Postgres
 * in this order, however far the start came.
 * @throws cli.port-busy, cli.data-damaged; codes of `startEmbeddedPostgres`, `openStore` and `SoloEngine.start`
 */
export async function startLedger(stack: AsyncDisposableStack, options: LedgerOptions): Promise<RunningLedger> {
  const { layout, port, onFailure, onFault, signal } = options
  const validator = await FileKeyHolder.open(layout.validator, { passphrase: null })
  stack.defer(() => validator.close())
  const genesis = await openGenesis(layout, validator)
  const id = chainIdOf(genesis)
  signal.throwIfAborted()
  const connection = await openDatabase(stack, options)
  const store = await openStore({ connection, chain: id, archive: layout.archive })
  stack.defer(() => store.close())
  signal.throwIfAborted()
  const chain = await Chain.open({ genesis, store, protocols, onFault, onOutage: tellOf(options.narrator) })
  // A start that waits for a database which has just gone is ended like any other.
  signal.addEventListener('abort', () => chain.recovery.giveUp(), { once: true })
  const engine = new SoloEngine({
    genesis: engineGenesis(genesis),
    validator: await soloKey(validator),
    signingState: layout.signingState,
    headers: headerStoreOf(chain),
  })
  const node = await startNode(stack, { chain, engine, genesis, onFailure })
  startPruning(stack, options, { chain, connection })
  signal.throwIfAborted()
  const carrier = await carrierSigner(layout)
  const server = createServer({ node, carrier, ...startFollower(stack, options, { chain, connection }) })
  stack.defer(() => stopServing(server, node))
  return { chain: id, url: await listen(server, port) }
}

function startFollower(
  stack: AsyncDisposableStack,
  { withoutFollower }: LedgerOptions,
  parts: { readonly chain: Chain; readonly connection: string },
): { readonly follower?: Follower } {
  if (withoutFollower === true) return {}
  const follower = Follower.start({ ...parts, projections })
  stack.defer(() => follower.stop())
  return { follower }
}

function startPruning(
  stack: AsyncDisposableStack,
  { layout, narrator }: LedgerOptions,
  parts: { readonly chain: Chain; readonly connection: string },
): void {
  const pruning = new BackgroundPruning({
    ...parts,
    archive: layout.archive,
    onArchived: ({ blocks }) => narrator.step('archive', `${blocks} old blocks lie in files now`),
    onFault: (error) => narrator.step('archive', error instanceof Error ? error.message : String(error)),
  })
  stack.defer(() => pruning.stop())
}

function tellOf(narrator: Narrator) {
  return (outage: Outage | undefined) =>
    narrator.step('database', outage === undefined ? 'it is back' : `${outage.error.message}; blocks wait for it`)
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

async function startNode(
  stack: AsyncDisposableStack,
  options: {
    readonly chain: Chain
    readonly engine: SoloEngine
    readonly genesis: Genesis
    readonly onFailure: (error: unknown) => void
  },
): Promise<LedgerNode> {
  const node = await LedgerNode.start(options)
  stack.defer(() => node.stop())
  return node
}

/** The member that runs the node carries with its own key. */
async function carrierSigner(layout: Layout): Promise<TransactionSigner> {
  const { key, sign } = await openKeyFile(memberKeyFile(layout, nodeOperator), null)
  return { kind: 'member', subject: utf8(nodeOperator), key, sign }
}

/** Submissions that wait for a block are told so, else closing would wait for them. */
async function stopServing(server: HttpServer, node: LedgerNode): Promise<void> {
  const closed = server.close()
  node.submissions.stop()
  await closed
}

async function soloKey(holder: FileKeyHolder) {
  const key = await holder.publicKey(validatorLabel)
  return { key, sign: (message: Uint8Array) => holder.sign(validatorLabel, message) }
}

async function listen(server: HttpServer, port: number): Promise<string> {
  try {
    return await server.listen(port)
  } catch (error) {
    throw portError(port, error)
  }
}
