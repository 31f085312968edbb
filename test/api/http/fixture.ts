/** A node behind real HTTP, for tests: a whole ledger on Postgres and a server on a free port of this machine. */
import { afterAll } from 'vitest'
import { createServer, type HttpServer, type ServerOptions } from '../../../api/http/index.ts'
import { startTestLedger, type TestLedger, type TestLedgerOptions } from '../../ledger/ledger.ts'
import type { TestMember } from '../../ledger/members.ts'
import { testDatabase } from '../../postgres.ts'

export type Reply = {
  readonly status: number
  readonly type: string | null
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** The body as JSON; undefined for another type. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

export type TestServer = {
  readonly ledger: TestLedger
  readonly server: HttpServer
  readonly url: string
  get(path: string, init?: RequestInit): Promise<Reply>
  /** Submits an envelope as it should be. */
  post(body: Uint8Array, query?: string): Promise<Reply>
}

export async function startTestServer(
  members: readonly TestMember[],
  options: Omit<ServerOptions, 'node'> = {},
  chain: Pick<TestLedgerOptions, 'protocol'> = {},
): Promise<TestServer> {
  const ledger = await startTestLedger({ database: await testDatabase(), members, ...chain })
  const server = createServer({ node: ledger.node, ...options })
  const url = await server.listen(0)
  afterAll(async () => {
    await Promise.all([server.close(), ledger.stop()])
  })
  const get = async (path: string, init: RequestInit = {}) => replyOf(await fetch(url + path, init))
  return {
    ledger,
    server,
    url,
    get,
    post: (body, query = '') =>
      get(`/v1/transactions${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: new Uint8Array(body),
      }),
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const type = response.headers.get('content-type')
  const json = type?.includes('json') && bytes.length > 0 ? JSON.parse(new TextDecoder().decode(bytes)) : undefined
  return { status: response.status, type, headers: response.headers, bytes, json }
}
