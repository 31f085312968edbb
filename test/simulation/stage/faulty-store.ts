/** A store that fails when it is told to: it does not answer for a while, or the process ends while it waits for it. */
import { type Store, storeError } from '../../../src/store/index.ts'

export type StoreFault = {
  /** Reads that still get through; then one does not. */
  readonly reads?: number
  /** The write that comes next does not arrive, or it arrives and its answer does not. */
  readonly write?: 'lost' | 'unanswered'
  /** What the chain meets: "not now", or its own end. */
  readonly as: 'outage' | 'end'
}

/** The process ends here: no code after this runs. */
export class ProcessEnd extends Error {}

export type FaultyStore = Store & {
  /** The next call that it concerns fails, once. */
  arm(fault: StoreFault): void
  /** Takes back what has not happened. @returns whether it had */
  disarm(): boolean
}

export function faultyStore(store: Store): FaultyStore {
  let fault: StoreFault | undefined
  let left = 0
  let happened = false

  const fail = (): never => {
    const { as } = fault ?? { as: 'end' }
    fault = undefined
    happened = true
    throw as === 'end' ? new ProcessEnd('the process has ended') : storeError('unavailable', { reason: 'simulated' })
  }
  const beforeRead = () => {
    if (fault?.reads !== undefined && left-- === 0) fail()
  }

  return {
    head: () => store.head(),
    base: () => store.base(),
    forget: () => store.forget(),
    read: async (table, keys) => {
      beforeRead()
      return store.read(table, keys)
    },
    scan: async (from, until, limit) => {
      beforeRead()
      return store.scan(from, until, limit)
    },
    transaction: async (id) => {
      beforeRead()
      return store.transaction(id)
    },
    transactions: async (ids) => {
      beforeRead()
      return store.transactions(ids)
    },
    write: async (block) => {
      if (fault?.write === 'lost') fail()
      await store.write(block)
      if (fault?.write === 'unanswered') fail()
    },
    view: (at) => store.view(at),
    block: (height) => store.block(height),
    blob: (digest) => store.blob(digest),
    signedHeaders: store.signedHeaders,
    close: () => store.close(),
    arm: (next) => {
      fault = next
      left = next.reads ?? 0
      happened = false
    },
    disarm: () => {
      fault = undefined
      return happened
    },
  }
}
