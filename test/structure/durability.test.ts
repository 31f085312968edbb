import { describe, expect, it } from 'vitest'
import { workOfStep } from '../faults/fault-work.ts'
import { durableCalls, rawSteps, staleExceptions } from './durability.ts'
import { codeFiles } from './source/index.ts'

const files = codeFiles('src')

function rawIn(source: string): readonly string[] {
  return rawSteps(new Map([['src/some/file.ts', source]]))
}

describe('a durable step', () => {
  it('passes through `durably`, wherever it is', () => {
    expect(rawSteps(files)).toEqual([])
    expect(staleExceptions(files)).toEqual([])
  })

  it('has a name of its own, and the fault tests end a program at it', () => {
    const steps = durableCalls(files).map(({ step }) => step)
    expect(steps.filter((step, index) => steps.indexOf(step) !== index)).toEqual([])
    expect(steps.toSorted()).toEqual(Object.keys(workOfStep).toSorted())
  })
})

describe('the search for durable steps', () => {
  it.each([
    'await handle.sync()',
    'fsyncSync(handle)',
    'await rename(a, b)',
    'await durably("x", () => f()); await link(a, b)',
    'await session.query((sql) => sql`commit`)',
    'await this.#read((sql) => sql`\n  insert into a values (1)`)',
    'await this.#read((sql) => sql`with a as (delete from b) insert into c select 1`)',
  ])('finds %s', (source) => {
    expect(rawIn(source)).toHaveLength(1)
  })

  it.each([
    "await durably('a.b', () => handle.sync())",
    "await durably('a.b', () => this.query((sql) => sql`commit`))",
    'await session.transaction(async () => { await session.query((sql) => sql`delete from a`) })',
    'await this.#read((sql) => sql`select update from a`)',
    '// rename(a, b)',
    "const words = ['rename(a)']",
  ])('passes over %s', (source) => {
    expect(rawIn(source)).toEqual([])
  })

  it('does not accept a step whose name is computed', () => {
    const named = (source: string) => durableCalls(new Map([['src/some/file.ts', source]]))
    expect(named("durably('a.b', f)")).toEqual([{ step: 'a.b', place: 'src/some/file.ts:1' }])
    expect(named('export function durably<R>(step: string): R {}')).toEqual([])
    expect(() => named('durably(name, f)')).toThrow('written out')
  })
})
