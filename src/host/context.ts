/** Makes the context that a rule runs in: one module's view of the draft, metered. */
import { sha256 } from '../crypto/portable/index.ts'
import {
  type Address,
  type Collection,
  type Context,
  indexAddress,
  type Principal,
  recordAddress,
} from '../module/index.ts'
import { dueWork, handlerKey, kernelName } from './collections.ts'
import type { Draft } from './draft.ts'
import { eventOverhead, maximumEventBytes } from './limits.ts'
import { encodeOwn, RecordWriter } from './record-writer.ts'
import type { BlockFacts, Scope } from './scope.ts'

/** Who runs: a module's namespace, a transaction's signers (none in due work). */
export type Acting = {
  readonly module: string
  readonly transaction: Uint8Array | undefined
  readonly signers: readonly Principal[]
  /** The bytes of that transaction: kept bytes are views of them. */
  readonly source?: Uint8Array
}

export function makeContext(block: BlockFacts, draft: Draft, scope: Scope, acting: Acting): Context {
  const { overlay } = draft
  const own = (part: { readonly module: string; readonly name: string }): void => {
    if (part.module !== acting.module) {
      throw new TypeError(`${acting.module} reaches ${part.module}/${part.name} without a port`)
    }
  }
  const read = (address: Address): Uint8Array | null => {
    scope.read(address)
    return overlay.get(address)
  }
  const getRecord = <Value>(collection: Collection<Value>, address: Address): Value | undefined => {
    const bytes = read(address)
    return bytes === null ? undefined : collection.decode(bytes)
  }
  const writer = new RecordWriter(draft, scope, read)

  const context: Context = {
    ...block,
    transaction: acting.transaction,
    signers: acting.signers,
    get: (collection, key) => {
      own(collection)
      return getRecord(collection, recordAddress(collection, key))
    },
    by: (collection, index, key) => {
      own(collection)
      const recordKey = read(indexAddress(collection, index, key))
      if (recordKey === null) return undefined
      const bytes = overlay.get({ table: 'records', key: recordKey })
      return bytes === null ? undefined : collection.decode(bytes)
    },
    put: (collection, value) => {
      own(collection)
      writer.put(collection, value)
    },
    remove: (collection, key) => {
      own(collection)
      writer.remove(collection, key)
    },
    keep: (bytes) => {
      if (!isViewOf(bytes, acting.source)) throw new TypeError('kept bytes are not a view of their transaction')
      scope.budget.spend(bytes.length)
      overlay.append(draft.blobs, { digest: sha256(bytes), bytes, transaction: scope.position.transaction })
    },
    emit: (event, body) => {
      own(event)
      const encoded = encodeOwn(event.body, body)
      if (encoded.length > maximumEventBytes) throw new TypeError(`an event has more than ${maximumEventBytes} bytes`)
      scope.budget.spend(encoded.length + eventOverhead)
      overlay.append(draft.events, { ...scope.position, module: event.module, name: event.name, body: encoded })
    },
    schedule: (at, handler, key, payload) => {
      own(handler)
      const kernel = makeContext(block, draft, scope, { ...acting, module: kernelName })
      const before = kernel.by(dueWork, 'handler', handlerKey(handler.module, handler.name, key))
      if (before !== undefined) kernel.remove(dueWork, dueWork.key(before))
      const encoded = encodeOwn(handler.payload, payload)
      kernel.put(dueWork, { at, module: handler.module, handler: handler.name, key, payload: encoded })
    },
    cancel: (handler, key) => {
      own(handler)
      const kernel = makeContext(block, draft, scope, { ...acting, module: kernelName })
      const before = kernel.by(dueWork, 'handler', handlerKey(handler.module, handler.name, key))
      if (before !== undefined) kernel.remove(dueWork, dueWork.key(before))
    },
    call: (port, argument) => port.call(makeContext(block, draft, scope, { ...acting, module: port.module }), argument),
  }
  return context
}

function isViewOf(bytes: Uint8Array, whole: Uint8Array | undefined): boolean {
  if (whole === undefined || bytes.buffer !== whole.buffer) return false
  const offset = bytes.byteOffset - whole.byteOffset
  return offset >= 0 && offset + bytes.length <= whole.length
}
