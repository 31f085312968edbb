/** A bench that is about to be killed: starts a node and tells the process ids. */
import { join } from 'node:path'
import { NodeProcess } from '../../bench/ledger/process.ts'
import { cacheFolder, copyChain, openChain } from '../../bench/workload/chain.ts'

const cache = cacheFolder()
const dataFolder = join(cache, 'run')
copyChain(await openChain(cache), dataFolder)
const node = await NodeProcess.start(dataFolder)
process.send?.({ node: node.processId, database: node.started.databaseProcess })
