import type { Command } from 'commander'
import type { RevocationReason } from '../../../pki/contract/index.ts'
import { explainRefusal, givenPassphrase, openSigner, revokeCertificate } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import {
  certificateOrFingerprint,
  namedCertificate,
  passphraseOption,
  reasonOption,
  type SignerOptions,
  signerOption,
} from '../options.ts'

type Options = SignerOptions & { readonly reason: RevocationReason }

export function certificateRevoke(parent: Command, frame: Frame): void {
  parent
    .command('revoke')
    .description('Revoke a certificate for ever, as its manufacturer or as a member whom the policy lets revoke.')
    .argument('<certificate>', certificateOrFingerprint)
    .addOption(reasonOption())
    .addOption(signerOption())
    .addOption(passphraseOption())
    .addHelpText(
      'after',
      '\nExample: commonroot certificate revoke SN-0001.pem --reason key-compromise --signer .commonroot/members/regulator.key',
    )
    .action(
      frame(async ({ node, signal }, word: string, options: Options) => {
        const certificate = await namedCertificate(word)
        const { fingerprint } = certificate
        const { chain } = await node.chain()
        const signer = await openSigner(node, chain, options.signer, await givenPassphrase(options.passphraseFile))
        const answer = await revokeCertificate({ node, signer, signal }, fingerprint, options.reason)
        const { code, height, time, id } = answer
        const message = explainRefusal(code, { ...certificate, chain }) ?? answer.message
        const value = { fingerprint, code, message, height, time, transaction: id }
        if (code === 'done') return { value, lines: [`${fingerprint} is revoked since block ${height} (${time})`] }
        if (code === 'unchanged') return { value, lines: [`${fingerprint} was ended before; nothing changed`] }
        return { value, lines: [`${fingerprint} was not revoked: ${message} (${code})`], refused: true }
      }),
    )
}
