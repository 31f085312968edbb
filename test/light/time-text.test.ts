import { describe, expect, it } from 'vitest'
import { formatTime, parseTime } from '../../src/light/index.ts'

describe('a time in text', () => {
  it.each([
    ['0001-01-01T00:00:00Z', -62_135_596_800n, 0],
    ['1970-01-01T00:00:00Z', 0n, 0],
    ['2026-01-02T03:04:05.1Z', 1_767_323_045n, 100_000_000],
    ['2026-01-02T03:04:05.000000001Z', 1_767_323_045n, 1],
    ['9999-12-31T23:59:59.999999999Z', 253_402_300_799n, 999_999_999],
  ])('%s is read and printed the same', (text, seconds, nanos) => {
    expect(parseTime(text)).toEqual({ seconds, nanos })
    expect(formatTime({ seconds, nanos })).toBe(text)
  })

  it.each([
    ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.10Z', '2026-01-02T03:04:05.1Z'],
    ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00Z'],
    ['2025-12-31T20:00:00.5-05:30', '2026-01-01T01:30:00.5Z'],
  ])('%s is another way to write %s', (text, printed) => {
    const time = parseTime(text)
    expect(time === undefined ? '' : formatTime(time)).toBe(printed)
  })

  it.each([
    '',
    '2026-01-02',
    '2026-01-02T03:04:05',
    '2026-01-02T03:04:05.Z',
    '2026-01-02t03:04:05z',
    '2026-01-02 03:04:05Z',
    '2026-02-30T03:04:05Z',
    '2026-13-02T03:04:05Z',
    '2026-01-02T24:00:00Z',
    '2026-01-02T03:04:60Z',
    ' 2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.0000000001Z',
    '2026-01-02T03:04:05+24:00',
    '2026-01-02T03:04:05+0100',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+12026-01-02T03:04:05Z',
  ])('"%s" is none', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })
})
