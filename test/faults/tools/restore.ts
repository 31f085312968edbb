/** Puts a backup into an empty database. */
import { restoreBackup } from '../../../src/fsck/index.ts'
import { withStoredChain } from './stored-chain.ts'

await withStoredChain(({ store, tables, chain, file }) => restoreBackup({ store, tables, chain, file }))
