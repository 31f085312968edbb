import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../api/catalogue.ts'
import { declaredErrors } from '../../scripts/generate/declared-errors.ts'
import { renderErrors } from '../../scripts/generate/error-reference.ts'
import { codeFiles, root, tokensOf } from './source/index.ts'

const declared = await declaredErrors()
const rows = declared.flatMap((area) => area.rows)

describe('the error catalogue', () => {
  it('gives every code and every number to one row only', () => {
    expect(twice(rows.map(({ code }) => code))).toEqual([])
    expect(twice(rows.map(({ number }) => number))).toEqual([])
  })

  it('holds every error that is declared, and no other', async () => {
    const known = [...catalogue.values()].map(({ number, code }) => `${number} ${code}`)
    expect(known.sort()).toEqual(rows.map(({ number, code }) => `${number} ${code}`).sort())
  })

  it('uses HTTP statuses of refusals and failures, and says what to do', () => {
    const unsound = rows.filter(({ status, remedy, message }) => status < 400 || status > 599 || !remedy || !message)
    expect(unsound.map(({ code }) => code)).toEqual([])
  })

  it('names codes in lower-case words joined by hyphens', () => {
    expect(
      rows.map(({ code }) => code).filter((code) => !/^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/.test(code)),
    ).toEqual([])
  })

  it('is documented row by row', () => {
    const reference = readFileSync(path.join(root, 'docs', 'reference', 'errors.md'), 'utf8')
    const missing = rows.filter(({ number, code }) => !reference.includes(`### \`${code}\`\n\n- number ${number},`))
    expect(missing.map(({ code }) => code)).toEqual([])
  })

  it('has no row that nothing raises, unless it is retired', () => {
    const files = [...codeFiles('src', 'pki', 'api')].map(([file, source]) => ({ file, tokens: tokensOf(source) }))
    const silent = declared.flatMap(({ file, factory, rows: own }) => {
      const users = files.filter((user) => user.file !== file && user.tokens.some(({ text }) => text === factory))
      const said = new Set(users.flatMap(({ tokens }) => tokens.filter(isString).map(({ text }) => text)))
      return own.filter((row) => row.retired !== true && !said.has(row.code.slice(row.code.indexOf('.') + 1)))
    })
    expect(silent.map(({ code }) => code)).toEqual([])
  })

  it('reads in order of numbers, whatever the order of the rows', () => {
    const row = { status: 400, message: 'more than {limit}', remedy: 'Send < 2 * 3.' }
    const text = renderErrors([
      { ...row, code: 'b.y', number: 9, retired: true },
      { ...row, code: 'a.x', number: 2 },
    ])
    expect(text.indexOf('## a\n')).toBeLessThan(text.indexOf('## b\n'))
    expect(text).toContain('- number 9, HTTP status 400, retired\n- message: `more than {limit}`\n')
    expect(text).toContain('- what to do: Send \\< 2 \\* 3.\n')
  })
})

function isString({ kind }: { readonly kind: string }): boolean {
  return kind === 'string'
}

function twice<Value>(values: readonly Value[]): readonly Value[] {
  return values.filter((value, index) => values.indexOf(value) !== index)
}
