import { type Command, Option } from 'commander'
import { certificates } from '../../../pki/contract/index.ts'
import { verificationError } from '../../../pki/status/index.ts'
import { equalBytes, fromHex } from '../../../src/codec/index.ts'
import { decodeProof, decodeTrust, maximumTrustBytes } from '../../../src/light/index.ts'
import { recordAddress } from '../../../src/module/index.ts'
import { readBeginning, writeWhole } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { certificateOrFingerprint, namedCertificate } from '../options.ts'
import { bytesText } from '../table.ts'

type Options = { readonly out: string; readonly format: 'commonroot' | 'ics23'; readonly trust?: string }

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
      new Option('--format <format>', 'the form of the file').default('commonroot').choices(['commonroot', 'ics23']),
    )
    .option('--trust <file>', 'make it for a reader with this trust file: with the headers that lead from there')
    .addHelpText('after', '\nExample: commonroot proof get SN-0001.pem --out SN-0001.proof')
    .action(
      frame(async ({ node }, word: string, { out, format, trust }: Options) => {
        const { fingerprint } = await namedCertificate(word)
        const reader = trust === undefined ? undefined : decodeTrust(await readBeginning(trust, maximumTrustBytes + 1))
        const bytes = await node.proof(fingerprint, format, reader)
        const published = format === 'commonroot' ? isPresent(bytes, fingerprint) : null
        await writeWhole(out, bytes, 'everybody')
        const what = published === false ? 'proof that it was never published:' : 'proof about'
        return {
          value: { file: out, bytes: bytes.length, format, fingerprint, published },
          lines: [`${out}: ${bytesText(bytes.length)}, ${what} ${fingerprint}`],
        }
      }),
    )
}

/** Whether the proof has the certificate's record; its votes are checked by who verifies it. @throws codes of `decodeProof` */
function isPresent(bytes: Uint8Array, fingerprint: string): boolean {
  const { key } = recordAddress(certificates, fromHex(fingerprint, 32, 'the fingerprint'))
  const leaf = decodeProof(bytes).proven.find((proven) => equalBytes(proven.key, key))
  if (leaf === undefined) throw verificationError('other-certificate', { fingerprint })
  return leaf.value !== undefined
}
