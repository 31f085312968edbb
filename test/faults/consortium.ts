/** Four organisations on one machine, each with its node, while publishers work through whichever of them is up. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { homeOf, keyFileOf, type Network } from '../../api/ceremony/index.ts'
import { NodeClient } from '../../api/client/index.ts'
import { Narrator } from '../../api/ledger/index.ts'
import {
  databaseOf,
  initLocalNetwork,
  localNetworkOf,
  type NodeProcess,
  openLocalNetwork,
  runLocalNetwork,
} from '../../api/network/index.ts'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { openKeyFile } from '../../src/crypto/index.ts'
import type { KeyPurpose } from '../../src/module/index.ts'
import { withClient } from '../postgres.ts'
import { type Fate, provenFates } from './check-promises.ts'
import { Publisher } from './publisher.ts'
import type { SeededRandom } from './seeded-random.ts'
import { type Submission, verdictsOf } from './submissions.ts'

const organisations = [
  { id: 'vendor-aurora', name: 'Aurora Radio', roles: ['vendor'] },
  { id: 'operator-north', name: 'North Mobile', roles: ['operator'] },
  { id: 'operator-south', name: 'South Mobile', roles: ['operator'] },
  { id: 'regulator', name: 'Telecom Regulator', roles: ['regulator'] },
]

/** Milliseconds that a node may take to be back, or to be as far as another. */
const patience = 60_000

/** Nothing is told: a test looks for itself. */
const silent = new Narrator({
  say: () => undefined,
  progress: () => ({ to: () => undefined, end: () => undefined }),
  show: () => undefined,
  paint: (_colour, text) => text,
})

export type Verdict = {
  /** What was acknowledged and is not proven. */
  readonly lost: readonly string[]
  /** What is proven valid although it was refused or revoked. */
  readonly forged: readonly string[]
  /** How many different roots the nodes have at one height. */
  readonly roots: number
  /** Nodes without the signed headers of their blocks. */
  readonly headless: readonly string[]
  readonly failures: readonly unknown[]
}

export class Consortium {
  readonly folder: string
  readonly network: Network
  readonly nodes: readonly NodeProcess[]
  readonly failures: unknown[]
  readonly #stack: AsyncDisposableStack
  readonly #ending: AbortController

  private constructor(
    parts: Pick<Consortium, 'folder' | 'network' | 'nodes' | 'failures'>,
    stack: AsyncDisposableStack,
    ending: AbortController,
  ) {
    this.folder = parts.folder
    this.network = parts.network
    this.nodes = parts.nodes
    this.failures = parts.failures
    this.#stack = stack
    this.#ending = ending
  }

  static async start(): Promise<Consortium> {
    const folder = await mkdtemp(join(tmpdir(), 'commonroot-consortium-'))
    const stack = new AsyncDisposableStack()
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    const server = inject('postgres')
    await initLocalNetwork({
      folder,
      name: 'faults',
      organisations,
      validators: organisations.length,
      port: 0,
      time: BigInt(Date.now()),
    })
    const place = localNetworkOf(folder)
    const { chain } = await openLocalNetwork(place)
    stack.defer(() => dropDatabases(server, chain))
    const failures: unknown[] = []
    const ending = new AbortController()
    const run = await runLocalNetwork(stack, {
      place,
      database: server,
      narrator: silent,
      signal: ending.signal,
      onFailure: (error) => failures.push(error),
    })
    return new Consortium({ folder, ...run, failures }, stack, ending)
  }

  node(organisation: string): NodeProcess {
    const found = this.nodes.find((node) => node.organisation === organisation)
    if (found === undefined) throw new TypeError(`there is no ${organisation}`)
    return found
  }

  client(organisation: string): NodeClient {
    return new NodeClient(this.node(organisation).url)
  }

  home(organisation: string) {
    return homeOf(localNetworkOf(this.folder).homeOf(organisation))
  }

  async signer(organisation: string, purpose: KeyPurpose) {
    const { key, sign } = await openKeyFile(keyFileOf(this.home(organisation), purpose), null)
    return { id: organisation, signer: { kind: 'member', subject: utf8(organisation), key, sign } }
  }

