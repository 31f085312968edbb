/**
 * A door to our CometBFT's RPC for light clients of others, such as a node that joins by state sync: it lets through the
 * few methods that a light client asks, and nothing that submits, dumps or costs more.
 */
import { createServer, request, type Server, type ServerResponse } from 'node:http'
import { engineError } from '../errors.ts'
import { type HttpPlace, httpPlaceOf, type SocketAddress } from './address.ts'

/** Light blocks, and the consensus parameters that a node starts with. All are answered from what is stored. */
const methods: ReadonlySet<string> = new Set(['commit', 'validators', 'consensus_params', 'status'])

/** Bytes of a request: a method, and a few numbers. */
const maximumRequestBytes = 4_096

/** Connections at one time: several nodes join at once, each with a few. */
const maximumConnections = 64

/** Milliseconds that a request may take to arrive, or its answer to come. */
const patience = 10_000

type Call = { readonly id: number | string; readonly method: string; readonly params: Readonly<Record<string, string>> }

export class LightGate {
  readonly #server: Server
  readonly #rpc: HttpPlace

  /** @param rpc where the RPC behind the door listens */
  constructor(rpc: SocketAddress) {
    this.#rpc = httpPlaceOf(rpc)
    this.#server = createServer({ requestTimeout: patience, headersTimeout: patience }, (incoming, outgoing) => {
      if (incoming.method !== 'POST') return refuse(outgoing, 405)
      const parts: Buffer[] = []
      let size = 0
      incoming.on('data', (part: Buffer) => {
        size += part.length
        if (size <= maximumRequestBytes) parts.push(part)
        else incoming.destroy()
      })
      incoming.on('end', () => {
        const call = readCall(Buffer.concat(parts).toString('utf8'))
        if (call === undefined) refuse(outgoing, 400)
        else this.#pass(call, outgoing)
      })
      incoming.on('error', () => outgoing.destroy())
    })
    this.#server.maxConnections = maximumConnections
  }

  /** `host:port`; resolves to the port, which the system chooses for 0. @throws engine.gate-address */
  async listen(address: string): Promise<number> {
    const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? []
    if (host === undefined || Number(port) > 65_535) throw engineError('gate-address', { address })
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) => reject(engineError('gate-address', { address }, cause)))
      this.#server.listen(Number(port), host.replace(/^\[(.*)\]$/, '$1'), resolve)
    })
    const bound = this.#server.address()
    if (typeof bound !== 'object' || bound === null) throw new TypeError('a listening server has an address')
    return bound.port
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    this.#server.closeAllConnections()
    await closed
  }

  #pass({ id, method, params }: Call, outgoing: ServerResponse): void {
    // What is passed on is written anew: nothing of the stranger's text gets through but these words.
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params })
    const inner = request(
      {
        ...this.#rpc,
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        timeout: patience,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' })
        answer.pipe(outgoing)
      },
    )
    inner.on('timeout', () => inner.destroy(new Error('the answer takes too long')))
    inner.on('error', () => (outgoing.headersSent ? outgoing.destroy() : refuse(outgoing, 502)))
    outgoing.on('close', () => inner.destroy())
    inner.end(body)
  }
}

/** One JSON-RPC call of a method that may pass, with parameters that are numbers in decimal digits; undefined for all else. */
function readCall(text: string): Call | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('method' in value) || !('id' in value)) return undefined
  const { method, id } = value
  const given: unknown = 'params' in value ? value.params : {}
  if (typeof method !== 'string' || !methods.has(method)) return undefined
  if (!(Number.isSafeInteger(id) && typeof id === 'number') && !(typeof id === 'string' && id.length <= 64))
    return undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  const params: Record<string, string> = {}
  for (const [name, parameter] of Object.entries(given)) {
    if (!['height', 'page', 'per_page'].includes(name)) return undefined
    if (typeof parameter !== 'string' || !/^\d{1,19}$/.test(parameter)) return undefined
    params[name] = parameter
  }
  return { id, method, params }
}

function refuse(outgoing: ServerResponse, status: number): void {
  outgoing.writeHead(status, { connection: 'close' })
  outgoing.end()
}
