import { type Command, Option } from 'commander'
import type { RevocationReason } from '../../../pki/contract/index.ts'
import { cliError, givenPassphrase, massRevoke, openSigner } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { firmware, memberId, passphraseOption, reasonOption, type SignerOptions, signerOption } from '../options.ts'

type Options = SignerOptions & {
  readonly manufacturer: string
  readonly model?: string
  readonly batch?: string
  readonly firmwareBelow?: readonly number[]
  readonly serialFrom?: string
  readonly serialTo?: string
  readonly reason: RevocationReason
}

export function certificateMassRevoke(parent: Command, frame: Frame): void {
  parent
    .command('mass-revoke')
    .description(
      "Revoke, with one fact, all of a manufacturer's certificates published so far that fit every condition given. " +
        'Without a condition, all of them.',
    )
    .requiredOption('--manufacturer <id>', 'member id of the manufacturer', memberId)
    .option('--model <model>', 'of this model')
    .option('--batch <batch>', 'of this production batch')
    .addOption(new Option('--firmware-below <version>', 'with a firmware before this version').argParser(firmware))
    .option('--serial-from <serial>', 'from this serial on, of the same length')
    .option('--serial-to <serial>', 'up to and with this serial')
    .addOption(reasonOption())
    .addOption(signerOption())
    .addOption(passphraseOption())
    .addHelpText(
      'after',
      '\nExample: commonroot certificate mass-revoke --manufacturer vendor-aurora --model cell-5g --firmware-below 2.1 ' +
        '--reason key-compromise --signer .commonroot/members/vendor-aurora.key',
    )
    .action(
      frame(async ({ node, signal }, options: Options) => {
        const { signer: file, passphraseFile, serialFrom, serialTo, ...predicate } = options
        const serials = serialsOf(serialFrom, serialTo)
        const { chain } = await node.chain()
        const signer = await openSigner(node, chain, file, await givenPassphrase(passphraseFile))
        const answer = await massRevoke({ node, signer, signal }, { ...predicate, ...serials })
        const { code, message, height, time, id } = answer
        return {
          value: { manufacturer: options.manufacturer, code, message, height, time, transaction: id },
          lines: [`Certificates of ${options.manufacturer} that fit are revoked since block ${height} (${time})`],
        }
      }),
    )
}

function serialsOf(from: string | undefined, to: string | undefined) {
  if (from === undefined && to === undefined) return {}
  if (from === undefined || to === undefined) {
    throw cliError('usage', { reason: '--serial-from and --serial-to go together' })
  }
  return { serials: { from, to } }
}
