import { type Command, Option } from 'commander'
import type { ProposedOperation } from '../../../src/governance/index.ts'
import { cliError, givenPassphrase, openGovernors, proposeOperations, readJson } from '../../client/index.ts'
import { decisionNames, knownModules, operationFrom } from '../../governance/index.ts'
import type { Frame } from '../frame.ts'
import { type GovernorOptions, governorOption, passphraseOption, wholeNumber } from '../options.ts'

type Options = GovernorOptions & { readonly days: number }

/** Days for which votes can be cast: what the chain allows. */
const maximumDays = 90

const day = 86_400_000n

export function governancePropose(parent: Command, frame: Frame): void {
  const command = parent.command('propose')
  command
    .description(
      'Put decisions to the vote of the members. Several in one proposal are done together or not at all. Proposing is ' +
        'no vote yet.',
    )
    .addArgument(command.createArgument('<decision>', 'what is decided').choices(decisionNames))
    .argument('<body>', 'what it says: JSON, or a file of it; see the fields in the README of governance')
    .argument('[more...]', 'further decisions and bodies, in turn')
    .addOption(
      new Option('--days <n>', 'how long votes can be cast').default(14).argParser(wholeNumber(1, maximumDays)),
    )
    .addOption(governorOption())
    .addOption(passphraseOption())
    .addHelpText(
      'after',
      '\nExample: commonroot governance propose set-member-state vendor-out.json ' +
        '--signer .commonroot/members/operator-north.key',
    )
    .action(
      frame(async ({ node, signal }, decision: string, body: string, more: string[], options: Options) => {
        const operations = await operationsOf([decision, body, ...more])
        const signers = await openGovernors(node, options.signer, await givenPassphrase(options.passphraseFile))
        const answer = await proposeOperations({ node, signers, signal }, operations, day * BigInt(options.days))
        const { proposal, height, time, id, code } = answer
        const named = proposal === undefined ? 'the proposal' : `proposal ${proposal}`
        return {
          value: { proposal: proposal ?? null, code, height, time, transaction: id },
          lines: [
            `${signers[0].member} has made ${named} in block ${height} (${time})`,
            ...(proposal === undefined ? [] : [`Members vote with: commonroot governance vote ${proposal} yes`]),
          ],
        }
      }),
    )
}

async function operationsOf(words: readonly string[]): Promise<readonly ProposedOperation[]> {
  if (words.length % 2 === 1) throw cliError('usage', { reason: 'each decision is followed by its body' })
  const operations: ProposedOperation[] = []
  for (let index = 0; index < words.length; index += 2) {
    const [type = '', body = ''] = words.slice(index, index + 2)
    if (!decisionNames.includes(type)) {
      throw cliError('usage', { reason: `${type} is no decision; there are ${decisionNames.join(', ')}` })
    }
    operations.push(operationFrom(knownModules, type, await readJson(body)))
  }
  return operations
}
