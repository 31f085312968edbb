/** Hands requests on to a node, and cuts the connection in place of the first answers to submissions. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export type LossyProxy = { readonly url: string; readonly lost: number; stop(): Promise<void> }

export async function startLossyProxy(node: string, { lose }: { readonly lose: number }): Promise<LossyProxy> {
  let lost = 0
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming
    const onward = request(new URL(incoming.url ?? '/', node), { method, headers }, (answer) => {
      if (method === 'POST' && lost < lose) {
        lost++
        answer.resume().once('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get lost() {
      return lost
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
