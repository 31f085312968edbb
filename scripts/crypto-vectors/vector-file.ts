import { createHash } from 'node:crypto'

/** One case of a vector file. Bytes are lower-case hexadecimal. The verdict follows from how the case is made. */
export type VectorCase = {
  readonly name: string
  readonly why: string
  readonly key: string
  /** Code with which `checkKey` refuses the key. */
  readonly keyRefusal: string | null
  readonly message: string
  readonly signature: string
  readonly valid: boolean
}

export type VectorFile = { readonly algorithm: string; readonly about: string; readonly cases: readonly VectorCase[] }

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function text(words: string): Uint8Array {
  return new TextEncoder().encode(words)
}

/** A number between 1 and order - 1 that anyone can derive again: these keys protect nothing. */
export function scalarFrom(words: string, order: bigint): bigint {
  const digest = createHash('sha512').update(`commonroot vector ${words}`).digest('hex')
  return (BigInt(`0x${digest}`) % (order - 1n)) + 1n
}

export function modulo(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus
}
