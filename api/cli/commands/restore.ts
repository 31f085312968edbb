import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { cliError } from '../../client/index.ts'
import type { Frame } from '../frame.ts'

type Options = { readonly data: string; readonly from: string }

export function restore(parent: Command, frame: Frame): void {
  parent
    .command('restore')
    .description(
      'Put a backup into the empty database of a stopped node, all or nothing. A validator that has signed more than ' +
        'the backup holds refuses to start on it.',
    )
    .option('--data <dir>', 'data folder of the node, with its genesis', '.commonroot')
    .requiredOption('--from <file>', 'the backup')
    .addHelpText('after', '\nExample: commonroot restore --from ledger.backup')
    .action(
      frame(async ({ terminal, signal }, { data, from }: Options) => {
        const { withStoredLedger } = await import('../../sandbox/index.ts')
        const { restoreBackup } = await import('../../../src/fsck/index.ts')
        if (!existsSync(from)) throw cliError('unreadable', { path: from, reason: 'there is no such file or folder' })
        const database = process.env.DATABASE_URL || undefined
        terminal.say('Verifying the backup, then restoring it.')
        const { chain, height, rows } = await withStoredLedger({ folder: data, database }, (ledger) =>
          restoreBackup({ ...ledger, file: from, signal }),
        )
        return {
          value: { file: from, chain, height, rows },
          lines: [`chain ${chain} is restored up to height ${height}, ${rows} rows`],
        }
      }),
    )
}
