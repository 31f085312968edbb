/** The engine of a consortium: CometBFT 0.40 as a supervised process, over its ABCI socket and its RPC. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { equalBytes, toHex } from '../../codec/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { headerHash, type SignedHeader, type Validator } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import type { Application, Engine, GenesisInput } from '../port.ts'
import { AbciServer } from './abci-server.ts'
import { AbciService } from './abci-service.ts'
import { formatAddress, type SocketAddress } from './address.ts'
import type { NodeSettings } from './configuration.ts'
import { prepareHome, prepareIdentity } from './home.ts'
import { LightGate } from './light-gate.ts'
import { NodeProcess } from './node-process.ts'
import type { AnswerQuery } from './query.ts'
import { progressOf, signedHeaderOf, validatorsOf } from './rpc-answers.ts'
import { RpcClient } from './rpc-client.ts'
import { checkAfterStart, checkBeforeStart, isLone } from './standing.ts'

export type CometbftOptions = {
  /** CometBFT's folder; `prepareIdentity` makes its keys. */
  readonly home: string
  /** Path of the program that `npm run engine` builds; not needed when somebody else runs it. */
  readonly binary: string
  readonly genesis: GenesisInput
  /** Where other validators connect. Port 0 lets the system choose, which only a lone validator can use. */
  readonly listen: string
  /** CometBFT is run by somebody else, from the same home: where it finds the application, and where its RPC listens. */
  readonly external?: { readonly application: SocketAddress; readonly rpc: SocketAddress }
  /** What an ABCI query gets; without it none is answered. */
  readonly answerQuery?: AnswerQuery
  /** `host:port` at which light clients of others may ask for headers and validators, as nodes that join do; by default nowhere. */
  readonly lightGate?: string
} & Partial<Omit<NodeSettings, 'applicationAddress' | 'rpcAddress' | 'listen'>>

const defaults = {
  peers: [],
  moniker: 'commonroot',
  idleInterval: 1_000,
  proposalTimeout: 500,
  oneHost: false,
} as const

/** Milliseconds until the RPC answers: a restart may replay many blocks first. */
const readyTimeout = 600_000
const readyPause = 25

/** The path of a UNIX socket has at most 107 bytes, on some systems 103. */
const maximumSocketFolderBytes = 96

/** Validators a page of `/validators` can hold. */
const pageSize = 100

/** What CometBFT's mempool says of bytes that it has seen. */
const seenReason = 'tx already exists in cache'
const catchingUpReason = 'endpoint is closed while node is catching up'
const fullReason = /^mempool is full: number of txs (\d+) .* total txs bytes (\d+) /

export class CometbftEngine implements Engine {
  readonly name = 'cometbft'
  readonly #options: CometbftOptions
  readonly #own = new Map<string, CommonrootError | undefined>()
  #running: Running | undefined

  constructor(options: CometbftOptions) {
    this.#options = options
  }

