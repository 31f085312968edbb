/**
 * A node as a process of its own, as a supervisor runs it: `node node-program.ts FOLDER DATABASE_URL`. One line of JSON
 * on standard output says that it serves; one on standard error says why it ends, with exit code 1. It ends with whoever
 * holds its standard input.
 */
import { writeSync } from 'node:fs'
import { protocols } from '../../api/protocols.ts'
import { Chain, chainIdOf, engineGenesis } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { SoloEngine } from '../../src/engine/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { decodeSignedHeader, encodeSignedHeader } from '../../src/light/index.ts'
import { LedgerNode } from '../../src/node/index.ts'
import { openStore } from '../../src/store/index.ts'
import type { FailureLine, ReadyLine } from './supervised-node.ts'
import { openValidatorKey, readGenesis, signingStateOf } from './setting.ts'
import { startServer } from './http-stand-in.ts'

/** Milliseconds between blocks of an idle chain. */
const idleInterval = 200

process.stdin.once('end', () => process.exit(0)).resume()
const [folder, connection] = process.argv.slice(2)
if (folder === undefined || connection === undefined) throw new TypeError('a folder and a database URL are needed')
await start(folder, connection).catch(fail)

async function start(folder: string, connection: string): Promise<void> {
  const genesis = readGenesis(folder)

  const store = await openStore({ connection, chain: chainIdOf(genesis) })
  const { signedHeaders } = store
  const engine = new SoloEngine({
    genesis: engineGenesis(genesis),
    validator: openValidatorKey(folder),
    signingState: signingStateOf(folder),
    headers: {
      put: (signed) => signedHeaders.put(signed.header.height, encodeSignedHeader(signed)),
      get: async (height) => {
        const bytes = await signedHeaders.get(height)
        return bytes === undefined ? undefined : decodeSignedHeader(bytes)
      },
    },
    idleInterval,
  })
  const chain = await Chain.open({ genesis, store, protocols, onFault: fail })
  const found = chain.head
  const node = await LedgerNode.start({ chain, engine, genesis, onFailure: fail })
  const server = await startServer(node)
  process.once('SIGTERM', () => {
    server
      .close()
      .then(() => node.stop())
      .then(() => process.exit(0), fail)
  })
  const line: ReadyLine = {
    url: server.url,
    ...(found === undefined ? {} : { found: { height: Number(found.height), root: toHex(found.root) } }),
  }
  writeSync(1, `${JSON.stringify(line)}\n`)
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
