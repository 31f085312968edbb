/** The smallest chain that an engine can drive: text pairs `key=value`, whose hash is the state's root. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { utf8 } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import type { Admission, Application, BlockInput, BlockOutput, GenesisInput } from '../../src/engine/index.ts'
import { defineErrors } from '../../src/errors/index.ts'

const tinyError = defineErrors('tiny', {
  form: { number: 9_001, status: 400, message: 'the transaction is not key=value', remedy: 'Write key=value.' },
})

export const malformedCode = tinyError.numberOf('form')

type Content = { readonly height: bigint; readonly entries: ReadonlyMap<string, string> }

/** What survives a crash: in memory, or in a file when a path is given. */
export class Disk {
  readonly #path: string | undefined
  #content: Content = { height: 0n, entries: new Map() }

  constructor(path?: string) {
    this.#path = path
    if (path === undefined || !existsSync(path)) return
    const [height, entries]: [string, [string, string][]] = JSON.parse(readFileSync(path, 'utf8'))
    this.#content = { height: BigInt(height), entries: new Map(entries) }
  }

  get content(): Content {
    return this.#content
  }

  write(content: Content): void {
    this.#content = content
    if (this.#path === undefined) return
    writeFileSync(`${this.#path}.new`, JSON.stringify([String(content.height), [...content.entries]]))
    renameSync(`${this.#path}.new`, this.#path)
  }

  copy(): Disk {
    const copy = new Disk()
    copy.write(this.#content)
    return copy
  }
}

/** Where a test lets the application fail. */
export type Fault = 'prepare' | 'finalize' | 'before-commit' | 'after-commit'

export class TinyApplication implements Application {
  readonly blocks: BlockInput[] = []
  readonly admitted: { readonly transaction: string; readonly from: string }[] = []
  /** Transactions that the application does not choose yet. */
  readonly held = new Set<string>()
  fault: Fault | undefined
  acceptsProposals = true
  /** The engine may forget blocks below. */
  retainHeight = 0n
  due: bigint | undefined
  genesis: GenesisInput | undefined
  overlapping = 0
  #busy = 0
  readonly #disk: Disk
  #pending: Content | undefined

  constructor(disk: Disk = new Disk()) {
    this.#disk = disk
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#disk.content.entries
  }

  async info() {
    const { height, entries } = this.#disk.content
    return { height, appHash: rootOf(entries), appVersion: 1n }
  }

  async initChain(genesis: GenesisInput) {
    this.genesis = genesis
    return { appHash: rootOf(new Map()), validators: genesis.validators }
  }

  async admit(transaction: Uint8Array, from: 'api' | 'peer' | 'recheck'): Promise<Admission> {
    const text = textOf(transaction)
    this.admitted.push({ transaction: text, from })
    return pairOf(text) === undefined ? { accepted: false, refusal: tinyError('form') } : { accepted: true }
  }

  async prepareProposal({ candidates }: { readonly candidates: readonly Uint8Array[] }) {
    this.#failAt('prepare')
    return candidates.filter((candidate) => !this.held.has(textOf(candidate)))
  }

  async processProposal() {
    return this.acceptsProposals
  }

  async finalizeBlock(block: BlockInput): Promise<BlockOutput> {
    return this.#alone(async () => {
      this.#failAt('finalize')
      this.blocks.push(block)
      const entries = new Map(this.#disk.content.entries)
      const results = block.transactions.map((transaction) => {
        const pair = pairOf(textOf(transaction))
        if (pair === undefined) return { code: malformedCode, data: new Uint8Array(0) }
        const unchanged = entries.get(pair.key) === pair.value
        entries.set(pair.key, pair.value)
        return { code: unchanged ? 1 : 0, data: utf8(pair.value) }
      })
      if (this.due !== undefined && milliseconds(block) >= this.due) {
        entries.set('due', String(this.due))
        this.due = undefined
      }
      this.#pending = { height: block.height, entries }
      return { appHash: rootOf(entries), results, validatorUpdates: [] }
    })
  }

  async commit() {
    return this.#alone(async () => {
      this.#failAt('before-commit')
      if (this.#pending === undefined) throw new TypeError('commit without a finalised block')
      this.#disk.write(this.#pending)
      this.#pending = undefined
      this.#failAt('after-commit')
      return { retainHeight: this.retainHeight }
    })
  }

  nextDue(): bigint | undefined {
    return this.due
  }

  #failAt(place: Fault): void {
    if (this.fault === place) throw new Error(`fault: ${place}`)
  }

  async #alone<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#busy += 1
    if (this.#busy > 1) this.overlapping += 1
    try {
      await new Promise<void>((resolve) => setImmediate(resolve))
      return await call()
    } finally {
      this.#busy -= 1
    }
  }
}

export function milliseconds({ time }: BlockInput): bigint {
  return time.seconds * 1000n + BigInt(Math.floor(time.nanos / 1_000_000))
}

/** Depends on the pairs only, so that an idle chain rests. */
export function rootOf(entries: ReadonlyMap<string, string>): Uint8Array {
  return sha256(utf8(JSON.stringify([...entries].toSorted())))
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function pairOf(text: string): { readonly key: string; readonly value: string } | undefined {
  const [, key, value] = /^([a-z0-9-]+)=([a-z0-9-]*)$/.exec(text) ?? []
  return key === undefined || value === undefined ? undefined : { key, value }
}
