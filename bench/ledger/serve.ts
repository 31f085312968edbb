/**
 * The node that is measured, as a process of its own: put together as the sandbox does it, without its story.
 * It ends when its parent does, however that ends.
 */

import { Narrator, type Stage } from '../../api/ledger/index.ts'
import { layoutOf } from '../../api/sandbox/layout.ts'
import { startLedger } from '../../api/sandbox/ledger.ts'
import { startEmbeddedPostgres } from '../../src/store/index.ts'
import type { Started } from './process.ts'

const folder = process.argv[2]
if (folder === undefined || process.send === undefined) throw new TypeError('started by process.ts only')
const layout = layoutOf(folder)
const silent: Stage = {
  say: () => undefined,
  progress: () => ({ to: () => undefined, end: () => undefined }),
  show: () => undefined,
  paint: (_colour, text) => text,
}
const ending = Promise.withResolvers<void>()
process.once('disconnect', () => ending.resolve())
process.once('message', () => ending.resolve())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.resolve())

const stack = new AsyncDisposableStack()
try {
  const beginning = performance.now()
  const database = await startEmbeddedPostgres({ folder: layout.postgres })
  stack.defer(() => database.stop())
  const withDatabase = performance.now()
  const { url } = await startLedger(stack, {
    layout,
    port: 0,
    database: database.connection,
    onFailure: (error) => ending.reject(error),
    onFault: (error) => ending.reject(error),
    narrator: new Narrator(silent),
    signal: new AbortController().signal,
    withoutFollower: true,
  })
  const started: Started = {
    url,
    connection: database.connection,
    databaseProcess: database.processId,
    databaseSeconds: (withDatabase - beginning) / 1000,
    nodeSeconds: (performance.now() - withDatabase) / 1000,
  }
  if (process.connected) process.send(started)
  await ending.promise
} finally {
  await stack.disposeAsync()
}
process.exit()
