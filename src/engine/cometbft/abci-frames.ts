import { concat } from '../../codec/index.ts'
import { engineError } from '../errors.ts'
import { maximumBlockBytes } from '../limits.ts'

/** Largest ABCI request or answer in bytes: a full block, and as much again for votes and evidence. */
export const maximumFrameBytes = 2 * maximumBlockBytes

/** Bytes of a length prefix: a varint of 28 bits reaches beyond `maximumFrameBytes`. */
const maximumPrefixBytes = 4

const nothing = new Uint8Array(0)

/**
 * Takes a byte stream apart into messages, each led by its length as a base-128 varint. Memory follows the bytes that
 * have arrived, never the length that is claimed.
 */
export class FrameReader {
  #chunks: Uint8Array[] = []
  #size = 0

  /** Whether the stream stands between two messages: at its end it must. */
  get isAtBoundary(): boolean {
    return this.#size === 0
  }

  /** The messages that `chunk` completes, up to a broken one. @throws engine.abci-frame */
  *push(chunk: Uint8Array): Generator<Uint8Array, void> {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    for (;;) {
      const prefix = readPrefix(this.#start())
      if (prefix === undefined || this.#size < prefix.bytes + prefix.length) return
      const joined = this.#chunks.length === 1 ? (this.#chunks[0] ?? nothing) : concat(...this.#chunks)
      const end = prefix.bytes + prefix.length
      this.#chunks = end < joined.length ? [joined.subarray(end)] : []
      this.#size = joined.length - end
      yield joined.subarray(prefix.bytes, end)
    }
  }

  #start(): Uint8Array {
    const [first] = this.#chunks
    if (first === undefined) return nothing
    return first.length >= maximumPrefixBytes || this.#chunks.length === 1 ? first : concat(...this.#chunks)
  }
}

/** A message with its length in front. @throws engine.too-large */
export function frame(message: Uint8Array): Uint8Array {
  if (message.length > maximumFrameBytes) {
    throw engineError('too-large', { what: 'the ABCI answer', size: message.length, limit: maximumFrameBytes })
  }
  const prefix: number[] = []
  let rest = message.length
  while (rest >= 0x80) {
    prefix.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  prefix.push(rest)
  return concat(Uint8Array.from(prefix), message)
}

function readPrefix(bytes: Uint8Array): { readonly bytes: number; readonly length: number } | undefined {
  let length = 0
  for (let index = 0; index < maximumPrefixBytes; index++) {
    const byte = bytes[index]
    if (byte === undefined) return undefined
    length |= (byte & 0x7f) << (7 * index)
    if (byte >= 0x80) continue
    if (byte === 0 && index > 0) throw engineError('abci-frame', { reason: 'a length is longer than it need be' })
    if (length > maximumFrameBytes) {
      throw engineError('abci-frame', { reason: `a message of ${length} bytes is announced` })
    }
    return { bytes: index + 1, length }
  }
  throw engineError('abci-frame', { reason: `a length has more than ${maximumPrefixBytes} bytes` })
}