  /** Publishers that go to any node that is up. */
  async publishers(count: number, random: SeededRandom, book: Submission[]): Promise<readonly Publisher[]> {
    const vendor = await this.signer('vendor-aurora', 'line')
    const regulator = await this.signer('regulator', 'operate')
    const node = { url: () => this.#anyUrl(random) }
    const stranger = { id: 'operator-south' }
    const { chain } = this.network
    return Array.from(
      { length: count },
      (_, index) => new Publisher({ name: `P${index}`, chain, node, vendor, regulator, stranger, random, book }),
    )
  }

  /** Ends the application of a node at once; its supervisor starts it again. */
  killApplication(organisation: string): void {
    const { processId } = this.node(organisation)
    if (processId !== undefined) process.kill(processId, 'SIGKILL')
  }

  /** Ends the CometBFT of a node at once; the application starts it again. */
  async killEngine(organisation: string): Promise<void> {
    const file = join(this.home(organisation).cometbft, 'cometbft.pid')
    const text = await readFile(file, 'utf8').catch(() => '')
    if (/^[1-9][0-9]*$/.test(text)) process.kill(Number(text), 'SIGKILL')
  }

  /** Until every node serves, and is as far as the farthest one was when this was called. */
  async together(): Promise<void> {
    const until = performance.now() + patience
    let height = 0
    for (const { organisation } of this.nodes) height = Math.max(height, await this.#height(organisation))
    for (const { organisation } of this.nodes) {
      while ((await this.#height(organisation)) < height) {
        if (performance.now() > until) throw new Error(`${organisation} has not caught up to ${height}`)
        await sleep(50)
      }
    }
  }

  /** The end of a run: whether all roots are equal, and every node proves what any of them has promised, and no more. */
  async verdict(trust: Uint8Array, book: readonly Submission[]): Promise<Verdict> {
    await this.together()
    const lost: string[] = []
    const forged: string[] = []
    const roots = new Map<string, string>()
    const height = Math.min(...(await Promise.all(this.nodes.map(({ organisation }) => this.#height(organisation)))))
    for (const { organisation } of this.nodes) {
      const client = this.client(organisation)
      roots.set(organisation, await appHashAt(client.url, height))
      const proven = await provenFates(client, trust, book)
      for (const [fingerprint, fate] of promisedFates(book)) {
        const found = proven.get(fingerprint) ?? 'nothing'
        if (fate.some((allowed) => allowed === found)) continue
        const complaint = `${organisation}: ${fingerprint} is ${found}, not ${fate.join(' or ')}`
        if (found === 'valid') forged.push(complaint)
        else lost.push(complaint)
      }
    }
    const headless = await this.#headless()
    return { lost, forged, roots: new Set(roots.values()).size, headless, failures: this.failures }
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    await this.#stack.disposeAsync()
  }

  /** The newest headers may be on their way. */
  async #headless(): Promise<readonly string[]> {
    const { chain } = this.network
    const url = new URL(inject('postgres'))
    const headless: string[] = []
    for (const { organisation } of this.nodes) {
      url.pathname = `/${databaseOf(chain, organisation)}`
      await withClient(url.href, async (sql) => {
        const query = () => sql<{ count: number }[]>`
          select count(*)::int as count from ${sql(`chain_${chain}`)}.header_wanted where height > 0`
        const until = performance.now() + patience
        while (((await query())[0]?.count ?? 0) > 2) {
          if (performance.now() > until) return headless.push(organisation)
          await sleep(100)
        }
        return undefined
      })
    }
    return headless
  }

  async #anyUrl(random: SeededRandom): Promise<string> {
    const node = this.nodes[random.whole(this.nodes.length)]
    return node?.url ?? ''
  }

  async #height(organisation: string): Promise<number> {
    return this.client(organisation)
      .status()
      .then(
        ({ height }) => height,
        () => -1,
      )
  }
}

/** By fingerprint, what a proof may say of each certificate, seen from the answers alone. */
function promisedFates(book: readonly Submission[]): ReadonlyMap<string, readonly Fate[]> {
  const fates = new Map<string, readonly Fate[]>()
  const attempted = new Set(
    book.filter(({ act }) => act === 'revoke').flatMap(({ items }) => items.map((item) => toHex(item.fingerprint))),
  )
  for (const { act, items, answers } of book) {
    const [answer] = answers
    if (answer === undefined) continue
    const verdicts = verdictsOf(answer)
    items.forEach(({ fingerprint }, index) => {
      const key = toHex(fingerprint)
      if (act === 'revoke') {
        if (verdicts[index] === 0) fates.set(key, ['revoked'])
      } else if (verdicts[index] === 0 && !fates.has(key)) {
        fates.set(key, attempted.has(key) ? ['valid', 'revoked'] : ['valid'])
      } else if ((verdicts[index] ?? 0) > 1 && !fates.has(key)) fates.set(key, ['never-published'])
    })
  }
  return fates
}

async function appHashAt(url: string, height: number): Promise<string> {
  const answer = (await (await fetch(`${url}/v1/headers/${height}`)).json()) as { header?: { appHash?: string } }
  return answer.header?.appHash ?? 'none'
}

async function dropDatabases(server: string, chain: string): Promise<void> {
  await withClient(server, async (sql) => {
    for (const { id } of organisations) {
      await sql`drop database if exists ${sql(databaseOf(chain, id))} with (force)`
    }
  })
}
