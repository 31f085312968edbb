import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Follower, FollowerStatus } from '../../../src/follower/index.ts'
import { followerError } from '../../../src/store/index.ts'
import type { Frame } from '../frame.ts'

/** Milliseconds between two looks at how far it is. */
const interval = 50

/** Failed attempts in a row after which a person is told. */
const maximumAttempts = 4

export function followerRebuild(parent: Command, frame: Frame): void {
  parent
    .command('rebuild')
    .description(
      "Build the search indexes of a stopped node again from its blocks. A node does so by itself when they don't fit; " +
        'this is for when they are in doubt.',
    )
    .option('--data <dir>', 'data folder of the node', '.commonroot')
    .addHelpText('after', '\nExample: commonroot follower rebuild --data /tmp/ledger')
    .action(
      frame(async ({ terminal, signal }, { data }: { readonly data: string }) => {
        const { withStoredLedger } = await import('../../sandbox/index.ts')
        const { Follower } = await import('../../../src/follower/index.ts')
        const { projections } = await import('../../projections.ts')
        const place = { folder: data, database: process.env.DATABASE_URL || undefined }
        const status = await withStoredLedger(place, async ({ chain: id, connection, store }) => {
          const head = await store.head()
          const chain = { id, head, store, onCommit: () => () => undefined }
          const follower = Follower.start({ chain, connection, projections })
          const bar = terminal.progress('search indexes', Number(head?.height ?? 0n))
          try {
            follower.rebuild()
            if (head !== undefined) await follow(follower, head.height, signal, (height) => bar.to(height))
            return follower.status()
          } finally {
            bar.end()
            await follower.stop()
          }
        })
        return { value: { height: status.height ?? null, projections: status.projections }, lines: linesOf(status) }
      }),
    )
}

/** @throws follower.stuck; the reason of the signal */
async function follow(
  follower: Follower,
  head: bigint,
  signal: AbortSignal,
  onHeight: (height: number) => void,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const { height, failure } = follower.status()
    if (height !== undefined && height >= head) return
    if (failure !== undefined && failure.attempts >= maximumAttempts) {
      throw followerError('stuck', { code: failure.code, reason: failure.message })
    }
    onHeight(Number(height ?? 0n))
    await sleep(interval)
  }
}

function linesOf({ projections }: FollowerStatus): readonly string[] {
  return projections.map(({ name, first, height }) =>
    height === undefined ? `${name}: there is no block yet` : `${name}: built from blocks ${first} to ${height}`,
  )
}
