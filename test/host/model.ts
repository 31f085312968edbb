/** What the probe module should do, written naively: whole copies in place of savepoints, scans in place of indexes. */
import { decodeAs } from '../../src/codec/index.ts'
import { transactionError } from '../../src/host/index.ts'
import { Plan, probeError, type Step } from './probe-module.ts'

type Thing = { readonly slot: string | undefined; readonly group: string | undefined; readonly size: number }
type Work = { readonly at: bigint; readonly handler: string; readonly id: string; readonly plan: Uint8Array }

export type ModelState = {
  readonly things: Map<string, Thing>
  readonly work: Map<string, Work>
  readonly notes: string[]
  /** Handler, key and code of work that failed in the block. */
  readonly failures: string[]
  readonly kept: Set<string>
}

class Refusal extends Error {
  readonly code: number
  constructor(code: number) {
    super(`refused with ${code}`)
    this.code = code
  }
}

export class Model {
  state: ModelState = { things: new Map(), work: new Map(), notes: [], failures: [], kept: new Set() }

  /** One block at a time; each transaction is a list of operations, each a single plan or a batch. */
  block(time: bigint, transactions: readonly ModelTransaction[]) {
    this.state.notes.length = 0
    this.state.failures.length = 0
    const due = [...this.state.work.values()].filter(({ at }) => at <= time).sort(inOrder)
    for (const { handler, id } of due) this.#runDue(`${handler} ${id}`, due)
    return transactions.map((operations) => this.#transaction(operations))
  }

  groups(): ReadonlyMap<string, bigint> {
    const groups = new Map<string, bigint>()
    for (const { group } of this.state.things.values()) {
      if (group !== undefined) groups.set(group, (groups.get(group) ?? 0n) + 1n)
    }
    return groups
  }

  #runDue(key: string, due: readonly Work[]): void {
    const work = this.state.work.get(key)
    // Moved by what ran before it in this block: it waits for its new time.
    if (work === undefined || !due.some(({ at, handler, id }) => at === work.at && `${handler} ${id}` === key)) return
    this.state.work.delete(key)
    const code = this.#attempt(() => {
      this.state.notes.push(key)
      this.#plan(decodeAs(Plan, work.plan))
    })
    if (typeof code === 'number') this.state.failures.push(`${key} ${code}`)
  }

  #transaction(operations: ModelTransaction): { code: number; operations: { verdicts?: number[] }[] } {
    const outcome = this.#attempt(() =>
      operations.map((operation) => {
        if (operation.form === 'single') {
          this.#plan(operation.plan)
          return {}
        }
        return {
          verdicts: operation.plans.map((plan) => {
            const verdict = this.#attempt(() => this.#plan(plan))
            return typeof verdict === 'number' ? verdict : verdict === 'done' ? 0 : 1
          }),
        }
      }),
    )
    return typeof outcome === 'number' ? { code: outcome, operations: [] } : { code: 0, operations: outcome }
  }

  #attempt<Result>(act: () => Result): Result | number {
    const saved = structuredClone(this.state)
    try {
      return act()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.state = saved
      return error.code
    }
  }

  #plan({ steps, end }: Plan): 'done' | 'unchanged' {
    for (const step of steps) this.#step(step)
    if (end === 'refuse') throw new Refusal(probeError.numberOf('refused'))
    if (end === 'type-error') throw new Refusal(transactionError.numberOf('fault'))
    return end === 'unchanged' ? 'unchanged' : 'done'
  }

  #step({ act, id = '', slot, group, size = 0, at = 0n, handler = 'tick', bytes = new Uint8Array(0) }: Step): void {
    const { things, work, notes } = this.state
    const holder = [...things].find(([, thing]) => thing.slot !== undefined && thing.slot === slot)?.[0]
    if (act === 'put') {
      if (holder !== undefined && holder !== id) throw new Refusal(probeError.numberOf('taken'))
      things.set(id, { slot, group, size })
    }
    if (act === 'remove') things.delete(id)
    if (act === 'emit') notes.push(id.padEnd(size, '.'))
    if (act === 'by') notes.push(holder ?? 'nothing')
    if (act === 'schedule') work.set(`${handler} ${id}`, { at, handler, id, plan: bytes })
    if (act === 'cancel') work.delete(`${handler} ${id}`)
  }
}

export type ModelOperation =
  | { readonly form: 'single'; readonly plan: Plan }
  | { readonly form: 'batch'; readonly plans: readonly Plan[] }
export type ModelTransaction = readonly ModelOperation[]

/** Time, then handler, then key: both handlers have names of one length, so plain comparison is byte order. */
function inOrder(a: Work, b: Work): number {
  const [left, right] = [a, b].map(({ at, handler, id }) => `${String(at).padStart(20, '0')} ${handler} ${id}`)
  return left! < right! ? -1 : 1
}
