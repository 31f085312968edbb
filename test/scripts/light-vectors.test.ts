import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installLightVectors } from '../../scripts/install-light-vectors.ts'

let cache: string
let before: string | undefined
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'commonroot-vectors-'))
  before = process.env.COMMONROOT_CACHE
})
afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'COMMONROOT_CACHE')
  else process.env.COMMONROOT_CACHE = before
  rmSync(cache, { recursive: true })
})

describe("the light client's vectors", () => {
  it('are fetched once, checked by their digest, and leave nothing beside them', () => {
    process.env.COMMONROOT_CACHE = cache
    const folder = installLightVectors()
    expect(readdirSync(folder)).toHaveLength(9)
    expect(installLightVectors()).toBe(folder)
    expect(readdirSync(cache)).toEqual([path.basename(folder)])
  })

  it('that were changed are refused', () => {
    process.env.COMMONROOT_CACHE = cache
    const folder = path.join(cache, 'light-vectors-v0.35.9')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'MC4_4_faulty_TestSuccess.json'), '{}')
    expect(() => installLightVectors()).toThrow(/does not hold the vectors/)
  })
})
