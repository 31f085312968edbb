import type { Command } from 'commander'
import { CommonrootError } from '../../../src/errors/index.ts'
import type { CertificateAnswer, NodeClient } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { certificateOrFingerprint, namedCertificate } from '../options.ts'
import { shown } from '../table.ts'

export function certificateStatus(parent: Command, frame: Frame): void {
  parent
    .command('status')
    .description(
      "Ask the node for its verdict about a certificate. It is the node's word: what needs no trust in it is `proof`.",
    )
    .argument('<certificate>', certificateOrFingerprint)
    .addHelpText('after', '\nExample: commonroot certificate status SN-0001.pem')
    .action(
      frame(async ({ node, terminal }, word: string) => {
        const { fingerprint } = await namedCertificate(word)
        const { verdict, code, judgedAt } = await statusOf(node, fingerprint)
        const isValid = verdict === 'valid'
        const painted = terminal.paint(isValid ? 'green' : 'red', shown(verdict))
        return {
          value: { fingerprint, verdict, code, judgedAt },
          lines: [`${painted} (${shown(code)}), judged at ${shown(judgedAt)}`],
          refused: !isValid,
        }
      }),
    )
}

/** That a certificate was never published is a verdict like the others. */
async function statusOf(
  node: NodeClient,
  fingerprint: string,
): Promise<Pick<CertificateAnswer, 'verdict' | 'code' | 'judgedAt'>> {
  try {
    return await node.certificate(fingerprint)
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.code !== 'pki.unknown-certificate') throw error
    const { time } = await node.chain()
    return { verdict: 'never-published', code: 'certificate.never-published', judgedAt: time }
  }
}
