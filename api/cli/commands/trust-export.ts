import type { Command } from 'commander'
import { toHex } from '../../../src/codec/index.ts'
import { decodeTrust, timestampToMilliseconds, trustedUntil } from '../../../src/light/index.ts'
import { writeWhole } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { instantText } from '../options.ts'
import { bytesText } from '../table.ts'

export function trustExport(parent: Command, frame: Frame): void {
  parent
    .command('export')
    .description(
      'Write a trust file: the newest header and the validators, which a relying party pins. ' +
        'Whoever takes it from a node trusts that node this once: compare the hash with other members.',
    )
    .requiredOption('--out <file>', 'where to write it')
    .addHelpText('after', '\nExample: commonroot trust export --out ledger.trust')
    .action(
      frame(async ({ node }, { out }: { readonly out: string }) => {
        const bytes = await node.trust()
        const trust = decodeTrust(bytes)
        await writeWhole(out, bytes, 'everybody')
        const { chain, height } = trust
        const headerHash = toHex(trust.headerHash)
        const until = instantText(trustedUntil(trust))
        const time = instantText(timestampToMilliseconds(trust.time))
        return {
          value: { file: out, bytes: bytes.length, chain, height, time, headerHash, trustedUntil: until },
          lines: [
            `${out}: ${bytesText(bytes.length)}, chain ${chain}, block ${height} of ${time}, trusted until ${until}`,
            `Header hash: ${headerHash}`,
          ],
        }
      }),
    )
}
