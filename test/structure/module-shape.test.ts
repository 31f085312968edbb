import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, tokensOf, trackedFiles } from './source/index.ts'

/** What a module's files may be called: whoever knows one module finds the same thing in every other. */
const allowedFiles = new Set([
  'schemas.ts',
  'collections.ts',
  'genesis.ts',
  'transactions.ts',
  'schedules.ts',
  'signers.ts',
  'parameters.ts',
  'events.ts',
  'errors.ts',
  'limits.ts',
  'queries.ts',
  'migrations.ts',
  'ports.ts',
  'standing.ts',
  'reads.ts',
  'index.ts',
  'README.md',
])

/** Files of one module that no other has, each with its reason. */
const ownFiles = new Map([
  ['src/governance/amendment.ts', 'a decision before it is written: signed, voted and due ones share it'],
  ['src/governance/decisions.ts', 'what a quorum signs or a proposal carries: one declaration serves both'],
  ['src/governance/quorum.ts', 'who governs, and the guard that somebody still does after each decision'],
  ['src/governance/validators.ts', 'the arithmetic of powers'],
  ['src/governance/block.ts', 'what the chain asks of governance in each block'],
  ['src/governance/misbehaviour.ts', 'what evidence against a validator leads to'],
])

/** The headings of a module's README, in this order. */
const headings = ['Concepts', 'State as bytes', 'Transactions', 'Events', 'Queries', 'Errors', 'Limits']

const tracked = trackedFiles()
const workflows = tracked.flatMap((file) => /^workflows\/[^/]+(?=\/)/.exec(file) ?? [])
const modules = [...new Set(['src/governance', 'pki/contract', ...workflows])]

describe.each(modules)('the module %s', (folder) => {
  const files = tracked.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1))

  it('is made of the files that every module is made of', () => {
    expect(files).toContain('index.ts')
    const own = files.filter((file) => !allowedFiles.has(file) && !/^transactions\/[a-z-]+\.ts$/.test(file))
    expect(own.filter((file) => !ownFiles.has(`${folder}/${file}`))).toEqual([])
  })

  it('has the files of its own that are listed, and no list of others', () => {
    const listed = [...ownFiles.keys()].filter((file) => file.startsWith(`${folder}/`))
    expect(listed.filter((file) => !tracked.includes(file))).toEqual([])
  })

  it('keeps its transactions in one place', () => {
    expect(files.includes('transactions.ts') && files.some((file) => file.startsWith('transactions/'))).toBe(false)
  })

  it('has one file for each transaction, of its name', () => {
    const own = files.flatMap((file) => /^transactions\/([a-z-]+)\.ts$/.exec(file)?.[1] ?? [])
    const face = readFileSync(path.join(root, folder, 'index.ts'), 'utf8')
    if (own.length > 0)
      expect(own.filter((name) => name !== 'index').sort()).toEqual([...transactionNames(face)].sort())
  })

  it('has a README with the fixed headings in order', () => {
    const file = path.join(root, folder, 'README.md')
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual(headings)
  })
})

/** The keys of `transactions: { ... }` in the declaration of a module. */
function transactionNames(source: string): readonly string[] {
  const tokens = tokensOf(source)
  const start = tokens.findIndex(
    ({ text }, index) => text === 'transactions' && tokens[index + 1]?.text === ':' && tokens[index + 2]?.text === '{',
  )
  const names: string[] = []
  let depth = 0
  for (const [index, { kind, text }] of tokens.entries()) {
    if (start === -1 || index < start + 2) continue
    if (kind === 'punctuation' && '{[('.includes(text)) depth++
    if (kind === 'punctuation' && ')]}'.includes(text)) depth--
    if (depth === 0) break
    const starts = depth === 1 && (tokens[index - 1]?.text === '{' || tokens[index - 1]?.text === ',')
    if (starts && (kind === 'word' || kind === 'string')) names.push(text)
  }
  return names
}
