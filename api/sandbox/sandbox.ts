/** What `npm start` runs: a whole ledger, a production line, a gateway; then it stays up. */
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CommonrootError } from '../../src/errors/index.ts'
import { cliError, NodeClient } from '../client/index.ts'
import { inspectFolder, resetFolder, takeFolder } from './data-folder.ts'
import { fetchProofs, verifyOffline } from './gateway.ts'
import { type Layout, layoutOf } from './layout.ts'
import { startLedger } from './ledger.ts'
import { Narrator, type Stage } from './narrator.ts'
import { requireFreePort } from './port.ts'
import { runLine } from './production.ts'
import { nextLines, verdictLines } from './report.ts'
import { roster } from './roster.ts'

/** Milliseconds in which a signal that came while nothing could be heard is heard. */
const signalDelay = 50

export type SandboxOptions = {
  /** Where everything is kept. */
  readonly folder: string
  /** On 127.0.0.1; 0 lets the system choose. */
  readonly port: number
  /** Remove what is in the folder first. */
  readonly reset: boolean
  /** The connection URL of a Postgres server; without it the embedded one is started. */
  readonly database: string | undefined
  /** Keep no search indexes. */
  readonly withoutFollower: boolean
  readonly stage: Stage
  /** Ends the sandbox, whether it has come up or not. */
  readonly signal: AbortSignal
}

/**
 * Runs until `signal`, then stops everything in order.
 * @throws cli.port-busy, cli.sandbox-running, cli.not-a-sandbox and their kin before anything is started; cli.node-failed;
 *   what the parts throw
 */
export async function runSandbox(options: SandboxOptions): Promise<void> {
  const layout = layoutOf(resolve(options.folder))
  await inspectFolder(layout)
  await requireFreePort(options.port)
  if (options.reset) await resetFolder(layout.folder)
  const failure = new AbortController()
  const signal = AbortSignal.any([options.signal, failure.signal])
  await stayUp(layout, { ...options, signal }, (error) => failure.abort(failureOf(error)))
  if (failure.signal.aborted) throw failure.signal.reason
}

/** Comes up, waits for the signal, and stops everything in order, however far it came. */
async function stayUp(layout: Layout, options: SandboxOptions, onFailure: (error: unknown) => void): Promise<void> {
  const { signal, stage } = options
  await using stack = new AsyncDisposableStack()
  const lock = await takeFolder(layout)
  stack.defer(() => lock.release())
  try {
    await tellStory(stack, layout, options, onFailure)
    await aborted(signal)
  } catch (error) {
    // A Ctrl-C reaches the programs that this one waits for, too, and their failure may come first.
    await delay(signalDelay)
    if (!signal.aborted) throw error
  }
  stage.say('Stopping.')
}

async function tellStory(
  stack: AsyncDisposableStack,
  layout: Layout,
  { port, database, withoutFollower, stage, signal }: SandboxOptions,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const narrator = new Narrator(stage)
  stage.say(`Commonroot sandbox in ${layout.folder}`)
  const onFault = (error: unknown) => narrator.step('fault', `a rule failed: ${reasonOf(error)}`)
  const shared = { layout, port, database, withoutFollower, narrator, signal }
  const { chain, url } = await startLedger(stack, { ...shared, onFailure, onFault })
  narrator.step('ledger', `${chain}, ${roster.length} members, one validator, ${url}`)
  const production = await runLine({ layout, chain, url, narrator, signal })
  await fetchProofs(layout, new NodeClient(url, signal))
  const verdicts = await verifyOffline(layout)
  stage.show({
    value: { chain, url, data: layout.folder, ...production, verdicts },
    lines: [
      '',
      'A gateway verifies three cells offline, from files alone:',
      ...verdictLines(verdicts, (colour, text) => stage.paint(colour, text)),
      '',
      'The ledger runs. In another terminal, try:',
      ...nextLines(layout, url).map((line) => `  ${line}`),
      `The API is described at ${url}/docs. Ctrl-C stops the ledger; the next start goes on from here.`,
    ],
  })
}

function failureOf(error: unknown): CommonrootError {
  return cliError('node-failed', { reason: reasonOf(error) }, error)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
}
