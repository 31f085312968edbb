/** Fills a database from the one snapshot in a folder. */
import { protocols } from '../../../api/protocols.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import { importSnapshot, SnapshotFolder, snapshotHeights, snapshotPath } from '../../../src/snapshot/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { given } from './open.ts'

const [height = 0n] = await snapshotHeights(given.folder)
const store = await openStore(given)
const snapshot = new SnapshotFolder(snapshotPath(given.folder, height))
await importSnapshot({ ...given, snapshot, protocols, store, now: BigInt(Date.now()), verifier: voteVerifier })
await store.close()
