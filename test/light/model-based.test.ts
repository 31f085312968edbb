/**
 * The vectors that were generated from the TLA+ model of Tendermint's light client, through the code path of
 * `commonroot light verify`: each step in turn, from what the steps before it made trusted.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyLightFiles } from '../../api/client/index.ts'
import { installLightVectors } from '../../scripts/install-light-vectors.ts'
import { utf8 } from '../../src/codec/index.ts'

type Verdict = 'SUCCESS' | 'NOT_ENOUGH_TRUST' | 'INVALID'
type Block = Readonly<Record<string, unknown>>
type Vector = {
  readonly initial: Block & { readonly trusting_period: string }
  readonly input: readonly { readonly block: Block; readonly now: string; readonly verdict: Verdict }[]
}

const folder = installLightVectors()
const names = readdirSync(folder)
const vectorOf = (name: string): Vector => JSON.parse(readFileSync(path.join(folder, name), 'utf8'))

describe('the model-based vectors', () => {
  it('are nine, and hold every verdict', () => {
    expect(names).toHaveLength(9)
    const verdicts = names.flatMap((name) => vectorOf(name).input.map(({ verdict }) => verdict))
    expect([...new Set(verdicts)].sort()).toEqual(['INVALID', 'NOT_ENOUGH_TRUST', 'SUCCESS'])
    expect(verdicts).toHaveLength(30)
  })

  it.each(names)('%s passes', (name) => {
    const { initial, input } = vectorOf(name)
    let trusted: Block = initial
    for (const [step, { block, now, verdict }] of input.entries()) {
      const { verified, code, height } = verifyLightFiles({
        trust: utf8(JSON.stringify(trusted)),
        headers: utf8(JSON.stringify([block])),
        now: BigInt(Date.parse(now)),
        // Their driver's.
        clockDrift: 1000n,
        trustingPeriod: 1n,
      })
      expect({ step, code, verdict: verdictOf(code) }).toMatchObject({ step, verdict })
      expect(height).toBe(BigInt(heightOf(verified ? block : trusted)))
      if (verified) trusted = { ...block, trusting_period: initial.trusting_period }
    }
  })
})

function verdictOf(code: string): Verdict {
  if (code === 'light.verified') return 'SUCCESS'
  return code === 'light.not-enough-trusted-power' ? 'NOT_ENOUGH_TRUST' : 'INVALID'
}

function heightOf(block: Block): string {
  const { signed_header: signed } = block as {
    readonly signed_header: { readonly header: { readonly height: string } }
  }
  return signed.header.height
}
