import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/codec/index.ts'
import { decodeProof, decodeTrust, encodeProof, encodeTrust, verifyProof } from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { half, leaves, set, state, trust, via } from './proof-vectors.ts'
import { makeProof } from './state.ts'

type Vector = { readonly name: string; readonly trust: string; readonly proof: string; readonly now: number }
type ValidVector = Vector & {
  readonly provenHeight: number
  readonly headerTime: number
  readonly trustedHeightAfter: number
  readonly leaves: readonly { readonly tree: number; readonly key: string; readonly value: string | null }[]
}

const valid = read<ValidVector>('valid')
const invalid = read<Vector & { readonly code: string }>('invalid')

describe('a proof vector', () => {
  it.each(valid)('of $name verifies', (vector) => {
    const verified = verify(vector)
    expect({
      provenHeight: Number(verified.provenHeight),
      headerTime: Number(verified.headerTime),
      trustedHeightAfter: Number(verified.trust.height),
      leaves: verified.proven.map(({ tree, key, value }) => ({
        tree,
        key: toHex(key),
        value: value === undefined ? null : toHex(value),
      })),
    }).toEqual({
      provenHeight: vector.provenHeight,
      headerTime: vector.headerTime,
      trustedHeightAfter: vector.trustedHeightAfter,
      leaves: vector.leaves,
    })
  })

  it.each(invalid)('of $name is refused with $code', (vector) => {
    expect(refusalOf(() => verify(vector))).toBe(vector.code)
  })

  it('is what this program writes today', async () => {
    expect(new Set([...valid, ...invalid].map((vector) => vector.trust))).toEqual(new Set([toHex(encodeTrust(trust))]))
    const proofs = [
      await makeProof(state, set, [leaves.certificate]),
      await makeProof(state, set, [leaves.missing]),
      await makeProof(state, set, [leaves.certificate, leaves.member, leaves.missing]),
      await makeProof(state, set, [leaves.certificate], { height: 2n }),
      await makeProof(state, half, [leaves.certificate], { via }),
    ]
    expect(valid.map(({ proof }) => proof)).toEqual(proofs.map((proof) => toHex(encodeProof(proof))))
  })
})

function verify({ proof, trust: file, now }: Vector) {
  return verifyProof(decodeProof(fromHex(proof)), decodeTrust(fromHex(file)), { now: BigInt(now) })
}

function read<Form>(kind: 'valid' | 'invalid'): readonly Form[] {
  const file = path.join(import.meta.dirname, `proof-vectors.${kind}.json`)
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Form[]
}
