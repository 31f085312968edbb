/** JSON-RPC 2.0 to our own CometBFT: over its UNIX socket, or over TCP when somebody else runs it. */
import { Agent, request } from 'node:http'
import { Fields } from '../../codec/index.ts'
import { engineError } from '../errors.ts'
import { type HttpPlace, httpPlaceOf, type SocketAddress } from './address.ts'

/** An answer in bytes: a commit of the largest validator set has about 60 kB. */
const maximumAnswerBytes = 4 * 1024 * 1024

/** Milliseconds: CheckTx may wait for a block that is being committed. */
const answerTimeout = 30_000

/** Connections kept open: several submissions are under way at once. */
const maximumSockets = 8

export class RpcClient {
  readonly #place: HttpPlace
  readonly #agent = new Agent({ keepAlive: true, maxSockets: maximumSockets })
  #nextId = 1

  constructor(address: SocketAddress) {
    this.#place = httpPlaceOf(address)
  }

  /**
   * The result of one call.
   * @throws engine.rpc-unreachable, engine.rpc-refused with the node's reason, engine.rpc-answer
   */
  async call(method: string, parameters: Readonly<Record<string, string | boolean>> = {}): Promise<Fields> {
    const id = this.#nextId++
    const text = await this.#post(method, JSON.stringify({ jsonrpc: '2.0', id, method, params: parameters }))
    const answer = new Fields(parseJson(text), method, complain)
    if (answer.small('id', 0, Number.MAX_SAFE_INTEGER) !== id) throw answer.complain('id', String(id))
    if (answer.has('error')) {
      const error = answer.record('error')
      const reason = error.has('data') ? error.text('data') : error.text('message')
      throw engineError('rpc-refused', { method, reason })
    }
    return answer.record('result')
  }

  close(): void {
    this.#agent.destroy()
  }

  #post(method: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => reject(engineError('rpc-unreachable', { method }, cause))
      const post = request(
        {
          ...this.#place,
          agent: this.#agent,
          method: 'POST',
          path: '/',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
          timeout: answerTimeout,
        },
        (response) => {
          const chunks: Buffer[] = []
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size > maximumAnswerBytes) post.destroy(new Error('the answer is too long'))
            else chunks.push(chunk)
          })
          response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
          response.on('error', fail)
        },
      )
      post.on('timeout', () => post.destroy(new Error('the answer takes too long')))
      post.on('error', fail)
      post.end(body)
    })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw engineError('rpc-answer', { path: '$', expected: 'JSON' }, cause)
  }
}

function complain(path: string, expected: string): Error {
  return engineError('rpc-answer', { path, expected })
}
