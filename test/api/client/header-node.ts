/** What a light client sees of a node, over a chain of the test's own making: so that validators change, and nodes lie. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NodeClient } from '../../../api/client/index.ts'
import { engineError } from '../../../src/engine/index.ts'
import { encodeLightBlock, encodeTrust, type LightBlock, type Trust } from '../../../src/light/index.ts'

export type HeaderNode = {
  readonly client: NodeClient
  /** Heights that were asked for. */
  readonly asked: readonly bigint[]
  /** All requests. */
  readonly requests: number
  stop(): Promise<void>
}

/** @param blockOf undefined for a height that the node does not have; text for an answer of another form */
export async function startHeaderNode(
  newest: Trust,
  blockOf: (height: bigint) => LightBlock | string | undefined,
): Promise<HeaderNode> {
  const asked: bigint[] = []
  let requests = 0
  const server = createServer(({ url = '' }, response) => {
    requests++
    const [, height] = /^\/v1\/light-blocks\/([0-9]+)$/.exec(url) ?? []
    if (height === undefined) return void response.end(encodeTrust(newest))
    asked.push(BigInt(height))
    const block = blockOf(BigInt(height))
    if (typeof block === 'string') return void response.end(block)
    if (block !== undefined) return void response.end(encodeLightBlock(block))
    const { code, number, message } = engineError('no-header', { height })
    response.writeHead(404).end(JSON.stringify({ code, number, detail: message }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    client: new NodeClient(`http://127.0.0.1:${port}`),
    asked,
    get requests() {
      return requests
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
