/** A commit that Postgres has carried out and does not answer: it waits for a standby that does not exist. */
import { setTimeout as sleep } from 'node:timers/promises'
import { withClient } from '../postgres.ts'

/** Milliseconds within which a commit must be under way. */
const patience = 10_000

/** From now on no commit is answered, though each is durable on this server. */
export async function holdCommits(connection: string): Promise<void> {
  await withClient(connection, (sql) => sql`alter system set synchronous_standby_names = 'nobody'`)
  await withClient(connection, (sql) => sql`select pg_reload_conf()`)
}

/** Lets commits be answered again: of servers that start from now on, and of this one after `answerCommits`. */
export async function endHold(connection: string): Promise<void> {
  await withClient(connection, (sql) => sql`alter system reset synchronous_standby_names`)
}

export async function answerCommits(connection: string): Promise<void> {
  await withClient(connection, (sql) => sql`select pg_reload_conf()`)
}

/** Waits until a commit is held. @returns the Postgres process of its session */
export async function heldSession(connection: string): Promise<number> {
  const until = performance.now() + patience
  while (performance.now() < until) {
    const [row] = await withClient(
      connection,
      (sql) => sql<{ pid: number }[]>`select pid from pg_stat_activity where wait_event = 'SyncRep'`,
    )
    if (row !== undefined) return row.pid
    await sleep(10)
  }
  throw new Error('no commit is held')
}
