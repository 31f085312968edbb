import { type Command, Option } from 'commander'
import type { ProposalAnswer } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { wholeNumber } from '../options.ts'
import { operationSummary } from '../proposal-lines.ts'
import { shown, table } from '../table.ts'

/** Proposals that a node shows at once, and that one command shows at most. */
const pageSize = 50
const maximumShown = 10_000

export function governanceList(parent: Command, frame: Frame): void {
  parent
    .command('list')
    .description('List proposals with their votes, the newest first.')
    .addOption(
      new Option('--limit <n>', 'how many to show at most').default(20).argParser(wholeNumber(1, maximumShown)),
    )
    .addHelpText('after', '\nExample: commonroot governance list --json')
    .action(
      frame(async ({ node, terminal }, { limit }: { readonly limit: number }) => {
        const proposals: ProposalAnswer[] = []
        let before: number | undefined
        do {
          const page = await node.proposals(Math.min(limit - proposals.length, pageSize), before)
          proposals.push(...page.proposals)
          before = page.proposals.length === 0 ? undefined : page.next
        } while (before !== undefined && proposals.length < limit)
        const rows = proposals.map(({ number, state, yes, no, until, proposer, operations }) =>
          [`${number}`, state, `${yes.length}`, `${no.length}`, until, proposer, operationSummary(operations)].map(
            shown,
          ),
        )
        const [title, ...others] = table([['NUMBER', 'STATE', 'YES', 'NO', 'UNTIL', 'PROPOSER', 'DECISION'], ...rows])
        return { value: { proposals }, lines: [terminal.paint('bold', title ?? ''), ...others] }
      }),
    )
}
