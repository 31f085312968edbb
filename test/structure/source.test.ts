import { describe, expect, it } from 'vitest'
import { importsOf, tokensOf } from './source/index.ts'

const words = (source: string) =>
  tokensOf(source)
    .filter(({ kind }) => kind === 'word')
    .map(({ text }) => text)

describe('tokens', () => {
  it('are not made of comments, strings and regular expressions', () => {
    expect(words('a // Date\n/* Date */ \'Date\' "Da\\"te" b = /[/\'`]Date\\//g; c')).toEqual(['a', 'b', 'c'])
  })

  it('are found inside the expressions of templates, nested ones too', () => {
    expect(words(`\`Date \${ a({ b: \`x\${c}\` }) } Date\` + d`)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('tell a division from a regular expression', () => {
    expect(words('a / Date / b')).toEqual(['a', 'Date', 'b'])
    expect(words('return /Date/')).toEqual(['return'])
  })

  it('know their lines', () => {
    expect(tokensOf('a\n`\n\n`\nb').map(({ line }) => line)).toEqual([1, 2, 5])
  })
})

describe('imports', () => {
  it.each([
    ["import a from './a.ts'", './a.ts', false],
    ["import type { A } from './a.ts'", './a.ts', true],
    ["import { type A, b } from './a.ts'", './a.ts', false],
    ["import type from './a.ts'", './a.ts', false],
    ["import * as from from './a.ts'", './a.ts', false],
    ["import './a.ts'", './a.ts', false],
    ["import a from './a.json' with { type: 'json' }", './a.json', false],
    ["export * from './a.ts'", './a.ts', false],
    ["export * as a from './a.ts'", './a.ts', false],
    ["export type { A } from './a.ts'", './a.ts', true],
    ["export { a, b as c } from './a.ts'", './a.ts', false],
    ["await import('./a.ts')", './a.ts', false],
    ["type A = import('./a.ts').A", './a.ts', false],
    ["import('./' + name)", '(computed)', false],
  ])('are found in %s', (source, specifier, typeOnly) => {
    expect(importsOf(source)).toEqual([{ specifier, typeOnly, line: 1 }])
  })

  it.each(['export const a = 1', 'export { a }\nconst from = "x"', 'import.meta.dirname', 'export type A = { b: 1 }'])(
    'are not seen in %s',
    (source) => {
      expect(importsOf(source)).toEqual([])
    },
  )
})
