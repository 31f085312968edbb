/** Four organisations, one ledger: publish through one, trust another, lose a third, and get it back. */

import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { homeOf, keyFileOf } from '../ceremony/index.ts'
import { cliError, NodeClient, writeWhole } from '../client/index.ts'
import { Narrator, type Stage } from '../ledger/index.ts'
import {
  initLocalNetwork,
  type LocalNetwork,
  localNetworkOf,
  madeUpOrganisations,
  type NodeProcess,
  openLocalNetwork,
  removeLocalNetwork,
  runLocalNetwork,
} from '../network/index.ts'
import { type Line, runShift, shiftSize } from './cells.ts'
import { judge } from './relying-party.ts'

/** Organisations, each with a validator: the least that goes on without one of them. */
const size = 4

/** Who does what: one publishes, one is trusted, one is lost for a while. */
const cast = {
  publisher: 'vendor-aurora',
  trusted: 'operator-north',
  witness: 'operator-south',
  lost: 'vendor-borealis',
}

/** Milliseconds between two looks at how far a node is. */
const lookPause = 50

/** Milliseconds that a node has to catch up with a few blocks. */
const catchUpPatience = 60_000

export type ConsortiumOptions = {
  readonly folder: string
  /** First port of 127.0.0.1; 0 lets the system choose. */
  readonly port: number
  /** Remove what is in the folder first. */
  readonly reset: boolean
  /** The connection URL of a Postgres server; without it the embedded one is started. */
  readonly database: string | undefined
  readonly stage: Stage
  readonly signal: AbortSignal
  /** The network can't go on. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Comes up, tells its story, and leaves the network running; its end is in `stack`.
 * @throws what making and running a network throw; cli.publication-refused
 */
export async function runConsortium(stack: AsyncDisposableStack, options: ConsortiumOptions): Promise<void> {
  const { folder, stage, signal } = options
  const place = localNetworkOf(folder)
  if (options.reset) await removeLocalNetwork(place)
  const narrator = new Narrator(stage)
  stage.say(`Commonroot consortium in ${folder}`)
  const { chain, joins } = await openOrMake(place, options)
  narrator.step('genesis', `${chain}, from the signed join files of ${joins.length} organisations`)
  const { nodes } = await runLocalNetwork(stack, { ...options, place, narrator })
  const line: Line = {
    folder: join(folder, 'line'),
    chain,
    vendor: cast.publisher,
    keyFile: keyFileOf(homeOf(place.homeOf(cast.publisher)), 'line'),
  }
  const trustFile = join(folder, 'gateway', `${cast.trusted}.trust`)
  const story = new Story(nodes, line, narrator, signal)
  const value = await story.tell(trustFile)
  stage.show({
    value: { chain, data: folder, ...value, nodes: nodes.map(({ organisation, url }) => ({ organisation, url })) },
    lines: [
      '',
      'The network runs: four nodes, none of which can change anything alone.',
      ...nodes.map(({ organisation, url }) => `  ${organisation.padEnd(17)} ${url}`),
      'In another terminal, try:',
      ...nextLines(nodes, trustFile, value.cell).map((text) => `  ${text}`),
      'Ctrl-C stops the network; the next start goes on from here.',
    ],
  })
}

async function openOrMake(place: LocalNetwork, { folder, port }: ConsortiumOptions) {
  if (existsSync(place.network)) return openLocalNetwork(place)
  const organisations = madeUpOrganisations(size)
  const time = BigInt(Date.now())
  return initLocalNetwork({ folder, name: 'consortium', organisations, validators: size, port, time })
}

type StoryValue = {
  readonly published: number
  readonly publishedWithoutOne: number
  readonly catchUpSeconds: number
  readonly verdicts: readonly { readonly proofFrom: string; readonly verdict: string; readonly proofBytes: number }[]
  /** A certificate file for trying out. */
  readonly cell: string
}

class Story {
  readonly #nodes: readonly NodeProcess[]
  readonly #line: Line
  readonly #narrator: Narrator
  readonly #signal: AbortSignal

  constructor(nodes: readonly NodeProcess[], line: Line, narrator: Narrator, signal: AbortSignal) {
    this.#nodes = nodes
    this.#line = line
    this.#narrator = narrator
    this.#signal = signal
  }

  async tell(trustFile: string): Promise<StoryValue> {
    const trust = await this.#pin(trustFile)
    const first = await this.#publish()
    await this.#show(first, [cast.witness], trust)
    const lost = this.#node(cast.lost)
    await lost.stop()
    this.#narrator.step('outage', `the node of ${cast.lost} is stopped: three of four go on`)
    const second = await this.#publish()
    await this.#show(second, [cast.witness], trust)
    const catchUpSeconds = await this.#bringBack(lost)
    const everybody = this.#nodes.map(({ organisation }) => organisation)
    const verdicts = await this.#show(second, everybody, trust)
    return {
      published: first.length,
      publishedWithoutOne: second.length,
      catchUpSeconds,
      verdicts,
      cell: first[0] ?? '',
    }
  }

  /** What a relying party of one organisation has on disk. */
  async #pin(file: string): Promise<Uint8Array> {
    const trust = await this.#client(cast.trusted).trust()
    await mkdir(dirname(file), { recursive: true })
    await writeWhole(file, trust, 'everybody')
    this.#narrator.step('trust', `a relying party pins a trust file of ${cast.trusted}, once`)
    return trust
  }

  async #publish(): Promise<readonly string[]> {
    let files: readonly string[] = []
    await this.#narrator.task('publication', 0, async () => {
      files = await runShift(this.#line, this.#node(cast.publisher).url, this.#signal)
      return `${shiftSize} cells of ${cast.publisher} published through its own node`
    })
    return files
  }

  async #show(
    [cell]: readonly string[],
    organisations: readonly string[],
    trust: Uint8Array,
  ): Promise<StoryValue['verdicts']> {
    if (cell === undefined) throw new TypeError('a shift makes cells')
    const verdicts = []
    for (const organisation of organisations) {
      const { url } = this.#node(organisation)
      verdicts.push({ proofFrom: organisation, ...(await judge(cell, url, trust, this.#signal)) })
    }
    const bad = verdicts.find(({ verdict }) => verdict !== 'valid')
    if (bad !== undefined) throw cliError('publication-refused', { count: 1, code: bad.verdict })
    const [sample] = verdicts
    const from = organisations.length === 1 ? organisations[0] : `each of the ${organisations.length} nodes`
    this.#narrator.step(
      'proof',
      `from ${from}, ${sample?.proofBytes} bytes: valid, verified offline with the trust file of ${cast.trusted}`,
    )
    return verdicts
  }

  /** @returns the seconds from its start until it had everything */
  async #bringBack(node: NodeProcess): Promise<number> {
    const started = performance.now()
    const { height } = await this.#client(cast.trusted).status()
    await node.start()
    const client = this.#client(node.organisation)
    while ((await client.status()).height < height) {
      if (performance.now() - started > catchUpPatience) {
        throw cliError('node-failed', { reason: `${node.organisation} has not caught up` })
      }
      await delay(lookPause, undefined, { signal: this.#signal })
    }
    const seconds = (performance.now() - started) / 1000
    this.#narrator.step(
      'return',
      `the node of ${node.organisation} is back and has caught up (${seconds.toFixed(1)} s)`,
    )
    return seconds
  }

  #client(organisation: string): NodeClient {
    return new NodeClient(this.#node(organisation).url, this.#signal)
  }

  #node(organisation: string): NodeProcess {
    const found = this.#nodes.find((node) => node.organisation === organisation)
    if (found === undefined) throw cliError('node-failed', { reason: `${organisation} has no node` })
    return found
  }
}

/** Commands that work when they are pasted, in this order, where the consortium was started. */
function nextLines(nodes: readonly NodeProcess[], trustFile: string, cell: string): readonly string[] {
  const [first, second] = nodes.map(({ url }) => url)
  return [
    `npx commonroot node status --node ${second}`,
    `npx commonroot member list --node ${first}`,
    `npx commonroot proof get ${shown(cell)} --out cell.proof --node ${second}`,
    `npx commonroot proof verify ${shown(cell)} --proof cell.proof --trust ${shown(trustFile)}`,
  ]
}

function shown(path: string): string {
  const way = relative(process.cwd(), path)
  const text = way.startsWith('..') ? path : way
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
