/** The model: what a block does, in the order in which docs/reference/transactions.md says it happens. */
import { type Acting, type ModelEvent, principalsOf, signingFor } from './acting.ts'
import { massRevoke, publish, publishVouched, revoke } from './certifying.ts'
import type { DescribedOperation, DescribedTransaction, ReadableTransaction } from './described.ts'
import { rotateKeys, setMemberState, setParameter, switchProtocol, withdrawAlgorithm } from './governing.ts'
import { handlerKey, indexesOf, leavesOf, u64 } from './leaves.ts'
import { Refusal, refuse } from './refusal.ts'
import { copyOf, type Moment, type State } from './state.ts'
import { rootOfState } from './tree.ts'

/** `done`, `unchanged`, or the code of a refusal. */
export type Verdict = string
export type ModelResult = { readonly code: Verdict; readonly operations: readonly (readonly Verdict[] | undefined)[] }

export type ModelBlock = {
  readonly results: readonly ModelResult[]
  readonly events: readonly ModelEvent[]
  readonly root: string
  /** The protocol of the next block when it is another. */
  readonly switched: number | undefined
}

type UsedTransaction = ReadableTransaction & { readonly position: number }

/** Milliseconds that `validUntil` may lie ahead. */
const maximumValidity = 3_600_000n
/** Due work in one block, and leaves of recent ids that one block forgets. */
const maximumDueWork = 256
const maximumForgotten = 64

export class Model {
  readonly chain: string
  state: State
  /** Of the newest block. */
  head: Moment
  #events: ModelEvent[] = []

  constructor(chain: string, genesis: State, time: bigint) {
    this.chain = chain
    this.state = genesis
    this.head = { height: 0n, time }
  }

  root(): string {
    return rootOfState(leavesOf(this.state))
  }

  leaves(): ReadonlyMap<string, string> {
    return new Map(leavesOf(this.state).map(({ key, value }) => [key, value]))
  }

  indexes(): ReadonlyMap<string, string> {
    return indexesOf(this.state)
  }

