/**
 * The reference pages say what the code says: fields of stored values, transactions and parameters, limits, examples.
 * After a change of the code, `npm test -- test/docs -u` writes their tables anew; prose is for people to write.
 */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../api/catalogue.ts'
import { newestProtocol, protocols } from '../../api/protocols.ts'
import { MassRevocation } from '../../pki/contract/index.ts'
import * as pkiLimits from '../../pki/contract/limits.ts'
import { Genesis } from '../../src/chain/index.ts'
import {
  decodeCbor,
  encodeUnknown,
  maximumDepth,
  maximumOperations,
  maximumSignatureBytes,
  maximumSigners,
  maximumTransactionBytes,
  maximumValidity,
  type TSchema,
} from '../../src/codec/index.ts'
import { maximumBlockBytes } from '../../src/engine/index.ts'
import * as governanceLimits from '../../src/governance/limits.ts'
import { dueWork, programOf, recentTransactions } from '../../src/host/index.ts'
import { maximumEventBytes, maximumUndeclaredReads, maximumWrittenBytes } from '../../src/host/limits.ts'
import { StoredEvent, TransactionResult } from '../../src/host/result.ts'
import { root } from '../structure/source/index.ts'
import { genesisExample, keyExamples, transactionExample } from './examples.ts'
import { codeBlocks, type Document, firstTable, readDocument, section, withTable } from './markdown.ts'
import { schemaRows } from './schema-rows.ts'

const rows = [...catalogue.values()]
const { modules } = programOf(protocols, newestProtocol)

/** Heading to the cells of the first table below it. */
type Tables = readonly (readonly [heading: string, cells: readonly (readonly string[])[]])[]

