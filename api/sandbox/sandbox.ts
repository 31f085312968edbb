/** What `npm start` runs: a whole ledger, a production line, a gateway; then it stays up. */
import { resolve } from 'node:path'
import { NodeClient } from '../client/index.ts'
import { Narrator, requireFreePort, type Stage, untilEnd } from '../ledger/index.ts'
import { inspectFolder, resetFolder, takeFolder } from './data-folder.ts'
import { fetchProofs, verifyOffline } from './gateway.ts'
import { type Layout, layoutOf } from './layout.ts'
import { startLedger } from './ledger.ts'
import { runLine } from './production.ts'
import { nextLines, verdictLines } from './report.ts'
import { roster } from './roster.ts'

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
  await untilEnd(options.stage, options.signal, async (stack, { signal, fail }) => {
    const lock = await takeFolder(layout)
    stack.defer(() => lock.release())
    await tellStory(stack, layout, { ...options, signal }, fail)
  })
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
