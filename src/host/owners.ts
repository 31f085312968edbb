/** Which collection a row of the state belongs to, by the beginning of its key. */
import { concat } from '../codec/index.ts'
import type { AnyCollection } from '../module/index.ts'
import { collectionPrefix, counterKey, type TreeName } from '../state/index.ts'
import { dueWork, recentTransactions } from './collections.ts'
import type { Program } from './program.ts'

export type Owner = { readonly collection: AnyCollection; readonly part: 'record' | 'counter' }

type Row = Owner & { readonly prefix: Uint8Array }

export class Owners {
  readonly #rows: Row[]

  constructor(program: Program) {
    const collections = [dueWork, recentTransactions, ...program.modules.flatMap((module) => module.collections)]
    this.#rows = collections.flatMap((collection): Row[] => {
      const records = concat(collectionPrefix(collection.module, collection.name))
      // A counter's key is led like a record's, with another number of the part.
      const counters = counterKey(collection.module, collection.name, '', new Uint8Array(0)).subarray(0, records.length)
      return [
        { collection, part: 'record', prefix: records },
        { collection, part: 'counter', prefix: counters },
      ]
    })
  }

  /** Undefined when the program in force declares no such collection. */
  of(key: Uint8Array): Owner | undefined {
    return this.#rows.find(({ prefix }) => startsWith(key, prefix))
  }

  treeOf(key: Uint8Array): TreeName | undefined {
    return this.of(key)?.collection.tree
  }
}

export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false
  for (let index = prefix.length - 1; index >= 0; index--) if (bytes[index] !== prefix[index]) return false
  return true
}
