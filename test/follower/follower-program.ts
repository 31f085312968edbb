/**
 * A follower as a process of its own, to be killed: `node follower-program.ts DATABASE_URL CHAIN`. It says `begun` once
 * it follows, and ends when it has come to the head.
 */
import { writeSync } from 'node:fs'
import { certificateProjection } from '../../pki/search/index.ts'
import { Follower } from '../../src/follower/index.ts'
import { openStore } from '../../src/store/index.ts'

process.stdin.once('end', () => process.exit(1)).resume()
const [connection, id] = process.argv.slice(2)
if (connection === undefined || id === undefined) throw new TypeError('database URL and chain are needed')
const store = await openStore({ connection, chain: id })
const head = await store.head()
if (head === undefined) throw new TypeError('the chain has no block')
const chain = { id, head, store, onCommit: () => () => undefined }
const follower = Follower.start({ chain, connection, projections: [certificateProjection], blocksAtOnce: 1 })
writeSync(1, 'begun\n')
await follower.followed(head.height)
await follower.stop()
await store.close()
process.exit(0)
