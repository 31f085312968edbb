/** The words that the API's requests and answers are made of. */
import { Type } from 'typebox'
import type { Timestamp } from '../../src/light/index.ts'

/** The number of a block. */
export const Height = Type.Unsafe<bigint>({ type: 'integer', minimum: 0, format: 'int64' })

/** A height in a path: no sign, no leading zero, within int64. */
export const HeightText = Type.String({
  pattern: '^(0|[1-9][0-9]{0,17})$',
  description: 'The number of a block, in decimal digits.',
})

/** RFC 3339, in UTC. */
export const Instant = Type.String({ format: 'date-time' })

export const Hexadecimal = Type.String({ pattern: '^([0-9a-f]{2})*$' })

/** SHA-256 in lower-case hexadecimal. */
export const HexDigest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 in lower-case hexadecimal.' })

export const Base64 = Type.String({ contentEncoding: 'base64' })

/** A block time, milliseconds since 1970, as text. */
export function instant(milliseconds: bigint): string {
  return new Date(Number(milliseconds)).toISOString()
}

/** A header's time with all its digits: they are part of what is signed. */
export function exactInstant({ seconds, nanos }: Timestamp): string {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -'.000Z'.length)
  return `${whole}.${nanos.toString().padStart(9, '0')}Z`
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
