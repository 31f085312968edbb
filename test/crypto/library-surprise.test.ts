import { describe, expect, it, vi } from 'vitest'
import { fromHex, type PublicKey } from '../../src/codec/index.ts'
import { verifySignature, verifySignatures } from '../../src/crypto/index.ts'
import es256 from '../../src/crypto/vectors/es256.json' with { type: 'json' }

const library = vi.hoisted(() => ({ fails: '' }))

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>()
  return {
    ...original,
    createPublicKey: (...input: Parameters<typeof original.createPublicKey>) => {
      if (library.fails === 'import') throw new Error('unsupported')
      return original.createPublicKey(...input)
    },
    verify: (...input: Parameters<typeof original.verify>) => {
      const callback: unknown = input[4]
      if (library.fails === 'verify') throw new Error('unsupported')
      if (library.fails === 'callback' && typeof callback === 'function') return callback(new Error('unsupported'))
      return original.verify(...input)
    },
  }
})

/** A different key each time: a key that was imported once is kept. */
const valid = es256.cases.filter((vector) => vector.valid)
const keys = new Map(valid.map((vector) => [vector.key, vector]))
const checks = [...keys.values()].map((vector) => ({
  key: { algorithm: 'ES256', spki: fromHex(vector.key) } satisfies PublicKey,
  message: fromHex(vector.message),
  signature: fromHex(vector.signature),
}))
const surprise = expect.objectContaining({ code: 'crypto.library-surprise', cause: expect.any(Error) })

describe('a library that fails on input which the predicate accepts', () => {
  it.each([
    ['import', checks[0]!],
    ['verify', checks[1]!],
  ])('halts instead of deciding: %s, at once', (fails, { key, message, signature }) => {
    library.fails = fails
    expect(() => verifySignature(key, message, signature)).toThrow(surprise)
  })

  it.each([
    ['import', checks[2]!],
    ['verify', checks[3]!],
    ['callback', checks[4]!],
  ])('halts instead of deciding: %s, in the pool', async (fails, check) => {
    library.fails = fails
    await expect(verifySignatures([check, check])).rejects.toEqual(surprise)
  })

  it('is not asked about input which the predicate refuses, and decides again once it works', async () => {
    const { key, message, signature } = checks[0]!
    library.fails = 'verify'
    expect(verifySignature(key, message, new Uint8Array(64))).toBe(false)
    library.fails = ''
    expect(verifySignature(key, message, signature)).toBe(true)
    expect(await verifySignatures(checks)).toEqual(checks.map(() => true))
  })
})
