/**
 * A node as a process of its own, as a supervisor runs it:
 * `node node-program.ts FOLDER DATABASE_URL IDLE_INTERVAL [background] [COMETBFT]`, solo unless CometBFT's program is named.
 * One line of JSON on standard output says that it serves; one on standard error says why it ends, with exit code 1. It
 * ends with whoever holds its standard input.
 */
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createServer } from '../../api/http/index.ts'
import { protocols } from '../../api/protocols.ts'
import { Chain, chainIdOf } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { LedgerNode } from '../../src/node/index.ts'
import { openStore } from '../../src/store/index.ts'
import { archiveOf, backgroundWord, startBackground } from './background-work.ts'
import { openEngine } from './node-engine.ts'
import { readGenesis } from './setting.ts'
import type { FailureLine, ReadyLine } from './supervised-node.ts'

process.stdin.once('end', () => process.exit(0)).resume()
const [folder, connection, idleInterval, ...words] = process.argv.slice(2)
const cometbft = words.find((word) => word !== backgroundWord)
const inBackground = words.includes(backgroundWord)
if (folder === undefined || connection === undefined || idleInterval === undefined) {
  throw new TypeError('folder, database URL and idle interval are needed')
}
await start(folder, connection, Number(idleInterval)).catch(fail)

async function start(folder: string, connection: string, idleInterval: number): Promise<void> {
  const genesis = readGenesis(folder)

  const archive = inBackground ? { archive: archiveOf(folder) } : {}
  const store = await openStore({ connection, chain: chainIdOf(genesis), ...archive })
  const chain = await Chain.open({ genesis, store, protocols, onFault: fail })
  const engine = openEngine(folder, genesis, chain, idleInterval, cometbft)
  const found = chain.head
  const node = await LedgerNode.start({ chain, engine, genesis, onFailure: fail })
  const follower = inBackground ? { follower: startBackground(chain, connection, folder, fail) } : {}
  const server = createServer({ node, ...follower })
  const url = await server.listen(0)
  process.once('SIGTERM', () => {
    Promise.all([server.close(), node.stop()]).then(() => process.exit(0), fail)
  })
  const line: ReadyLine = {
    url,
    ...(found === undefined ? {} : { found: { height: Number(found.height), root: toHex(found.root) } }),
  }
  writeSync(1, `${JSON.stringify(line)}\n`)
  // A process that is killed writes no cache at its end.
  flushCompileCache()
}

/** Nothing is known for sure any more: the process ends at once, and its successor reads what is there. */
function fail(error: unknown): never {
  const line: FailureLine = {
    code: error instanceof CommonrootError ? error.code : 'unexpected',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }
  writeSync(2, `${JSON.stringify(line)}\n`)
  process.exit(1)
}
