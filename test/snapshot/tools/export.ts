/** Writes a snapshot of a chain into a folder. */
import { protocols } from '../../../api/protocols.ts'
import { genesisValidators } from '../../../src/chain/index.ts'
import { exportSnapshot, storedHeaders } from '../../../src/snapshot/index.ts'
import { Tables } from '../../../src/store/index.ts'
import { given } from './open.ts'

const tables = Tables.open(given)
const signedHeader = storedHeaders(tables, genesisValidators(given.genesis))
await exportSnapshot({ ...given, protocols, at: 'provable', chunkBytes: 8192, signedHeader })
await tables.close()
