/** What a bench starts ends with it, even when nobody gives it the time to clean up. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'

const cache = mkdtempSync(path.join(tmpdir(), 'commonroot-bench-test-'))
afterAll(() => rmSync(cache, { recursive: true, force: true }))

/** Milliseconds in which a node and its Postgres have ended. */
const patience = 20_000

it('a node and its Postgres end when the bench is killed', async () => {
  const bench = fork(path.join(import.meta.dirname, 'start-node.ts'), [], {
    env: { ...process.env, COMMONROOT_CACHE: cache },
  })
  const [message] = await once(bench, 'message')
  const { node, database }: { readonly node: number; readonly database: number } = message
  expect([node, database].map(isThere)).toEqual([true, true])
  bench.kill('SIGKILL')
  const end = performance.now() + patience
  while ([node, database].some(isThere) && performance.now() < end) await delay(50)
  expect([node, database].map(isThere)).toEqual([false, false])
})

function isThere(processId: number): boolean {
  return existsSync(`/proc/${processId}`)
}
