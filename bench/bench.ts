/** One run: its chain, its certificates, and the publication that several rows look at. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { discardEmbeddedPostgres } from '../src/store/index.ts'
import { Campaign } from './ledger/campaign.ts'
import type { NodeProcess } from './ledger/process.ts'
import type { Plan } from './plan.ts'
import { makeCertificates, readCertificates } from './workload/certificates.ts'
import { type BenchChain, cacheFolder, manufacturer, openChain } from './workload/chain.ts'

export class Bench {
  readonly plan: Plan
  readonly chain: BenchChain
  /** What happens, one line at a time; figures go elsewhere. */
  readonly say: (text: string) => void
  readonly #folder: string
  #made = 0
  #taken = 0
  #campaign: Promise<Campaign> | undefined
  #node: NodeProcess | undefined
  #closing: Promise<void> | undefined

  private constructor(plan: Plan, chain: BenchChain, say: (text: string) => void) {
    this.plan = plan
    this.chain = chain
    this.say = say
    this.#folder = join(cacheFolder(), `${runPrefix}${process.pid}`)
  }

  static async open(plan: Plan, say: (text: string) => void): Promise<Bench> {
    await discardAbandoned()
    return new Bench(plan, await openChain(cacheFolder()), say)
  }

  /** Certificates in DER, by their number; made now if no run has made them yet. */
  async certificates(first: number, count: number): Promise<readonly Uint8Array[]> {
    const needed = first + count
    if (needed > this.#made) {
      await makeCertificates(this.chain, manufacturer, needed, (made, missing) =>
        this.say(`certificates: ${made} of ${missing} files made`),
      )
      this.#made = needed
    }
    return readCertificates(this.chain, first, count)
  }

  /** Certificates that no row has published. */
  async unpublished(count: number): Promise<readonly Uint8Array[]> {
    const first = this.plan.certificates + this.#taken
    this.#taken += count
    return this.certificates(first, count)
  }

  /** The publication of the plan's certificates on a node that goes on running; done once. */
  campaign(): Promise<Campaign> {
    this.#campaign ??= Campaign.run(this, this.#folder, (node) => {
      this.#node = node
    })
    return this.#campaign
  }

  /** A folder of this run for a peer's data. */
  folderFor(peer: string): string {
    return join(this.#folder, 'peers', peer)
  }

  /** Ends every process of the run and removes its data. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    // A publication that is under way breaks off with its node.
    await this.#node?.stop()
    await this.#campaign?.catch(() => undefined)
    await this.#node?.stop()
    await discardRun(this.#folder)
  }
}

/** Folders of runs are named after their processes. */
const runPrefix = 'run-'

/** Removes what runs left that were killed, their Postgres included. */
async function discardAbandoned(): Promise<void> {
  const cache = cacheFolder()
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith(runPrefix)) : []
  for (const name of names) {
    if (!existsSync(`/proc/${name.slice(runPrefix.length)}`)) await discardRun(join(cache, name))
  }
}

async function discardRun(folder: string): Promise<void> {
  // A run that broke off early has no database yet.
  await discardEmbeddedPostgres({ folder: join(folder, 'postgres') }).catch(() => undefined)
  rmSync(folder, { recursive: true, force: true })
}
