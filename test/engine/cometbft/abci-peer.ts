/** A stand-in for CometBFT's side of the ABCI socket that says exactly the bytes it is told. */
import { connect, type Socket } from 'node:net'
import {
  bytesField,
  concat,
  lengthDelimited,
  messageField,
  textField,
  utf8,
  varintField,
} from '../../../src/codec/index.ts'

const nothing = new Uint8Array(0)

/** Requests as framed bytes, written without the code under test. Fields: tendermint/abci/types.proto of CometBFT 0.40. */
export const requests = {
  echo: (message: string) => request(1, textField(1, message)),
  flush: () => request(2, nothing),
  info: () => request(3, concat(textField(1, '0.40.0'), varintField(2, 11), varintField(3, 9), textField(4, '2.0.0'))),
  query: () => request(6, bytesField(1, utf8('key'))),
  checkTransaction: (text: string, type = 0) => request(8, concat(bytesField(1, utf8(text)), varintField(2, type))),
  commit: () => request(11, nothing),
  listSnapshots: () => request(12, nothing),
  offerSnapshot: () => request(13, nothing),
  loadSnapshotChunk: () => request(14, nothing),
  applySnapshotChunk: () => request(15, nothing),
  prepareProposal: (height: number, ...texts: string[]) =>
    request(16, concat(varintField(1, 1_000_000), transactions(1 + 1, texts), varintField(5, height), time(6))),
  finalizeBlock: (height: number, ...texts: string[]) =>
    request(
      20,
      concat(
        transactions(1, texts),
        messageField(2, vote(2)),
        messageField(3, misbehaviour()),
        bytesField(4, new Uint8Array(32).fill(7)),
        varintField(5, height),
        time(6),
        bytesField(8, new Uint8Array(20).fill(9)),
      ),
    ),
} as const

export function request(field: number, body: Uint8Array): Uint8Array {
  return lengthDelimited(messageField(field, body))
}

export function time(field: number): Uint8Array {
  return messageField(field, concat(varintField(1, 1_700_000_000n), varintField(2, 5)))
}

function transactions(field: number, texts: readonly string[]): Uint8Array {
  return concat(...texts.map((text) => bytesField(field, utf8(text))))
}

function vote(flag: number): Uint8Array {
  return messageField(2, concat(messageField(1, validator(1)), varintField(3, flag)))
}

function validator(seed: number): Uint8Array {
  return concat(bytesField(1, new Uint8Array(20).fill(seed)), varintField(3, 10))
}

function misbehaviour(): Uint8Array {
  return concat(
    varintField(1, 1),
    messageField(2, validator(2)),
    varintField(3, 4),
    messageField(4, varintField(1, 1_600_000_000n)),
    varintField(5, 40),
  )
}

export class AbciPeer {
  readonly #socket: Socket
  readonly #chunks: Buffer[] = []
  readonly ended: Promise<void>

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port })
    this.#socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.#socket.on('error', () => undefined)
    this.ended = new Promise((resolve) => this.#socket.once('close', () => resolve()))
  }

  send(...parts: readonly Uint8Array[]): void {
    this.#socket.write(concat(...parts))
  }

  /** Ends this side only. */
  finish(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  get received(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }

  /** The response's fields so far, in order: `[field, body]`. */
  get answers(): readonly (readonly [field: number, body: Uint8Array])[] {
    const answers: [number, Uint8Array][] = []
    const bytes = this.received
    let offset = 0
    const varint = (): number => {
      let value = 0
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[offset++]
        if (byte === undefined) return Number.NaN
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
    }
    while (offset < bytes.length) {
      const end = varint() + offset
      if (!(end <= bytes.length)) break
      const field = varint() >> 3
      const length = varint()
      answers.push([field, bytes.subarray(offset, offset + length)])
      offset = end
    }
    return answers
  }
}
