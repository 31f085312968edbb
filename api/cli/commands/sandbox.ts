import { type Command, Option } from 'commander'
import type { Frame } from '../frame.ts'
import { wholeNumber } from '../options.ts'

type Options = { readonly data: string; readonly port: number; readonly reset?: true; readonly follower: boolean }

export function sandbox(parent: Command, frame: Frame): void {
  parent
    .command('sandbox')
    .description(
      'Run a whole ledger on this machine: members, a production line, a node with its database, and a gateway that ' +
        'verifies offline. It runs until it is interrupted; the next start goes on where it was. With DATABASE_URL in ' +
        'the environment the ledger lies on that Postgres server, and none is started.',
    )
    .option('--data <dir>', 'folder for everything that it keeps', '.commonroot')
    .addOption(
      new Option('--port <n>', 'port on 127.0.0.1; 0 lets the system choose')
        .default(7600)
        .argParser(wholeNumber(0, 65_535)),
    )
    .option('--reset', 'remove the data folder first and begin anew')
    .option('--no-follower', 'keep no search indexes')
    .addHelpText('after', '\nExample: commonroot sandbox --data /tmp/ledger --port 7601')
    .action(
      frame(async ({ terminal, signal }, { data, port, reset, follower }: Options) => {
        // Only this command needs the server and the database: the others start faster without.
        const { runSandbox } = await import('../../sandbox/index.ts')
        await runSandbox({
          folder: data,
          port,
          reset: reset === true,
          database: process.env.DATABASE_URL || undefined,
          withoutFollower: !follower,
          stage: terminal,
          signal: AbortSignal.any([signal, terminal.closed]),
        })
        return undefined
      }),
    )
}
