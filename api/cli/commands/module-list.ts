import type { Command } from 'commander'
import type { Frame } from '../frame.ts'
import { shown, table } from '../table.ts'

export function moduleList(parent: Command, frame: Frame): void {
  parent
    .command('list')
    .description('List the modules that the chain runs, with their transactions.')
    .addHelpText('after', '\nExample: commonroot module list')
    .action(
      frame(async ({ node, terminal }) => {
        const { modules } = await node.modules()
        const rows = modules.map(({ name, version, summary, transactions }) => [
          shown(name),
          String(version),
          transactions.map((transaction) => shown(transaction.type)).join(', '),
          shown(summary),
        ])
        const [title, ...others] = table([['MODULE', 'VERSION', 'TRANSACTIONS', 'SUMMARY'], ...rows])
        return { value: modules, lines: [terminal.paint('bold', title ?? ''), ...others] }
      }),
    )
}
