/**
 * Ed25519 (RFC 8032 section 5.1): what is a key and what is a signature, decided by arithmetic on the bytes before any
 * library sees them.
 */
import { concat, fromHex } from '../../codec/index.ts'
import { cryptoError } from '../errors.ts'
import { littleEndian } from './integer.ts'

/** Prime of the field. */
const prime = 2n ** 255n - 19n
/** Coefficient d of -x^2 + y^2 = 1 + d x^2 y^2. */
const coefficient = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
/** The y coordinate of half of the points of order 8; the other half has its negative. */
const orderEight = 2707385501144840649318225287225658788936804267575313519463743609750303402022n

/** Order L of the subgroup that the base point generates. */
export const ed25519Order = 2n ** 252n + 27742317777372353535851937790883648493n

/** R and S (RFC 8032 section 5.1.6). */
export const ed25519SignatureLength = 64
export const ed25519PointLength = 32

/** The start of every accepted key: SEQUENCE { SEQUENCE { id-Ed25519 }, BIT STRING } without parameters (RFC 8410). */
export const ed25519SpkiPrefix = fromHex('302a300506032b6570032100')
export const ed25519SpkiLength = 44

/** The top bit of an encoded point is the sign of x. */
const yMask = 2n ** 255n - 1n

/** y of the points of order 1, 2, 4 and 8: whether a point is of small order does not depend on the sign of x. */
const smallOrder: ReadonlySet<bigint> = new Set([0n, 1n, prime - 1n, orderEight, prime - orderEight])

/**
 * Checks the point of a key in the exact form.
 * @throws crypto.key-not-canonical, crypto.key-small-order, crypto.point-not-on-curve
 */
export function checkEd25519Point(spki: Uint8Array): void {
  const y = littleEndian(spki.subarray(ed25519SpkiPrefix.length)) & yMask
  if (y >= prime) throw cryptoError('key-not-canonical', { algorithm: 'EdDSA' })
  if (smallOrder.has(y)) throw cryptoError('key-small-order', { algorithm: 'EdDSA' })
  if (!hasPoint(y)) throw cryptoError('point-not-on-curve', { algorithm: 'EdDSA' })
}

/** True for 64 bytes R | S with R's y below the prime, R not of small order, and S < L. */
export function isEd25519SignatureForm(signature: Uint8Array): boolean {
  if (signature.length !== ed25519SignatureLength) return false
  const y = littleEndian(signature.subarray(0, ed25519PointLength)) & yMask
  return y < prime && !smallOrder.has(y) && littleEndian(signature.subarray(ed25519PointLength)) < ed25519Order
}

export function ed25519SpkiOf(point: Uint8Array): Uint8Array {
  return concat(ed25519SpkiPrefix, point)
}

/** x^2 = (y^2 - 1) / (d y^2 + 1) has a root when numerator times denominator is a square (Euler's criterion). */
function hasPoint(y: bigint): boolean {
  const square = (y * y) % prime
  const residue = ((square - 1n + prime) * (coefficient * square + 1n)) % prime
  return euler(residue) === 1n
}

/** value^((p - 1) / 2), where (p - 1) / 2 = 16 (2^250 - 1) + 6. `ones` of n is value^(2^n - 1). */
function euler(value: bigint): bigint {
  const ones2 = multiply(squarings(value, 1), value)
  const ones4 = multiply(squarings(ones2, 2), ones2)
  const ones5 = multiply(squarings(ones4, 1), value)
  const ones10 = multiply(squarings(ones5, 5), ones5)
  const ones20 = multiply(squarings(ones10, 10), ones10)
  const ones40 = multiply(squarings(ones20, 20), ones20)
  const ones50 = multiply(squarings(ones40, 10), ones10)
  const ones100 = multiply(squarings(ones50, 50), ones50)
  const ones200 = multiply(squarings(ones100, 100), ones100)
  const ones250 = multiply(squarings(ones200, 50), ones50)
  return multiply(squarings(ones250, 4), squarings(ones2, 1))
}

function multiply(a: bigint, b: bigint): bigint {
  return (a * b) % prime
}

function squarings(value: bigint, times: number): bigint {
  let result = value
  for (let count = 0; count < times; count++) result = (result * result) % prime
  return result
}
