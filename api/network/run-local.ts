/** Runs all nodes of a network on one machine: a process each, over databases of one server. */

import { setTimeout as delay } from 'node:timers/promises'
import { createDatabase, startEmbeddedPostgres } from '../../src/store/index.ts'
import { type Network, runningIn } from '../ceremony/index.ts'
import { type Narrator, takeLock } from '../ledger/index.ts'
import { type LocalNetwork, openLocalNetwork } from './local-network.ts'
import { NodeProcess } from './node-process.ts'

/** Milliseconds before a node that ended by itself is started again. */
const restartPause = 1_000

export type LocalRun = {
  readonly network: Network
  /** In the order of the organisations. */
  readonly nodes: readonly NodeProcess[]
}

export type LocalRunOptions = {
  readonly place: LocalNetwork
  /** The connection URL of a server, with the right to make databases; without it the embedded one is started. */
  readonly database: string | undefined
  readonly narrator: Narrator
  readonly signal: AbortSignal
  /** A node ended by itself and did not come up again. */
  readonly onFailure: (error: unknown) => void
}

/** @throws network.not-a-home, network.running, network.node-ended; codes of `startEmbeddedPostgres` and `store` */
export async function runLocalNetwork(stack: AsyncDisposableStack, options: LocalRunOptions): Promise<LocalRun> {
  const { place, narrator, signal } = options
  const network = await openLocalNetwork(place)
  const lock = takeLock(place.lock, runningIn(place))
  stack.defer(() => lock.release())
  const server = await openServer(stack, options)
  signal.throwIfAborted()
  const nodes: NodeProcess[] = []
  for (const { organisation } of network.peers) {
    const node: NodeProcess = new NodeProcess({
      organisation,
      home: place.homeOf(organisation),
      database: await createDatabase(server, databaseOf(network.chain, organisation)),
      onEnd: (error) => startAgain(node, error, options),
    })
    nodes.push(node)
  }
  stack.defer(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
  })
  await narrator.task('nodes', nodes.length, async (onProgress) => {
    let count = 0
    await Promise.all(nodes.map((node) => node.start().then(() => onProgress(++count))))
    return `${nodes.length} organisations run a node each: application, CometBFT, database`
  })
  signal.throwIfAborted()
  return { network, nodes }
}

/** The database of one organisation on a server that all share; other networks may have theirs there. */
export function databaseOf(chain: string, organisation: string): string {
  return `commonroot_${chain.slice(-8)}_${organisation}`.replaceAll('-', '_')
}

async function startAgain(node: NodeProcess, error: unknown, options: LocalRunOptions): Promise<void> {
  const { narrator, signal, onFailure } = options
  if (signal.aborted) return
  narrator.step('node', `${error instanceof Error ? error.message : String(error)}; it is started again`)
  try {
    await delay(restartPause, undefined, { signal })
    await node.start()
    narrator.step('node', `${node.organisation} is back`)
  } catch (failure) {
    if (!signal.aborted) onFailure(failure)
  }
}

/** @returns the connection URL of the server */
async function openServer(
  stack: AsyncDisposableStack,
  { place, database, narrator }: LocalRunOptions,
): Promise<string> {
  if (database !== undefined) {
    narrator.step('database', 'the Postgres server of DATABASE_URL, a database for each organisation')
    return database
  }
  let connection = ''
  await narrator.task('database', 0, async () => {
    const server = await startEmbeddedPostgres({ folder: place.postgres })
    stack.defer(() => server.stop())
    connection = server.connection
    return 'one Postgres for all on this machine, a database for each organisation'
  })
  return connection
}
