import { execFile } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { AlgorithmName } from '../../../src/codec/index.ts'
import { publicKeyFromSpki, type SignatureCheck, verifySignature, verifySignatures } from '../../../src/crypto/index.ts'
import { VerificationThreads } from '../../../src/crypto/threads/index.ts'

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
}

function check(algorithm: AlgorithmName, message: Uint8Array, isWrong: boolean): SignatureCheck {
  const { publicKey, privateKey } = pairs[algorithm]
  const digest = algorithm === 'ES256' ? 'sha256' : null
  const signature = new Uint8Array(sign(digest, message, { key: privateKey, dsaEncoding: 'ieee-p1363' }))
  if (isWrong) signature[message.length % signature.length]! ^= 1
  const key = publicKeyFromSpki(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
  return { key, message, signature }
}

const checks = Array.from({ length: 500 }, (_, index) =>
  check(index % 3 === 0 ? 'EdDSA' : 'ES256', new Uint8Array(index).fill(index), index % 7 === 0),
)
const expected = checks.map(({ key, message, signature }) => verifySignature(key, message, signature))

/** The program of a thread that ends before it answers, as one without memory does. */
const deadProgram = pathToFileURL(path.join(import.meta.dirname, 'dead-thread.ts'))

describe('VerificationThreads', () => {
  it('gives the verdicts of verifySignature in the order of the checks, whoever asks at the same time', async () => {
    expect(expected).toContain(true)
    expect(expected).toContain(false)
    const threads = new VerificationThreads(2)
    const parts = [checks, checks.slice(100), checks.slice(0, 1), [], checks.toReversed()]
    const verdicts = await Promise.all(parts.map((part) => threads.verify(part)))
    expect(verdicts).toEqual([expected, expected.slice(100), expected.slice(0, 1), [], expected.toReversed()])
  })

  it('is what many checks are given to; few are verified without it, with the same verdicts', async () => {
    for (const count of [1, 11, 12, 13, 500]) {
      expect(await verifySignatures(checks.slice(0, count))).toEqual(expected.slice(0, count))
    }
  })

  it('leaves the bytes of the caller where they are', async () => {
    const [first] = checks
    const copy = structuredClone(first)
    await new VerificationThreads(1).verify(checks)
    expect(first).toEqual(copy)
  })

  it('refuses an algorithm that is none of the ledger', async () => {
    const foreign = { ...checks[1]!, key: { ...checks[1]!.key, algorithm: 'RS256' as AlgorithmName } }
    const threads = new VerificationThreads(1)
    await expect(threads.verify([foreign])).rejects.toMatchObject({ code: 'crypto.algorithm-unknown' })
    expect(await threads.verify(checks.slice(0, 3))).toEqual(expected.slice(0, 3))
  })

  it('says so when a thread ends without an answer, and to everyone who waits', async () => {
    const threads = new VerificationThreads(2, deadProgram)
    const outcomes = await Promise.allSettled([threads.verify(checks), threads.verify(checks.slice(0, 20))])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'crypto.thread-ended' } })
    }
  })

  it('keeps a process alive until it has answered, and not longer', async () => {
    const script = path.join(import.meta.dirname, 'verify-and-end.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 })
    expect(stdout.trim()).toBe('100 of 100')
  })
})
