/** Copies a chain into a file. */
import { writeBackup } from '../../../src/fsck/index.ts'
import { withStoredChain } from './stored-chain.ts'

await withStoredChain(({ tables, chain, file }) => writeBackup({ tables, chain, file }))
