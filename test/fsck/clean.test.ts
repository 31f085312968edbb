import { expect, it } from 'vitest'
import { testDatabase } from '../postgres.ts'
import { check, makeHistory } from './history.ts'

const history = await makeHistory(await testDatabase(), 400)

it('has nothing to say about a history of several hundred certificates', async () => {
  const report = await check(history)
  expect(report.findings).toEqual([])
  expect(report.count).toBe(0)
  expect(report.checked).toMatchObject({ blobs: 400, transactions: 9 })
  expect(report.checked.records).toBeGreaterThan(400)
  expect(report.checked.indexes).toBe(760)
  expect(report.checked.blocks).toBe(Number(report.height) + 1)
})
