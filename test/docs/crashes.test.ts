/** Each row of the crash tables names tests that exist: a file, and in quotation marks a part of a title in it. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../structure/source/index.ts'
import { firstTable, readDocument, section } from './markdown.ts'

const page = readDocument('docs/crashes.md')

describe.each([
  'Any engine: the node ends in the middle of a step',
  'Solo: database and signing state',
  'CometBFT: database, home and signing state',
])('%s', (heading) => {
  const rows = firstTable(section(page, heading)).map((cells) => ({ state: cells[0] ?? '', tests: cells.at(-1) ?? '' }))

  it.each(rows)('$state', ({ state, tests }) => {
    // What nothing can notice is said, and has no test.
    if (tests === '') return expect(section(page, heading)).toMatch(new RegExp(`${state} .*is not noticed`))
    for (const { file, titles } of namedTests(tests)) {
      expect(existsSync(path.join(root, file)), file).toBe(true)
      const source = readFileSync(path.join(root, file), 'utf8')
      for (const title of titles) expect(source).toContain(title)
    }
  })
})

/** `file.ts`: "title", "title"; `file.ts` */
function namedTests(cell: string): readonly { readonly file: string; readonly titles: readonly string[] }[] {
  return cell.split(';').map((part) => {
    const file = /`(test\/[\w./-]+)`/.exec(part)?.[1] ?? ''
    return { file, titles: [...part.matchAll(/"([^"]+)"/g)].map(([, title]) => title ?? '') }
  })
}
