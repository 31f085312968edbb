/** Checks a chain, noting in a file how far it has come, and goes on from what is noted there. */
import { readFileSync } from 'node:fs'
import { protocols } from '../../../api/protocols.ts'
import { Genesis } from '../../../src/chain/index.ts'
import { decodeAs } from '../../../src/codec/index.ts'
import { fsck } from '../../../src/fsck/index.ts'
import { withStoredChain } from './stored-chain.ts'

await withStoredChain(({ store, tables, file, genesisFile }) => {
  const genesis = decodeAs(Genesis, readFileSync(genesisFile))
  return fsck({ store, tables, genesis, protocols, place: { file, resume: true }, noteInterval: 0 })
})