  block(time: bigint, transactions: readonly DescribedTransaction[]): ModelBlock {
    this.#events = []
    const before = copyOf(this.state)
    const block = { height: this.head.height + 1n, time }
    const { next } = this.state.protocol
    if (next !== undefined && next.height <= block.height) this.state.protocol = { version: next.version }
    const protocol = this.state.protocol.version
    this.#dueWork(block, protocol)
    const used: UsedTransaction[] = []
    const results = transactions.map((transaction, index) =>
      this.#transaction({ ...block, chain: this.chain, protocol }, before, transaction, index + 1, used),
    )
    if (used.length > 0) this.#remember(block, used)
    this.head = block
    const following = this.state.protocol.next
    const switched = following !== undefined && following.height <= block.height + 1n ? following.version : undefined
    return { results, events: this.#events, root: this.root(), switched }
  }

  /** What admission says of a transaction before it is in a block: undefined when it lets it in. */
  admission(transaction: DescribedTransaction): Verdict | undefined {
    return this.#attempt(() => {
      if (!transaction.readable) refuse('transaction.malformed')
      requirePlaceAndTime(transaction, { ...this.head, chain: this.chain })
      if (this.state.used.has(transaction.id)) refuse('transaction.duplicate')
      if (!transaction.signaturesHold) refuse('transaction.signature')
      for (const operation of transaction.operations) if (operation.type === 'flawed') refuse(operation.code)
      principalsOf(this.state, transaction.signers)
    })
  }

  /** Whether a proposal may hold it, beside `others`. */
  isProposable(transaction: DescribedTransaction, others: ReadonlySet<string>): boolean {
    if (!transaction.readable || transaction.chain !== this.chain) return false
    return !this.state.used.has(transaction.id) && !others.has(transaction.id)
  }

  #dueWork(block: Moment, protocol: number): void {
    const inOrder = [...this.state.waiting.values()]
      .filter(({ at }) => at <= block.time)
      .map((waiting) => ({ waiting, key: Buffer.concat([u64(waiting.at), handlerKey(waiting)]) }))
      .sort((a, b) => Buffer.compare(a.key, b.key))
      .slice(0, maximumDueWork)
    for (const {
      waiting: { module, name, value },
    } of inOrder) {
      this.state.waiting.delete(`${module}/${name}`)
      this.state.parameters.set(`${module}/${name}`, { module, name, value, height: block.height })
      this.#acting({ ...block, chain: this.chain, protocol }, [], [0, 0, 0]).emit('governance', 'parameter-set', [
        module,
        name,
      ])
    }
  }

  #transaction(
    block: Acting['block'],
    before: State,
    transaction: DescribedTransaction,
    index: number,
    used: UsedTransaction[],
  ): ModelResult {
    const operations: (readonly Verdict[] | undefined)[] = []
    const refused = this.#attempt(() => {
      if (!transaction.readable) refuse('transaction.malformed')
      requirePlaceAndTime(transaction, block)
      if (!transaction.signaturesHold) refuse('transaction.signature')
      if (before.used.has(transaction.id) || used.some(({ id }) => id === transaction.id))
        refuse('transaction.duplicate')
      used.push({ ...transaction, position: index - 1 })
      const signers = principalsOf(this.state, transaction.signers)
      for (const [number, operation] of transaction.operations.entries()) {
        operations.push(this.#operation(operation, (item) => this.#acting(block, signers, [index, number, item])))
      }
    })
    return refused === undefined ? { code: 'done', operations } : { code: refused, operations: [] }
  }

  #operation(operation: DescribedOperation, acting: (item: number) => Acting): readonly Verdict[] | undefined {
    switch (operation.type) {
      case 'flawed':
        return refuse(operation.code)
      case 'publish':
        signingFor(acting(0), 'line')
        return operation.items.map((item, index) => this.#item(() => publish(acting(index), item)))
      case 'publish-vouched':
        signingFor(acting(0), 'node')
        return operation.items.map((item, index) => this.#item(() => publishVouched(acting(index), item)))
      case 'revoke':
        signingFor(acting(0), 'operate')
        return operation.items.map((item, index) => this.#item(() => revoke(acting(index), item)))
      case 'mass-revoke':
        massRevoke(acting(0), operation)
        return undefined
      case 'set-parameter':
        setParameter(acting(0), operation)
        return undefined
      case 'rotate-keys':
        rotateKeys(acting(0), operation)
        return undefined
      case 'set-member-state':
        setMemberState(acting(0), operation)
        return undefined
      case 'withdraw-algorithm':
        withdrawAlgorithm(acting(0), operation)
        return undefined
      case 'switch-protocol':
        switchProtocol(acting(0), operation)
        return undefined
    }
  }

  /** Every rule judges before it changes anything, so a refused item leaves nothing behind. */
  #item(act: () => 'done' | 'unchanged'): Verdict {
    try {
      return act()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return error.code
    }
  }

  /** Runs it; when it is refused everything is as before. @returns the refusal's code */
  #attempt(act: () => void): Verdict | undefined {
    const saved = copyOf(this.state)
    const events = this.#events.length
    try {
      act()
      return undefined
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.state = saved
      this.#events.length = events
      return error.code
    }
  }

  #acting(
    block: Acting['block'],
    signers: Acting['signers'],
    [transaction, operation, item]: readonly [number, number, number],
  ): Acting {
    const emit: Acting['emit'] = (module, name, body) => {
      this.#events.push({ transaction, operation, item, module, name, body })
    }
    return { state: this.state, block, signers, emit }
  }

  #remember({ height, time }: Moment, used: readonly UsedTransaction[]): void {
    const oldest = [...this.state.recent.values()].sort((a, b) => (a.height < b.height ? -1 : 1))
    for (const recent of oldest.slice(0, maximumForgotten)) {
      if (recent.validUntil < time) this.state.recent.delete(recent.height)
    }
    const ids = used.map(({ id }) => id)
    const [latest = 0n] = used.map(({ validUntil }) => validUntil).sort((a, b) => (a > b ? -1 : 1))
    this.state.recent.set(height, { height, ids, validUntil: latest })
    for (const { id, position, validUntil } of used) this.state.used.set(id, { height, position, validUntil })
  }
}

function requirePlaceAndTime(
  { chain, validUntil }: ReadableTransaction,
  place: { readonly chain: string; readonly time: bigint },
): void {
  if (chain !== place.chain) refuse('transaction.other-chain')
  if (validUntil < place.time) refuse('transaction.expired')
  if (validUntil > place.time + maximumValidity) refuse('transaction.too-far')
}
