import { type Command, Option } from 'commander'
import { writeWhole } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { certificateOrFingerprint, namedCertificate } from '../options.ts'
import { bytesText } from '../table.ts'

type Options = { readonly out: string; readonly format: 'native' | 'ics23' }

export function proofGet(parent: Command, frame: Frame): void {
  parent
    .command('get')
    .description(
      'Write a proof about a certificate: of its record or, for one that was never published, of its absence. ' +
        'It covers everything that the node has acknowledged.',
    )
    .argument('<certificate>', certificateOrFingerprint)
    .requiredOption('--out <file>', 'where to write it')
    .addOption(
      new Option('--format <format>', 'the form of the file').default('native').choices(['native', 'ics23']),
    )
    .addHelpText('after', '\nExample: commonroot proof get SN-0001.pem --out SN-0001.proof')
    .action(
      frame(async ({ node }, word: string, { out, format }: Options) => {
        const { fingerprint } = await namedCertificate(word)
        const bytes = await node.proof(fingerprint, format)
        await writeWhole(out, bytes, 'everybody')
        return {
          value: { file: out, bytes: bytes.length, format, fingerprint },
          lines: [`${out}: ${bytesText(bytes.length)}, about ${fingerprint}`],
        }
      }),
    )
}
