import type { Command } from 'commander'
import type { Frame } from '../frame.ts'
import { blockHeight } from '../options.ts'
import { shown } from '../table.ts'

export function governanceDiff(parent: Command, frame: Frame): void {
  parent
    .command('diff')
    .description('Show what changed between two blocks: members, validators, parameters, protocol.')
    .argument('<from>', 'the earlier block', blockHeight)
    .argument('[to]', 'the later block (default: the newest)', blockHeight)
    .addHelpText('after', '\nExample: commonroot governance diff 0 1000')
    .action(
      frame(async ({ node, terminal }, from: number, to: number | undefined) => {
        const found = await node.differences(from, to)
        const { changes } = found
        const lines = changes.flatMap(({ subject, before, after }) => [
          terminal.paint('bold', shown(subject)),
          ...(before === undefined ? [] : [terminal.paint('red', shown(`  - ${JSON.stringify(before)}`))]),
          ...(after === undefined ? [] : [terminal.paint('green', shown(`  + ${JSON.stringify(after)}`))]),
        ])
        const none = `Nothing differs between block ${found.from} and block ${found.to}.`
        return { value: found, lines: changes.length === 0 ? [none] : lines }
      }),
    )
}
