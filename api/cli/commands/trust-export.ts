import { type Command, Option } from 'commander'
import { toHex } from '../../../src/codec/index.ts'
import {
  type Checkpoint,
  decodeTrust,
  encodeTrust,
  type Fraction,
  timestampToMilliseconds,
  trustedUntil,
} from '../../../src/light/index.ts'
import { pinCheckpoint, writeWhole } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { checkpoint, instantText, thresholdOption } from '../options.ts'
import { bytesText } from '../table.ts'

type Options = { readonly out: string; readonly checkpoint?: Checkpoint; readonly threshold?: Fraction }

export function trustExport(parent: Command, frame: Frame): void {
  parent
    .command('export')
    .description(
      'Write a trust file: the newest header and the validators, which a relying party pins. ' +
        'Whoever takes it from a node trusts that node this once: compare the hash with other members.',
    )
    .requiredOption('--out <file>', 'where to write it')
    .addOption(
      new Option(
        '--checkpoint <height:hash>',
        'pin this header, whose hash is known from elsewhere, instead of the newest',
      ).argParser(checkpoint),
    )
    .addOption(thresholdOption('how much of the pinned power has to vouch for a later header (default: 1/3)'))
    .addHelpText('after', '\nExample: commonroot trust export --out ledger.trust')
    .action(
      frame(async ({ node }, { out, checkpoint: pinned, threshold }: Options) => {
        const taken = await (pinned === undefined ? node.trust() : pinCheckpoint(node, pinned, BigInt(Date.now())))
        const trust = { ...decodeTrust(taken), ...(threshold === undefined ? {} : { threshold }) }
        const bytes = encodeTrust(trust)
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
