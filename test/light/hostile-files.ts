/** Files for `commonroot light verify`, through its code path: sound ones, and what a test changes in them. */
import { verifyLightFiles } from '../../api/client/index.ts'
import { encodeTrust } from '../../src/light/index.ts'
import { abcd, abxy, bytesOf, type Json, jsonOf, lightBlock, now, pinned } from './light-blocks.ts'

export const sets = { 1: abcd, 20: abxy }
/** Pins height 5. */
export const trust = encodeTrust(pinned(lightBlock(sets, 5n)))
const given = { trust, now, clockDrift: 10_000n, trustingPeriod: 86_400_000n }
export const verify = (headers: Uint8Array, changes: Partial<typeof given> = {}) =>
  verifyLightFiles({ ...given, headers, ...changes })
/** The code for one header of which something was changed. */
export const codeAfter = (change: (json: Json) => unknown, height = 6n) => {
  const json = jsonOf(lightBlock(sets, height))
  change(json)
  return verify(bytesOf([json])).code
}
