/** Whether a port can be opened, and which ones can, asked before anything is started. */
import { createServer } from 'node:net'
import { cliError } from '../client/index.ts'

/** Only this machine reaches it. */
export const ownHost = '127.0.0.1'

/** @throws cli.port-busy, cli.port-refused */
export async function requireFreePort(port: number, host: string = ownHost): Promise<void> {
  if (port === 0) return
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
  } catch (cause) {
    throw portError(port, host, cause)
  }
  await new Promise((resolve) => server.close(resolve))
}

/** Ports that are free at this moment: nodes must know each other's before any of them listens. */
export async function freePorts(count: number, host: string = ownHost): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.listen(0, host, () => {
            const address = server.address()
            resolve(typeof address === 'object' && address !== null ? address.port : 0)
          })
        }),
    ),
  )
  // All are held until the last is known, so that none comes twice.
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** What it means that a port could not be opened. */
export function portError(port: number, host: string, cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown reason'
  if (code === 'EADDRINUSE') return cliError('port-busy', { port, host }, cause)
  return cliError('port-refused', { port, host, reason: code === 'EACCES' ? 'this user may not' : code }, cause)
}
