import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { cliError } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { bytesText } from '../table.ts'

type Options = { readonly data: string; readonly out: string }

export function backup(parent: Command, frame: Frame): void {
  parent
    .command('backup')
    .description(
      'Copy the chain of a node into one file, as it is at one moment; the node may run meanwhile. Keys and the ' +
        "validator's signing state are not part of it.",
    )
    .option('--data <dir>', 'data folder of the node', '.commonroot')
    .requiredOption('--out <file>', 'the file to write; it must not exist')
    .addHelpText('after', '\nExample: commonroot backup --out ledger.backup')
    .action(
      frame(async ({ terminal, signal }, { data, out }: Options) => {
        const { withRunningStore } = await import('../../sandbox/index.ts')
        const { writeBackup } = await import('../../../src/fsck/index.ts')
        const { archiveName } = await import('../../../src/store/index.ts')
        if (existsSync(out)) throw cliError('file-exists', { path: out })
        const database = process.env.DATABASE_URL || undefined
        terminal.say('Copying the chain.')
        const { chain, height, rows, bytes, archives } = await withRunningStore({ folder: data, database }, (ledger) =>
          writeBackup({ ...ledger, file: out, signal }),
        )
        const named = archives.map((entry) => ({
          file: archiveName(entry),
          bytes: entry.bytes,
          digest: entry.digest.toHex(),
        }))
        const whole = `${out}: chain ${chain} up to height ${height}, ${rows} rows, ${bytesText(bytes)}`
        const rest = `it needs the ${named.length} files of ${join(data, 'archive')}, which never change: copy them, too`
        return {
          value: { file: out, bytes, chain, height, rows, archives: named },
          lines: named.length === 0 ? [whole] : [whole, rest],
        }
      }),
    )
}
