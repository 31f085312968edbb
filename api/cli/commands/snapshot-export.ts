import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { genesisValidators } from '../../../src/chain/index.ts'
import type { Frame } from '../frame.ts'
import { bytesText } from '../table.ts'

type Options = { readonly data: string; readonly out?: string }

export function snapshotExport(parent: Command, frame: Frame): void {
  parent
    .command('export')
    .description(
      'Write the newest state that can be proven as a snapshot: a folder of chunks, with the signed header that carries ' +
        'their root. The node may run meanwhile.',
    )
    .option('--data <dir>', 'data folder of the node', '.commonroot')
    .option(
      '--out <dir>',
      'folder in which the snapshot gets a folder of its own (default: "snapshots" of the data folder)',
    )
    .addHelpText('after', '\nExample: commonroot snapshot export --data /tmp/ledger')
    .action(
      frame(async ({ terminal, signal }, { data, out = join(data, 'snapshots') }: Options) => {
        const { withRunningStore } = await import('../../sandbox/index.ts')
        const { exportSnapshot, storedHeaders } = await import('../../../src/snapshot/index.ts')
        const { protocols } = await import('../../protocols.ts')
        const database = process.env.DATABASE_URL || undefined
        terminal.say('Cutting the state into chunks.')
        const exported = await withRunningStore({ folder: data, database }, ({ tables, genesis, ...ledger }) =>
          exportSnapshot({
            ...ledger,
            protocols,
            folder: resolve(out),
            at: 'provable',
            signedHeader: storedHeaders(tables, genesisValidators(genesis)),
            signal,
          }),
        )
        const { path, height, root, digest, chunks, entries, bytes } = exported
        return {
          value: { path, height, root: root.toHex(), digest: digest.toHex(), chunks, entries, bytes },
          lines: [`${path}: height ${height}, ${entries} records in ${chunks} chunks, ${bytesText(bytes)}`],
        }
      }),
    )
}
