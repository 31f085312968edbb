import type { Command } from 'commander'
import type { Frame } from '../frame.ts'
import { folderOf, Steps, sourceOf, type TrustOptions, trustOption } from '../snapshot-source.ts'

export function snapshotVerify(parent: Command, frame: Frame): void {
  parent
    .command('verify')
    .description(
      'Verify a snapshot offline, from its folder and a trust file alone: every record, nothing missing, nothing added.',
    )
    .argument('<snapshot>', 'folder of the snapshot')
    .addOption(trustOption())
    .addHelpText('after', '\nExample: commonroot snapshot verify snapshots/snapshot-120 --trust ledger.trust')
    .action(
      frame(async ({ terminal, signal }, path: string, { trust }: TrustOptions) => {
        const { verifySnapshot } = await import('../../../src/snapshot/index.ts')
        const source = await sourceOf(folderOf(path), trust)
        const steps = new Steps(terminal)
        const verified = await verifySnapshot({ ...source, signal, onProgress: steps.to }).finally(steps.end)
        const { height, root, digest, chunks, entries } = verified
        return {
          value: { height, root: root.toHex(), digest: digest.toHex(), chunks, entries },
          lines: [`valid: height ${height}, ${entries} records in ${chunks} chunks`],
        }
      }),
    )
}
