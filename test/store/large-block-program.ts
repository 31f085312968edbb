/** Writes one large block, to be ended on the way: `large-block-program.ts DATABASE_URL CHAIN HEIGHT`. */
import { openStore } from '../../src/store/index.ts'
import { largeBlock } from './large-block.ts'

const [, , connection = '', chain = '', height = ''] = process.argv
const store = await openStore({ connection, chain })
await store.write(largeBlock(BigInt(height)))
await store.close()
