import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Frame } from '../frame.ts'
import { wholeNumber } from '../options.ts'

type Options = { readonly data: string; readonly port: number; readonly reset?: true; readonly once?: true }

export function consortium(parent: Command, frame: Frame): void {
  parent
    .command('consortium')
    .description(
      'Run four organisations on this machine, each with a node of its own, and show what they can do together: ' +
        'publish through one, trust another, lose a third and get it back. It runs until it is interrupted. With ' +
        'DATABASE_URL in the environment each organisation gets a database on that Postgres server.',
    )
    .option('--data <dir>', 'folder for everything that it keeps', '.commonroot-consortium')
    .addOption(
      new Option('--port <n>', 'first of eight ports on 127.0.0.1; 0 lets the system choose')
        .default(7610)
        .argParser(wholeNumber(0, 65_000)),
    )
    .option('--reset', 'remove the data folder first and begin anew')
    .option('--once', 'stop when the story is told')
    .addHelpText('after', '\nExample: commonroot consortium --once')
    .action(
      frame(async ({ terminal, signal: interrupted }, { data, port, reset, once }: Options) => {
        const { runConsortium } = await import('../../consortium/index.ts')
        const { untilEnd } = await import('../../ledger/index.ts')
        const told = new AbortController()
        await untilEnd(
          terminal,
          AbortSignal.any([interrupted, terminal.closed, told.signal]),
          async (stack, { signal, fail }) => {
            await runConsortium(stack, {
              folder: resolve(data),
              port,
              reset: reset === true,
              database: process.env.DATABASE_URL || undefined,
              stage: terminal,
              signal,
              onFailure: fail,
            })
            if (once === true) told.abort()
          },
        )
        return undefined
      }),
    )
}
