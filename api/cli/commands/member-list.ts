import type { Command } from 'commander'
import type { Frame } from '../frame.ts'
import { shown, table } from '../table.ts'

export function memberList(parent: Command, frame: Frame): void {
  parent
    .command('list')
    .description('List the members of the chain with their roles and states.')
    .addHelpText('after', '\nExample: commonroot member list --json')
    .action(
      frame(async ({ node, terminal }) => {
        const members = await node.members()
        const rows = members.map(({ id, name, roles, state }) => [id, roles.join(', '), state, name].map(shown))
        const [title, ...others] = table([['ID', 'ROLES', 'STATE', 'NAME'], ...rows])
        return { value: members, lines: [terminal.paint('bold', title ?? ''), ...others] }
      }),
    )
}
