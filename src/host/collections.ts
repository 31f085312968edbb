/** The host's own collections: due work and the ids of recent transactions. They are state like any other. */
import { Bytes, concat, DigestBytes, lengthPrefixed, Name, Row, Unsigned64, uint64Bytes, utf8 } from '../codec/index.ts'
import { defineCollection, defineEvent, defineSchedule } from '../module/index.ts'
import { maximumKeyBytes } from '../state/index.ts'

export const kernelName = 'kernel'

/** Handlers run in the byte order of these keys: time, handler, key. */
export const dueWork = defineCollection({
  module: kernelName,
  name: 'due-work',
  value: Row({
    at: Unsigned64,
    module: Name,
    handler: Name,
    key: Bytes({ maximum: 128 }),
    payload: Bytes({ maximum: 64 * 1024 }),
  }),
  key: (work) => concat(uint64Bytes(work.at), handlerKey(work.module, work.handler, work.key)),
  unique: {
    handler: {
      of: (work) => handlerKey(work.module, work.handler, work.key),
      taken: (work) => {
        throw new TypeError(`due work ${work.module}/${work.handler} is moved, never doubled`)
      },
    },
  },
})

export function handlerKey(module: string, handler: string, key: Uint8Array): Uint8Array {
  return concat(lengthPrefixed(utf8(module), utf8(handler)), key)
}

/** One leaf a block that carries transactions: its ids, until none of them could be executed any more. */
export const recentTransactions = defineCollection({
  module: kernelName,
  name: 'recent-transactions',
  value: Row({ height: Unsigned64, ids: DigestBytes, validUntil: Unsigned64 }),
  key: (recent) => uint64Bytes(recent.height),
})

/** Due work that threw: what it did is undone, and it is not tried again. */
export const dueWorkFailed = defineEvent({
  module: kernelName,
  name: 'due-work-failed',
  body: Row({ module: Name, handler: Name, key: Bytes({ maximum: 128 }), code: Unsigned64 }),
})

/** A protocol switch rewrites a collection, some rows each block; the key is where it has got to. */
export const migrationWork = defineSchedule({
  module: kernelName,
  name: 'migration',
  payload: Row({ module: Name, after: Bytes({ maximum: maximumKeyBytes }) }),
  reads: () => [],
  apply: () => {
    throw new TypeError('the host runs migrations itself: a rule may not scan')
  },
})
