import { join } from 'node:path'
import type { Command } from 'commander'
import type { Frame } from '../frame.ts'
import { bytesText, table } from '../table.ts'

type Options = { readonly data: string; readonly from?: string }

export function snapshotList(parent: Command, frame: Frame): void {
  parent
    .command('list')
    .description('List the snapshots in a folder, the oldest first. They are not verified.')
    .option('--data <dir>', 'data folder of the node', '.commonroot')
    .option('--from <dir>', 'folder of snapshots (default: "snapshots" of the data folder)')
    .addHelpText('after', '\nExample: commonroot snapshot list --data /tmp/ledger')
    .action(
      frame(async (_, { data, from = join(data, 'snapshots') }: Options) => {
        const { listSnapshots } = await import('../../../src/snapshot/index.ts')
        const found = await listSnapshots(from)
        const snapshots = found.map(({ path, height, chain, digest, chunks, bytes }) => {
          return { path, height, chain, digest: digest.toHex(), chunks, bytes }
        })
        const rows = snapshots.map(({ path, height, chunks, bytes, digest }) => {
          return [`height ${height}`, `${chunks} chunks`, bytesText(bytes), digest, path]
        })
        return { value: { snapshots }, lines: rows.length === 0 ? ['no snapshots'] : table(rows) }
      }),
    )
}
