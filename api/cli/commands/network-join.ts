import { type Command, Option } from 'commander'
import { cliError, givenPassphrase } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { address, memberId, networkName, passphraseOption, power, role } from '../options.ts'

type Options = {
  readonly network: string
  readonly organisation: string
  readonly name: string
  readonly role: readonly string[]
  readonly address?: string
  readonly power: bigint
  readonly home: string
  readonly passphraseFile?: string
  readonly unencrypted?: true
  readonly out: string
}

export function networkJoin(parent: Command, frame: Frame): void {
  parent
    .command('join')
    .description(
      "Make an organisation's keys and a join file that all of them have signed: the first step of the ceremony. Keys " +
        'that are in the folder are used again. The join file holds no secret: send it to the others.',
    )
    .addOption(new Option('--network <name>', 'name of the network').makeOptionMandatory().argParser(networkName))
    .requiredOption('--organisation <id>', 'id of the organisation as a member', memberId)
    .requiredOption('--name <text>', 'its name for people')
    .addOption(
      new Option('--role <role...>', 'its roles, such as operator, vendor, ca, regulator')
        .makeOptionMandatory()
        .argParser(role),
    )
    .addOption(
      new Option(
        '--address <host:port>',
        'where other validators reach its node; without it the member has no validator',
      ).argParser(address),
    )
    .addOption(new Option('--power <n>', 'voting power of its validator').default(10n, '10').argParser(power))
    .requiredOption('--home <dir>', "folder of the organisation's node")
    .addOption(passphraseOption('the passphrase of the keys'))
    .option('--unencrypted', 'leave the keys unencrypted, for trying out')
    .requiredOption('--out <file>', 'the join file to write; it must not exist')
    .addHelpText(
      'after',
      '\nExample: commonroot network join --network telecom --organisation operator-north --name North ' +
        '--role operator --address node.north.example:26656 --home north --passphrase-file pass --out north.join',
    )
    .action(
      frame(async (_call, options: Options) => {
        const { joinNetwork } = await import('../../ceremony/index.ts')
        const { network, organisation: id, name, role: roles, home, out } = options
        const { terms } = await joinNetwork({
          network,
          organisation: { id, name, roles },
          ...(options.address === undefined ? {} : { validator: { address: options.address, power: options.power } }),
          home,
          passphrase: await passphraseOf(options),
          out,
          time: BigInt(Date.now()),
        })
        const votes = terms.node !== undefined
        return {
          value: { file: out, network, organisation: id, validator: votes, home },
          lines: [
            `${out}: ${id} joins ${network} ${votes ? `with a validator of power ${options.power}` : 'without a validator'}`,
            `Keys are in ${home}: they stay there. Send ${out} to the other organisations.`,
          ],
        }
      }),
    )
}

/** Keys are left open only when that is asked for. @throws cli.usage */
async function passphraseOf({ passphraseFile, unencrypted }: Options): Promise<string | null> {
  if (unencrypted === true) return null
  const given = await givenPassphrase(passphraseFile)
  if (given === undefined) {
    const reason =
      'the keys need a passphrase: --passphrase-file, COMMONROOT_PASSPHRASE, or --unencrypted for trying out'
    throw cliError('usage', { reason })
  }
  return given.text
}
