/** One whole run: work, faults, and then every check there is. */
import { NodeClient } from '../../api/client/index.ts'
import { protocols } from '../../api/protocols.ts'
import { chainIdOf } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { fsck } from '../../src/fsck/index.ts'
import { openStore, type Store, Tables } from '../../src/store/index.ts'
import { withClient } from '../postgres.ts'
import { followedComplaints } from './background-work.ts'
import { brokenLinks, doubleVotes, readHistory, replay } from './check-history.ts'
import { brokenAnswers, brokenFates, brokenRecords, owedFates, provenFates, storedOutcomes } from './check-promises.ts'
import { HeaderWatch } from './header-watch.ts'
import { Publisher } from './publisher.ts'
import type { Scene } from './scene.ts'
import type { SeededRandom } from './seeded-random.ts'
import { readVotes } from './setting.ts'
import { type Submission, verdictsOf } from './submissions.ts'

/** Publishers that work side by side. */
const defaultPublishers = ['P', 'Q', 'R']

/**
 * Codes with which the node may end by itself: Postgres was away at a start, or had not noticed yet that a session died;
 * the signing state could not be written.
 */
const rightEnds = new Set(['store.unavailable', 'store.in-use', 'node.disk-failed'])

export type Survival = {
  /** Items of batches, published or revoked, for which an answer said so. */
  readonly acknowledged: number
  /** Acknowledged items that are not there. */
  readonly lost: number
  /** Submissions whose answer never came. */
  readonly unanswered: number
  readonly blocks: number
  /** Everything that is not as it must be. */
  readonly complaints: readonly string[]
}

/** What is done to node and Postgres while certificates are published; the book grows meanwhile. */
export type Faults = (scene: Scene, book: Submission[], random: SeededRandom) => Promise<void>

/** Publishes and revokes while faults happen, stops, and judges what is left. */
export async function survive(
  scene: Scene,
  random: SeededRandom,
  faults: Faults,
  publishers: readonly string[] = defaultPublishers,
): Promise<Survival> {
  const { node } = scene
  const book: Submission[] = []
  const watch = new HeaderWatch(node)
  await whileWorking(scene, { publishers, book, watch, random }, () => faults(scene, book, random.fork()))

  const proven = await provenFates(new NodeClient(await node.url()), scene.trust, book)
  await watch.catchUp()
  const headers = await watch.changed()
  await node.stop()
  const store = await openStore({ connection: scene.postgres.connection, chain: scene.chain, ...archiveIn(scene) })
  try {
    const stored = await storedOutcomes(store, book)
    const owed = owedFates(book, stored)
    const fates = brokenFates(owed, proven)
    const acknowledged = acknowledgedItems(book)
    return {
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((item) => fates.some(({ fingerprint }) => fingerprint === item)).length,
      unanswered: book.filter(({ answers }) => answers.length === 0).length,
      blocks: Number((await store.head())?.height ?? 0n),
      complaints: [
        ...brokenAnswers(book, stored),
        ...fates.map(({ complaint }) => complaint),
        ...(await brokenRecords(store, book, owed)),
        ...headers,
        ...(await historyComplaints(scene, store)),
        ...(await fsckComplaints(scene, store)),
        ...(scene.archive === undefined ? [] : await followedComplaints(scene, store)),
        ...wrongEnds(scene),
      ],
    }
  } finally {
    await store.close()
  }
}

/** Runs publishers and header watch beside `work`; a defect that one of them meets ends the run. */
async function whileWorking(
  scene: Scene,
  workers: {
    readonly publishers: readonly string[]
    readonly book: Submission[]
    readonly watch: HeaderWatch
    readonly random: SeededRandom
  },
  work: () => Promise<unknown>,
): Promise<void> {
  const { publishers, book, watch, random } = workers
  const stop = new AbortController()
  const working = [
    watch.run(stop.signal),
    ...publishers.map((name) => new Publisher({ ...scene, name, random: random.fork(), book }).run(stop.signal)),
  ]
  try {
    await Promise.race([work(), Promise.all(working)])
  } finally {
    stop.abort()
  }
  await Promise.all(working)
}

function acknowledgedItems(book: readonly Submission[]): readonly string[] {
  return book.flatMap(({ items, answers: [answer] }) => {
    const verdicts = answer === undefined ? [] : verdictsOf(answer)
    return items.filter((_item, index) => verdicts[index] === 0).map(({ fingerprint }) => toHex(fingerprint))
  })
}

async function historyComplaints(
  { folder, genesis, postgres, node, onCometbft }: Scene,
  store: Store,
): Promise<readonly string[]> {
  const history = await readHistory(store, onCometbft ? 'fetched' : 'complete')
  const genesisRoot = (await store.block(0n))?.root ?? new Uint8Array(0)
  const roots = new Map([
    [0, genesisRoot],
    ...history.map(({ stored }) => [Number(stored.height), stored.root] as const),
  ])
  const starts = node.readyLines.flatMap(({ found }) => {
    const root = found === undefined ? undefined : roots.get(found.height)
    if (found === undefined || (root !== undefined && toHex(root) === found.root)) return []
    return [`a start found height ${found.height} with root ${found.root}, which is no part of the history`]
  })
  await withClient(postgres.connection, (sql) => sql`create database replay`)
  const url = new URL(postgres.connection)
  url.pathname = '/replay'
  const fresh = await openStore({ connection: url.href, chain: chainIdOf(genesis) })
  try {
    const root = await replay(
      fresh,
      genesis,
      history.map(({ stored }) => stored),
    )
    const head = history.at(-1)?.stored.root ?? genesisRoot
    const replayed = toHex(root) === toHex(head) ? [] : ['the replay ends with another root']
    return [
      ...brokenLinks(history, genesis, genesisRoot),
      ...doubleVotes(history, readVotes(folder)),
      ...starts,
      ...replayed,
    ]
  } finally {
    await fresh.close()
  }
}

function archiveIn({ archive }: { readonly archive?: string | undefined }): { readonly archive?: string } {
  return archive === undefined ? {} : { archive }
}

/** What the operator's own check says of the store. */
export async function fsckComplaints(
  {
    postgres,
    chain,
    genesis,
    archive,
  }: Pick<Scene, 'chain' | 'genesis'> & {
    readonly archive?: string | undefined
    readonly postgres: Pick<Scene['postgres'], 'connection'>
  },
  store: Store,
): Promise<readonly string[]> {
  const tables = Tables.open({ connection: postgres.connection, chain, ...archiveIn({ archive }) })
  try {
    const { findings } = await fsck({ store, tables, genesis, protocols })
    return findings.map(({ check, where, what }) => `fsck: ${check}, ${where}: ${what}`)
  } finally {
    await tables.close()
  }
}

/** Processes that ended neither by a kill, nor in order, nor with a clear word about Postgres. */
function wrongEnds({ node }: Scene): readonly string[] {
  return node.endings.flatMap(({ code, signal, failure, noise }) => {
    const killed = signal === 'SIGKILL'
    const ordered = code === 0 && failure === undefined
    const clear = code === 1 && failure !== undefined && rightEnds.has(failure.code)
    if ((killed || ordered || clear) && noise === '') return []
    return [`the node ended with ${code ?? signal}: ${failure?.message ?? ''} ${noise}`]
  })
}
