/** A solo chain with everything that outlives its process, so that tests can end and start it again. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PublicKey } from '../../../src/codec/index.ts'
import {
  type Clock,
  type GenesisInput,
  type HeaderStore,
  SoloEngine,
  type SoloKey,
  type SoloOptions,
  systemClock,
} from '../../../src/engine/index.ts'
import { decodeSignedHeader, encodeSignedHeader, type SignedHeader } from '../../../src/light/index.ts'
import { Disk, TinyApplication } from '../tiny-application.ts'

/** A little before now, since a trusting period can't bridge years; with a part that milliseconds can't show. */
export const genesisTime = { seconds: BigInt(Math.floor(Date.now() / 1000)) - 10n, nanos: 123_456_789 }

export class Headers implements HeaderStore {
  readonly #stored = new Map<bigint, Uint8Array>()
  isFailing = false

  async put(signed: SignedHeader): Promise<void> {
    if (this.isFailing) throw new Error('fault: put')
    this.#stored.set(signed.header.height, encodeSignedHeader(signed))
  }

  async get(height: bigint): Promise<SignedHeader | undefined> {
    const bytes = this.#stored.get(height)
    return bytes === undefined ? undefined : decodeSignedHeader(bytes)
  }
}

export class HeldKey implements SoloKey {
  readonly key: PublicKey
  readonly #private: KeyObject
  isFailing = false
  signatures = 0

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.key = { algorithm: 'EdDSA', spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) }
    this.#private = privateKey
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (this.isFailing) throw new Error('fault: sign')
    this.signatures += 1
    return new Uint8Array(sign(null, message, this.#private))
  }
}

/** Wall time that a test sets; waiting is real, but short. */
export class WallClock implements Clock {
  time: bigint

  constructor(time: bigint) {
    this.time = time
  }

  now(): bigint {
    return this.time
  }

  uptime(): number {
    return systemClock.uptime()
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds, signal)
  }
}

export class SoloFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'commonroot-test-solo-'))
  readonly validator = new HeldKey()
  readonly headers = new Headers()
  readonly genesis: GenesisInput
  disk = new Disk()
  application = new TinyApplication(this.disk)
  engine: SoloEngine
  failures: unknown[] = []

  constructor(options: Partial<SoloOptions> = {}) {
    this.genesis = {
      chainId: 'tiny-0a1b2c3d',
      time: genesisTime,
      validators: [{ key: this.validator.key, power: 10n }],
      application: new Uint8Array(0),
      initialHeight: 1n,
      ...options.genesis,
    }
    this.engine = this.#engine(options)
  }

  get signingState(): string {
    return join(this.folder, 'signing-state')
  }

  start(): Promise<void> {
    return this.engine.start(this.application, (error) => this.failures.push(error))
  }

  /** A new process: a new engine and application over what is durable. */
  restart(options: Partial<SoloOptions> & { readonly disk?: Disk } = {}): Promise<void> {
    const { disk, ...rest } = options
    if (disk !== undefined) this.disk = disk
    this.failures = []
    this.validator.isFailing = false
    this.headers.isFailing = false
    this.application = new TinyApplication(this.disk)
    this.engine = this.#engine(rest)
    return this.start()
  }

  async height(): Promise<bigint> {
    return (await this.engine.status()).height
  }

  async discard(): Promise<void> {
    await this.engine.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #engine(options: Partial<SoloOptions>): SoloEngine {
    return new SoloEngine({
      validator: this.validator,
      signingState: this.signingState,
      headers: this.headers,
      idleInterval: 20,
      ...options,
      genesis: this.genesis,
    })
  }
}
