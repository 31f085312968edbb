import { describe, expect, it } from 'vitest'
import { catalogue, errorRow } from '../../api/catalogue.ts'
import { apiError } from '../../api/errors.ts'
import { declaredErrors } from '../../scripts/generate/declared-errors.ts'

describe('the catalogue', () => {
  it('holds every row that any errors.ts declares', async () => {
    const declared = (await declaredErrors()).flatMap(({ rows }) => rows)
    expect([...catalogue.values()].map(({ code }) => code).sort()).toEqual(declared.map(({ code }) => code).sort())
  })

  it('finds a row by the number that a block carries', () => {
    expect(errorRow(1209)).toMatchObject({ code: 'pki.unknown-certificate', status: 404 })
  })

  it.each([0, 1, 4_000_000_000])('has no row for %s', (number) => {
    expect(errorRow(number)).toBeUndefined()
  })

  it('of the API keeps to 1500-1549', () => {
    for (const { number } of apiError.rows) expect(number >= 1500 && number <= 1549).toBe(true)
  })
})