  /**
   * Serves the application, writes home and configuration, starts CometBFT and waits until it answers.
   * @throws engine.genesis-unfit, engine.home-foreign, engine.home-damaged, engine.home-emptied,
   *   engine.application-ahead, engine.blocks-gone, engine.replay-diverged, engine.signing-state-stale,
   *   engine.behind-signing-state, engine.node-exited, engine.node-not-ready, engine.gate-address
   */
  async start(application: Application, onFailure: (error: unknown) => void): Promise<void> {
    if (this.#running !== undefined) throw new TypeError('the engine runs already')
    const { binary, genesis } = this.#options
    const home = resolve(this.#options.home)
    const { validator } = await prepareIdentity(home)
    const lone = isLone(genesis, validator)
    await checkBeforeStart(home, (await application.info()).height, lone)
    const { folder, application: applicationSocket, rpc: rpcSocket } = await this.#sockets(home)
    const failed = Promise.withResolvers<never>()
    failed.promise.catch(() => undefined)
    let hasFailed = false
    const fail = (error: unknown): void => {
      if (hasFailed) return
      hasFailed = true
      // Started again, CometBFT would only bring the same block again.
      void running.node?.stop()
      if (running.isReady) onFailure(error)
      else failed.reject(error)
    }
    const desk = {
      isOwn: (transaction: Uint8Array) => this.#own.has(digestOf(transaction)),
      refused: (transaction: Uint8Array, refusal: CommonrootError) => this.#own.set(digestOf(transaction), refusal),
    }
    const service = new AbciService(application, desk, this.#options.answerQuery)
    const server = new AbciServer({ answer: (request) => service.answer(request), applicationFailed: fail })
    const running: Running = {
      folder,
      server,
      rpc: new RpcClient(rpcSocket),
      node:
        'path' in rpcSocket && folder !== undefined
          ? new NodeProcess({ binary, home, rpcSocket: rpcSocket.path }, fail)
          : undefined,
      isReady: false,
    }
    this.#running = running
    try {
      // A run that was killed leaves its socket behind, and nobody could listen there.
      if ('path' in applicationSocket) await rm(applicationSocket.path, { force: true })
      const applicationAddress = await server.listen(applicationSocket)
      const rpcAddress = formatAddress(rpcSocket)
      await prepareHome(home, genesis, { ...defaults, ...this.#options, applicationAddress, rpcAddress })
      await running.node?.start()
      await Promise.race([this.#ready(running), failed.promise])
      if (lone) await checkAfterStart(home, progressOf(await running.rpc.call('status')).height)
      if (this.#options.lightGate !== undefined) {
        running.gate = new LightGate(rpcSocket)
        await running.gate.listen(this.#options.lightGate)
      }
      running.isReady = true
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /**
   * @throws the application's own refusal, engine.duplicate-transaction, engine.mempool-full, engine.catching-up,
   *   engine.rpc-unreachable, engine.rpc-refused, engine.stopped
   */
  async submit(transaction: Uint8Array): Promise<void> {
    const { rpc } = this.#now()
    const digest = digestOf(transaction)
    if (this.#own.has(digest)) throw engineError('duplicate-transaction', { digest })
    this.#own.set(digest, undefined)
    try {
      const result = await rpc.call('broadcast_tx_sync', { tx: transaction.toBase64() })
      const number = result.small('code', 0, 2 ** 32 - 1)
      if (number !== 0) throw this.#own.get(digest) ?? engineError('transaction-refused', { number })
    } catch (error) {
      throw submissionError(error, digest)
    } finally {
      this.#own.delete(digest)
    }
  }

  async signedHeader(height: bigint): Promise<SignedHeader> {
    const { rpc } = this.#now()
    const result = await rpc.call('commit', { height: String(height) }).catch((error: unknown) => {
      throw isRefusal(error) ? engineError('no-header', { height }, error) : error
    })
    const signed = signedHeaderOf(result)
    if (signed.header.height !== height || !equalBytes(signed.blockId.hash, headerHash(signed.header))) {
      throw engineError('rpc-answer', { path: 'commit', expected: `the header of height ${height} and votes for it` })
    }
    return signed
  }

  async validators(height: bigint): Promise<readonly Validator[]> {
    const { rpc } = this.#now()
    const validators: Validator[] = []
    for (let page = 1; ; page++) {
      const parameters = { height: String(height), page: String(page), per_page: String(pageSize) }
      const result = await rpc.call('validators', parameters).catch((error: unknown) => {
        throw isRefusal(error) ? engineError('no-header', { height }, error) : error
      })
      const answer = validatorsOf(result)
      validators.push(...answer.page)
      if (validators.length >= answer.total || answer.page.length === 0) return validators
    }
  }

  async status(): ReturnType<Engine['status']> {
    const { rpc } = this.#now()
    const [status, network] = await Promise.all([rpc.call('status'), rpc.call('net_info')])
    return { ...progressOf(status), peers: Number(network.integer('n_peers', 0n, 2n ** 31n - 1n)) }
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    await running.gate?.close()
    await running.node?.stop()
    await running.server.close()
    running.rpc.close()
    if (running.folder !== undefined) await rm(running.folder, { recursive: true, force: true })
  }

  /** Sockets of this run in a folder of their own, or where the CometBFT of somebody else expects them. */
  async #sockets(home: string): Promise<Sockets> {
    const { external } = this.#options
    if (external !== undefined) return external
    const folder = await socketFolder(home)
    return { folder, application: { path: join(folder, 'abci') }, rpc: { path: join(folder, 'rpc') } }
  }

  async #ready(running: Running): Promise<void> {
    const deadline = performance.now() + readyTimeout
    while (this.#running === running) {
      const answers = await running.rpc.call('status').then(
        () => true,
        () => false,
      )
      if (answers) return
      if (performance.now() > deadline) throw engineError('node-not-ready', { seconds: readyTimeout / 1000 })
      await sleep(readyPause)
    }
    throw engineError('stopped')
  }

  #now(): Running {
    if (this.#running === undefined) throw engineError('stopped')
    return this.#running
  }
}

type Sockets = { readonly folder?: string; readonly application: SocketAddress; readonly rpc: SocketAddress }

type Running = {
  /** Of the sockets of this run; undefined when somebody else runs CometBFT. */
  readonly folder: string | undefined
  readonly server: AbciServer
  readonly rpc: RpcClient
  readonly node: NodeProcess | undefined
  gate?: LightGate
  isReady: boolean
}

/** An empty folder for sockets, for this run only and its owner only: in the home, if that is not too deep for a socket. */
async function socketFolder(home: string): Promise<string> {
  const folder = join(home, 'run')
  if (Buffer.byteLength(folder) > maximumSocketFolderBytes) return mkdtemp(join(tmpdir(), 'commonroot-'))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
  return folder
}

function digestOf(transaction: Uint8Array): string {
  return toHex(sha256(transaction))
}

function isRefusal(error: unknown): boolean {
  return error instanceof CommonrootError && error.code === 'engine.rpc-refused'
}

function submissionError(error: unknown, digest: string): unknown {
  if (!(error instanceof CommonrootError) || error.code !== 'engine.rpc-refused') return error
  const { reason } = error.details
  if (reason === seenReason) return engineError('duplicate-transaction', { digest }, error)
  if (reason === catchingUpReason) return engineError('catching-up', {}, error)
  const [, count, size] = fullReason.exec(String(reason)) ?? []
  return count === undefined || size === undefined ? error : engineError('mempool-full', { count, size }, error)
}
