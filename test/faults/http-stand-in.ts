import { once } from 'node:events'
import { createServer } from 'node:http'
import { toHex } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import type { LedgerNode } from '../../src/node/index.ts'

export async function startServer(node: LedgerNode): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = async () => {
      if (request.url === '/v1/trust') return response.end(await node.trust())
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const committed = await node.submissions.submit(new Uint8Array(Buffer.concat(chunks)))
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          id: toHex(committed.id),
          height: Number(committed.height),
          time: String(committed.time),
          code: committed.result.code === 0 ? 'done' : 'x',
          number: committed.result.code,
          message: '',
          operations: committed.result.operations.map(({ verdicts }) => ({
            verdicts: verdicts?.map((number) => ({ number, code: 'x', message: '' })),
          })),
        }),
      )
    }
    answer().catch((error: unknown) => {
      response.statusCode = error instanceof CommonrootError ? error.status : 500
      const { code, number, message } =
        error instanceof CommonrootError ? error : { code: 'x.x', number: 2, message: String(error) }
      response.end(JSON.stringify({ code, number, detail: message }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
