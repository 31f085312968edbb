import { type Command, Option } from 'commander'
import { cliError, givenPassphrase, issueVoucherFile } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { chainId, instantText, memberId, passphraseOption, time, wholeNumber } from '../options.ts'

/** Hours of the longest voucher by `--hours`: a year. */
const maximumHours = 8784

const hour = 3_600_000n

type Options = {
  readonly manufacturer: string
  readonly serialFrom: string
  readonly serialTo: string
  readonly expires?: bigint
  readonly hours?: number
  readonly signer: readonly string[]
  readonly passphraseFile?: string
  readonly chain?: string
  readonly out: string
}

export function voucherIssue(parent: Command, frame: Frame): void {
  parent
    .command('issue')
    .description(
      "Let devices with serials in a range publish their own certificates until a time, by the line's signature. " +
        'Whoever has the file may use it. The chain id comes from the node; with --chain no node is needed.',
    )
    .requiredOption('--manufacturer <id>', 'member id of the manufacturer', memberId)
    .requiredOption('--serial-from <serial>', 'first serial of the range')
    .requiredOption('--serial-to <serial>', 'last serial of the range, of the same length')
    .addOption(new Option('--expires <time>', 'until this block time (ISO 8601)').argParser(time).conflicts('hours'))
    .addOption(new Option('--hours <n>', 'for so many hours from now').argParser(wholeNumber(1, maximumHours)))
    .requiredOption('--signer <file...>', 'key files of `line` keys, as many as their threshold asks for')
    .addOption(passphraseOption())
    .addOption(new Option('--chain <id>', 'chain that the voucher is for').argParser(chainId))
    .requiredOption('--out <file>', 'where to write it: one line of text')
    .addHelpText(
      'after',
      '\nExample: commonroot voucher issue --manufacturer vendor-aurora --serial-from SN-0001 --serial-to SN-0999 ' +
        '--hours 24 --signer .commonroot/members/vendor-aurora.key --out lot.voucher',
    )
    .action(
      frame(async ({ node }, options: Options) => {
        const { manufacturer, serialFrom: from, serialTo: to, out } = options
        const expires = endOf(options)
        const chain = options.chain ?? (await node.chain()).chain
        const voucher = await issueVoucherFile({
          terms: { chain, manufacturer, serials: { from, to }, expires },
          signers: options.signer,
          passphrase: await givenPassphrase(options.passphraseFile),
          node: options.chain === undefined ? node : undefined,
          file: out,
        })
        const until = instantText(expires)
        return {
          value: { file: out, chain, manufacturer, serialFrom: from, serialTo: to, expires: until, voucher },
          lines: [`${out}: serials ${from} to ${to} of ${manufacturer} on ${chain}, until ${until}`],
        }
      }),
    )
}

function endOf({ expires, hours }: Options): bigint {
  if (expires !== undefined) return expires
  if (hours === undefined) throw cliError('usage', { reason: 'one of --expires and --hours is needed' })
  return BigInt(Date.now()) + BigInt(hours) * hour
}
