import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canEnter, makeSocketFolder, serverUser, socketPath } from '../../../src/store/embedded/place.ts'

const nobody = { uid: 65534, gid: 65534 }
let outer = ''

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'commonroot-place-'))
})

afterEach(() => {
  rmSync(outer, { recursive: true, force: true })
})

describe('where a socket goes', () => {
  it('its path is short enough for the kernel, even when the first choice is deep', () => {
    const deep = join(outer, 'd'.repeat(80))
    mkdirSync(deep)
    chmodSync(outer, 0o755)
    const folder = makeSocketFolder(serverUser(), [deep, tmpdir()])
    expect(folder.startsWith(deep)).toBe(false)
    expect(Buffer.byteLength(socketPath(folder))).toBeLessThanOrEqual(107)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    rmSync(folder, { recursive: true })
  })

  it('it is said when there is no such place', () => {
    const deep = join(outer, 'd'.repeat(80))
    mkdirSync(deep)
    const absent = join(outer, 'absent')
    expect(() => makeSocketFolder(serverUser(), [deep, absent])).toThrow(
      expect.objectContaining({ code: 'postgres.no-socket-place' }),
    )
  })
})

it('a folder below one that is closed to a user cannot be entered by that user', () => {
  const inner = join(outer, 'inner')
  mkdirSync(inner, { mode: 0o755 })
  chmodSync(outer, 0o700)
  expect(canEnter(inner, nobody)).toBe(process.getuid?.() === nobody.uid)
  chmodSync(outer, 0o711)
  expect(canEnter(inner, nobody)).toBe(true)
  chmodSync(outer, 0o700)
  expect(canEnter(inner, undefined)).toBe(true)
})
