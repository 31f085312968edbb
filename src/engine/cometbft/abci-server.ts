/** The socket that CometBFT connects to: framing, order, and what happens to a peer that breaks either. */
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { engineError } from '../errors.ts'
import { FrameReader, frame } from './abci-frames.ts'
import { type AbciAnswer, type AbciRequest, decodeRequest, encodeAnswer } from './abci-messages.ts'
import { exceptionText } from './abci-service.ts'
import { formatAddress, ownHost, type SocketAddress } from './address.ts'

/** Consensus, mempool, query and snapshot; twice that, since a restarting CometBFT may overlap with its predecessor. */
export const maximumConnections = 8

/** Requests of one connection that are read ahead of their answers; CometBFT itself keeps up to 256 on the way. */
const maximumInFlight = 256

export type AbciHandlers = {
  answer(request: AbciRequest): Promise<AbciAnswer>
  /** The application threw: the connection is closed after an exception answer. */
  applicationFailed(error: unknown): void
  /** A peer broke the protocol: its connection is closed, nothing else. */
  peerFailed?(error: unknown): void
}

export class AbciServer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #handlers: AbciHandlers
  #address: SocketAddress | undefined

  constructor(handlers: AbciHandlers) {
    this.#handlers = handlers
    this.#server = createServer({ allowHalfOpen: false }, (socket) => this.#serve(socket))
    this.#server.maxConnections = maximumConnections
  }

  /** Resolves to the address in CometBFT's notation, for `proxy_app`. */
  async listen(address: SocketAddress): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      const options = 'path' in address ? address : { host: address.host ?? ownHost, port: address.port }
      this.#server.listen(options, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    this.#address = address
    if ('path' in address) {
      await chmod(address.path, 0o600)
      return formatAddress(address)
    }
    const bound = this.#server.address()
    if (typeof bound !== 'object' || bound === null) throw new TypeError('a listening server has an address')
    return formatAddress({ ...address, port: bound.port })
  }

  /** Cuts all connections: CometBFT ends itself when it loses one. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    for (const socket of this.#sockets) socket.destroy()
    await closed
    if (this.#address !== undefined && 'path' in this.#address) await rm(this.#address.path, { force: true })
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    const reader = new FrameReader()
    let answers: Promise<unknown> = Promise.resolve()
    let inFlight = 0
    let isOver = false

    const end = (error: unknown): void => {
      if (isOver) return
      isOver = true
      socket.end(frame(encodeAnswer({ kind: 'exception', body: { error: exceptionText(error) } })))
      socket.destroySoon()
    }
    const refusePeer = (error: unknown): void => {
      this.#handlers.peerFailed?.(error)
      end(error)
    }
    const handle = (message: Uint8Array): void => {
      const request = decodeRequest(message)
      inFlight += 1
      if (inFlight >= maximumInFlight) socket.pause()
      // Admissions of one connection run side by side, all else waits for what came before; answers keep the order.
      const before = answers
      const answer =
        request.kind === 'check_tx'
          ? this.#handlers.answer(request)
          : before.then(() => (isOver ? undefined : this.#handlers.answer(request)))
      answer.catch(() => undefined)
      answers = before.then(async () => {
        if (isOver) return
        try {
          const given = await answer
          if (given !== undefined && !isOver) socket.write(frame(encodeAnswer(given)))
        } catch (error) {
          end(error)
          this.#handlers.applicationFailed(error)
        }
        inFlight -= 1
        if (inFlight < maximumInFlight && socket.isPaused()) socket.resume()
      })
    }
    socket.on('data', (chunk: Buffer) => {
      if (isOver) return
      try {
        for (const message of reader.push(chunk)) handle(message)
      } catch (error) {
        // What came before the broken message is answered first: CometBFT matches answers to requests by their order.
        socket.pause()
        answers = answers.then(() => refusePeer(error))
      }
    })
    socket.on('end', () => {
      if (!reader.isAtBoundary && !isOver) {
        this.#handlers.peerFailed?.(engineError('abci-frame', { reason: 'it ends within a message' }))
      }
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      isOver = true
      this.#sockets.delete(socket)
    })
  }
}
