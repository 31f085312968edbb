import { join } from 'node:path'
import { readServerFile } from './claim.ts'
import { preparePlace } from './place.ts'
import { isAlive, startOf } from './process.ts'

/**
 * The connection URL of the server that somebody runs on a data folder; undefined when nobody does. Whoever uses it
 * reads beside the owner, and lives no longer than the server.
 */
export function findEmbeddedPostgres({ folder }: { readonly folder: string }): string | undefined {
  const lines = readServerFile(join(preparePlace(folder).folder, 'data'))
  const processId = Number.parseInt(lines[0] ?? '', 10)
  const started = processId > 1 ? startOf(processId) : undefined
  const socketFolder = lines[4]?.trim()
  if (started === undefined || !isAlive({ processId, started }) || !socketFolder) return undefined
  return embeddedConnection(socketFolder)
}

/** How the socket in a folder is named in a URL. */
export function embeddedConnection(socketFolder: string): string {
  return `postgresql:///postgres?${new URLSearchParams({ host: socketFolder, port: '5432', user: 'postgres' })}`
}
