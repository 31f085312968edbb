import { describe, expect, it } from 'vitest'
import { codecError } from '../../src/codec/index.ts'
import { CommonrootError, defineErrors, joinCatalogue } from '../../src/errors/index.ts'

const sampleError = defineErrors('sample', {
  plain: { number: 900, status: 400, message: 'nothing to tell', remedy: 'Do something else.' },
  detailed: { number: 901, status: 409, message: '{what} has {size} of {limit}, {what}!', remedy: 'Make it smaller.' },
  gone: { number: 902, status: 410, message: 'gone', remedy: 'None.', retired: true },
})

describe('an error', () => {
  it('has its code, number, status and filled message', () => {
    const error = sampleError('detailed', { what: 'the box', size: 3n, limit: 2 })
    expect(error).toBeInstanceOf(CommonrootError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'CommonrootError',
      code: 'sample.detailed',
      number: 901,
      status: 409,
      message: 'the box has 3 of 2, the box!',
      details: { what: 'the box', size: 3n, limit: 2 },
    })
  })

  it('needs the details of its message, as the compiler knows', () => {
    sampleError('plain')
    // @ts-expect-error a detail is missing
    sampleError('detailed', { what: 'x', size: 1 })
    // @ts-expect-error there is no such detail
    sampleError('plain', { what: 'x' })
    // @ts-expect-error there is no such error
    expect(() => sampleError('absent')).toThrow(TypeError)
  })

  it('keeps its cause, whatever that is, and has none otherwise', () => {
    const cause = new RangeError('below')
    expect(sampleError('plain', undefined, cause).cause).toBe(cause)
    expect(sampleError('plain', {}, 'text').cause).toBe('text')
    expect(sampleError('plain', {}, null).cause).toBe(null)
    expect(Object.hasOwn(sampleError('plain'), 'cause')).toBe(false)
  })

  it('points at where it was made', () => {
    expect(sampleError('plain').stack).toContain('errors.test.ts')
  })
})

describe('a detail in a message', () => {
  const shown = (what: string | Uint8Array) =>
    sampleError('detailed', { what, size: 1, limit: 1 }).message.split(' has ')[0]

  it.each([
    ['a line feed', 'a\nb', 'a\\u{a}b'],
    ['a terminal escape', '\x1b[31m', '\\u{1b}[31m'],
    ['DEL', '\x7f', '\\u{7f}'],
    ['a right-to-left override', '\u202egnp', '\\u{202e}gnp'],
    ['a letter outside ASCII', '\u00fc', '\\u{fc}'],
    ['a character beyond the basic plane, as one', '\u{1f600}', '\\u{1f600}'],
    ['a lone surrogate', '\ud800', '\\u{d800}'],
    ['a placeholder, not filled again', '{size}', '{size}'],
    ['a replacement pattern, not followed', "$& $1 $'", "$& $1 $'"],
  ])('shows %s', (_, detail, expected) => {
    expect(shown(detail)).toBe(expected)
  })
  it('is cut when it is long', () => {
    expect(shown('x'.repeat(200))).toBe('x'.repeat(200))
    expect(shown('x'.repeat(1_000_000))).toBe(`${'x'.repeat(200)}...`)
  })
  it('shows bytes as hexadecimal, cut alike', () => {
    expect(shown(Uint8Array.of(0, 255))).toBe('00ff')
    expect(shown(new Uint8Array(100))).toBe('00'.repeat(100))
    expect(shown(new Uint8Array(1_000_000))).toBe(`${'00'.repeat(100)}...`)
  })
  it('is never taken from a prototype', () => {
    const row = { number: 903, status: 400, code: 'sample.odd', message: '{toString}', remedy: '' }
    expect(new CommonrootError(row, {}).message).toBe('{toString}')
  })
})

describe('the rows of an area', () => {
  it('have their full codes, retired ones too', () => {
    expect(sampleError.rows.map(({ code, number }) => [code, number])).toEqual([
      ['sample.plain', 900],
      ['sample.detailed', 901],
      ['sample.gone', 902],
    ])
    expect(sampleError.rows[2]?.retired).toBe(true)
  })
  it('give the number of a name', () => {
    expect(sampleError.numberOf('detailed')).toBe(901)
    // @ts-expect-error there is no such error
    expect(() => sampleError.numberOf('absent')).toThrow(TypeError)
  })
})

describe('the catalogue', () => {
  const row = { status: 400, message: 'm', remedy: 'r' }
  it('finds a row by its number', () => {
    const catalogue = joinCatalogue(sampleError, codecError)
    expect(catalogue.get(901)?.code).toBe('sample.detailed')
    expect(catalogue.get(100)?.code).toBe('codec.truncated')
    expect(catalogue.size).toBe(sampleError.rows.length + codecError.rows.length)
  })
  it('refuses a number used twice, in one area or in two', () => {
    const twice = defineErrors('twice', { a: { ...row, number: 7 }, b: { ...row, number: 7 } })
    expect(() => joinCatalogue(twice)).toThrow('error number 7 is used twice (twice.b)')
    expect(() => joinCatalogue(sampleError, defineErrors('other', { a: { ...row, number: 900 } }))).toThrow(TypeError)
  })
  it('refuses a code used twice', () => {
    expect(() => joinCatalogue(sampleError, defineErrors('sample', { plain: { ...row, number: 8 } }))).toThrow(
      'error code sample.plain is used twice',
    )
  })
  it.each([0, 1, -1, 2.5, 2 ** 32, Number.NaN])('refuses the number %s', (number) => {
    expect(() => joinCatalogue(defineErrors('odd', { a: { ...row, number } }))).toThrow(TypeError)
  })
  it('of the codec keeps to 100-199', () => {
    for (const { number } of codecError.rows) expect(number >= 100 && number <= 199).toBe(true)
  })
})
