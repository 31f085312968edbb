import type { Command } from 'commander'
import type { StatusAnswer } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { shown, table } from '../table.ts'

export function followerStatus(parent: Command, frame: Frame): void {
  parent
    .command('status')
    .description("Show how far a node's search indexes are behind its chain, and what keeps them.")
    .addHelpText('after', '\nExample: commonroot follower status --json')
    .action(
      frame(async ({ node }) => {
        const status = await node.status()
        return { value: status, lines: linesOf(status) }
      }),
    )
}

function linesOf({ height, follower }: StatusAnswer): readonly string[] {
  if (follower === undefined) return ['this node keeps no search indexes']
  const { lagBlocks, lagMilliseconds, failure, projections } = follower
  const behind = lagBlocks === 0 ? 'current' : `${lagBlocks} blocks and ${lagMilliseconds / 1000} s behind`
  return table([
    ['follower', `${behind}, the newest block is ${height}`],
    ...(failure === undefined ? [] : [['kept by', `${shown(failure.code)}, ${failure.attempts} attempts`]]),
    ...projections.map(({ name, version, from, height: own }) => [
      shown(name),
      `version ${version}, ${own === undefined ? 'not built yet' : `blocks ${from ?? 0} to ${own}`}`,
    ]),
  ])
}
