/** Prunes, to be ended on the way: `pruning-program.ts DATABASE_URL CHAIN FOLDER`. */
import { prune } from './chain.ts'

const [, , connection = '', chain = '', folder = ''] = process.argv
await prune({ connection, chain, folder })