describe('the page of state as bytes', () => {
  const page = readDocument('docs/reference/state-as-bytes.md')
  const collections = [...modules.flatMap((module) => module.collections), dueWork, recentTransactions]

  it('has the fields of every collection in their places, of a mass revocation, and keys as the code makes them', () =>
    expectTables(page, [
      ['Keys', Object.entries(keyExamples()).map(([what, key]) => [what, `\`${key}\``])],
      ['Mass revocation', schemaRows(MassRevocation)],
      ...collections.map(({ module, name, schema }) => [`\`${module}/${name}\``, schemaRows(schema)] as const),
    ]))

  it.each(['standing', 'records'] as const)('lists the collections of the %s tree, and no others', (tree) => {
    const text = section(page, tree === 'standing' ? 'Standing tree' : 'Records tree')
    const described = [...text.matchAll(/^### `(.+)`$/gm)].map((match) => match[1])
    const own = collections.filter((collection) => collection.tree === tree)
    expect(described.sort()).toEqual(own.map(({ module, name }) => `${module}/${name}`).sort())
  })
})

describe('the README', () => {
  const readmes: Readonly<Record<string, { readonly file: string; readonly limits: object }>> = {
    governance: { file: 'src/governance/README.md', limits: governanceLimits },
    pki: { file: 'pki/contract/README.md', limits: pkiLimits },
  }

  it.each(modules)('of $name has fields of transactions and events', ({ name, transactions, events }) =>
    expectTables(readDocument(readmes[name]!.file), [
      ...Object.entries(transactions).map(([type, { schema }]) => [`\`${type}\``, schemaRows(schema)] as const),
      ['Events', events.map((event) => [`\`${event.name}\``, fieldNames(event.body)]).sort()],
    ]),
  )

  it.each(modules)('of $name lists the limits with their values', ({ name }) => {
    const { file, limits } = readmes[name]!
    const listed = firstTable(section(readDocument(file), 'Limits')).map(([limit, value]) => [limit, value])
    const own = Object.entries(limits).map(([limit, value]) => [`\`${limit}\``, String(value)])
    expect(listed.sort()).toEqual(own.sort())
  })

  it.each(modules)('of $name says of every code of the module when it is raised', ({ name }) => {
    const { text } = readDocument(readmes[name]!.file)
    const own = rows.filter(({ code, retired }) => code.startsWith(`${name}.`) && retired !== true)
    expect(own.map(({ code }) => code).filter((code) => !text.includes(`\`${code}\``))).toEqual([])
  })
})

describe('the page of parameters', () => {
  const page = readDocument('docs/reference/parameters.md')
  const parameters = modules.flatMap((module) => module.parameters)

  it('has the fields of each, and describes no other', async () => {
    await expectTables(
      page,
      parameters.map(({ module, name, schema }) => [`\`${module}/${name}\``, schemaRows(schema)]),
    )
    const described = [...page.text.matchAll(/^## `(.+)`$/gm)].map((match) => match[1])
    expect(described.sort()).toEqual(parameters.map(({ module, name }) => `${module}/${name}`).sort())
  })

  it.each(parameters)('has the initial value of $module/$name', ({ module, name, schema, initial }) => {
    const [shown = ''] = codeBlocks(section(page, `\`${module}/${name}\``), 'json')
    expect(asJson(decodeCbor(encodeUnknown(schema, initial)))).toEqual(JSON.parse(shown))
  })
})

describe('the page of transactions', () => {
  const page = readDocument('docs/reference/transactions.md')

  it('has the fields of a result and of an event, and the limits', () =>
    expectTables(page, [
      ['A result', schemaRows(TransactionResult)],
      ['An event', schemaRows(StoredEvent)],
      [
        'Limits',
        [
          ['signed transaction', bytes(maximumTransactionBytes)],
          ['operations', String(maximumOperations)],
          ['signers', String(maximumSigners)],
          ['one signature', bytes(maximumSignatureBytes)],
          ['`validUntil` ahead of block time', `${grouped(maximumValidity)} ms`],
          ['nesting of CBOR', String(maximumDepth)],
          ['bytes written, keys included', `${bytes(maximumWrittenBytes)} a transaction`],
          ['body of one event', bytes(maximumEventBytes)],
          ['entries read without declaring them', `${maximumUndeclaredReads} an item`],
          ['block, header and votes included', bytes(maximumBlockBytes)],
        ],
      ],
    ]))

  it('shows the bytes that the code makes of the example', () => {
    expect(hexBlocks(section(page, 'Example'))).toEqual(Object.values(transactionExample()))
  })
})

describe('the page of the genesis', () => {
  const page = readDocument('docs/reference/genesis.md')

  it('has its fields', () => expectTables(page, [['Form', schemaRows(Genesis)]]))

  it('shows the bytes, the digest and the chain id of the example', () => {
    const { genesis, digest, 'chain id': id } = genesisExample()
    const text = section(page, 'Example')
    expect(hexBlocks(text)).toEqual([genesis, digest])
    expect(text).toContain(`The chain is called \`${id}\`.`)
  })
})

/** The page is what it would be with these tables; `-u` makes it so. */
async function expectTables(page: Document, tables: Tables): Promise<void> {
  const written = tables.reduce((document, [heading, cells]) => withTable(document, heading, cells), page)
  await expect(written.text).toMatchFileSnapshot(path.join(root, page.file))
}

function bytes(count: number): string {
  return `${grouped(count)} bytes`
}

function grouped(count: number | bigint): string {
  return count.toLocaleString('en-US')
}

function hexBlocks(text: string): readonly string[] {
  return codeBlocks(text, 'hex').map((block) => block.replaceAll('\n', ''))
}

function fieldNames(body: TSchema): string {
  return schemaRows(body)
    .map(([field]) => field)
    .join(', ')
}

/** CBOR of a parameter as JSON has it. */
function asJson(item: unknown): unknown {
  if (item instanceof Map) return Object.fromEntries([...item].map(([key, value]) => [key, asJson(value)]))
  if (Array.isArray(item)) return item.map(asJson)
  return typeof item === 'bigint' ? Number(item) : item
}
