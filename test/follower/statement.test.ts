import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allOf, type Statement, statement } from '../../src/store/index.ts'

const shape = ({ text, values }: Statement) => ({ text, values })

describe('a statement', () => {
  it('keeps values apart from its text', () => {
    expect(shape(statement`select ${1} where a = ${"x'"}`)).toEqual({
      text: 'select $1 where a = $2',
      values: [1, "x'"],
    })
  })

  it('takes in other statements and counts their values on', () => {
    const inner = statement`b = ${2n} or c = ${'z'}`
    expect(shape(statement`a = ${1} and (${inner}) and d = ${inner}`)).toEqual({
      text: 'a = $1 and (b = $2 or c = $3) and d = b = $4 or c = $5',
      values: [1, 2n, 'z', 2n, 'z'],
    })
    expect(shape(statement`${inner}`)).toEqual(shape(inner))
  })

  it('joins conditions, and is true without one', () => {
    expect(shape(allOf([]))).toEqual({ text: 'true', values: [] })
    expect(shape(allOf([statement`a = ${1}`, statement`b`]))).toEqual({ text: 'true and a = $1 and b', values: [1] })
  })

  it('has no value in its text, whatever the values are', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (values) => {
        const all = allOf(values.map((value) => statement`a = ${value}`))
        expect(all.text.replace(/ and a = \$[0-9]+/g, '')).toBe('true')
        expect(all.values).toEqual(values)
      }),
    )
  })
})
