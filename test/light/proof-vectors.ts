/** The chain behind the proof vectors: the same keys and states give the same bytes for ever. */
import { trustFrom } from '../../src/light/index.ts'
import { block, era, validatorSet } from './chain.ts'
import { makeState } from './state.ts'

/** The first two have exactly two thirds of the power. */
export const set = validatorSet({ a: 10n, b: 10n, c: 5n, d: 5n })
/** Two of three are of `set`. */
export const half = validatorSet({ a: 10n, b: 10n, x: 10n })
export const strangers = validatorSet({ x: 10n, y: 10n, z: 10n })
export const state = await makeState(
  ['member one', 'member two'],
  Array.from({ length: 200 }, (_, index) => `certificate ${index}`),
)
export const trust = trustFrom({
  signed: block(5n, set),
  validators: set,
  eras: [era],
  trustingPeriod: 86_400_000n,
})
export const leaves = {
  certificate: ['records', 'certificate 7'],
  member: ['standing', 'member one'],
  missing: ['records', 'never published'],
} as const
export const via = [{ signed: block(9n, half), validators: half }]
