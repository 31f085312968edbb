/** Where a simulated chain keeps what it keeps. A place outlives the processes that work in it. */
import type { Genesis } from '../../../src/chain/index.ts'
import type { Store, StoreTable } from '../../../src/store/index.ts'

export type Place = {
  readonly name: 'memory' | 'postgres'
  /** Opens the store as a process that starts does; one that was open before is gone. */
  open(genesis: Genesis): Promise<Store>
  /** All rows of a table, key and value in hexadecimal. */
  rows(table: StoreTable): Promise<ReadonlyMap<string, string>>
  /** Loses all pages of the state trees and makes them again from the records; nothing else works there meanwhile. */
  rebuildPages(genesis: Genesis): Promise<void>
  /** Moves old blocks out of the database, where there is one, while others work with it. */
  archiveOldBlocks(): Promise<void>
  /** Cuts off everybody who is connected, where that is possible. */
  cutConnections(): Promise<void>
  close(): Promise<void>
}
