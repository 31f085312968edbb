/** Addresses in CometBFT's notation: `unix:///path` or `tcp://host:port`. */

/** A path of a UNIX socket, or a port of a host: of 127.0.0.1 unless another is named (0: the system chooses). */
export type SocketAddress = { readonly path: string } | { readonly host?: string; readonly port: number }

export const ownHost = '127.0.0.1'

/** Characters of a UNIX socket's path: Linux has room for 107. */
const maximumPath = 107

/** Undefined for a text that is no address. An IPv6 host stands in brackets. */
export function parseAddress(text: string): SocketAddress | undefined {
  const path = /^unix:\/\/(\/.+)$/.exec(text)?.[1]
  if (path !== undefined) return Buffer.byteLength(path) > maximumPath ? undefined : { path }
  const [, host, port] = /^tcp:\/\/([0-9a-z.-]+|\[[0-9a-f:]+\]):(0|[1-9][0-9]{0,4})$/.exec(text) ?? []
  if (host === undefined || Number(port) > 65_535) return undefined
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/** Where `node:http` connects to. */
export type HttpPlace = { readonly socketPath: string } | { readonly host: string; readonly port: number }

export function httpPlaceOf(address: SocketAddress): HttpPlace {
  return 'path' in address ? { socketPath: address.path } : { host: address.host ?? ownHost, port: address.port }
}

export function formatAddress(address: SocketAddress): string {
  if ('path' in address) return `unix://${address.path}`
  const { host = ownHost, port } = address
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`
}
