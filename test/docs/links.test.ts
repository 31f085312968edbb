/** What documents point at is there: other documents, headings, files, error codes, pieces of code. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../api/catalogue.ts'
import { newestProtocol, protocols } from '../../api/protocols.ts'
import { programOf } from '../../src/host/index.ts'
import { root } from '../structure/source/index.ts'
import { allDocuments, codeBlocks, type Document, readDocument, withoutBlocks } from './markdown.ts'

const documents = allDocuments()
const rows = [...catalogue.values()]
const codes = new Set(rows.map(({ code }) => code))
const areas = new Set([...codes].map((code) => code.split('.')[0]))

/** Verdicts are codes too, but refuse nothing: those of `pki/status`, and of the light client. */
const verdictCodes =
  /^light\.(verified|fork)$|^certificate\.(valid|held|revoked|superseded|expired|never-published|not-yet-(valid|published)|mass-revoked|manufacturer-(suspended|removed)|algorithm-withdrawn)$/

/** `pki/revoke` looks like a path and is the name of a module's part. */
const parts = new Set(
  programOf(protocols, newestProtocol).modules.flatMap(({ name, collections, parameters, events, transactions }) => {
    const declared = [...collections, ...parameters, ...events].map((part) => part.name)
    return [...declared, ...Object.keys(transactions)].map((part) => `${name}/${part}`)
  }),
)

describe.each(documents)('$file', (document) => {
  const prose = withoutBlocks(document.text)

  it('links to documents and headings that exist', () => {
    const links = [...prose.replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!)
    expect(links.filter((link) => !/^https?:/.test(link) && !leadsSomewhere(document, link))).toEqual([])
  })

  it('names files and folders that exist', () => {
    const named = [...prose.matchAll(/`((?:src|pki|api|test|examples|docs|scripts|bin|\.ci)\/[\w./-]*)`/g)]
    const missing = named
      .map((match) => match[1]!)
      .filter((file) => !parts.has(file) && !existsSync(path.join(root, file)))
    expect(missing).toEqual([])
  })

  it('names error codes that the catalogue has', () => {
    const named = [...prose.matchAll(/`([a-z]+)\.([a-z0-9]+(?:-[a-z0-9]+)*)`/g)]
      .filter(([, area]) => areas.has(area))
      .map(([, area, name]) => `${area}.${name}`)
    expect(named.filter((code) => !codes.has(code) && !verdictCodes.test(code) && !isFile(code))).toEqual([])
  })

  it('shows code that is in the file it names', () => {
    const pieces = codeBlocks(document.text, 'ts').flatMap((block) => {
      const [, file, code] = /^\/\/ ((?:examples|src|pki|api|test)\/\S+)\n([\s\S]*)$/.exec(block) ?? []
      return file === undefined || code === undefined ? [] : [{ file, code }]
    })
    const foreign = pieces.filter(({ file, code }) => !readFileSync(path.join(root, file), 'utf8').includes(code))
    expect(foreign).toEqual([])
  })
})

describe('the table of contents', () => {
  it('leads to every document', () => {
    const contents = readDocument('docs/index.md').text
    const pages = documents
      .map(({ file }) => file)
      .filter((file) => file.startsWith('docs/') && file !== 'docs/index.md')
    expect(pages.filter((page) => !contents.includes(`](${page.slice('docs/'.length)})`))).toEqual([])
  })
})

function leadsSomewhere({ file }: Document, link: string): boolean {
  const [target = '', anchor] = link.split('#')
  const absolute = target === '' ? path.join(root, file) : path.resolve(root, path.dirname(file), target)
  if (!existsSync(absolute)) return false
  if (anchor === undefined || statSync(absolute).isDirectory() || !absolute.endsWith('.md')) return true
  const headings = [...readFileSync(absolute, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1]!))
  return headings.includes(anchor)
}

/** The anchor that a heading gets on the usual hosts: lower case, marks dropped, spaces to hyphens. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-')
}

/** `genesis.md` is no code. */
function isFile(code: string): boolean {
  return /\.(md|ts|json|js)$/.test(code)
}
