import type { Command } from 'commander'
import type { Frame } from '../frame.ts'
import { proposalNumber } from '../options.ts'
import { operationLines } from '../proposal-lines.ts'
import { shown, table } from '../table.ts'

export function governanceShow(parent: Command, frame: Frame): void {
  parent
    .command('show')
    .description('Show a proposal: what it says, every vote, and what has become of it.')
    .argument('<number>', 'number of the proposal', proposalNumber)
    .addHelpText('after', '\nExample: commonroot governance show 3')
    .action(
      frame(async ({ node }, number: number) => {
        const proposal = await node.proposal(number)
        const { proposer, state, time, until, closed, code, operations, votes } = proposal
        const end = closed === undefined ? `open until ${until}` : `${state} in block ${closed}`
        const rows = votes.map((each) => [`  ${each.member}`, each.vote, each.time].map(shown))
        return {
          value: proposal,
          lines: [
            shown(
              `Proposal ${number} of ${proposer}, made at ${time}: ${end}${code === undefined ? '' : ` (${code})`}`,
            ),
            ...operationLines(operations),
            rows.length === 0 ? 'No vote yet.' : 'Votes:',
            ...table(rows),
          ],
        }
      }),
    )
}
