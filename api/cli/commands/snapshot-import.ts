import type { Command } from 'commander'
import type { Frame } from '../frame.ts'
import { folderOf, Steps, sourceOf, type TrustOptions, trustOption } from '../snapshot-source.ts'

type Options = TrustOptions & { readonly data: string }

export function snapshotImport(parent: Command, frame: Frame): void {
  parent
    .command('import')
    .description(
      'Fill the empty database of a stopped node from a snapshot, all or nothing. Each chunk is verified against the ' +
        "root in a header that the trust file's validators signed; blocks up to its height are not there afterwards.",
    )
    .argument('<snapshot>', 'folder of the snapshot')
    .addOption(trustOption())
    .option('--data <dir>', 'data folder of the node, with its genesis', '.commonroot')
    .addHelpText(
      'after',
      '\nExample: commonroot snapshot import snapshots/snapshot-120 --trust ledger.trust --data /tmp/new',
    )
    .action(
      frame(async ({ terminal, signal }, path: string, { data, trust }: Options) => {
        const { withStoredLedger } = await import('../../sandbox/index.ts')
        const { importSnapshot } = await import('../../../src/snapshot/index.ts')
        const source = await sourceOf(folderOf(path), trust)
        const database = process.env.DATABASE_URL || undefined
        const steps = new Steps(terminal)
        const { height, root, chunks, entries } = await withStoredLedger(
          { folder: data, database },
          ({ store, connection, chain }) =>
            importSnapshot({ ...source, store, connection, chain, signal, onProgress: steps.to }),
        ).finally(steps.end)
        return {
          value: { height, root: root.toHex(), chunks, entries },
          lines: [`the state of height ${height} is there, ${entries} records; the next block is ${height + 1n}`],
        }
      }),
    )
}
