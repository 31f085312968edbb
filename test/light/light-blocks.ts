/** Chains of light blocks whose validators change, for tests. */

import { utf8 } from '../../src/codec/index.ts'
import { type LightBlock, renderLightBlock, type Trust, trustFrom, type Validator } from '../../src/light/index.ts'
import { block, era, genesisTime, type makeHeader, validatorSet } from './chain.ts'

export const day = 86_400_000n
/** Milliseconds since 1970, after all headers of these chains. */
export const now = genesisTime + 1_000_000n

export const abcd = validatorSet({ a: 10n, b: 10n, c: 10n, d: 10n })
export const abxy = validatorSet({ a: 10n, b: 10n, x: 10n, y: 10n })
export const vwxy = validatorSet({ v: 10n, w: 10n, x: 10n, y: 10n })

/** The set of each height; a height that is not named has that of the one before. */
export type Eras = Readonly<Record<number, readonly Validator[]>>

export function setAt(sets: Eras, height: bigint): readonly Validator[] {
  const from = Object.keys(sets)
    .map(Number)
    .filter((each) => each <= height)
  return sets[Math.max(...from)]!
}

/** The light block of a height of the chain with these sets. */
export function lightBlock(
  sets: Eras,
  height: bigint,
  given: Parameters<typeof makeHeader>[2] = {},
  voters?: readonly number[],
): LightBlock {
  const [validators, nextValidators] = [setAt(sets, height), setAt(sets, height + 1n)]
  return { signed: block(height, validators, { next: nextValidators, ...given }, voters), validators, nextValidators }
}

/** What a trust file of that block says. */
export function pinned({ signed, validators }: LightBlock, given: { readonly trustingPeriod?: bigint } = {}): Trust {
  return trustFrom({ signed, validators, eras: [era], trustingPeriod: given.trustingPeriod ?? day })
}

/** The JSON of a light block, to be changed. */
export type Json = ReturnType<typeof renderLightBlock>

export function jsonOf(one: LightBlock): Json {
  return JSON.parse(JSON.stringify(renderLightBlock(one)))
}

export const bytesOf = (value: unknown): Uint8Array => utf8(JSON.stringify(value))
