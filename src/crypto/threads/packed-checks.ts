/**
 * Signature checks as two blocks of memory, which move to another thread without being copied or taken apart: four
 * numbers for each check (its algorithm; the bytes of key, message and signature), and all their bytes in that order.
 */
import type { AlgorithmName } from '../../codec/index.ts'
import { signatureAlgorithm, signatureAlgorithms } from '../portable/index.ts'
import type { SignatureCheck } from '../verify.ts'

export type PackedChecks = { readonly numbers: Int32Array<ArrayBuffer>; readonly bytes: Uint8Array<ArrayBuffer> }

const numbersOfOne = 4

/** @throws crypto.algorithm-unknown */
export function packChecks(checks: readonly SignatureCheck[]): PackedChecks {
  let size = 0
  for (const { key, message, signature } of checks) size += key.spki.length + message.length + signature.length
  const numbers = new Int32Array(numbersOfOne * checks.length)
  const bytes = new Uint8Array(size)
  let number = 0
  let offset = 0
  for (const { key, message, signature } of checks) {
    numbers[number++] = signatureAlgorithm(key.algorithm).coseNumber
    for (const part of [key.spki, message, signature]) {
      numbers[number++] = part.length
      bytes.set(part, offset)
      offset += part.length
    }
  }
  return { numbers, bytes }
}

export function* unpackChecks({ numbers, bytes }: PackedChecks): Generator<SignatureCheck> {
  let offset = 0
  const take = (length: number) => {
    offset += length
    return bytes.subarray(offset - length, offset)
  }
  for (let next = 0; next < numbers.length; next += numbersOfOne) {
    const [algorithm = 0, spki = 0, message = 0, signature = 0] = numbers.subarray(next, next + numbersOfOne)
    yield {
      key: { algorithm: nameOf(algorithm), spki: take(spki) },
      message: take(message),
      signature: take(signature),
    }
  }
}

function nameOf(coseNumber: number): AlgorithmName {
  const row = Object.values(signatureAlgorithms).find((candidate) => candidate.coseNumber === coseNumber)
  if (row === undefined) throw new TypeError(`no algorithm has the number ${coseNumber}`)
  return row.name
}
