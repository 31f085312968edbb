import type { Command } from 'commander'
import { givenPassphrase, openGovernors, voteOn } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { type GovernorOptions, governorOption, passphraseOption, proposalNumber } from '../options.ts'
import { operationLines } from '../proposal-lines.ts'

export function governanceVote(parent: Command, frame: Frame): void {
  const command = parent.command('vote')
  command
    .description(
      "Cast a member's vote on a proposal, once and for ever. The vote repeats what the proposal says; the one that " +
        'reaches the threshold carries it out.',
    )
    .argument('<number>', 'number of the proposal', proposalNumber)
    .addArgument(command.createArgument('<vote>', 'the vote').choices(['yes', 'no']))
    .addOption(governorOption())
    .addOption(passphraseOption())
    .addHelpText('after', '\nExample: commonroot governance vote 3 yes --signer .commonroot/members/vendor-aurora.key')
    .action(
      frame(async ({ node, signal }, number: number, vote: 'yes' | 'no', options: GovernorOptions) => {
        const signers = await openGovernors(node, options.signer, await givenPassphrase(options.passphraseFile))
        const { proposal, height, time, id, code } = await voteOn({ node, signers, signal }, number, vote)
        const { state, yes, no, operations } = proposal
        return {
          value: {
            proposal: number,
            vote,
            member: signers[0].member,
            code,
            height,
            time,
            transaction: id,
            state,
            yes,
            no,
          },
          lines: [
            `${signers[0].member} has voted ${vote} on proposal ${number} in block ${height} (${time}):`,
            ...operationLines(operations),
            `${yes.length} yes, ${no.length} no; the proposal is ${state}`,
          ],
        }
      }),
    )
}
