/** One Postgres for a whole test run, in a temporary folder; tests get at it through `testDatabase`. */
import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { CommonrootError } from '../src/errors/index.ts'
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '../src/store/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A connection URL with the right to create databases. */
    readonly postgres: string
  }
}

const prefix = 'commonroot-test-postgres-'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await discardAbandoned()
  const folder = mkdtempSync(join(tmpdir(), prefix))
  const server = await startEmbeddedPostgres({ folder })
  project.provide('postgres', server.connection)
  return async () => {
    await server.stop()
    await discardEmbeddedPostgres({ folder })
  }
}

/** A test run that was killed leaves its server running. A folder without a claim is one that is just being made. */
async function discardAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name)
    if (!name.startsWith(prefix) || !existsSync(join(folder, 'claim.json'))) continue
    try {
      await discardEmbeddedPostgres({ folder })
    } catch (error) {
      if (!(error instanceof CommonrootError && error.code === 'postgres.in-use')) throw error
    }
  }
}
