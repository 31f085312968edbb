/** A gate in front of a Postgres: what a network, a proxy or a firewall does to connections, at moments that a test chooses. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'

/** `pass` everything; `refuse` and `drop` new connections, before or after they stand; `hold` every byte back. */
export type GateState = 'pass' | 'refuse' | 'drop' | 'hold'

type Pair = { readonly client: Socket; readonly server: Socket }

export class PostgresGate {
  /** A URL of the same server, through the gate. */
  readonly connection: string
  readonly #socketPath: string
  readonly #port: number
  readonly #pairs = new Set<Pair>()
  #server: Server
  #state: GateState = 'pass'

  private constructor(connection: URL, socketPath: string, server: Server, port: number) {
    this.connection = connection.href
    this.#socketPath = socketPath
    this.#server = server
    this.#port = port
    this.#serve()
  }

  /** @param target a URL with the folder of a Unix socket as `host` */
  static async open(target: string): Promise<PostgresGate> {
    const { searchParams, pathname } = new URL(target)
    const socketPath = join(searchParams.get('host') ?? '', `.s.PGSQL.${searchParams.get('port') ?? 5432}`)
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has an address')
    const url = new URL(`postgres://${searchParams.get('user') ?? 'postgres'}@127.0.0.1:${address.port}${pathname}`)
    return new PostgresGate(url, socketPath, server, address.port)
  }

  /** Connections that stand. */
  get connections(): number {
    return this.#pairs.size
  }

  async set(state: GateState): Promise<void> {
    if (state === this.#state) return
    const before = this.#state
    this.#state = state
    for (const { client, server } of this.#pairs) {
      if (state === 'hold') {
        client.pause()
        server.pause()
      } else if (before === 'hold') {
        client.resume()
        server.resume()
      }
    }
    if (state === 'refuse') await this.#closeServer()
    else if (before === 'refuse') {
      this.#server = createServer()
      this.#serve()
      await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening')
    }
  }

  /** Ends all connections that stand: in order, or by a reset, as of a machine that has lost its memory of them. */
  cut(how: 'end' | 'reset'): void {
    for (const { client, server } of this.#pairs) {
      if (how === 'reset') client.resetAndDestroy()
      else client.end()
      server.destroy()
    }
  }

  /** Nobody can connect, and nobody is connected any more. */
  async shut(): Promise<void> {
    const refusing = this.set('refuse')
    this.cut('end')
    await refusing
  }

  async close(): Promise<void> {
    if (this.#state === 'refuse') return
    await this.shut()
  }

  async #closeServer(): Promise<void> {
    // Resolves when no connection is left; whoever is connected stays so.
    this.#server.close()
  }

  #serve(): void {
    this.#server.on('connection', (client) => {
      client.on('error', () => {})
      if (this.#state === 'drop') {
        client.destroy()
        return
      }
      const server = connect(this.#socketPath)
      const pair = { client, server }
      this.#pairs.add(pair)
      client.on('data', (bytes) => server.write(bytes))
      server.on('data', (bytes) => client.write(bytes))
      server.on('error', () => {})
      const end = () => {
        this.#pairs.delete(pair)
        client.destroy()
        server.destroy()
      }
      client.on('close', end)
      server.on('close', end)
      if (this.#state === 'hold') {
        client.pause()
        server.pause()
      }
    })
  }
}
