/** A whole node in this process, over a database that is there: store, chain, engine, pruning, follower, HTTP server. */
import { Chain, chainIdOf, type Genesis, type Outage } from '../../src/chain/index.ts'
import type { Engine } from '../../src/engine/index.ts'
import { Follower } from '../../src/follower/index.ts'
import { BackgroundPruning, LedgerNode, type TransactionSigner } from '../../src/node/index.ts'
import { openStore } from '../../src/store/index.ts'
import { createServer, type HttpServer } from '../http/index.ts'
import { projections } from '../projections.ts'
import { protocols } from '../protocols.ts'
import type { Narrator } from './narrator.ts'
import { portError } from './port.ts'

export type RunningLedger = {
  readonly chain: string
  /** Where the node serves HTTP. */
  readonly url: string
  readonly node: LedgerNode
}

export type LedgerParts = {
  readonly genesis: Genesis
  /** The connection URL of the chain's database. */
  readonly connection: string
  /** The folder of archive files. */
  readonly archive: string
  readonly engineOf: (chain: Chain) => Promise<Engine>
  /** Signs for single certificates; without it none are carried. */
  readonly carrier?: TransactionSigner
  readonly host: string
  readonly port: number
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
 * Starts part after part; each leaves its end in `stack`, so that disposing of it stops HTTP, engine and store in this
 * order, however far the start came.
 * @throws cli.port-busy; codes of `openStore`, `LedgerNode.start` and the engine
 */
export async function runLedger(stack: AsyncDisposableStack, parts: LedgerParts): Promise<RunningLedger> {
  const { genesis, connection, archive, onFailure, onFault, signal, carrier } = parts
  const id = chainIdOf(genesis)
  const store = await openStore({ connection, chain: id, archive })
  stack.defer(() => store.close())
  signal.throwIfAborted()
  const chain = await Chain.open({ genesis, store, protocols, onFault, onOutage: tellOf(parts.narrator) })
  // A start that waits for a database which has just gone is ended like any other.
  signal.addEventListener('abort', () => chain.recovery.giveUp(), { once: true })
  const node = await LedgerNode.start({ chain, engine: await parts.engineOf(chain), genesis, onFailure })
  stack.defer(() => node.stop())
  startPruning(stack, parts, chain)
  signal.throwIfAborted()
  const server = createServer({
    node,
    ...(carrier === undefined ? {} : { carrier }),
    ...startFollower(stack, parts, chain),
  })
  stack.defer(() => stopServing(server, node))
  return { chain: id, url: await listen(server, parts), node }
}

function startFollower(
  stack: AsyncDisposableStack,
  { withoutFollower, connection }: LedgerParts,
  chain: Chain,
): { readonly follower?: Follower } {
  if (withoutFollower === true) return {}
  const follower = Follower.start({ chain, connection, projections })
  stack.defer(() => follower.stop())
  return { follower }
}

function startPruning(stack: AsyncDisposableStack, { connection, archive, narrator }: LedgerParts, chain: Chain): void {
  const pruning = new BackgroundPruning({
    chain,
    connection,
    archive,
    onArchived: ({ blocks }) => narrator.step('archive', `${blocks} old blocks lie in files now`),
    onFault: (error) => narrator.step('archive', error instanceof Error ? error.message : String(error)),
  })
  stack.defer(() => pruning.stop())
}

function tellOf(narrator: Narrator) {
  return (outage: Outage | undefined) =>
    narrator.step('database', outage === undefined ? 'it is back' : `${outage.error.message}; blocks wait for it`)
}

/** Submissions that wait for a block are told so, else closing would wait for them. */
async function stopServing(server: HttpServer, node: LedgerNode): Promise<void> {
  const closed = server.close()
  node.submissions.stop()
  await closed
}

async function listen(server: HttpServer, { port, host }: LedgerParts): Promise<string> {
  try {
    return await server.listen(port, host)
  } catch (error) {
    throw portError(port, host, error)
  }
}
