/** The publication that most rows look at: segment after segment, with the machine's own limit measured in between. */

import { setTimeout as delay } from 'node:timers/promises'
import { NodeClient } from '../../api/client/index.ts'
import { verifyCertificate } from '../../pki/status/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { sha256, voteVerifier } from '../../src/crypto/index.ts'
import type { Bench } from '../bench.ts'
import { load } from '../machine.ts'
import { selfSignatures, verificationKeys, verificationRate } from '../peers/verification-limit.ts'
import { batchSize } from '../plan.ts'
import { signBatches } from '../workload/batches.ts'
import { copyChain } from '../workload/chain.ts'
import { logBytes } from './database.ts'
import { NodeProcess } from './process.ts'
import { familySeconds, processSeconds } from './processor-time.ts'
import { batchesInFlight, publish } from './publisher.ts'

/** Milliseconds between two looks at the node's memory. */
const memoryInterval = 250

/** Milliseconds by which block time may lag behind this machine's clock before the load begins. */
const timely = 60_000

/** Milliseconds between two looks at block time. */
const chainInterval = 100

/** Published certificates, spread over all, whose proofs are fetched and verified offline at the end. */
const sampled = 400

export type Segment = {
  /** Certificates published before it, and after it. */
  readonly from: number
  readonly until: number
  readonly seconds: number
  /** Certificates finalised a second. */
  readonly rate: number
  /** Verifications a second: the mean of what was measured before and after the segment. */
  readonly limit: number
  readonly load: number
  /** Processor seconds that the segment took, by who took them. */
  readonly processor: { readonly node: number; readonly postgres: number; readonly client: number }
}

export type CertificateProof = { readonly certificate: Uint8Array; readonly proof: Uint8Array }

export type MemorySample = { readonly published: number; readonly bytes: number }

export class Campaign {
  readonly dataFolder: string
  readonly segments: readonly Segment[]
  readonly memory: readonly MemorySample[]
  /** Bytes that Postgres wrote to its log for the publication. */
  readonly logBytes: number
  readonly published: number
  /** Proofs of published certificates at the end of the publication. */
  readonly proofs: readonly CertificateProof[]
  #node: NodeProcess
  readonly #onStart: (node: NodeProcess) => void

  private constructor(
    node: NodeProcess,
    dataFolder: string,
    segments: readonly Segment[],
    memory: readonly MemorySample[],
    proofs: readonly CertificateProof[],
    logged: number,
    onStart: (node: NodeProcess) => void,
  ) {
    this.#onStart = onStart
    this.#node = node
    this.proofs = proofs
    this.logBytes = logged
    this.dataFolder = dataFolder
    this.segments = segments
    this.memory = memory
    this.published = segments.at(-1)?.until ?? 0
  }

  /** The node that runs now. */
  get node(): NodeProcess {
    return this.#node
  }

  /** Starts a node on the data that the last one, which has ended, left. */
  async restart(): Promise<NodeProcess> {
    this.#node = await NodeProcess.start(this.dataFolder)
    this.#onStart(this.#node)
    return this.#node
  }

  /** Seconds of publishing, pauses for the limit left out. */
  get seconds(): number {
    return this.segments.reduce((sum, { seconds }) => sum + seconds, 0)
  }

  /**
   * @param onStart is told each node that is started, so that it can be ended from outside
   * @throws Error when the ledger did not record what it was given, or a proof of it does not verify
   */
  static async run(bench: Bench, dataFolder: string, onStart: (node: NodeProcess) => void): Promise<Campaign> {
    const { plan, chain, say } = bench
    const keys = selfSignatures(await bench.certificates(0, verificationKeys))
    await bench.certificates(plan.certificates - 1, 1)
    copyChain(chain, dataFolder)
    const node = await NodeProcess.start(dataFolder)
    onStart(node)
    try {
      await untilTimely(node)
      const loggedBefore = await logBytes(node.started.connection)
      const segments: Segment[] = []
      const memory: MemorySample[] = []
      let before = await verificationRate(keys)
      for (let from = 0; from < plan.certificates; from += plan.segment) {
        const until = Math.min(from + plan.segment, plan.certificates)
        const batches = await signBatches(chain, await bench.certificates(from, until - from), batchSize)
        const watch = setInterval(() => memory.push({ published: from, bytes: node.residentBytes() }), memoryInterval)
        const processorBefore = processorOf(node)
        const { seconds, done } = await publish(node.started.url, batches, batchesInFlight).finally(() =>
          clearInterval(watch),
        )
        const processor = difference(processorOf(node), processorBefore)
        if (done !== until - from) throw new Error(`of ${until - from} certificates the ledger recorded ${done}`)
        memory.push({ published: until, bytes: node.residentBytes() })
        const after = await verificationRate(keys)
        const segment = {
          from,
          until,
          seconds,
          rate: done / seconds,
          limit: (before + after) / 2,
          load: load(),
          processor,
        }
        segments.push(segment)
        before = after
        say(
          `published ${until}: ${segment.rate.toFixed(0)}/s, limit ${segment.limit.toFixed(0)}/s, ` +
            `${(segment.rate / segment.limit).toFixed(2)} of it, load ${segment.load}`,
        )
      }
      const proofs = await verifySample(bench, node)
      const logged = (await logBytes(node.started.connection)) - loggedBefore
      return new Campaign(node, dataFolder, segments, memory, proofs, logged, onStart)
    } catch (error) {
      await node.stop()
      throw error
    }
  }
}

function processorOf(node: NodeProcess): Segment['processor'] {
  const { user, system } = process.cpuUsage()
  return {
    node: processSeconds(node.processId),
    postgres: familySeconds(node.started.databaseProcess),
    client: (user + system) / 1e6,
  }
}

function difference(after: Segment['processor'], before: Segment['processor']): Segment['processor'] {
  return {
    node: after.node - before.node,
    postgres: after.postgres - before.postgres,
    client: after.client - before.client,
  }
}

/** The first block has the time of the genesis, which may be days ago: batches signed now would be far in its future. */
async function untilTimely(node: NodeProcess): Promise<void> {
  const client = new NodeClient(node.started.url)
  while (Date.now() - Date.parse((await client.chain()).time) > timely) await delay(chainInterval)
}

/** Fetches the proofs of the sample, and verifies them from files alone. */
async function verifySample(bench: Bench, node: NodeProcess): Promise<readonly CertificateProof[]> {
  const client = new NodeClient(node.started.url)
  const trust = await client.trust()
  const proofs: CertificateProof[] = []
  for (let index = 0; index < sampled; index++) {
    const number = Math.floor((index * (bench.plan.certificates - 1)) / (sampled - 1))
    const [certificate] = await bench.certificates(number, 1)
    if (certificate === undefined) throw new TypeError('a certificate of the load is missing')
    const proof = await client.proof(toHex(sha256(certificate)))
    const now = BigInt(Date.now())
    const { verdict, code } = verifyCertificate({ certificate, proof, trust, now, verifier: voteVerifier })
    if (verdict !== 'valid') throw new Error(`certificate ${number} of the load is ${verdict} (${code})`)
    proofs.push({ certificate, proof })
  }
  return proofs
}
